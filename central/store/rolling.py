"""What each fact adds to the roll-ups: a pure function per kind of fact, and the tally that adds them up."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
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

_HEALTH_SPEAKS_OF_SECONDS = 60
"""A report of health comes once a minute and tells of the minute before it."""

_CAMERA_STATES = tuple(CameraState)

Key = tuple[str | int, ...]
"""site, start, length, device, and the family's own keys."""
Sums = tuple[int, ...]
Addition = tuple[Family, tuple[int, int], tuple[str | int, ...], Sums]
"""Family, (start, length), keys, what to add to the sums."""
Additions = tuple[Addition, ...]


class Tally:
    """Adds up facts in memory, so that a transaction writes each roll-up row once."""

    def __init__(self) -> None:
        self.families: defaultdict[Family, dict[Key, Sums]] = defaultdict(dict)

    def add(self, site: int, device: str, fact: Fact, at: int) -> None:
        """`at` is when it happened, in seconds since 1970; what speaks of a cell rolls up there."""
        additions = _ADDITIONS.get(type(fact))
        if additions is None:
            return
        for family, (start, length), keys, values in additions(fact, at):
            rows, key = self.families[family], (site, start, length, device, *keys)
            row = rows.get(key)
            rows[key] = values if row is None else tuple(map(add, row, values))


def quarter_of(seconds: int) -> tuple[int, int]:
    """The UTC quarter that holds an instant: start and length in seconds."""
    return seconds - seconds % QUARTER_SECONDS, QUARTER_SECONDS


@lru_cache(maxsize=4096)
def _seconds_of(start: datetime) -> int:
    """Remembered: all summaries of a quarter begin together."""
    return int(start.timestamp())


def _span(cell: Cell) -> tuple[int, int]:
    return _seconds_of(cell.start), cell.seconds


def _heard(span: tuple[int, int]) -> Addition:
    return HEARD, quarter_of(span[0]), (), (1, 0)


def _tap(tap: Tap, at: int) -> Additions:
    if TapFlag.TEST in tap.flags:
        return ()
    answer = -1 if tap.answer is None else tap.answer
    sums = (1, 0, 1) if tap.flags else (1, 1, 0)
    return ((TAPS, quarter_of(at), (tap.question, tap.kind._value_, tap.scale, answer), sums),)


def _reason(reason: Reason, at: int) -> Additions:
    return ((REASONS, quarter_of(at), (reason.question, reason.reason), (1,)),)


def _crossings(fact: CrossingCount, at: int) -> Additions:
    span, sums = _span(fact.cell), (1, fact.ins, fact.outs, fact.uturns, round(fact.valid_seconds))
    return (CROSSINGS, span, (fact.line,), sums), _heard(span)


def _zone(fact: ZoneSummary, at: int) -> Additions:
    span, sums = _span(fact.cell), (1, round(fact.valid_seconds), fact.entries, fact.stays)
    return (ZONES, span, (fact.zone,), sums), _heard(span)


def _dwell(fact: DwellSummary, at: int) -> Additions:
    sums = (fact.born_inside, fact.from_boundary, *fact.completed, *fact.censored)
    return ((DWELL, _span(fact.cell), (fact.zone,), sums),)


def _occupancy(fact: OccupancySummary, at: int) -> Additions:
    sums = (round(fact.valid_seconds), fact.person_seconds, *fact.occupancy_seconds)
    return ((OCCUPANCY, _span(fact.cell), (fact.zone,), sums),)


def _queue(fact: QueueSummary, at: int) -> Additions:
    return ((QUEUES, _span(fact.cell), (fact.zone,), (*fact.served, *fact.left)),)


def _rooms(fact: RoomSummary, at: int) -> Additions:
    span = _span(fact.cell)
    return (ROOMS, span, (fact.group,), (1, fact.sessions, fact.arrivals, fact.checks)), _heard(span)


def _room_use(fact: RoomUse, at: int) -> Additions:
    seconds = fact.cell.seconds
    sums = (seconds, fact.rooms * seconds, fact.occupied_seconds, fact.saturated_seconds)
    tail = (fact.no_wait, fact.turned_away, *fact.sessions, *fact.waits)
    return ((ROOM_USE, _span(fact.cell), (fact.group,), (*sums, *tail)),)


def _call(call: Call, at: int) -> Additions:
    return ((CALLS, quarter_of(at), (call.group,), _ONE_CALL),)


_ONE_CALL = (1, *[0] * (5 + BINS))


def _call_ended(fact: CallEnded, at: int) -> Additions:
    answered, waited = fact.outcome is CallOutcome.ANSWERED, fact.waited_seconds
    answers = [0] * (BINS + 1)  # the first is `at_once`
    if answered:
        answers[0 if waited < SHORTEST_STAY_SECONDS else bin_of(waited) + 1] = 1
    outcomes = [
        int(fact.outcome is kind) for kind in (CallOutcome.ANSWERED, CallOutcome.UNANSWERED, CallOutcome.WITHDRAWN)
    ]
    sums = (0, *outcomes, int(answered and waited <= SLA_SECONDS), *answers)
    return ((CALLS, quarter_of(at), (fact.group,), sums),)


def _impressions(fact: Impressions, at: int) -> Additions:
    span = _span(fact.cell)
    return (IMPRESSIONS, span, (), (fact.presences, fact.tapped, *fact.hesitation)), _heard(span)


def _camera(fact: CameraHealth, at: int) -> Additions:
    span, states = _span(fact.cell), [int(fact.state is state) for state in _CAMERA_STATES]
    return (CAMERAS, span, (fact.view,), (1, round(fact.valid_seconds), *states)), _heard(span)


def _health(fact: Health, at: int) -> Additions:
    return ((HEARD, quarter_of(at - _HEALTH_SPEAKS_OF_SECONDS), (), (1, fact.unrecorded_taps)),)


_ADDITIONS: dict[type[Fact], Callable[[Any, int], Additions]] = {
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
