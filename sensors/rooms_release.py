"""What may leave the device about fitting rooms: nothing about how long, until k sessions hide each other.

A `RoomSummary` of counts goes out every quarter. A `RoomUse` goes out for the hour, else for the day part, else for the
day, whichever first holds enough; a wider one holds only what was not released before (docs/metrics.md, 'Quality and
release').
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from math import inf

from events.bins import EDGES, SHORTEST_STAY_SECONDS, bin_of, histogram
from events.facts import Cell, GroupName, RoomSummary, RoomUse
from events.hours import OpeningHours, Step, end_of
from sensors.rooms_group import Tally

K = 5
LEAST_K = 3
ROUNDING_SECONDS = 10

Facts = list[RoomSummary | RoomUse]


def summary(group: GroupName, rooms: int, cell: Cell, tally: Tally) -> RoomSummary:
    """The counts of a quarter, zeros included."""
    return RoomSummary(group, cell, rooms, len(tally.sessions), tally.arrivals, tally.checks)


class RoomRelease:
    """Holds the tallies of one group until they may be told."""

    def __init__(self, group: GroupName, rooms: int, opening: OpeningHours, k: int = K) -> None:
        if k < LEAST_K:
            raise ValueError(f"k is at least {LEAST_K}, not {k}")
        self._group, self._rooms, self._opening, self._k = group, rooms, opening, k
        self._held: list[tuple[Cell, Tally]] = []
        self._since: datetime | None = None

    def add(self, cell: Cell, tally: Tally) -> Facts:
        """Take the tally of a quarter, or of what was seen of it; returns what may go out now, the counts first."""
        self._since = self._since or cell.start
        self._held.append((cell, tally))
        facts: Facts = [summary(self._group, self._rooms, cell, tally)]
        for step in (Step.HOUR, Step.PART, Step.DAY):
            whole = self._opening.cell_at(cell.start, step)
            if whole is None or end_of(whole) > end_of(cell):
                return facts
            facts += self._release(whole)
        self._held.clear()  # the day is over: what is left would point at somebody
        return facts

    def _release(self, whole: Cell) -> list[RoomUse]:
        """One record for what is held of a cell, if it may go out."""
        tallies = [tally for cell, tally in self._held if whole.start <= cell.start]
        if not may_go_out(tallies, self._k):
            return []
        self._held = self._held[: -len(tallies)]
        return [use(self._group, self._rooms, _observed(whole, self._since or whole.start), tallies)]


def use(group: GroupName, rooms: int, cell: Cell, tallies: Sequence[Tally]) -> RoomUse:
    """What the tallies amount to; seconds are rounded to 10."""
    waits = [wait for tally in tallies for wait in tally.waits]
    return RoomUse(
        group=group,
        cell=cell,
        rooms=rooms,
        occupied_seconds=_rounded(sum(_by_session(tallies).values())),
        saturated_seconds=_rounded(sum(tally.saturated_seconds for tally in tallies)),
        sessions=histogram(_lengths(tallies)),
        waits=histogram(waits),
        no_wait=sum(wait < SHORTEST_STAY_SECONDS for wait in waits),
        turned_away=sum(tally.turned_away for tally in tallies),
    )


def may_go_out(tallies: Sequence[Tally], k: int) -> bool:
    """Whether k sessions ended, none makes up more than half of the occupied time, and none can be worked out."""
    lengths, seconds = _lengths(tallies), _by_session(tallies)
    total = sum(seconds.values())
    return (
        len(lengths) >= k
        and max(seconds.values(), default=0.0) <= total / 2
        and not gives_away(lengths, _rounded(total))
    )


def gives_away(lengths: Iterable[float], occupied: float) -> bool:
    """Whether the histogram and the rounded sum together place some session within less than half of its bin.

    Reckons with a reader who knows that every session lay inside the record: the sum minus the least (most) that the
    others can have taken is the most (least) that is left for one. The last, open bin counts as wide as it begins.
    """
    bins = [(EDGES[index], EDGES[index + 1]) for index in map(bin_of, lengths)]
    slack = ROUNDING_SECONDS / 2
    for own in set(bins):
        others = Counter(bins) - Counter([own])
        least = max(own[0], occupied - slack - sum(high * n for (_, high), n in others.items()))
        most = min(own[1], occupied + slack - sum(low * n for (low, _), n in others.items()))
        width = own[0] if own[1] == inf else own[1] - own[0]
        if least <= most and most - least < width / 2:
            return True
    return False


def _observed(whole: Cell, since: datetime) -> Cell:
    """The cell without what came before the service was up: nobody looked, and no data is not zero."""
    start = max(whole.start, since)
    return Cell(start, int((end_of(whole) - start).total_seconds()))


def _lengths(tallies: Iterable[Tally]) -> list[float]:
    return [length for tally in tallies for length in tally.sessions]


def _by_session(tallies: Iterable[Tally]) -> Counter[int]:
    seconds: Counter[int] = Counter()
    for tally in tallies:
        seconds.update(tally.occupied or {})
    return seconds


def _rounded(seconds: float) -> int:
    return round(seconds / ROUNDING_SECONDS) * ROUNDING_SECONDS
