"""Where everybody is at every moment: a shopper's day as a walk over the floor, to the centimetre."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import atan2, hypot, pi, sin
from random import Random

import numpy as np

from events.facts import ZoneName
from simulator import floor
from simulator.bodies import STRIDE_METRES, Floats
from simulator.figures import Pose
from simulator.floor import Area, Point
from simulator.shop import Layout
from simulator.shopper import Shopper
from simulator.truth import Stay, Truth, Wait

AWAY = -pi / 2
"""Facing +y, away from the cameras, is pi / 2; towards them is this."""
FASTEST = 2.4
"""Metres a second: nobody runs faster in a shop."""
SWAY_SECONDS = (5.0, 14.0)
PLACES = ((0.0, 0.7), (1.0, 0.8), (0.5, 0.7), (0.25, 1.5), (0.75, 1.6), (0.5, 1.8))
"""Where to stand at a display, in the order of choice: a share of its width, and metres from its near side."""
Places = dict[tuple[int, ZoneName], Point]
"""By shopper and zone."""
STAFF = 1_000_000
PASSER_BY = 2_000_000
"""Numbers from here on are no shoppers."""


@dataclass
class Trail:
    """A walk as it is being planned: corner points with the time at which each is reached."""

    times: list[float]
    points: list[Point]
    speed: float
    hidden: list[tuple[float, float]] = field(default_factory=list)
    """When they are out of every camera's sight."""

    def to(self, target: Point, at: float, straight: bool = False) -> None:
        """Be there then: set out as late as their pace allows, or hurry."""
        corners = (self.points[-1], target) if straight else floor.way(self.points[-1], target)
        length = floor.metres(*corners)
        at = max(at, self.times[-1] + length / FASTEST)
        start = max(self.times[-1], at - length / self.speed)
        self._knot(start, corners[0])
        walked = 0.0
        for before, after in pairwise(corners):
            walked += floor.metres(before, after)
            self._knot(start + (at - start) * walked / max(length, 1e-6), after)

    def _knot(self, at: float, point: Point) -> None:
        self.times.append(max(at, self.times[-1]))
        self.points.append(point)


class Walker:
    """One person's whole walk."""

    def __init__(self, number: int, trail: Trail, facing: float = pi / 2) -> None:
        self.number = number
        self._times = np.array(trail.times)
        self._points: Floats = np.array(trail.points)
        steps = np.hypot(*np.diff(self._points, axis=0).T) if len(trail.points) > 1 else np.zeros(0)
        self._walked = np.concatenate([[0.0], np.cumsum(steps)])
        self._hidden, self._facing = trail.hidden, facing

    @property
    def start(self) -> float:
        return float(self._times[0])

    @property
    def end(self) -> float:
        return float(self._times[-1])

    def there(self, at: float) -> bool:
        """Whether they are on the floor, and not behind a curtain."""
        return self.start <= at <= self.end and not any(start <= at <= end for start, end in self._hidden)

    def spot(self, at: float) -> Point:
        return float(np.interp(at, self._times, self._points[:, 0])), float(
            np.interp(at, self._times, self._points[:, 1])
        )

    def spots(self, times: Floats) -> Floats:
        """Positions (n, 2) at many times."""
        return np.stack([np.interp(times, self._times, self._points[:, axis]) for axis in (0, 1)], axis=1)

    def pose(self, at: float) -> Pose:
        """Walking they look ahead, standing at what is on show; now and then they reach for it."""
        x, y = self.spot(at)
        ahead = self.spot(at + 0.35)
        speed = hypot(ahead[0] - x, ahead[1] - y) / 0.35
        stride = 2 * pi * float(np.interp(at, self._times, self._walked)) / STRIDE_METRES
        if speed > 0.15:
            return Pose(x, y, atan2(ahead[1] - y, ahead[0] - x), stride, min(1.0, speed / 0.9))
        look = self._facing + 0.5 * sin(at * 0.31 + self.number)
        return Pose(x, y, look, stride, 0.0, max(0.0, sin(at * 0.23 + self.number * 1.7)) ** 3)


def walkers(truth: Truth, layout: Layout, shoppers: Sequence[Shopper], seed: int | str) -> list[Walker]:
    """Everyone who is seen on the floor that day: shoppers, passers-by and one of the staff."""
    waits = {wait.shopper: wait for wait in truth.waits}
    queue = Queue(truth.waits)
    kiosk = {press.shopper for press in truth.presses if press.device.endswith("exit")}
    places = _places(shoppers, layout)
    found = [
        _shopper(
            shopper, layout, waits.get(shopper.number), queue, places, shopper.number in kiosk, Random(f"{seed}/{i}")
        )
        for i, shopper in enumerate(shoppers)
    ]
    if layout.mall is not None:
        found += [
            _passer_by(PASSER_BY + i, crossing.at, crossing.inward, Random(f"{seed}/mall/{i}"))
            for i, crossing in enumerate(truth.crossings[layout.mall])
        ]
    return [*found, _staff(truth, Random(f"{seed}/staff"))]


def _shopper(
    shopper: Shopper, layout: Layout, wait: Wait | None, queue: "Queue", places: Places, taps: bool, dice: Random
) -> Walker:
    inner = (2.3, 5.1 + dice.uniform(-0.3, 0.4))  # they come in on the far side and leave on the near one
    outside = (floor.STREET[0], floor.STREET[1] + dice.uniform(-0.5, 1.0))
    come = floor.metres(outside, inner) / shopper.speed
    trail = Trail([shopper.arrived - come * 0.8], [outside], shopper.speed)
    trail.to(inner, shopper.arrived + come * 0.2, straight=True)
    if not shopper.turned_round:
        _do(trail, shopper, layout, wait, queue, places, dice)
        if taps:
            trail.to(floor.KIOSK, shopper.left - 5.0)
        inner = (inner[0], inner[1] - 1.0)
        trail.to(inner, shopper.left - 1.0)
    trail.to((1.2, inner[1]), shopper.left, straight=True)
    trail.to(outside, shopper.left + floor.metres(inner, outside) / shopper.speed, straight=True)
    facing = pi / 2 + dice.uniform(-0.5, 0.5)
    return Walker(shopper.number, trail, facing)


def _do(
    trail: Trail, shopper: Shopper, layout: Layout, wait: Wait | None, queue: "Queue", places: Places, dice: Random
) -> None:
    """Stops at displays, in the fitting room and at the till, in the order in which they happened."""
    todo: list[tuple[float, object]] = [(stay.start, (zone, stay)) for zone, stay in shopper.stays]
    if shopper.session is not None:
        todo.append((shopper.session.start, None))
    for _, what in sorted(todo, key=lambda item: item[0]):
        match what:
            case (zone, Stay() as stay) if zone in layout.displays:
                area = floor.DISPLAYS[layout.displays.index(zone) % len(floor.DISPLAYS)]
                _look(trail, area, places[shopper.number, ZoneName(zone)], stay, dice)
            case (zone, Stay()) if zone == layout.queue and wait is not None:
                _queue(trail, wait, queue)
            case (_, Stay() as stay):
                trail.to(dice.choice(floor.SERVICE_SPOTS), stay.start + 1.5, straight=True)
                trail.to(trail.points[-1], stay.end - 0.6, straight=True)
                trail.to((trail.points[-1][0], floor.AISLE_Y), stay.end + 1.0, straight=True)
            case _:
                _try_on(trail, shopper)


def _look(trail: Trail, area: Area, spot: Point, stay: Stay, dice: Random) -> None:
    """Into the zone at its near side, to a place of their own, small steps around it, and out when the stay ends."""
    x = spot[0]
    trail.to((x, area.near), stay.start)
    walk = floor.metres((x, area.near), spot) / trail.speed
    if stay.seconds < 2.5 * walk:
        spot = (x, area.near + min(0.3 * stay.seconds, 0.8))
        walk = stay.seconds / 2
    trail.to(spot, stay.start + walk, straight=True)
    clock = stay.start + walk + dice.uniform(*SWAY_SECONDS)
    while clock < stay.end - walk - 3:
        x = spot[0] + dice.uniform(-0.15, 0.15)
        trail.to((x, spot[1] + dice.uniform(-0.15, 0.15)), clock, straight=True)
        clock += dice.uniform(*SWAY_SECONDS)
    trail.to((x, area.near - 0.02), stay.end, straight=True)


def _places(shoppers: Sequence[Shopper], layout: Layout) -> Places:
    """Where each shopper stands at each display: people keep apart as long as there is room."""
    free: dict[ZoneName, list[float]] = {zone: [0.0] * len(PLACES) for zone in layout.displays}
    stays = [(stay, zone) for shopper in shoppers for zone, stay in shopper.stays if zone in free]
    found = {}
    for stay, zone in sorted(stays, key=lambda pair: (pair[0].start, pair[0].shopper)):
        ends = free[zone]
        place = next((index for index, end in enumerate(ends) if end <= stay.start), ends.index(min(ends)))
        ends[place] = stay.end
        area = floor.DISPLAYS[layout.displays.index(zone) % len(floor.DISPLAYS)]
        across, deep = PLACES[place]
        found[stay.shopper, zone] = (area.left + 0.4 + across * (area.right - area.left - 0.8), area.near + deep)
    return found


def _queue(trail: Trail, wait: Wait, queue: "Queue") -> None:
    trail.to(floor.QUEUE_END, wait.start - 0.4)
    reached = wait.start + 1.6
    for at, place in queue.steps(wait):
        trail.to(floor.queue_place(place), max(at + 1.2, reached), straight=True)
        reached = trail.times[-1] + 0.1
    if wait.served:
        trail.to(floor.QUEUE_HEAD, max(wait.end - 0.8, trail.times[-1] + 0.3), straight=True)
        trail.to((floor.SERVICE_LINE.a[0] + 0.1, floor.QUEUE_HEAD[1]), wait.end, straight=True)


def _try_on(trail: Trail, shopper: Shopper) -> None:
    session = shopper.session
    assert session is not None
    trail.to(floor.LOBBY, session.arrived)
    trail.to(floor.ROOMS, session.start)
    trail.hidden.append((session.start, session.end))
    trail.to(floor.ROOMS, session.end)


def _passer_by(number: int, at: float, nearer: bool, dice: Random) -> Walker:
    x, speed = dice.uniform(-1.7, -0.3), dice.gauss(1.3, 0.15)
    line, start, end = floor.MALL_LINE.a[1], 16.0, -3.0
    if not nearer:
        start, end = end, start
    trail = Trail([at - abs(line - start) / speed], [(x, start)], speed)
    trail.to((x, end), at + abs(end - line) / speed, straight=True)
    return Walker(number, trail)


def _staff(truth: Truth, dice: Random) -> Walker:
    """Behind the counter, all day."""
    trail = Trail([0.0], [floor.STAFF.middle], 0.8)
    clock = 20.0
    while clock < truth.seconds:
        trail.to((dice.uniform(19.3, 20.7), dice.uniform(6.5, 6.9)), clock, straight=True)
        clock += dice.uniform(10, 60)
    return Walker(STAFF, trail, AWAY)


class Queue:
    """Who stands before whom."""

    def __init__(self, waits: Iterable[Wait]) -> None:
        self._waits = sorted(waits, key=lambda wait: wait.start)

    def steps(self, wait: Wait) -> list[tuple[float, int]]:
        """(time, people ahead) on joining, and again whenever somebody ahead leaves."""
        ends = sorted(other.end for other in self._waits if other.start < wait.start < other.end and other is not wait)
        ends = [end for end in ends if end < wait.end]
        more = sum(other.start < wait.start and other.end >= wait.end for other in self._waits if other is not wait)
        return [(wait.start, len(ends) + more), *((at, len(ends) + more - 1 - i) for i, at in enumerate(ends))]
