"""What may leave the device about fitting rooms: nothing about how long, until k sessions hide each other.

A `RoomSummary` of counts goes out every quarter. A `RoomUse` goes out for the hour, else for the day part, else for the
day, whichever first holds enough; a wider one holds only what was not released before, and its cell reaches from the
first to the last quarter of that (docs/metrics.md, 'Quality and release').
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from events.bins import EDGES, SHORTEST_STAY_SECONDS, bin_of, histogram
from events.facts import Cell, GroupName, RoomSummary, RoomUse
from events.hours import WIDER, OpeningHours, end_of, lies_in, moved, wholes_over
from sensors.gate import check_k
from sensors.rooms_group import Tally

K = 5
ROUNDING_SECONDS = 10

Facts = list[RoomSummary | RoomUse]


def summary(group: GroupName, rooms: int, cell: Cell, tally: Tally) -> RoomSummary:
    """The counts of a quarter, zeros included."""
    return RoomSummary(group, cell, rooms, len(tally.sessions), tally.arrivals, tally.checks)


class RoomRelease:
    """Holds the tallies of one group until they may be told."""

    def __init__(self, group: GroupName, rooms: int, opening: OpeningHours, k: int = K) -> None:
        check_k(k)
        self._group, self._rooms, self._opening, self._k = group, rooms, opening, k
        self._held: list[tuple[Cell, Tally]] = []

    def add(self, cell: Cell, tally: Tally) -> Facts:
        """Take the tally of a quarter, or of what was seen of it; returns what may go out now, the counts first."""
        self._held.append((cell, tally))
        facts: Facts = [summary(self._group, self._rooms, cell, tally)]
        for step in WIDER:
            whole = self._opening.cell_at(cell.start, step)
            if whole is None or end_of(whole) > end_of(cell):
                return facts
            facts += self._release(whole)
        self._held.clear()  # the day is over: what is left would point at somebody
        return facts

    def set_clock(self, step: timedelta, at: datetime) -> Facts:
        """The wall clock was set by `step` to `at`: what is held lies where that says; returns what is due."""
        self._held = [(moved(cell, step), tally) for cell, tally in self._held]
        wholes = wholes_over(self._opening, [cell for cell, _ in self._held], at)
        return [record for whole in wholes for record in self._release(whole)]

    def close(self) -> Facts:
        """The service ends: what is held goes out as if hour, part and day ended here, or never."""
        last = self._held[-1][0].start if self._held else None
        wholes = [self._opening.cell_at(last, step) for step in WIDER] if last else []
        facts: Facts = [record for whole in wholes if whole for record in self._release(whole)]
        self._held.clear()
        return facts

    def _release(self, whole: Cell) -> list[RoomUse]:
        """One record for what is held of a cell, if it may go out; its own cell is what it speaks of."""
        held = [(cell, tally) for cell, tally in self._held if lies_in(cell, whole)]
        if not held:
            return []
        tallies, start = [tally for _, tally in held], held[0][0].start
        seen = Cell(start, int((end_of(held[-1][0]) - start).total_seconds()))
        record = use(self._group, self._rooms, seen, tallies)
        if not may_go_out(record, tallies, self._k):
            return []
        self._held = [(cell, tally) for cell, tally in self._held if not lies_in(cell, whole)]
        return [record]


def use(group: GroupName, rooms: int, cell: Cell, tallies: Sequence[Tally]) -> RoomUse:
    """What the tallies amount to; seconds are rounded to 10."""
    waits = [wait for tally in tallies for wait in tally.waits]
    return RoomUse(
        group=group,
        cell=cell,
        rooms=rooms,
        occupied_seconds=_rounded(sum(_occupied(tallies).values())),
        saturated_seconds=_rounded(sum(tally.saturated_seconds for tally in tallies)),
        sessions=histogram(_sessions(tallies).values()),
        waits=histogram(waits),
        no_wait=sum(wait < SHORTEST_STAY_SECONDS for wait in waits),
        turned_away=sum(tally.turned_away for tally in tallies),
    )


def may_go_out(record: RoomUse, tallies: Sequence[Tally], k: int) -> bool:
    """Whether k sessions ended, none makes up more than half of the occupied time, and none can be worked out."""
    seconds = _occupied(tallies).values()
    return (
        sum(record.sessions) >= k and max(seconds, default=0.0) <= sum(seconds) / 2 and not gives_away(record, tallies)
    )


@dataclass(frozen=True, slots=True)
class _Bin:
    """What a reader of the histogram knows about a session."""

    low: float
    high: float
    began_before: bool = False
    """The record holds a part of it, of unknown length."""

    @property
    def least(self) -> float:
        """Seconds that the record holds of it at least; `high` is the most."""
        return 0.0 if self.began_before else self.low

    @property
    def half(self) -> float:
        """The last bin has no end, and counts as wide as where it begins."""
        return (self.low if self.high == inf else self.high - self.low) / 2


_GOES_ON = _Bin(0.0, inf)
"""Nobody is told the bin of a session that has not ended."""


def gives_away(record: RoomUse, tallies: Sequence[Tally]) -> bool:
    """Whether a record places some session within less than half of its bin.

    Reckons with a reader who knows everybody's bin, and who had begun before the record's time. The rounded sum minus
    the least (most) that the others can have taken is the most (least) that is left for one; and nobody was there for
    longer than there was anybody.
    """
    bins, slack = Counter(_bins(tallies)), ROUNDING_SECONDS / 2
    least_sum, most_sum = record.occupied_seconds - slack, record.occupied_seconds + slack
    busy = most_sum - (record.rooms - 1) * max(0.0, record.saturated_seconds - slack)
    for own in bins.keys() - {_GOES_ON}:
        others = bins - Counter([own])
        least = max(own.low, least_sum - sum(other.high * n for other, n in others.items()))
        most = min(busy, most_sum - sum(other.least * n for other, n in others.items()))
        if (own.high if own.began_before else min(own.high, most)) - least < own.half:
            return True
    return False


def _bins(tallies: Sequence[Tally]) -> Iterator[_Bin]:
    occupied, sessions = _occupied(tallies), _sessions(tallies)
    yield from (_GOES_ON for number in occupied if number not in sessions)
    for number, length in sessions.items():
        index = bin_of(length)
        yield _Bin(EDGES[index], EDGES[index + 1], began_before=length - occupied.get(number, 0.0) > 1e-3)


def _sessions(tallies: Iterable[Tally]) -> dict[int, float]:
    """Number -> length of each session that ended."""
    return {number: length for tally in tallies for number, length in tally.sessions.items()}


def _occupied(tallies: Iterable[Tally]) -> dict[int, float]:
    """Number -> seconds of each session, over all tallies."""
    seconds: dict[int, float] = {}
    for tally in tallies:
        for number, inside in tally.occupied.items():
            seconds[number] = seconds.get(number, 0.0) + inside
    return seconds


def _rounded(seconds: float) -> int:
    return round(seconds / ROUNDING_SECONDS) * ROUNDING_SECONDS
