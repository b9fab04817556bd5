"""A person as a mesh: tubes of elliptical rings around a walking skeleton, dressed in random clothes."""

from dataclasses import dataclass
from math import cos, pi, sin
from random import Random

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Colour = tuple[float, float, float]
"""Blue, green, red, 0 .. 255."""

SIDES = 12
STRIDE_METRES = 1.36
"""Two steps."""
SKINS = ((134, 164, 214), (110, 142, 196), (84, 116, 168), (56, 80, 124), (40, 54, 84))
HAIRS = ((26, 24, 24), (30, 40, 58), (52, 74, 104), (96, 138, 176), (150, 152, 156))
DARKS = ((36, 34, 34), (58, 46, 40), (74, 52, 36), (52, 52, 56), (44, 56, 50))
LIGHTS = ((225, 226, 228), (196, 200, 205), (178, 196, 214), (206, 198, 180))
BRIGHTS = ((60, 60, 186), (168, 96, 44), (76, 138, 70), (64, 160, 208), (140, 70, 128), (52, 104, 190))
DENIMS = ((92, 66, 44), (124, 92, 62), (64, 46, 34))


@dataclass(frozen=True)
class Looks:
    """What stays the same about a person."""

    height: float
    """Metres."""
    build: float
    """1 is average width."""
    skin: Colour
    hair: Colour
    top: Colour
    second: Colour
    legs: Colour
    shoes: Colour
    pattern: int
    """0 plain, 1 stripes, 2 two halves, 3 a print on the chest."""
    sleeve: float
    """Share of the arm that is covered."""
    hem: float
    """Height above the floor of the lower edge of jacket, coat or skirt, as a share of the height."""
    skirt: bool
    long_hair: bool
    bag: int
    """0 none, 1 shopping bag in the hand, 2 rucksack."""
    seed: int


def looks(seed: int) -> Looks:
    """The same seed is the same person."""
    dice = Random(f"looks/{seed}")
    woman = dice.random() < 0.55
    skirt = woman and dice.random() < 0.2
    coat = dice.random() < 0.3
    return Looks(
        height=dice.gauss(1.66 if woman else 1.78, 0.06),
        build=dice.gauss(0.98 if woman else 1.07, 0.07),
        skin=_shade(dice.choice(SKINS), dice),
        hair=_shade(dice.choice(HAIRS), dice),
        top=_shade(dice.choice(dice.choice((DARKS, DARKS, LIGHTS, BRIGHTS))), dice),
        second=_shade(dice.choice(dice.choice((LIGHTS, DARKS, BRIGHTS))), dice),
        legs=_shade(dice.choice(dice.choice((DENIMS, DENIMS, DARKS, LIGHTS))), dice),
        shoes=_shade(dice.choice((*DARKS, *LIGHTS)), dice),
        pattern=dice.choice((0, 0, 0, 1, 2, 3)),
        sleeve=1.0 if coat or dice.random() < 0.65 else 0.45,
        hem=0.34 if skirt else dice.uniform(0.36, 0.48) if coat else 0.5,
        skirt=skirt,
        long_hair=woman and dice.random() < 0.7,
        bag=dice.choice((0, 0, 0, 1, 1, 2)),
        seed=seed,
    )


def _shade(colour: tuple[int, int, int], dice: Random) -> Colour:
    factor = dice.uniform(0.82, 1.16)
    blue, green, red = (min(255.0, max(8.0, channel * factor + dice.uniform(-8, 8))) for channel in colour)
    return blue, green, red


@dataclass(frozen=True)
class Tube:
    """Rings along a limb: centres (n, 3), half widths across and along, and a colour for each ring."""

    centres: Floats
    across: Floats
    along: Floats
    colours: Floats


@dataclass(frozen=True)
class Skin:
    """What a person's mesh keeps in every pose."""

    before: Whole
    """For each ring its neighbour towards the start of the tube."""
    after: Whole
    faces: Whole
    colours: Floats


class Body:
    """One person; `mesh` poses them. Local axes: x to their right, y forward, z up, in metres."""

    def __init__(self, looks: Looks) -> None:
        self.looks = looks
        self._skin: Skin | None = None
        angle = np.linspace(0, 2 * pi, SIDES, endpoint=False)
        self._circle = np.cos(angle)[None, :, None], np.sin(angle)[None, :, None]
        self._front = np.sin(angle + pi / SIDES)
        """How far each side of a tube looks forward."""

    def mesh(self, stride: float, swing: float, reach: float) -> tuple[Floats, Whole, Floats]:
        """Vertices (n, 3), quads (m, 4) and their colours (m, 3).

        `stride` is the phase of the gait in radians, `swing` its size (0 stands), `reach` 0 .. 1 lifts the hands.
        """
        tubes = self._tubes(stride, swing, reach)
        if self._skin is None:
            self._skin = self._dressed(tubes)
        points = self._rings(tubes, self._skin)
        points[:, 2] -= points[:, 2].min()
        return points * (self.looks.height / 1.72), self._skin.faces, self._skin.colours

    def _dressed(self, tubes: list[Tube]) -> Skin:
        rings = [len(tube.centres) for tube in tubes]
        last = np.cumsum(rings) - 1
        index = np.arange(sum(rings))
        before, after = index - 1, index + 1
        before[last - rings + 1], after[last] = last - rings + 1, last
        faces = _quads(rings)
        folds = np.random.default_rng(self.looks.seed).normal(1, 0.055, len(faces))[:, None]
        colours = np.concatenate([self._painted(tube, index) for index, tube in enumerate(tubes)])
        return Skin(before, after, faces, colours * folds)

    def _tubes(self, stride: float, swing: float, reach: float) -> list[Tube]:
        person = self.looks
        bob = 0.018 * swing * cos(2 * stride)
        legs = [self._leg(side, stride + (0 if side > 0 else pi), swing) for side in (1, -1)]
        arms = [self._arm(side, stride + (0 if side > 0 else pi), swing, reach) for side in (1, -1)]
        tubes = [part for leg in legs for part in leg] + [part for arm in arms for part in arm]
        tubes += [self._torso(bob), self._hips(bob), self._neck(bob), self._head(bob)]
        if person.long_hair:
            tubes.append(self._mane(bob))
        if person.bag:
            tubes.append(self._bag(stride, swing))
        return tubes

    def _leg(self, side: int, phase: float, swing: float) -> list[Tube]:
        thigh = 0.42 * swing * sin(phase) + 0.02
        knee_bend = 0.08 + 0.85 * swing * max(0.0, cos(phase)) ** 1.5
        hip = np.array([0.088 * side, 0.0, 0.93])
        knee = hip + 0.43 * np.array([0.0, sin(thigh), -cos(thigh)])
        shin = thigh - knee_bend
        ankle = knee + 0.42 * np.array([0.0, sin(shin), -cos(shin)])
        wide = self.looks.build * (1.12 if not self.looks.skirt else 0.95)
        centres = _along([hip, (hip + knee) / 2, knee, (knee + ankle) / 2, ankle], 9)
        radii = np.interp(np.linspace(0, 1, 9), [0, 0.3, 0.5, 0.68, 1], [0.088, 0.076, 0.058, 0.056, 0.046]) * wide
        colour = self.looks.legs if not self.looks.skirt else self.looks.skin
        toe = np.array([0.012 * side, 0.19 * cos(0.6 * shin), -0.06 + 0.19 * sin(min(shin, 0.3) * 0.8)])
        heel = ankle + np.array([0.0, -0.06, -0.055])
        foot = _along([heel, ankle + np.array([0.0, 0.05, -0.045]), ankle + toe], 4)
        shoe = np.array([0.036, 0.05, 0.05, 0.034])
        return [
            Tube(centres, radii, radii, _plain(colour, 9)),
            Tube(foot, shoe, shoe * 0.9, _plain(self.looks.shoes, 4)),
        ]

    def _arm(self, side: int, phase: float, swing: float, reach: float) -> list[Tube]:
        lift = -0.34 * swing * sin(phase) + reach * (0.75 if side > 0 else 0.5)
        bend = 0.22 + 0.18 * swing + reach * 0.9
        shoulder = np.array([0.172 * side * self.looks.build, -0.005, 1.40])
        elbow = shoulder + 0.285 * np.array([0.14 * side, sin(lift), -cos(lift)])
        wrist = elbow + 0.25 * np.array([-0.03 * side, sin(lift + bend), -cos(lift + bend)])
        hand = wrist + 0.11 * np.array([0.0, sin(lift + bend), -cos(lift + bend)])
        wide = self.looks.build * 1.08
        centres = _along([shoulder, elbow, wrist], 8)
        radii = np.interp(np.linspace(0, 1, 8), [0, 0.2, 0.5, 1], [0.054, 0.056, 0.045, 0.034]) * wide
        covered = np.linspace(0, 1, 8)[:, None] <= self.looks.sleeve
        colours = np.where(covered, _plain(self.looks.top, 8), _plain(self.looks.skin, 8))
        fist = np.array([0.028, 0.04, 0.036, 0.018])
        return [
            Tube(centres, radii, radii, colours),
            Tube(_along([wrist, hand], 4), fist * 0.75, fist, _plain(self.looks.skin, 4)),
        ]

    def _torso(self, bob: float) -> Tube:
        heights = np.array([0.90, 0.96, 1.02, 1.08, 1.14, 1.20, 1.26, 1.32, 1.37, 1.41, 1.45, 1.475])
        across = np.array([0.165, 0.16, 0.15, 0.148, 0.152, 0.160, 0.168, 0.176, 0.178, 0.165, 0.11, 0.06])
        along = np.array([0.112, 0.11, 0.105, 0.103, 0.107, 0.115, 0.12, 0.122, 0.115, 0.095, 0.07, 0.052])
        centres = np.stack([np.zeros(12), 0.004 + 0.06 * (heights - 0.93) ** 2, heights + bob], axis=1)
        wide = self.looks.build
        return Tube(centres, across * wide, along * wide, self._pattern(12))

    def _pattern(self, rings: int) -> Floats:
        colours = _plain(self.looks.top, rings)
        if self.looks.pattern == 1:
            colours[::3] = self.looks.second
        elif self.looks.pattern == 2:
            colours[rings * 2 // 3 :] = self.looks.second
        return colours

    def _hips(self, bob: float) -> Tube:
        """The lower edge of what is worn: a belt line, a jacket, a coat or a skirt."""
        low = min(self.looks.hem * 1.72, 0.86)
        heights = np.linspace(low, 1.0, 6)
        flare = 1 + (1.0 - heights) * (0.55 if self.looks.skirt else 0.25)
        colour = self.looks.legs if self.looks.skirt or self.looks.hem >= 0.5 else self.looks.top
        wide = self.looks.build
        centres = np.stack([np.zeros(6), np.zeros(6), heights + bob], axis=1)
        return Tube(centres, 0.166 * wide * flare, 0.12 * wide * flare, _plain(colour, 6))

    def _neck(self, bob: float) -> Tube:
        heights = np.array([1.44, 1.5, 1.54])
        centres = np.stack([np.zeros(3), np.array([0.01, 0.015, 0.02]), heights + bob], axis=1)
        return Tube(centres, np.full(3, 0.052), np.full(3, 0.055), _plain(self.looks.skin, 3))

    def _head(self, bob: float) -> Tube:
        turn = np.linspace(-0.96, 0.96, 9)
        ring = np.sqrt(1 - turn**2)
        jaw = np.where(turn < 0, 1 - 0.16 * turn**2, 1.0)
        centres = np.stack([np.zeros(9), 0.03 + 0 * turn, 1.605 + bob + 0.118 * turn], axis=1)
        return Tube(centres, 0.077 * ring * jaw + 0.004, 0.096 * ring * jaw + 0.004, _plain(self.looks.skin, 9))

    def _mane(self, bob: float) -> Tube:
        heights = np.array([1.38, 1.45, 1.52, 1.60, 1.67, 1.71])
        centres = np.stack([np.zeros(6), np.array([-0.085, -0.08, -0.06, -0.035, -0.01, 0.0]), heights + bob], axis=1)
        across = np.array([0.06, 0.085, 0.088, 0.09, 0.075, 0.03])
        return Tube(centres, across, np.array([0.03, 0.045, 0.055, 0.07, 0.07, 0.03]), _plain(self.looks.hair, 6))

    def _bag(self, stride: float, swing: float) -> Tube:
        colour = _plain(self.looks.second, 4)
        if self.looks.bag == 2:
            heights = np.array([1.0, 1.08, 1.3, 1.4])
            centres = np.stack([np.zeros(4), np.full(4, -0.16), heights], axis=1)
            return Tube(centres, np.array([0.1, 0.14, 0.14, 0.08]), np.array([0.05, 0.08, 0.07, 0.04]), colour)
        heights = np.array([0.38, 0.42, 0.62, 0.66])
        forward = -0.12 * swing * sin(stride)
        centres = np.stack([np.full(4, 0.25), np.full(4, forward), heights], axis=1)
        return Tube(centres, np.array([0.03, 0.05, 0.05, 0.03]), np.array([0.12, 0.15, 0.15, 0.12]), colour)

    def _rings(self, tubes: list[Tube], skin: Skin) -> Floats:
        """Vertices, ring after ring; every ring lies across its tube's own direction."""
        centres = np.concatenate([tube.centres for tube in tubes])
        across = np.concatenate([tube.across for tube in tubes])[:, None, None]
        along = np.concatenate([tube.along for tube in tubes])[:, None, None]
        way = centres[skin.after] - centres[skin.before]
        way /= np.sqrt((way * way).sum(axis=1, keepdims=True)) + 1e-9
        right = way * -way[:, :1]
        right[:, 0] += 1.0
        right /= np.sqrt((right * right).sum(axis=1, keepdims=True)) + 1e-9
        front = np.cross(way, right)
        cosine, sine = self._circle
        ring = cosine * (right[:, None, :] * across) + sine * (front[:, None, :] * along)
        return np.asarray((centres[:, None, :] + ring).reshape(-1, 3))

    def _painted(self, tube: Tube, index: int) -> Floats:
        """Colours of a tube's quads; the head gets hair at the top and the back, the chest its print."""
        colours = np.repeat((tube.colours[:-1] + tube.colours[1:])[:, None, :] / 2, SIDES, axis=1)
        if index == HEAD:
            colours[5:] = self.looks.hair
            back = self._front < 0.1
            colours[2:, back] = self.looks.hair
            face = self._front > 0.7
            colours[3:4, face] *= 0.72  # the shadow of the brows
        elif index == TORSO and self.looks.pattern == 3:
            chest = self._front > 0.5
            colours[5:8, chest] = self.looks.second
        return np.asarray(colours.reshape(-1, 3))


TORSO, HEAD = 8, 11
"""Places of these tubes in `Body._tubes`: four for the legs and four for the arms come first."""


def _plain(colour: Colour, rings: int) -> Floats:
    return np.tile(np.array(colour, dtype=np.float64), (rings, 1))


def _along(joints: list[Floats], count: int) -> Floats:
    """Points at equal steps of the polyline's parameter."""
    known, wanted = np.linspace(0, 1, len(joints)), np.linspace(0, 1, count)
    table = np.stack(joints)
    return np.stack([np.interp(wanted, known, table[:, axis]) for axis in range(3)], axis=1)


def _quads(rings: list[int]) -> Whole:
    """Corner indices of the quads between neighbouring rings of each tube."""
    found, first = [], 0
    for count in rings:
        ring, side = np.meshgrid(np.arange(count - 1), np.arange(SIDES), indexing="ij")
        here, there = first + ring * SIDES + side, first + ring * SIDES + (side + 1) % SIDES
        found.append(np.stack([here, there, there + SIDES, here + SIDES], axis=2).reshape(-1, 4))
        first += count * SIDES
    return np.concatenate(found)
