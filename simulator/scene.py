"""A stretch of one store's day, played for the eye: who is where, what crosses which line, who stays how long."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np

from events.facts import LineName, ZoneName
from events.site import LineRole, Store, ZoneKind
from simulator import floor
from simulator.figures import Pose
from simulator.floor import Area, Stroke
from simulator.habits import habits_of
from simulator.shop import Layout, play
from simulator.shopper import Shopper
from simulator.truth import Crossing, Stay, Truth
from simulator.walkers import STAFF, Walker, walkers

STEP_SECONDS = 0.05
UTURN_SECONDS = 10.0


@dataclass(frozen=True)
class Scene:
    """Times are seconds after `truth.opening`."""

    store: Store
    layout: Layout
    truth: Truth
    shoppers: list[Shopper]
    people: list[Walker]

    def poses(self, at: float) -> list[tuple[int, Pose]]:
        """Everyone on the floor, by number."""
        return [(walker.number, walker.pose(at)) for walker in self.people if walker.there(at)]

    def tracks(self, start: float, end: float, fps: float) -> Iterator[tuple[float, int, float, float]]:
        """Exact tracks: time, person, and where they stand in metres, staff included."""
        for index in range(int((end - start) * fps)):
            at = start + index / fps
            for walker in self.people:
                if walker.there(at):
                    yield at, walker.number, *walker.spot(at)


def scene(
    store: Store, start: datetime, hours: float, per_hour: float, seed: int, responds: float | None = None
) -> Scene:
    """So many hours of a store with so many shoppers an hour, whatever the time of day; both tills are staffed."""
    layout = Layout.of(store)
    usual = habits_of(store.id, len(layout.displays))
    habits = replace(
        usual,
        visitors=per_hour * hours,
        hourly=(1.0,) * 24,
        weekly=(1.0,) * 7,
        tills=(2,) * 24,
        tests=0.0,
        children_a_day=hours * 2.0,
        children_come=(0.0, 1.0),
        responds=usual.responds if responds is None else responds,
    )
    truth, shoppers = play(store, habits, start.date(), (start, start + timedelta(hours=hours)), seed)
    return Scene(store, layout, truth, shoppers, walkers(truth, layout, shoppers, seed))


def strokes(store: Store, device: str) -> dict[LineName, Stroke]:
    """The lines that a camera sees, on the floor."""
    drawn = {LineRole.DOOR: floor.DOOR_LINE, LineRole.PASSERS_BY: floor.MALL_LINE, LineRole.SERVICE: floor.SERVICE_LINE}
    return {line.name: drawn[line.role] for line in store.lines if line.device == device and line.role in drawn}


def areas(store: Store, device: str) -> dict[ZoneName, Area]:
    """The zones that a camera sees, on the floor."""
    displays = [zone.name for zone in store.zones if zone.kind == ZoneKind.DISPLAY]
    found = {}
    for zone in store.zones:
        if zone.device != device:
            continue
        match zone.kind:
            case ZoneKind.DISPLAY:
                found[zone.name] = floor.DISPLAYS[displays.index(zone.name) % len(floor.DISPLAYS)]
            case ZoneKind.QUEUE:
                found[zone.name] = floor.QUEUE
            case ZoneKind.CHECKOUT:
                found[zone.name] = floor.CHECKOUT
            case ZoneKind.STAFF:
                found[zone.name] = floor.STAFF
    return found


@dataclass(frozen=True)
class Witnessed:
    """What an eye that misses nothing saw in a stretch of time, by the definitions of the metrics page."""

    crossings: dict[LineName, list[Crossing]]
    uturns: dict[LineName, int]
    inside: dict[ZoneName, list[Stay]]
    """Cut to the stretch."""


def witness(people: Sequence[Walker], store: Store, device: str, start: float, end: float) -> Witnessed:
    """Every step of everyone, looked at 20 times a second; staff are not counted."""
    lines, zones = strokes(store, device), areas(store, device)
    seen = Witnessed({name: [] for name in lines}, dict.fromkeys(lines, 0), {name: [] for name in zones})
    for walker in people:
        if walker.number == STAFF or walker.end < start or walker.start > end:
            continue
        times = np.arange(max(start, walker.start), min(end, walker.end), STEP_SECONDS)
        spots = walker.spots(times)
        for name, stroke in lines.items():
            found = _crossings(walker.number, times, spots, stroke)
            seen.crossings[name] += found
            behind = next((line.behind for line in store.lines if line.name == name), None)
            if behind in zones:
                seen.uturns[name] += _uturns(found, times, spots, zones[behind])
        for zone, area in zones.items():
            seen.inside[zone] += _stays(walker.number, times, spots, area)
    for crossed in seen.crossings.values():
        crossed.sort(key=lambda crossing: crossing.at)
    return seen


def _crossings(number: int, times: np.ndarray, spots: np.ndarray, stroke: Stroke) -> list[Crossing]:
    (ax, ay), (bx, by) = stroke.a, stroke.b
    side = (spots[:, 0] - ax) * (by - ay) - (spots[:, 1] - ay) * (bx - ax) > 0
    found = []
    for index in np.flatnonzero(side[1:] != side[:-1]):
        before, after = spots[index], spots[index + 1]
        way = stroke.crossing((before[0], before[1]), (after[0], after[1]))
        if way:
            found.append(Crossing(float(times[index + 1]), way > 0, number))
    return found


def _uturns(found: Sequence[Crossing], times: np.ndarray, spots: np.ndarray, area: Area) -> int:
    """IN then OUT within 10 s without reaching the area."""
    turned = 0
    for came, went in pairwise(found):
        if came.inward and not went.inward and went.at - came.at <= UTURN_SECONDS:
            between = spots[(times >= came.at) & (times <= went.at)]
            turned += not any(area.holds(x, y) for x, y in between)
    return turned


def _stays(number: int, times: np.ndarray, spots: np.ndarray, area: Area) -> list[Stay]:
    x, y = spots[:, 0], spots[:, 1]
    inside = (x >= area.left) & (x <= area.right) & (y >= area.near) & (y <= area.far)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
    last = len(times) - 1
    return [
        Stay(float(times[first]), float(times[min(after, last)]), number)
        for first, after in zip(edges[::2], edges[1::2], strict=True)
    ]
