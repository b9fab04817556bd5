"""What may be said about stays: distributions, person-seconds and a queue's endings, each through the gate.

Counts go out every quarter. Nobody's seconds may follow from a record, whatever its reader knows (docs/metrics.md,
'Quality and release').
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf

from events.bins import BINS, EDGES, SHORTEST_STAY_SECONDS, bin_of, histogram
from events.facts import Cell, DwellSummary, OccupancySummary, QueueSummary, ZoneName
from events.hours import OpeningHours
from sensors.gate import Gate, Pool, check_k

ROUNDING_SECONDS = 10
_UNSEEN = (0,) * BINS

Record = DwellSummary | OccupancySummary | QueueSummary


@dataclass(frozen=True, slots=True)
class Part:
    """One person's presence in a quarter."""

    seconds: float
    so_far: float
    """Seconds of the whole visit up to the end of this presence."""
    least: float = 0.0
    most: float = inf
    """What the counts of the quarters leave open: all but the first and the last that it touches are full of it."""


@dataclass(slots=True)
class Tally:
    """What is known of a zone in a quarter, or of a quarter that was observed in part."""

    completed: list[float] = field(default_factory=list)
    """Seconds of stays that ended in this quarter; so are the next four."""
    censored: list[float] = field(default_factory=list)
    born_inside: list[float] = field(default_factory=list)
    served: list[float] = field(default_factory=list)
    left: list[float] = field(default_factory=list)
    occupancy: list[float] = field(default_factory=lambda: [0.0] * 9)
    """Valid seconds with 0, 1, .. 7, 8 and more people."""
    person_seconds: float = 0.0
    parts: dict[int, Part] = field(default_factory=dict)
    """Visitor -> presence in this quarter, short visits and unfinished ones included."""

    @property
    def stays(self) -> int:
        return len(self.completed) + len(self.censored) + len(self.born_inside)


Tallies = Sequence[Tally]


class ZoneRelease:
    """One zone's gate: takes its quarters in order, lets out what may go."""

    def __init__(self, zone: ZoneName, opening: OpeningHours, k: int, is_queue: bool = False) -> None:
        check_k(k)
        pools: list[Pool[Tally, Record]] = [
            Pool(lambda held: sum(t.stays for t in held) >= k, lambda cell, held: dwell(zone, cell, held)),
            Pool(lambda held: may_tell_presence(held, k), lambda cell, held: presence(zone, cell, held)),
        ]
        if is_queue:
            enough = lambda held: sum(len(t.served) + len(t.left) for t in held) >= k  # noqa: E731
            pools.append(Pool(enough, lambda cell, held: queue(zone, cell, held)))
        self._gate = Gate(opening, pools)
        self.add, self.set_clock, self.close = self._gate.add, self._gate.set_clock, self._gate.close


def dwell(zone: ZoneName, cell: Cell, tallies: Tallies) -> DwellSummary:
    """How long people stayed; the born inside are in neither histogram."""
    completed = histogram(s for tally in tallies for s in tally.completed)
    censored = histogram(s for tally in tallies for s in tally.censored)
    born_inside = sum(len(tally.born_inside) for tally in tallies)
    return DwellSummary(zone, cell, completed, censored, born_inside, sum(completed) + sum(censored))


def queue(zone: ZoneName, cell: Cell, tallies: Tallies) -> QueueSummary:
    """How stays in a queue ended."""
    served = histogram(s for tally in tallies for s in tally.served)
    return QueueSummary(zone, cell, served, histogram(s for tally in tallies for s in tally.left))


def presence(zone: ZoneName, cell: Cell, tallies: Tallies) -> OccupancySummary:
    """How full the zone was; every figure is rounded to 10 s, as their sum would undo the rounding of one."""
    occupancy, person_seconds, valid = _sums(tallies)
    return OccupancySummary(zone, cell, valid, _rounded(person_seconds), tuple(_rounded(s) for s in occupancy))


def may_tell_presence(tallies: Tallies, k: int) -> bool:
    """Enough stays; nobody makes up more than half; nobody's seconds follow from the record and the histograms."""
    if sum(tally.stays for tally in tallies) < k:
        return False
    parts = _joined(tallies)
    total = sum(part.seconds for part in parts)
    if not parts or max(part.seconds for part in parts) > total / 2:
        return False
    occupancy, person_seconds, valid = _sums(tallies)
    return not gives_away(parts, told(_rounded(person_seconds), [_rounded(s) for s in occupancy], valid))


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader can work out from a record of presence."""

    least: float
    most: float
    """Bounds of the person-seconds."""
    busy: float
    """At most so many seconds with anybody inside: nobody was there for longer."""
    occupancy: tuple[float, ...]
    """At most so many seconds with 0, 1, .. people."""

    def most_of(self, people: int) -> float:
        """Bound of what so many people together can have taken."""
        if self.occupancy[-1] > 0:
            return inf  # '8 and more' has no upper end
        return sum(min(n, people) * seconds for n, seconds in enumerate(self.occupancy))


def told(person_seconds: int, occupancy: Sequence[int], valid: float) -> Told:
    """The tightest bounds that the rounded figures and the valid seconds, known exactly, imply together."""
    slack = ROUNDING_SECONDS / 2
    low = [max(0.0, s - slack) for s in occupancy]
    high = [float(s) + slack if s else slack for s in occupancy]
    if not occupancy[-1]:
        high[-1] = 0.0
    least = _spread(low, high, valid, range(len(low)))
    most = _spread(low, high, valid, range(len(low) - 1, -1, -1)) if high[-1] == 0 else inf
    return Told(max(person_seconds - slack, least), min(person_seconds + slack, most), valid - low[0], tuple(high))


def _spread(low: Sequence[float], high: Sequence[float], valid: float, order: Iterable[int]) -> float:
    """Person-seconds when the time that is left over the lower bounds goes to these occupancies first."""
    people_seconds = sum(n * s for n, s in enumerate(low))
    left = valid - sum(low)
    for n in order:
        step = min(left, high[n] - low[n])
        people_seconds, left = people_seconds + n * step, left - step
    return people_seconds


def gives_away(parts: Sequence[Part], told: Told) -> bool:
    """Whether somebody's seconds lie within less than half of their bin, for a reader who knows everybody's bin.

    The reader knows that the parts add up to the person-seconds, each within what its bin leaves open, and nothing of
    the people who only passed by but that they were there for less than 3 s. Somebody can have been present for no less
    than the least sum minus the most of all others, and no more than the most sum minus the least of all others.
    """
    ranges = [_range(part, told.busy) for part in parts]
    lows, highs = sum(low for low, _ in ranges), sum(high for _, high in ranges)
    others_most = told.most_of(len(parts) - 1)
    for part, (low, high) in zip(parts, ranges, strict=True):
        if part.so_far >= SHORTEST_STAY_SECONDS:
            least = max(low, told.least - min(highs - high, others_most))
            most = min(high, told.most - (lows - low))
            if most - least < _half_bin(part):
                return True
    return False


def _range(part: Part, busy: float) -> tuple[float, float]:
    """The least and the most that this part can have been, to a reader who knows the earlier parts.

    The counts of the quarters say when it began and ended; and nobody was there for longer than anybody was.
    """
    low, high = _bin(part.so_far) if part.so_far >= SHORTEST_STAY_SECONDS else (0.0, SHORTEST_STAY_SECONDS)
    earlier = part.so_far - part.seconds
    return max(low - earlier, part.least), min(high - earlier, part.most, busy)


def _half_bin(part: Part) -> float:
    """Half of what bin and counts leave open of the stay; the last bin has no other end than the counts'."""
    low, high = _bin(part.so_far)
    if high < inf:
        return (high - low) / 2
    return (part.most - max(part.least, low - part.so_far + part.seconds)) / 2


def _bin(seconds: float) -> tuple[float, float]:
    i = bin_of(seconds)
    return EDGES[i], EDGES[i + 1]


def _joined(tallies: Tallies) -> list[Part]:
    """Each visitor once, over all quarters."""
    visits: dict[int, list[tuple[Part, float]]] = {}
    for tally in tallies:
        valid = sum(tally.occupancy)
        for visitor, part in tally.parts.items():
            visits.setdefault(visitor, []).append((part, valid))
    return [_whole(visit) for visit in visits.values()]


def _whole(visit: list[tuple[Part, float]]) -> Part:
    """One part of several, each with the valid seconds of its quarter."""
    seconds, touched = sum(part.seconds for part, _ in visit), sum(valid for _, valid in visit)
    inner = sum(valid for _, valid in visit[1:-1])
    # Who steps outside for a moment is not there all along, though the visit goes on.
    return Part(seconds, visit[-1][0].so_far, min(inner, seconds), touched)


def _sums(tallies: Tallies) -> tuple[list[float], float, float]:
    """Occupancy, person-seconds and valid seconds."""
    occupancy = [sum(column) for column in zip(*(tally.occupancy for tally in tallies), strict=True)]
    return occupancy, sum(tally.person_seconds for tally in tallies), sum(occupancy)


def _rounded(seconds: float) -> int:
    return round(seconds / ROUNDING_SECONDS) * ROUNDING_SECONDS
