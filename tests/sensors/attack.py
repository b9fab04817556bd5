"""What a reader who has everything that a shop sent could work out about one stay.

They know more than anybody should: who was in each record, in which bin each stay ended up, and in which quarters it
began and ended (the counts of every quarter). A reader of `TwoZones` knows besides that the same person then went next
door, in which quarters they were there, and everything that zone sent: its distributions say of everybody that they
stayed at least as long as the shortest. All that they lack is the seconds. What is possible for everybody is narrowed
down, record by record and person by person, until nothing moves any more.

Nothing that is sent says in which bin somebody ended up next door, unless all did in one. A reader who `knows_bins` has
asked somebody else.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from random import Random

from events.bins import EDGES, bin_of
from events.facts import Cell, DwellSummary, OccupancySummary
from tests.sensors.shop_days import OPEN_SECONDS, Person, day_of_people

QUARTER, OPENS_AT = 900, 9
CELLS = 6
"""Of the heat map, in one zone."""
SWEEPS, ROUNDS = 6, 3
Range = tuple[float, float]


@dataclass(frozen=True)
class Shopper:
    """A visit to a zone, and the one to its neighbour that followed, if any."""

    here: Person
    next: Person | None
    shares: tuple[float, ...]
    """Of the visit, in each cell of the zone."""

    @property
    def bin(self) -> Range:
        if self.here.seconds < EDGES[0]:
            return 0.0, EDGES[0]
        i = bin_of(self.here.seconds)
        return EDGES[i], EDGES[i + 1]

    @property
    def bin_width(self) -> float:
        """The last bin has no upper end, but the counts of the quarters give it one."""
        low, high = self.bin
        between = len(self.quarters) - 1
        return min(high, QUARTER * (between + 1)) - max(low, QUARTER * (between - 1))

    @property
    def quarters(self) -> range:
        """Those that the visit touches; the first and the last only in part."""
        return range(int(self.here.at // QUARTER), int(self.here.end // QUARTER) + 1)


def shoppers_of(seed: int, linger: bool = False) -> list[Shopper]:
    """A day of one zone, whose people may go on to the next zone, and stand in one corner or walk about.

    Where they `linger`, the next zone is as any other; else they only pass it.
    """
    dice, other, shoppers = Random(seed), Random(f"{seed}/next door"), []
    usual = other.choice([8, 25, 90, 400, 1500])
    for person in day_of_people(seed):
        start = person.end + dice.uniform(1, 30)
        passing, staying = dice.lognormvariate(3.5, 1.0), other.lognormvariate(0, 0.8) * usual
        seconds = min(staying if linger else passing, OPEN_SECONDS - start)
        onward = Person(start, seconds) if seconds > 0 and dice.random() < 0.5 else None
        stops = dice.sample(range(CELLS), dice.choice([1, 2, 3]))
        cuts = sorted([0.0, *(dice.random() for _ in stops[1:]), 1.0])
        lengths = dict(zip(stops, (b - a for a, b in pairwise(cuts)), strict=True))
        shoppers.append(Shopper(person, onward, tuple(lengths.get(i, 0.0) for i in range(CELLS))))
    return shoppers


@dataclass
class Told:
    """A record of presence, as the reader sees it."""

    quarters: frozenset[int]
    total: Range
    """Bounds of the person-seconds."""
    busy: float
    """Nobody was there for longer."""
    inside: list[int] = field(default_factory=list)
    """Who was: positions in the list of shoppers."""


def told(records: Sequence[OccupancySummary], rounding: float = 10.0) -> list[Told]:
    """A wider record speaks of the quarters that no narrower one told."""
    found: list[Told] = []
    for record in sorted(records, key=lambda record: record.cell.seconds):
        first = seconds_of(record.cell) // QUARTER
        quarters = frozenset(range(first, first + record.cell.seconds // QUARTER))
        quarters = quarters.difference(*(other.quarters for other in found))
        busy = record.valid_seconds - max(0.0, record.occupancy_seconds[0] - rounding / 2)
        found.append(Told(quarters, _total(record, rounding), busy))
    return found


def _total(record: OccupancySummary, rounding: float) -> Range:
    """From the person-seconds and from the seconds at each occupancy."""
    by_occupancy, slack = record.occupancy_seconds, rounding / 2
    least = sum(n * max(0, s - slack) for n, s in enumerate(by_occupancy))
    most = sum(n * (s + slack) for n, s in enumerate(by_occupancy)) if by_occupancy[8] == 0 else inf
    return max(record.person_seconds - slack, least), min(record.person_seconds + slack, most)


class Reader:
    """Narrows down everybody's seconds in every record."""

    def __init__(self, shoppers: Sequence[Shopper], records: Sequence[Told]) -> None:
        self.shoppers, self.records = shoppers, records
        self._whole = [shopper.bin for shopper in shoppers]
        self.parts: list[dict[int, Range]] = [{} for _ in shoppers]
        """For each shopper, record -> possible seconds; -1: what no record speaks of."""
        for i, shopper in enumerate(shoppers):
            untold = set(shopper.quarters)
            for r, record in enumerate(records):
                if shared := record.quarters & untold:
                    self.parts[i][r] = _bounds(shopper, shared, record.busy)
                    record.inside.append(i)
                    untold -= shared
            self.parts[i][-1] = _bounds(shopper, frozenset(untold), inf) if untold else (0.0, 0.0)

    def narrowest(self) -> float:
        """The narrowest possible interval of any stay that was told, in halves of its bin: below 1 it is given away."""
        self.narrow()
        return min((self.width(i) / (self.shoppers[i].bin_width / 2) for i in self.told()), default=inf)

    def narrow(self) -> None:
        for _ in range(SWEEPS):
            for r, record in enumerate(self.records):
                self._sum_up(record.inside, [self.parts[i][r] for i in record.inside], record.total, r)
            for i, parts in enumerate(self.parts):
                self._narrow_person(i, parts)

    def width(self, i: int) -> float:
        least, most = self.possible(i)
        assert least - 1e-6 <= self.shoppers[i].here.seconds <= most + 1e-6, "the reader has fooled themselves"
        return most - least

    def possible(self, i: int) -> Range:
        """Seconds of the whole visit."""
        low, high = (sum(bounds) for bounds in zip(*self.parts[i].values(), strict=True))
        return max(low, self._whole[i][0]), min(high, self._whole[i][1])

    def know(self, i: int, most: float) -> None:
        """Something else says that the whole visit was no longer."""
        low, high = self._whole[i]
        self._whole[i] = low, max(low, min(high, most))

    def know_no_bins(self, distributions: Sequence[DwellSummary]) -> None:
        """Of a stay, only that it was none of less than the shortest of which the same record speaks."""
        self._whole = [
            shopper.bin if shopper.here.seconds < EDGES[0] else (_shortest(shopper.here, distributions), inf)
            for shopper in self.shoppers
        ]

    def limit(self, i: int, r: int, most: float) -> None:
        """Something else says that they were there for no longer."""
        low, high = self.parts[i][r]
        self.parts[i][r] = low, max(low, min(high, most))

    def told(self) -> list[int]:
        return [i for i, parts in enumerate(self.parts) if len(parts) > 1 and self.shoppers[i].here.seconds >= EDGES[0]]

    def _sum_up(self, people: Sequence[int], ranges: Sequence[Range], total: Range, r: int) -> None:
        lows, highs = sum(low for low, _ in ranges), sum(high for _, high in ranges)
        for i, (low, high) in zip(people, ranges, strict=True):
            self.parts[i][r] = max(low, total[0] - (highs - high)), min(high, total[1] - (lows - low))

    def _narrow_person(self, i: int, parts: dict[int, Range]) -> None:
        lows, highs = sum(low for low, _ in parts.values()), sum(high for _, high in parts.values())
        least, most = self._whole[i]
        for r, (low, high) in parts.items():
            parts[r] = max(low, least - (highs - high)), min(high, most - (lows - low))


@dataclass(frozen=True)
class Sent:
    """All that a zone sent of a day."""

    presence: Sequence[Told] = ()
    distributions: Sequence[DwellSummary] = ()


class TwoZones:
    """A zone and its neighbour in the same view: whoever went on had left the one before they came to the other."""

    def __init__(self, shoppers: Sequence[Shopper], here: Sent, there: Sent, knows: Collection[str]) -> None:
        """`knows` says of which zones the reader knows the bins, `here`, `there` or both; their stays are attacked."""
        onward = [(i, shopper.next) for i, shopper in enumerate(shoppers) if shopper.next]
        self._pairs = [(i, j) for j, (i, _) in enumerate(onward)]
        self.here = Reader(shoppers, here.presence)
        self.there = Reader([Shopper(visit, None, ()) for _, visit in onward], there.presence)
        for reader, sent, zone in ((self.here, here, "here"), (self.there, there, "there")):
            if zone not in knows:
                reader.know_no_bins(sent.distributions)
        self.attacked = [reader for reader, zone in ((self.here, "here"), (self.there, "there")) if zone in knows]

    def narrowest(self) -> float:
        """See `Reader`."""
        for _ in range(ROUNDS):
            self.here.narrow()
            self.there.narrow()
            for i, j in self._pairs:
                self._hold_apart(i, j)
        return min(reader.narrowest() for reader in self.attacked)

    def _hold_apart(self, i: int, j: int) -> None:
        """Both together fit between the quarter in which the first began and that in which the second ended."""
        came, left = self.here.shoppers[i].quarters[0], self.there.shoppers[j].quarters[-1]
        both = QUARTER * (left + 1 - came)
        least_here, least_there = self.here.possible(i)[0], self.there.possible(j)[0]
        self.here.know(i, most=both - least_there)
        self.there.know(j, most=both - least_here)


def _shortest(visit: Person, distributions: Sequence[DwellSummary]) -> float:
    """Nobody of whom the same record speaks stayed for less."""
    for record in distributions:
        start = seconds_of(record.cell)
        if start <= visit.end < start + record.cell.seconds:
            return EDGES[min(i for i, n in enumerate(record.completed) if n)]
    return EDGES[0]


def seconds_of(cell: Cell) -> int:
    """From the opening to its start."""
    return round((cell.start - cell.start.replace(hour=OPENS_AT, minute=0)).total_seconds())


def _bounds(shopper: Shopper, quarters, busy: float) -> Range:
    """The whole of a quarter between the first and the last, and anything of those two."""
    inner = range(shopper.quarters[0] + 1, shopper.quarters[-1])
    low = QUARTER * sum(quarter in inner for quarter in quarters)
    return low, max(low, min(QUARTER * len(quarters & set(shopper.quarters)), busy))


# ---- heat, as it might be sent ---------------------------------------------------------------------------------------


def read_heat(reader: Reader, k: int, rounding: float, knows_corners: bool) -> None:
    """Adds seconds in each cell that k people and more stood in, rounded; the person-seconds are their sum.

    A reader who `knows_corners` knows in which cells everybody stood.
    """
    for r, record in enumerate(reader.records):
        seconds = {i: _seconds_in(reader.shoppers[i], record.quarters) for i in record.inside}
        cells: dict[int, float] = {}
        for cell in range(CELLS):
            there = [seconds[i] * reader.shoppers[i].shares[cell] for i in record.inside]
            if sum(s > 0 for s in there) >= k:
                cells[cell] = round(sum(there) / rounding) * rounding
        whole = all(c in cells for i in record.inside for c in range(CELLS) if reader.shoppers[i].shares[c])
        most = sum(s + rounding / 2 for s in cells.values()) if whole else inf
        least = sum(max(0.0, s - rounding / 2) for s in cells.values())
        record.total = max(record.total[0], least), min(record.total[1], most)
        for i in record.inside if knows_corners else ():
            mine = [c for c in range(CELLS) if reader.shoppers[i].shares[c]]
            if all(c in cells for c in mine):
                reader.limit(i, r, sum(cells[c] + rounding / 2 for c in mine))


def _seconds_in(shopper: Shopper, quarters) -> float:
    parts = [(max(shopper.here.at, QUARTER * q), min(shopper.here.end, QUARTER * (q + 1))) for q in quarters]
    return sum(end - start for start, end in parts if end > start)
