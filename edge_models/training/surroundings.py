"""Floors, rooms and streets, and how much stands in them."""

import numpy as np

from edge_models.training.scenery import TURN, Scenery
from edge_models.training.solids import BALL, BOX, CYLINDER
from edge_models.training.textures import Kind
from edge_models.training.things import CLUTTER, FURNITURE, STREET_FURNITURE, Things


def furnish(scenery: Scenery) -> None:
    """Everything but the people."""
    _floor(scenery)
    (_rooms if scenery.indoors else _street)(scenery)
    for _ in range(int(scenery.dice.integers(0, 13))):
        _one_of(scenery, FURNITURE if scenery.indoors else STREET_FURNITURE)
    # Posts, tripods, signs and stones earned soft scores: they stand in most pictures, people or none.
    for _ in range(int(scenery.dice.integers(0, 20)) if scenery.dice.random() < 0.85 else 0):
        _one_of(scenery, CLUTTER)


def _one_of(scenery: Scenery, things: Things) -> None:
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
