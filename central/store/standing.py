"""What facts say of things that are not over: calls that wait for help, and configurations that devices applied."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from central.store import outward
from central.store.bulk import replace_rows
from events.envelope import Event
from events.facts import Call, CallEnded, ConfigApplied

STANDING = frozenset({Call, CallEnded, ConfigApplied})
Row = dict[str, Any]


@dataclass
class Standing:
    """Gathers what one transaction will write; `flush` writes it."""

    _applied: dict[tuple[int, str, str], Row] = field(default_factory=dict)
    _calls: dict[tuple[int, str, str], Row] = field(default_factory=dict)
    _ends: dict[tuple[int, str, str], Row] = field(default_factory=dict)

    def add(self, site: int, event: Event, at: int) -> None:
        """`at` in microseconds, never later than now."""
        fact, device = event.fact, event.source.device
        if isinstance(fact, ConfigApplied):
            row = {"site": site, "device": device, "part": fact.part, "at": at}
            said = {"version": fact.version, "applied": fact.applied, "why": fact.why}
            self._applied[site, device, fact.part] = row | said
        elif isinstance(fact, Call):
            self._calls[site, device, event.id] = _call(site, event, fact, event.id) | {"at": at}
        elif isinstance(fact, CallEnded):
            waited = round(fact.waited_seconds)
            end = {"ended": at, "outcome": fact.outcome.value, "waited_seconds": waited}
            began = {"at": at - waited * 1_000_000}
            self._ends[site, device, fact.call] = _call(site, event, fact, fact.call) | end | began

    def flush(self, connection: Connection) -> None:
        applied, calls = outward.applied, outward.room_calls
        replace_rows(connection, applied, ("site", "device", "part"), (), list(self._applied.values()))
        replace_rows(connection, calls, ("site", "device", "call"), ("at",), list(self._calls.values()))
        replace_rows(connection, calls, ("site", "device", "call"), ("at",), list(self._ends.values()))
        self._applied, self._calls, self._ends = {}, {}, {}


def _call(site: int, event: Event, fact: Call | CallEnded, call: str) -> Row:
    return {"site": site, "device": event.source.device, "call": call, "room_group": fact.group, "room": fact.room}
