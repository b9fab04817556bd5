"""The shop floor in metres: where things stand, where people walk, where the zones and lines lie.

x runs from the street door into the shop, y away from the cameras, z up. Every shop of the demo chain has this floor;
only the names and the habits of its shoppers differ.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import hypot

Point = tuple[float, float]

STREET: Point = (-3.4, 4.9)
"""Where shoppers come from and go to; out of sight."""
DOOR: Point = (0.7, 4.9)
AISLE_Y = 2.4
ROOMS: Point = (10.0, 4.3)
"""The curtain of the fitting rooms; behind it nobody is seen."""
KIOSK: Point = (2.5, 3.1)


@dataclass(frozen=True)
class Area:
    """An axis-parallel stretch of floor."""

    left: float
    right: float
    near: float
    far: float

    @property
    def corners(self) -> tuple[Point, ...]:
        return (self.left, self.near), (self.right, self.near), (self.right, self.far), (self.left, self.far)

    @property
    def middle(self) -> Point:
        return (self.left + self.right) / 2, (self.near + self.far) / 2

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.near <= y <= self.far


@dataclass(frozen=True)
class Stroke:
    """A line on the floor from a to b; IN is towards the right hand of someone who walks it on the screen."""

    a: Point
    b: Point

    def crossing(self, before: Point, after: Point) -> int:
        """+1 for IN, -1 for OUT, 0 when the step does not cross the line."""
        side = _side(self.a, self.b, before), _side(self.a, self.b, after)
        if (side[0] > 0) == (side[1] > 0):
            return 0
        along = _side(before, after, self.a), _side(before, after, self.b)
        if (along[0] > 0) == (along[1] > 0):
            return 0
        return 1 if side[1] > 0 else -1


def _side(a: Point, b: Point, p: Point) -> float:
    """Positive on the right hand of a walker from a to b (y away from the eye is up on the screen)."""
    return (p[0] - a[0]) * (b[1] - a[1]) - (p[1] - a[1]) * (b[0] - a[0])


DISPLAYS = (
    Area(2.8, 5.0, 4.2, 6.6),
    Area(5.7, 8.1, 4.2, 6.6),
    Area(11.0, 13.1, 4.5, 6.6),
    Area(13.4, 15.7, 4.5, 6.6),
)
"""In walking order; the first two are seen by the camera at the door, the others by the one at the till."""
QUEUE = Area(16.1, 19.0, 3.5, 5.3)
"""Beside the displays, not before them: who waits hides nobody from the camera."""
CHECKOUT = Area(19.1, 20.6, 3.5, 5.3)
STAFF = Area(19.0, 21.0, 6.4, 8.0)
QUEUE_HEAD: Point = (18.6, 4.0)
QUEUE_END: Point = (15.9, 4.0)
QUEUE_STEP_METRES = 0.7
QUEUE_ROW = 4
"""People in the first row of the queue; the next row stands behind it, in the gaps."""

DOOR_LINE = Stroke((1.2, 2.6), (1.2, 7.2))
MALL_LINE = Stroke((-2.4, 8.2), (0.9, 8.2))
SERVICE_LINE = Stroke((19.05, 3.2), (19.05, 5.6))


@dataclass(frozen=True)
class View:
    """Where a camera hangs and how far ahead on the floor it looks, in metres."""

    x: float
    y: float
    above: float
    ahead: float


VIEWS = {"door": View(4.0, -1.7, 3.3, 6.6), "till": View(15.8, -2.2, 5.0, 7.5)}
"""The till's camera hangs under the high ceiling: from there people hide each other least."""

LOBBY: Point = (9.9, 3.3)
SERVICE_SPOTS: tuple[Point, ...] = ((19.5, 4.8), (20.2, 4.8))


def queue_place(ahead: int) -> Point:
    """Where somebody stands with so many people before them."""
    row, column = divmod(ahead, QUEUE_ROW)
    gap = QUEUE_STEP_METRES / 2 if row else 0.0
    return QUEUE_HEAD[0] - QUEUE_STEP_METRES * column - gap * (column < QUEUE_ROW - 1), QUEUE_HEAD[1] + 0.8 * min(
        row, 1
    )


def metres(*points: Point) -> float:
    """Length of a walk from point to point."""
    return sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points))


def way(origin: Point, target: Point) -> tuple[Point, ...]:
    """Corner points of a walk, ends included: in a lane before the displays, else along the aisle."""
    for lane, left, right, near in LANES:
        if all(left <= x <= right and y >= near for x, y in (origin, target)):
            return origin, (origin[0], lane), (target[0], lane), target
    return *_to_aisle(origin), *reversed(_to_aisle(target))


LANES = ((3.85, 1.8, 9.0, 3.8), (4.2, 10.9, 16.0, 3.9))
"""In front of the displays of each view: y of the lane, and the left, right and near ends of what it serves."""


def _to_aisle(point: Point) -> tuple[Point, ...]:
    if point[0] < 1.8:
        return point, (2.3, 4.4), (2.3, AISLE_Y)
    return point, (point[0], AISLE_Y)
