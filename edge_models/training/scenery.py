"""What stands around the people: floors, walls, shelves, posts, plants, cars, and clutter that looks like people."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edge_models.training.solids import BALL, BOX, CYLINDER, placed
from edge_models.training.textures import Kind
from edge_models.training.viewpoint import HEIGHT, WIDTH, View, Viewpoint

Array = NDArray[Any]
Dice = np.random.Generator
TURN = 2 * np.pi
_INDOORS = {View.FAR: 0.0, View.SHOP: 1.0, View.MIDDLE: 0.35, View.OVERHEAD: 0.7, View.NEAR: 0.75}


@dataclass
class Scenery:
    """Triangles so far, and where nobody can stand because something does."""

    viewpoint: Viewpoint
    kinds: dict[Kind, range]
    dice: Dice
    rows: list[Array] = field(default_factory=list)
    taken: list[tuple[float, float, float]] = field(default_factory=list)
    """x, y, radius in metres."""

    def __post_init__(self) -> None:
        self.indoors = self.dice.random() < _INDOORS[self.viewpoint.view]

    def add(
        self, solid: Array, centre: ArrayLike, size: ArrayLike, turned: float | Array, layer: int, tint: ArrayLike,
        repeat: tuple[float, float] = (1.0, 1.0),
    ) -> None:  # fmt: skip
        self.rows.append(placed(solid, centre, size, turned, layer, tint, repeat))

    def between(self, low: float, high: float) -> float:
        return float(self.dice.uniform(low, high))

    def layer(self, *kinds: Kind) -> int:
        kind = kinds[int(self.dice.integers(len(kinds)))]
        return int(self.dice.choice(list(self.kinds[kind])))

    def tint(self, low: float = 0.6, high: float = 1.25) -> Array:
        return np.clip(np.full(3, self.between(low, high)) * (1 + self.dice.normal(0, 0.06, 3)), 0.1, 1.6)

    def cloth(self) -> Array:
        """A colour as clothes have it: mostly dark, pale or blue."""
        dice, chance = self.dice, self.dice.random()
        if chance < 0.38:
            colour = np.full(3, dice.uniform(0.03, 0.25)) + dice.normal(0, 0.02, 3)
        elif chance < 0.55:
            colour = np.full(3, dice.uniform(0.55, 0.95)) + dice.normal(0, 0.03, 3)
        elif chance < 0.70:
            colour = np.array([dice.uniform(0.05, 0.2), dice.uniform(0.1, 0.3), dice.uniform(0.25, 0.5)])
        elif chance < 0.80:
            colour = np.array([dice.uniform(0.3, 0.65), dice.uniform(0.25, 0.5), dice.uniform(0.15, 0.4)])
        else:
            colour = dice.uniform(0.03, 0.95, 3)
        return np.clip(colour, 0.02, 1)

    def spot(self, below: float = 1.15) -> Array | None:
        """Somewhere on the floor that the camera sees; None when twenty looks found nothing."""
        for _ in range(20):
            place = self.viewpoint.on_floor(self.between(-0.05, 1.05) * WIDTH, self.between(0, below) * HEIGHT)
            near_lens = place is not None and np.hypot(place[0], place[1]) <= 0.9
            if place is not None and not near_lens and place[1] < self.viewpoint.reach * 4 + 8:
                return place
        return None

    def is_free(self, place: Array, radius: float) -> bool:
        return all(np.hypot(place[0] - x, place[1] - y) >= r + radius for x, y, r in self.taken)


def furnish(scenery: Scenery) -> None:
    """Everything but the people."""
    _floor(scenery)
    (_rooms if scenery.indoors else _street)(scenery)
    for _ in range(int(scenery.dice.integers(0, 13))):
        _one_of(scenery, _FURNITURE if scenery.indoors else _STREET_FURNITURE)
    # Posts, tripods and table legs earned soft scores: they stand in every second picture, people or none.
    for _ in range(int(scenery.dice.integers(0, 12)) if scenery.dice.random() < 0.8 else 0):
        _one_of(scenery, _CLUTTER)


def _one_of(scenery: Scenery, things: tuple[tuple[float, Callable[[Scenery, float, float], None]], ...]) -> None:
    place = scenery.spot()
    if place is not None:
        shares = np.array([share for share, _ in things])
        things[int(scenery.dice.choice(len(things), p=shares / shares.sum()))][1](scenery, place[0], place[1])


def _floor(s: Scenery) -> None:
    reach, grain = s.viewpoint.reach, s.between(0.15, 1.6)
    ground = s.layer(Kind.GROUND)
    s.add(BOX, [0, 40, -0.05], [160, 160, 0.1], s.between(0, TURN), ground, s.tint(), (80 * grain, 80 * grain))
    for number in range(int(s.dice.integers(0, 5))):
        wide, long = s.between(0.8, 6) * reach / 6, s.between(2, 40) * reach / 8
        place = [s.dice.normal(0, reach * 0.5), s.between(0.3, 1.6) * reach, -0.044 + 0.004 * number]
        turned = s.between(0, np.pi) if s.dice.random() < 0.6 else np.pi / 2 * int(s.dice.integers(2))
        s.add(BOX, place, [wide, long, 0.1], turned, s.layer(Kind.GROUND), s.tint(), (wide * grain, long * grain))
    if not s.indoors and s.dice.random() < 0.4:
        for _ in range(int(s.dice.integers(2, 9))):
            place = [s.dice.normal(0, reach * 0.5), s.between(0.4, 1.8) * reach, -0.02]
            line = [s.between(0.08, 0.3), s.between(0.5, 20), 0.05]
            s.add(BOX, place, line, s.between(0, np.pi), ground, np.full(3, s.between(1.2, 3)))


def _rooms(s: Scenery) -> None:
    reach, tint, height = s.viewpoint.reach, s.tint(), s.between(2.5, 5)
    half, depth = s.between(0.5, 1.6) * reach + 2, s.viewpoint.reach * s.between(1.3, 3.2) + 3
    papers = (Kind.WALL, Kind.WALL, Kind.POSTER, Kind.SHELF)
    if s.dice.random() < 0.85:
        grain, size = s.between(0.2, 1), [half * 2.4, 0.2, height]
        s.add(
            BOX,
            [0, depth, height / 2],
            size,
            s.dice.normal(0, 0.1),
            s.layer(*papers),
            tint,
            (half * grain, height * grain),
        )
    for side in (-1, 1):
        if s.dice.random() < 0.6:
            grain, size = s.between(0.2, 1), [0.2, depth * 1.3, height]
            place = [side * half, depth / 2, height / 2]
            s.add(BOX, place, size, s.dice.normal(0, 0.1), s.layer(*papers), tint, (depth * grain, height * grain))
    if s.dice.random() < 0.3:
        s.add(BOX, [0, depth, height + 0.1], [60, 60, 0.1], 0.0, s.layer(Kind.WALL), s.tint(), (20, 20))


def _street(s: Scenery) -> None:
    reach = s.viewpoint.reach
    depth = reach * s.between(1.3, 3.2) + 3
    for _ in range(int(s.dice.integers(1, 7))):
        wide, high = s.between(4, 30), s.between(2.5, 14)
        place = [s.dice.normal(0, reach), depth + s.between(0, 25), high / 2]
        repeat = (max(1.0, wide // 4), max(1.0, high // 4))
        s.add(BOX, place, [wide, s.between(3, 10), high], s.dice.normal(0, 0.4), s.layer(Kind.WALL), s.tint(), repeat)
    for _ in range(int(s.dice.integers(0, 14))):
        _tree(s, s.dice.normal(0, reach * 0.9), reach * s.between(0.75, 3.5) + 2)


def _tree(s: Scenery, x: float, y: float) -> None:
    crown, base, leaves, tint = s.between(0.6, 4.5), s.between(0.2, 3.5), s.layer(Kind.LEAF), s.tint()
    for _ in range(int(s.dice.integers(1, 4))):
        place = [x + s.dice.normal(0, crown * 0.4), y + s.dice.normal(0, crown * 0.4), base + s.between(0, crown / 2)]
        size = crown * s.dice.uniform(0.6, 1.3, 3)
        s.add(BALL, place, size, s.between(0, TURN), leaves, tint, (s.between(2, 6), s.between(1, 4)))
    if s.dice.random() < 0.6:
        bark, trunk = [s.between(0.2, 0.6), s.between(0.2, 0.45), s.between(0.1, 0.35)], s.between(0.12, 0.5)
        s.add(CYLINDER, [x, y, base / 2], [trunk, trunk, base + 0.5], 0.0, s.layer(Kind.WALL), bark)
    s.taken.append((x, y, 0.4))


def _square(s: Scenery) -> float:
    """Mostly along the room, as furniture stands."""
    if s.dice.random() < 0.4:
        return s.between(0, TURN)
    return float(s.dice.normal(0, 0.08) + np.pi / 2 * s.dice.integers(2))


def _shelf(s: Scenery, x: float, y: float) -> None:
    wide, deep = s.between(0.6, 4), s.between(0.35, 1.1)
    high = s.between(0.7, 2.3) if s.dice.random() < 0.7 else s.between(0.6, 1.1)
    if high > 0.9 and s.viewpoint.view != View.OVERHEAD and y < s.viewpoint.reach * 0.7:
        return  # it would hide the whole room
    goods = s.layer(Kind.SHELF, Kind.SHELF, Kind.RACK, Kind.WALL)
    repeat = (wide * s.between(0.4, 0.9), max(1.0, round(high * 0.6)))
    s.add(BOX, [x, y, high / 2], [wide, deep, high], _square(s), goods, s.tint(), repeat)
    s.taken.append((x, y, max(wide, deep) * 0.55))
    for _ in range(int(s.dice.integers(0, 5))):
        side = s.between(0.1, 0.45)
        place = [x + s.dice.normal(0, 0.2 * wide), y + s.dice.normal(0, 0.1), high + side / 2]
        size = [side * s.between(0.5, 1.5), side * s.between(0.5, 1.5), side]
        s.add(BOX, place, size, s.between(0, TURN), s.layer(Kind.POSTER, Kind.SHELF, Kind.WALL), s.tint())


def _clothes_rail(s: Scenery, x: float, y: float) -> None:
    """Coats at the height of people, without anybody in them."""
    wide, high, turned = s.between(0.8, 2.2), s.between(1.3, 1.7), _square(s)
    along = np.array([np.cos(turned), np.sin(turned), 0])
    metal, tint = s.layer(Kind.WALL), np.full(3, s.between(0.1, 0.9))
    s.add(BOX, [x, y, high], [wide, 0.04, 0.04], turned, metal, tint)
    for end in (-0.5, 0.5):
        s.add(BOX, np.array([x, y, high / 2]) + along * wide * end, [0.05, 0.4, high], turned, metal, tint)
    count = int(wide / s.between(0.05, 0.16))
    for number in range(count):
        long, colour = s.between(0.5, 1.1), s.cloth() * 1.4
        place = np.array([x, y, high - long / 2]) + along * wide * ((number + 0.5) / count - 0.5)
        s.add(
            BOX,
            place,
            [s.between(0.03, 0.1), s.between(0.35, 0.5), long],
            turned,
            s.layer(Kind.WALL, Kind.GROUND),
            colour,
        )
    s.taken.append((x, y, wide * 0.5))


def _dressed_stand(s: Scenery, x: float, y: float) -> None:
    """A bust on a foot: a torso without head, arms or legs is no person."""
    cloth, stand, layer = s.cloth() * 1.4, np.full(3, s.between(0.05, 0.8)), s.layer(Kind.WALL, Kind.GROUND)
    hips = s.between(0.7, 1.0)
    s.add(CYLINDER, [x, y, hips / 2], [0.05, 0.05, hips], 0.0, s.layer(Kind.WALL), stand)
    s.add(CYLINDER, [x, y, 0.02], [0.35, 0.35, 0.04], 0.0, s.layer(Kind.WALL), stand)
    s.add(BALL, [x, y, hips + 0.28], [0.4, 0.26, 0.75], s.between(0, TURN), layer, cloth)
    s.taken.append((x, y, 0.35))


def _post(s: Scenery, x: float, y: float) -> None:
    high, thick = s.between(1, 6), s.between(0.05, 0.45)
    shade = s.tint() * s.between(0.2, 1.1)
    s.add(CYLINDER, [x, y, high / 2], [thick, thick, high], 0.0, s.layer(Kind.WALL, Kind.POSTER), shade, (1, high))
    s.taken.append((x, y, 0.1 + thick / 2))
    if s.dice.random() < 0.5:
        solid = BOX if s.dice.random() < 0.7 else BALL
        size = [s.between(0.2, 1), s.between(0.05, 0.4), s.between(0.2, 1)]
        s.add(solid, [x, y - 0.05, high], size, s.dice.normal(0, 0.5), s.layer(Kind.POSTER), s.tint())


def _crate(s: Scenery, x: float, y: float) -> None:
    wide, high = s.between(0.2, 1.2), s.between(0.3, 1.6)
    size, shade = [wide, wide * s.between(0.6, 1.4), high], s.tint() * s.between(0.3, 1.1)
    solid = BOX if s.dice.random() < 0.6 else CYLINDER
    s.add(solid, [x, y, high / 2], size, _square(s), s.layer(Kind.WALL, Kind.POSTER, Kind.SHELF), shade)
    s.taken.append((x, y, wide * 0.6))


def _car(s: Scenery, x: float, y: float) -> None:
    turned, paint, layer = _square(s), s.cloth() * 1.6, s.layer(Kind.WALL)
    c, si = np.cos(turned), np.sin(turned)

    def part(along: float, across: float, up: float, size: list[float], tint: Array) -> None:
        s.add(
            BOX, [x + along * c - across * si, y + along * si + across * c, up], size, turned, layer, tint, (0.1, 0.1)
        )

    part(0, 0, 0.55, [4.2, 1.75, 0.7], paint)
    part(-0.2, 0, 1.15, [2.3, 1.55, 0.6], np.full(3, s.between(0.05, 0.4)))
    part(-0.2, 0, 1.46, [1.9, 1.5, 0.06], paint)
    for along in (-1.3, 1.3):
        for across in (-0.8, 0.8):
            part(along, across, 0.3, [0.6, 0.2, 0.6], np.full(3, 0.08))
    s.taken.append((x, y, 2.2))


def _plant(s: Scenery, x: float, y: float) -> None:
    wide = s.between(0.3, 1.1)
    s.add(
        BALL,
        [x, y, wide * 0.8],
        [wide, wide, wide * s.between(0.8, 2)],
        s.between(0, TURN),
        s.layer(Kind.LEAF),
        s.tint(),
        (3, 2),
    )
    s.add(CYLINDER, [x, y, 0.2], [0.4, 0.4, 0.4], 0.0, s.layer(Kind.WALL), s.tint())
    s.taken.append((x, y, wide * 0.5))


def _railing(s: Scenery, x: float, y: float) -> None:
    count, gap, high, turned = int(s.between(4, 20)), s.between(0.15, 1.2), s.between(0.7, 1.3), _square(s)
    c, si, shade, layer = np.cos(turned), np.sin(turned), s.tint() * s.between(0.2, 1.2), s.layer(Kind.WALL)
    for number in range(count):
        s.add(BOX, [x + c * gap * number, y + si * gap * number, high / 2], [0.05, 0.05, high], turned, layer, shade)
    for up in (high, high / 2):
        middle = [x + c * gap * count / 2, y + si * gap * count / 2, up]
        s.add(BOX, middle, [gap * count, 0.05, 0.05], turned, layer, shade)


def _cone(s: Scenery, x: float, y: float) -> None:
    high, layer = s.between(0.3, 0.9), s.layer(Kind.WALL, Kind.POSTER)
    colour = np.array([1.6, 0.6, 0.2]) if s.dice.random() < 0.6 else s.tint()
    s.add(CYLINDER, [x, y, high * 0.5], [0.12, 0.12, high], 0.0, layer, colour)
    s.add(CYLINDER, [x, y, high * 0.25], [0.24, 0.24, high * 0.5], 0.0, layer, colour)
    s.add(BOX, [x, y, 0.03], [0.4, 0.4, 0.06], s.between(0, TURN), layer, colour * s.between(0.3, 1))


def _tripod(s: Scenery, x: float, y: float) -> None:
    high, shade, layer = s.between(0.8, 2.0), np.full(3, s.between(0.05, 0.6)), s.layer(Kind.WALL)
    turned = s.between(0, TURN)
    s.add(CYLINDER, [x, y, high * 0.7], [0.05, 0.05, high * 0.6], 0.0, layer, shade)
    s.add(BOX, [x, y, high], s.dice.uniform(0.08, 0.4, 3), turned, layer, shade)
    for leg in (0, 2.1, 4.2):
        span = np.array([np.cos(leg + turned) * 0.3, np.sin(leg + turned) * 0.3, -0.5 * high])
        long = float(np.linalg.norm(span))
        down = span / long
        side = np.cross(down, [0, 0, 1.0])
        side /= np.linalg.norm(side)
        upright = np.stack([side, np.cross(down, side), down], axis=1)
        place = np.array([x, y, high * 0.25]) + span * np.array([0.8, 0.8, 0])
        s.add(CYLINDER, place, [0.04, 0.04, long], upright, layer, shade)


def _table(s: Scenery, x: float, y: float) -> None:
    wide, high, tint, turned, layer = s.between(0.8, 2), s.between(0.4, 1), s.tint(), _square(s), s.layer(Kind.WALL)
    c, si = np.cos(turned), np.sin(turned)
    s.add(BOX, [x, y, high], [wide, s.between(0.4, 0.9), 0.06], turned, layer, tint)
    for end in (-0.45, 0.45):
        foot = [x + c * wide * end, y + si * wide * end, high / 2]
        s.add(BOX, foot, [0.08, 0.3, high], turned, layer, tint * 0.7)
    s.taken.append((x, y, 0.4))


def _lamp(s: Scenery, x: float, y: float) -> None:
    high, shade, layer = s.between(2, 7), s.tint() * s.between(0.3, 1.2), s.layer(Kind.WALL)
    s.add(CYLINDER, [x, y, high / 2], [0.12, 0.12, high], 0.0, layer, shade)
    s.add(BOX, [x + 0.5, y, high], [1.2, 0.12, 0.12], 0.0, layer, shade)
    sign = [s.between(0.3, 0.7), 0.04, s.between(0.3, 0.9)]
    s.add(BOX, [x, y - 0.05, s.between(1.2, 2.6)], sign, s.dice.normal(0, 0.3), s.layer(Kind.POSTER), s.tint())
    s.taken.append((x, y, 0.2))


def _doorway(s: Scenery, x: float, y: float) -> None:
    """A dark opening as high as people are."""
    wide, high, turned = s.between(0.7, 1.2), s.between(1.9, 2.3), _square(s)
    s.add(BOX, [x, y, high / 2], [wide, 0.06, high], turned, s.layer(Kind.WALL), np.full(3, s.between(0.05, 0.5)))
    s.add(BOX, [x, y, high], [wide + 0.2, 0.12, 0.1], turned, s.layer(Kind.WALL), s.tint())
    s.taken.append((x, y, wide * 0.5))


def _low_thing(s: Scenery, x: float, y: float) -> None:
    wide, solid = s.between(0.1, 0.5), BALL if s.dice.random() < 0.6 else BOX
    size = wide * s.dice.uniform(0.4, 2, 3)
    layer = s.layer(Kind.GROUND, Kind.WALL, Kind.POSTER)
    s.add(solid, [x, y, wide * 0.3], size, s.between(0, TURN), layer, s.tint())


_FURNITURE = (
    (0.42, _shelf), (0.13, _clothes_rail), (0.07, _dressed_stand), (0.10, _post), (0.13, _crate),
    (0.05, _plant), (0.05, _railing), (0.05, _table),
)  # fmt: skip
_STREET_FURNITURE = ((0.45, _post), (0.22, _crate), (0.16, _car), (0.09, _plant), (0.08, _railing))
_CLUTTER = (
    (0.20, _cone), (0.22, _tripod), (0.16, _table), (0.14, _lamp), (0.10, _doorway),
    (0.08, _dressed_stand), (0.10, _low_thing),
)  # fmt: skip
