"""Distributions of a day, cut into the records that may be released."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from events.bins import SHORTEST_STAY_SECONDS, histogram
from events.facts import Cell, DwellSummary, GroupName, OccupancySummary, QueueSummary, RoomUse, ZoneName
from events.hours import OpeningHours, Step
from simulator.release import Hours, K, releases, shared_out, tens
from simulator.truth import Stay, Truth, Wait

Seconds = npt.NDArray[np.int32]
MOST_PEOPLE = 8


@dataclass(frozen=True)
class Day:
    opening: OpeningHours
    truth: Truth
    edges: tuple[float, ...] = field(init=False)
    """Hours of the day in seconds after opening, closing included."""

    def __post_init__(self) -> None:
        cells = self.opening.cells(self.truth.day, Step.HOUR)
        starts = [(cell.start - self.truth.opening).total_seconds() for cell in cells]
        object.__setattr__(self, "edges", (*starts, self.truth.seconds))

    @property
    def hours(self) -> range:
        return range(len(self.edges) - 1)

    def hour_of(self, at: float) -> int:
        return bisect_right(self.edges, at, 1, len(self.edges) - 1) - 1

    def by_hour(self, things: Iterable[tuple[float, float]]) -> list[list[float]]:
        """Values by the hour of their time."""
        found: list[list[float]] = [[] for _ in self.hours]
        for at, value in things:
            found[self.hour_of(at)].append(value)
        return found

    def released(self, enough: Callable[[Hours], bool]) -> list[tuple[Cell, Hours]]:
        return [(one.cell, one.hours) for one in releases(self.opening, self.truth.day, enough)]


def dwell(day: Day, zone: ZoneName, stays: Sequence[Stay]) -> list[tuple[Cell, DwellSummary]]:
    """Every stay began at the boundary and was seen to its end."""
    lengths = day.by_hour((stay.end, stay.seconds) for stay in stays)
    found = []
    for cell, hours in day.released(lambda hours: sum(len(lengths[hour]) for hour in hours) >= K):
        counts = histogram(second for hour in hours for second in lengths[hour])
        found.append((cell, DwellSummary(zone, cell, counts, histogram(()), 0, sum(counts))))
    return found


def occupancy(
    day: Day, zone: ZoneName, inside: Sequence[Stay], valid: Sequence[float]
) -> list[tuple[Cell, OccupancySummary]]:
    """Person-seconds of all, and for how long how many were there."""
    people = levels(((stay.start, stay.end) for stay in inside), day.truth.seconds)
    shares = _shares(day, inside)
    found = []
    for cell, hours in day.released(lambda hours: shared_out([shares[hour] for hour in hours])):
        seconds = np.zeros(MOST_PEOPLE + 1, dtype=np.int64)
        for hour in hours:
            start = round(day.edges[hour])
            seen = people[start : start + round(valid[hour])]
            seconds += np.bincount(np.minimum(seen, MOST_PEOPLE), minlength=MOST_PEOPLE + 1)
        person_seconds = tens(sum(sum(shares[hour].values()) for hour in hours))
        counts = tuple(int(count) for count in seconds)
        found.append((cell, OccupancySummary(zone, cell, sum(valid[hour] for hour in hours), person_seconds, counts)))
    return found


def queue(day: Day, zone: ZoneName, waits: Sequence[Wait]) -> list[tuple[Cell, QueueSummary]]:
    served = day.by_hour((wait.end, wait.seconds) for wait in waits if wait.served)
    left = day.by_hour((wait.end, wait.seconds) for wait in waits if not wait.served)
    found = []
    for cell, hours in day.released(lambda hours: sum(len(served[hour]) + len(left[hour]) for hour in hours) >= K):
        counts = [histogram(second for hour in hours for second in kind[hour]) for kind in (served, left)]
        found.append((cell, QueueSummary(zone, cell, counts[0], counts[1])))
    return found


def rooms(day: Day, group: GroupName, count: int) -> list[tuple[Cell, RoomUse]]:
    truth = day.truth
    lengths = day.by_hour((one.end, one.end - one.start) for one in truth.sessions)
    waits = day.by_hour((one.start, one.start - one.arrived) for one in truth.sessions)
    away = day.by_hour((at, 1.0) for at in truth.turned_away)
    shares = _shares(day, [Stay(one.start, one.end, one.shopper) for one in truth.sessions])
    full = levels(((one.start, one.end) for one in truth.sessions), truth.seconds) >= count
    found = []
    for cell, hours in day.released(lambda hours: sum(len(lengths[hour]) for hour in hours) >= K):
        waited = [second for hour in hours for second in waits[hour]]
        saturated = sum(int(full[round(day.edges[hour]) : round(day.edges[hour + 1])].sum()) for hour in hours)
        use = RoomUse(
            group,
            cell,
            count,
            occupied_seconds=tens(sum(sum(shares[hour].values()) for hour in hours)),
            saturated_seconds=tens(saturated),
            sessions=histogram(second for hour in hours for second in lengths[hour]),
            waits=histogram(waited),
            no_wait=sum(second < SHORTEST_STAY_SECONDS for second in waited),
            turned_away=sum(len(away[hour]) for hour in hours),
        )
        found.append((cell, use))
    return found


def levels(spans: Iterable[tuple[float, float]], seconds: float) -> Seconds:
    """How many are there in each second of the day."""
    change = np.zeros(round(seconds) + 2, dtype=np.int32)
    for start, end in spans:
        change[min(round(start), len(change) - 1)] += 1
        change[min(round(end), len(change) - 1)] -= 1
    return np.cumsum(change, dtype=np.int32)[:-1]


def _shares(day: Day, inside: Sequence[Stay]) -> list[dict[int, float]]:
    """Seconds inside in each hour, by stay."""
    found: list[dict[int, float]] = [{} for _ in day.hours]
    for number, stay in enumerate(inside):
        for hour in range(day.hour_of(stay.start), day.hour_of(stay.end) + 1):
            seconds = min(stay.end, day.edges[hour + 1]) - max(stay.start, day.edges[hour])
            if seconds > 0:
                found[hour][number] = seconds
    return found
