"""What each fact adds to the roll-ups: a pure function per kind of fact, and the tally that adds them up."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from operator import add
from typing import Any

from central.store.families import (
    CALLS,
    CAMERAS,
    CROSSINGS,
    DWELL,
    HEARD,
    IMPRESSIONS,
    OCCUPANCY,
    QUEUES,
    REASONS,
    ROOM_USE,
    ROOMS,
    TAPS,
    ZONES,
    Family,
)
from events.bins import BINS, SHORTEST_STAY_SECONDS, bin_of
from events.envelope import Event
from events.facts import (
    Call,
    CallEnded,
    CallOutcome,
    CameraHealth,
    CameraState,
    Cell,
    CrossingCount,
    DwellSummary,
    Fact,
    Health,
    Impressions,
    OccupancySummary,
    QueueSummary,
    Reason,
    RoomSummary,
    RoomUse,
    Tap,
    TapFlag,
    ZoneSummary,
)

QUARTER_SECONDS = 900
SLA_SECONDS = 120
"""A call answered by then was answered in time."""

_HEALTH_SPEAKS_OF = timedelta(minutes=1)
"""A report of health comes once a minute and tells of the minute before it."""

_CAMERA_STATES = tuple(CameraState)

Key = tuple[str | int, ...]
"""site, start, length, device, and the family's own keys."""
Addition = tuple[Family, tuple[int, int], tuple[str | int, ...], tuple[int, ...]]
"""Family, (start, length), keys, what to add to the sums."""


class Tally:
    """Adds up facts in memory, so that a transaction writes each roll-up row once."""

    def __init__(self) -> None:
        self.families: dict[Family, dict[Key, list[int]]] = {}

    def add(self, site: int, event: Event) -> None:
        additions = _ADDITIONS.get(type(event.fact))
        if additions is None:
            return
        for family, cell, keys, values in additions(event.fact, event.stamp.time):
            rows = self.families.setdefault(family, {})
            key = (site, *cell, event.source.device, *keys)
            row = rows.get(key)
            rows[key] = list(values if row is None else map(add, row, values))


def quarter_of(moment: datetime) -> tuple[int, int]:
    """The UTC quarter that holds an instant: start and length in seconds."""
    return int(moment.timestamp()) // QUARTER_SECONDS * QUARTER_SECONDS, QUARTER_SECONDS


def _span(cell: Cell) -> tuple[int, int]:
    return int(cell.start.timestamp()), cell.seconds


def _heard(cell: Cell) -> Addition:
    return HEARD, quarter_of(cell.start), (), (1, 0)


def _tap(tap: Tap, at: datetime) -> Iterator[Addition]:
    if TapFlag.TEST in tap.flags:
        return
    answer = -1 if tap.answer is None else tap.answer
    flagged = int(bool(tap.flags))
    yield TAPS, quarter_of(at), (tap.question, tap.kind.value, tap.scale, answer), (1, 1 - flagged, flagged)


def _reason(reason: Reason, at: datetime) -> Iterator[Addition]:
    yield REASONS, quarter_of(at), (reason.question, reason.reason), (1,)


def _crossings(fact: CrossingCount, at: datetime) -> Iterator[Addition]:
    sums = (1, fact.ins, fact.outs, fact.uturns, round(fact.valid_seconds))
    yield CROSSINGS, _span(fact.cell), (fact.line,), sums
    yield _heard(fact.cell)


def _zone(fact: ZoneSummary, at: datetime) -> Iterator[Addition]:
    yield ZONES, _span(fact.cell), (fact.zone,), (1, round(fact.valid_seconds), fact.entries, fact.stays)
    yield _heard(fact.cell)


def _dwell(fact: DwellSummary, at: datetime) -> Iterator[Addition]:
    sums = (fact.born_inside, fact.from_boundary, *fact.completed, *fact.censored)
    yield DWELL, _span(fact.cell), (fact.zone,), sums


def _occupancy(fact: OccupancySummary, at: datetime) -> Iterator[Addition]:
    sums = (round(fact.valid_seconds), fact.person_seconds, *fact.occupancy_seconds)
    yield OCCUPANCY, _span(fact.cell), (fact.zone,), sums


def _queue(fact: QueueSummary, at: datetime) -> Iterator[Addition]:
    yield QUEUES, _span(fact.cell), (fact.zone,), (*fact.served, *fact.left)


def _rooms(fact: RoomSummary, at: datetime) -> Iterator[Addition]:
    yield ROOMS, _span(fact.cell), (fact.group,), (1, fact.sessions, fact.arrivals, fact.checks)
    yield _heard(fact.cell)


def _room_use(fact: RoomUse, at: datetime) -> Iterator[Addition]:
    seconds = fact.cell.seconds
    sums = (seconds, fact.rooms * seconds, fact.occupied_seconds, fact.saturated_seconds)
    tail = (fact.no_wait, fact.turned_away, *fact.sessions, *fact.waits)
    yield ROOM_USE, _span(fact.cell), (fact.group,), (*sums, *tail)


def _call(call: Call, at: datetime) -> Iterator[Addition]:
    yield CALLS, quarter_of(at), (call.group,), (1, *[0] * (5 + BINS))


def _call_ended(fact: CallEnded, at: datetime) -> Iterator[Addition]:
    answered, waited = fact.outcome is CallOutcome.ANSWERED, fact.waited_seconds
    answers = [0] * (BINS + 1)  # the first is `at_once`
    if answered:
        answers[0 if waited < SHORTEST_STAY_SECONDS else bin_of(waited) + 1] = 1
    outcomes = [
        int(fact.outcome is kind) for kind in (CallOutcome.ANSWERED, CallOutcome.UNANSWERED, CallOutcome.WITHDRAWN)
    ]
    sums = (0, *outcomes, int(answered and waited <= SLA_SECONDS), *answers)
    yield CALLS, quarter_of(at), (fact.group,), sums


def _impressions(fact: Impressions, at: datetime) -> Iterator[Addition]:
    yield IMPRESSIONS, _span(fact.cell), (), (fact.presences, fact.tapped, *fact.hesitation)
    yield _heard(fact.cell)


def _camera(fact: CameraHealth, at: datetime) -> Iterator[Addition]:
    states = (int(fact.state is state) for state in _CAMERA_STATES)
    yield CAMERAS, _span(fact.cell), (fact.view,), (1, round(fact.valid_seconds), *states)
    yield _heard(fact.cell)


def _health(fact: Health, at: datetime) -> Iterator[Addition]:
    yield HEARD, quarter_of(at - _HEALTH_SPEAKS_OF), (), (1, fact.unrecorded_taps)


_ADDITIONS: dict[type[Fact], Callable[[Any, datetime], Iterator[Addition]]] = {
    Tap: _tap,
    Reason: _reason,
    CrossingCount: _crossings,
    ZoneSummary: _zone,
    DwellSummary: _dwell,
    OccupancySummary: _occupancy,
    QueueSummary: _queue,
    RoomSummary: _rooms,
    RoomUse: _room_use,
    Call: _call,
    CallEnded: _call_ended,
    Impressions: _impressions,
    CameraHealth: _camera,
    Health: _health,
}
