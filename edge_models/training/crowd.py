"""Where people stand, how they are turned and dressed, and what they carry."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from edge_models.training.bodies import BODY, TIGHTS, Array, Bodies
from edge_models.training.makehuman import BONES
from edge_models.training.poses import Pose, Posed, posed
from edge_models.training.scenery import TURN, Scenery
from edge_models.training.solids import BALL, BOX
from edge_models.training.textures import Kind
from edge_models.training.viewpoint import View

MOST = 14
_HOW_MANY = np.array([15, 6, 8, 9, 9, 10, 9, 8, 7, 6, 5, 4, 4])
"""Weights of 0, 1, 2 .. people; every seventh picture is empty but for its clutter."""
_SKIN = np.array([[0.86, 0.66, 0.54], [0.76, 0.55, 0.42], [0.62, 0.43, 0.31], [0.42, 0.28, 0.2], [0.27, 0.18, 0.13]])
_PATTERNS = np.array([46, 7, 5, 7, 10, 10, 7, 8]) / 100

Dress = dict[str, Any]
"""Values of the uniforms of `shaders/person.frag`."""


@dataclass(frozen=True)
class Person:
    points: Array
    """(n, 3) world metres."""
    normals: Array
    place: Array
    """(3,) on the floor."""
    dress: Dress
    long_hair: bool
    skirt: bool

    def outline(self, bodies: Bodies) -> Array:
        """The points that a box goes around: the body in its clothes."""
        return self.points[(bodies.part == BODY) | (bodies.part == TIGHTS)]


def gather(scenery: Scenery, bodies: Bodies) -> list[Person]:
    """People on free spots of the floor; what they carry is added to the scenery."""
    dice, group = scenery.dice, scenery.between(0, TURN)
    wanted = int(dice.choice(len(_HOW_MANY), p=_HOW_MANY / _HOW_MANY.sum()))
    if scenery.viewpoint.view == View.NEAR:
        wanted = min(wanted, int(dice.integers(1, 6)))
    return [_person(scenery, bodies, place, group) for place in _places(scenery, wanted)]


def _places(scenery: Scenery, wanted: int) -> list[Array]:
    places: list[Array] = []
    for _ in range(80):
        if len(places) >= wanted:
            break
        place = _somewhere(scenery, places)
        if place is None or not scenery.is_free(place, 0.1) or not _is_seen(scenery, place):
            continue
        if all(np.hypot(*(place - other)[:2]) >= 0.3 for other in places):
            places.append(place)
    return places


def _somewhere(scenery: Scenery, places: list[Array]) -> Array | None:
    """Anywhere, near somebody, behind them as the camera sees it, or behind a thing: pairs, queues, half a person."""
    chance = scenery.dice.random()
    if chance < 0.12 and scenery.taken:
        x, y, radius = scenery.taken[int(scenery.dice.integers(len(scenery.taken)))]
        return _behind(scenery, np.array([x, y, 0.0]), radius + scenery.between(0.12, 0.8))
    if chance < 0.55 and places:
        other = places[int(scenery.dice.integers(len(places)))]
        if scenery.dice.random() < 0.5:
            return other + np.append(scenery.dice.normal(0, 0.55, 2), 0)
        return _behind(scenery, other, scenery.between(0.35, 1.2))
    return scenery.spot(1.2)


def _behind(scenery: Scenery, other: Array, distance: float) -> Array:
    away = other[:2] - scenery.viewpoint.position[:2]
    step = away / max(float(np.hypot(*away)), 1e-6) * distance
    return np.asarray(other + np.append(step + scenery.dice.normal(0, 0.12, 2), 0))


def _is_seen(scenery: Scenery, place: Array) -> bool:
    pixels, ahead = scenery.viewpoint.project(np.array([place, place + _up(1.7)]))
    high, view = np.hypot(*(pixels[0] - pixels[1])), scenery.viewpoint.view
    if ahead.min() < 0.5:
        return False
    return view == View.OVERHEAD or 17 < high < (420 if view == View.NEAR else 290)


def _up(metres: float) -> Array:
    return np.array([0, 0, metres])


def _person(scenery: Scenery, bodies: Bodies, place: Array, group: float) -> Person:
    dice = scenery.dice
    number = int(dice.integers(len(bodies.rest)))
    body = posed(bodies, number, dice)
    own = float(bodies.heights[number])
    tall = np.clip(own * dice.uniform(0.95, 1.05), 1.48, 1.95) if own > 1.42 else own * dice.uniform(0.75, 1)
    scale = tall / own
    facing = _facing(
        group + dice.normal(0, 0.3) if dice.random() < 0.3 else scenery.between(0, TURN), dice.uniform(0.9, 1.06)
    )
    stand = np.array([place[0], place[1], 0.0])
    points = (body.points * scale) @ facing.T + stand
    _carry(scenery, body, _Frame(facing, scale, stand, bodies.heads[number]))
    dress, skirt, long_hair = _dress(scenery)
    normals = (body.normals @ facing.T).astype(np.float32)
    return Person(points.astype(np.float32), normals, stand, dress, long_hair, skirt)


def _facing(angle: float, width: float) -> Array:
    """(3, 3) from a body's axes (x left, y up, z ahead) to the world's."""
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([[c * width, s * width, 0], [0, 0, 1], [s, -c, 0]], axis=1)


@dataclass(frozen=True)
class _Frame:
    """From a bone of the posed body to the world."""

    facing: Array
    scale: float
    stand: Array
    heads: Array

    def at(self, bones: Array, bone: str, offset: Array) -> Array:
        number = BONES.index(bone)
        joint = bones[number, :, :3] @ self.heads[number] + bones[number, :, 3]
        return np.asarray(self.facing @ ((joint + offset) * self.scale) + self.stand)


def _carry(s: Scenery, body: Posed, frame: _Frame) -> None:
    def axes(bone: str) -> Array:
        return np.asarray(frame.facing @ body.bones[BONES.index(bone), :, :3])

    if body.pose == Pose.SIT:
        s.add(BOX, frame.stand + _up(0.2), [0.45, 0.45, 0.4], 0.0, s.layer(Kind.WALL), s.tint())
    if s.dice.random() < 0.14:
        back = body.bones[BONES.index("spine_03"), :, :3] @ np.array([0, -0.02, -0.2])
        place, solid = frame.at(body.bones, "spine_03", back), BALL if s.dice.random() < 0.5 else BOX
        layer = s.layer(Kind.WALL, Kind.GROUND, Kind.RACK)
        s.add(solid, place, [0.3, 0.42, 0.2], axes("spine_03"), layer, s.cloth() * 1.5, (0.2, 0.2))
    if s.dice.random() < 0.16:
        hand = frame.at(body.bones, str(s.dice.choice(["hand_l", "hand_r"])), np.array([0, -0.25, 0.03]))
        solid, layer = BOX if s.dice.random() < 0.6 else BALL, s.layer(Kind.POSTER, Kind.WALL)
        s.add(solid, hand, [0.12, 0.35, 0.32], frame.facing, layer, s.cloth() * 1.6, (0.3, 0.3))
    if s.dice.random() < 0.10:
        crown = body.bones[BONES.index("head"), :, :3] @ np.array([0, 0.13, 0.02])
        place = frame.at(body.bones, "head", crown)
        s.add(BALL, place, [0.21, 0.15, 0.26], axes("head"), s.layer(Kind.GROUND), s.cloth() * 1.5, (0.2, 0.2))
    if body.pose == Pose.CART and s.dice.random() < 0.8:
        _trolley(s, frame)


def _trolley(s: Scenery, frame: _Frame) -> None:
    ahead = frame.facing[:, 2]
    middle, turned = frame.stand + ahead * 0.75, float(np.arctan2(ahead[1], ahead[0]))
    c, si, metal, tint = np.cos(turned), np.sin(turned), s.layer(Kind.WALL), s.tint()
    for x, y in ((-0.35, -0.22), (-0.35, 0.22), (0.35, -0.22), (0.35, 0.22)):
        s.add(BOX, middle + np.array([x * c - y * si, x * si + y * c, 0.45]), [0.04, 0.04, 0.9], turned, metal, tint)
    goods = s.layer(Kind.SHELF, Kind.POSTER, Kind.WALL)
    s.add(BOX, middle + _up(0.65), [0.75, 0.5, 0.3], turned, goods, tint)


def _dress(s: Scenery) -> tuple[Dress, bool, bool]:
    """Uniforms, and whether there is a skirt or long coat, and long hair."""
    dice, skirt, bald = s.dice, s.dice.random() < 0.16, s.dice.random() < 0.07
    coat = s.between(0.15, 0.75) if dice.random() < 0.22 else -0.1
    top, trousers = s.cloth(), s.cloth()
    if dice.random() < 0.3:
        trousers = np.array([0.08, 0.1, 0.17]) * s.between(0.6, 2.6)
    if dice.random() < 0.1:
        trousers = top
    sleeve = s.between(0.15, 0.5) if dice.random() < 0.3 else 1.1
    leg = s.between(0.2, 0.55) if dice.random() < 0.15 else 1.1
    dress: Dress = {
        "skin": tuple(_SKIN[int(dice.integers(5))] * s.between(0.85, 1.15)), "hair": tuple(_hair(s)), "top": tuple(top),
        "top2": tuple(s.cloth()), "trousers": tuple(trousers), "shoes": tuple(s.cloth()),
        "thick": (s.between(0.003, 0.028), s.between(0.003, 0.022), s.between(0.008, 0.03), 0.0),
        "cut": (sleeve, s.between(-0.1, 0.1) if skirt else leg, coat, s.between(0.53, 0.6)),
        "pattern": (float(dice.choice(8, p=_PATTERNS)), s.between(12, 45), s.between(0, 1), s.between(0.2, 0.42)),
        "hairdo": (2.0 if bald else s.between(0.93, 0.955), 0.0, s.between(0.74, 0.88), s.between(0, 1)),
    }  # fmt: skip
    return dress, bool(skirt or coat > 0.3), bool(dice.random() < 0.4 and not bald)


def _hair(s: Scenery) -> Array:
    match s.dice.choice(4, p=[0.5, 0.27, 0.11, 0.12]):
        case 0:
            return np.full(3, s.between(0.03, 0.15))
        case 1:
            return np.array([0.25, 0.16, 0.09]) * s.between(0.6, 1.3)
        case 2:
            return np.array([0.65, 0.5, 0.3]) * s.between(0.7, 1.2)
        case _:
            return np.full(3, s.between(0.4, 0.85))
