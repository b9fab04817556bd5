"""What stands around the people: shelves, posts, plants, cars, and clutter that looks like people."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_models.training.scenery import TURN, Scenery
from edge_models.training.solids import BALL, BOX, CONE, CYLINDER, PYRAMID
from edge_models.training.textures import Kind
from edge_models.training.viewpoint import View

Array = NDArray[Any]
Things = tuple[tuple[float, Callable[[Scenery, float, float], None]], ...]
"""How often, and what puts it at x, y."""


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
    """Three legs, a column and a head: from afar nearly somebody who stands with legs apart."""
    high, shade, layer = s.between(0.6, 2.1), np.full(3, s.between(0.03, 0.6)), s.layer(Kind.WALL)
    turned, thick, joint = s.between(0, TURN), s.between(0.015, 0.05), high * s.between(0.5, 0.95)
    spread = high * s.between(0.15, 0.45)
    s.add(CYLINDER, [x, y, (joint * 0.8 + high) / 2], [thick, thick, high - joint * 0.8], 0.0, layer, shade)
    s.add(BOX, [x, y, high], s.dice.uniform(0.06, 0.35, 3), turned, layer, shade * s.between(0.5, 2))
    for leg in (0, TURN / 3, 2 * TURN / 3):
        foot = np.array([x + np.cos(leg + turned) * spread, y + np.sin(leg + turned) * spread, 0])
        _rod(s, np.array([x, y, joint]), foot, thick, shade, layer)


def _rod(s: Scenery, top: Array, foot: Array, thick: float, tint: Array, layer: int) -> None:
    long = float(np.linalg.norm(foot - top))
    down = (foot - top) / long
    side = np.cross(down, [0.3, 0.1, 1.0])
    side /= np.linalg.norm(side)
    upright = np.stack([side, np.cross(down, side), down], axis=1)
    s.add(CYLINDER, (top + foot) / 2, [thick, thick, long], upright, layer, tint)


def _paint(s: Scenery) -> Array:
    """Of signs, posts and machines: purer than clothes are."""
    if s.dice.random() < 0.4:
        return s.cloth() * 1.4
    colour = np.full(3, s.between(0.02, 0.3))
    colour[int(s.dice.integers(3))] = s.between(0.4, 1.3)
    return colour


def _board(s: Scenery, x: float, y: float) -> None:
    """A sign between two posts, from its edge too, or only a rail between them; often a stone stands behind it."""
    wide, high, turned, layer = s.between(0.25, 1.6), s.between(0.6, 2.4), s.between(0, TURN), s.layer(Kind.WALL)
    c, si, shade, thick = np.cos(turned), np.sin(turned), _paint(s), s.between(0.04, 0.16)
    for end in (-0.5, 0.5):
        s.add(BOX, [x + c * wide * end, y + si * wide * end, high / 2], [thick, thick, high], turned, layer, shade)
    tall = thick if s.dice.random() < 0.3 else high * s.between(0.1, 0.6)
    sheet = s.layer(Kind.POSTER) if s.dice.random() < 0.5 else layer
    s.add(BOX, [x, y, high - tall / 2], [wide, thick / 2, tall], turned, sheet, shade if sheet == layer else s.tint())
    s.taken.append((x, y, wide * 0.5))
    for _ in range(int(s.dice.integers(1, 3)) if s.dice.random() < 0.5 else 0):
        _stone(s, x + s.dice.normal(0, 0.4), y + s.between(0.2, 1.2))


def _stack(s: Scenery, x: float, y: float) -> None:
    """Anything on anything, as high and as wide as people may be: what no list of things would think of."""
    up, top, wide = 0.0, s.between(0.4, 2.2), s.between(0.1, 0.7)
    while up < top:
        high, solid = min(s.between(0.1, 1.2), top - up + 0.05), (BOX, CYLINDER, BALL)[int(s.dice.integers(3))]
        size = [wide * s.between(0.2, 1.2), wide * s.between(0.2, 1.2), high]
        place = [x + s.dice.normal(0, 0.06), y + s.dice.normal(0, 0.06), up + high / 2]
        layer = s.layer(Kind.WALL, Kind.WALL, Kind.GROUND, Kind.POSTER, Kind.SHELF, Kind.LEAF)
        s.add(solid, place, size, s.between(0, TURN), layer, s.cloth() * 1.5 if s.dice.random() < 0.6 else s.tint())
        up += high * s.between(0.7, 1)
    s.taken.append((x, y, wide * 0.6))


def _kerb(s: Scenery, x: float, y: float) -> None:
    """A curved edge of the floor with lines beside it, and stones along it."""
    radius, start, stones = s.between(1, 12), s.between(0, TURN), s.between(0, 0.5)
    step, shade, layer = s.between(0.4, 1) / radius, s.tint() * s.between(0.6, 1.6), s.layer(Kind.GROUND, Kind.WALL)
    paint, lines = np.array([1.6, 1.3, 0.4]) if s.dice.random() < 0.5 else np.full(3, 1.8), int(s.dice.integers(0, 3))
    high = s.between(0.01, 0.2)
    for number in range(int(s.dice.integers(4, 18))):
        angle = start + number * step
        c, si, long = np.cos(angle), np.sin(angle), radius * step * 1.05
        out = np.array([x - np.cos(start) * radius, y - np.sin(start) * radius])
        at = out + np.array([c, si]) * radius
        s.add(BOX, [*at, high / 2], [0.15, long, high], angle, layer, shade)
        for line in range(lines):
            s.add(BOX, [*(at + np.array([c, si]) * (0.3 + 0.2 * line)), 0.0], [0.08, long, 0.014], angle, layer, paint)
        if s.dice.random() < stones:
            _stone(s, *(at - np.array([c, si]) * s.between(0.2, 0.6)))


def _stone(s: Scenery, x: float, y: float) -> None:
    """Lying as it fell, or hewn, upright and perhaps painted, as they keep cars off."""
    if s.dice.random() < 0.5:
        wide, solid = s.between(0.2, 0.9), BALL if s.dice.random() < 0.7 else CYLINDER
        high, sunk, tint = wide * s.between(0.4, 1.6), 0.2, s.tint()
    else:
        wide, solid = s.between(0.25, 0.7), CONE if s.dice.random() < 0.5 else PYRAMID
        high, sunk, tint = s.between(0.4, 1.2), 0.02, s.tint(1.2, 2.2) if s.dice.random() < 0.4 else s.tint(0.5, 1.3)
    size = [wide, wide * s.between(0.6, 1.2), high]
    layer = s.layer(Kind.GROUND, Kind.GROUND, Kind.WALL)
    s.add(solid, [x, y, high * (0.5 - sunk)], size, s.between(0, TURN), layer, tint)
    s.taken.append((x, y, wide * 0.5))


def _tape(s: Scenery, x: float, y: float) -> None:
    """A ribbon or chain that hangs between posts."""
    turned, gap, high, layer = s.between(0, TURN), s.between(1, 4), s.between(0.6, 1.1), s.layer(Kind.WALL)
    ribbon, tint = s.layer(Kind.WALL, Kind.POSTER, Kind.RACK), s.tint(0.7, 1.6)
    step, post = np.array([np.cos(turned), np.sin(turned)]) * gap, s.cloth() * 1.4
    for number in range(int(s.dice.integers(1, 5))):
        first, second = (np.array([x, y]) + step * each for each in (number, number + 1))
        for end in (first, second):
            s.add(CYLINDER, [*end, high / 2], [0.07, 0.07, high], 0.0, layer, post)
        lowest = high * s.between(0.6, 1) - 0.05
        middle = np.append((first + second) / 2, lowest)
        for end in (first, second):
            _rod(s, np.append(end, high - 0.05), middle, s.between(0.02, 0.08), tint, ribbon)


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
    sign = [s.between(0.3, 0.9), 0.04, s.between(0.3, 1)]
    s.add(BOX, [x, y - 0.08, s.between(0.8, 2.4)], sign, s.dice.normal(0, 0.3), s.layer(Kind.POSTER), s.tint())
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


FURNITURE: Things = (
    (0.42, _shelf), (0.13, _clothes_rail), (0.07, _dressed_stand), (0.10, _post), (0.13, _crate),
    (0.05, _plant), (0.05, _railing), (0.05, _table),
)  # fmt: skip
STREET_FURNITURE: Things = (
    (0.40, _post), (0.20, _crate), (0.16, _car), (0.09, _plant), (0.07, _railing), (0.08, _kerb),
)  # fmt: skip
CLUTTER: Things = (
    (0.08, _cone), (0.18, _tripod), (0.06, _table), (0.08, _lamp), (0.05, _doorway), (0.05, _dressed_stand),
    (0.04, _low_thing), (0.15, _board), (0.12, _stack), (0.09, _kerb), (0.07, _stone), (0.03, _tape),
)  # fmt: skip
