"""What facts say of things that are not over: calls that wait for help, and configurations that devices applied."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from central.store import outward
from central.store.engine import upsert
from events.envelope import Event
from events.facts import Call, CallEnded, ConfigApplied

STANDING = frozenset({Call, CallEnded, ConfigApplied})
Row = dict[str, Any]


@dataclass
class Standing:
    """Gathers what one transaction will write; `flush` writes it."""

    _applied: dict[tuple[int, str, str], Row] = field(default_factory=dict)
    _calls: list[Row] = field(default_factory=list)
    _ends: list[Row] = field(default_factory=list)

    def add(self, site: int, event: Event, at: int) -> None:
        """`at` in microseconds, never later than now."""
        fact, device = event.fact, event.source.device
        if isinstance(fact, ConfigApplied):
            row = {"site": site, "device": device, "part": fact.part, "at": at}
            said = {"version": fact.version, "applied": fact.applied, "why": fact.why}
            self._applied[site, device, fact.part] = row | said
        elif isinstance(fact, Call):
            self._calls.append(_call(site, event, fact, event.id) | {"at": at})
        elif isinstance(fact, CallEnded):
            waited = round(fact.waited_seconds)
            end = {"ended": at, "outcome": fact.outcome.value, "waited_seconds": waited}
            self._ends.append(_call(site, event, fact, fact.call) | end | {"at": at - waited * 1_000_000})

    def flush(self, connection: Connection) -> None:
        _write(connection, outward.applied, ("site", "device", "part"), list(self._applied.values()))
        _write(connection, outward.room_calls, ("site", "device", "call"), self._calls, keep=("at",))
        _write(connection, outward.room_calls, ("site", "device", "call"), self._ends, keep=("at",))
        self._applied, self._calls, self._ends = {}, [], []


def _call(site: int, event: Event, fact: Call | CallEnded, call: str) -> Row:
    return {"site": site, "device": event.source.device, "call": call, "room_group": fact.group, "room": fact.room}


def _write(
    connection: Connection, table: Any, keys: tuple[str, ...], rows: list[Row], keep: tuple[str, ...] = ()
) -> None:
    """Insert rows, or replace what they say of a row that is there, but for what it shall keep."""
    if rows:
        statement = upsert(connection.dialect, table)
        told = {name: statement.excluded[name] for name in rows[0] if name not in (*keys, *keep)}
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=told), rows)
