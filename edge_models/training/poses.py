"""How people hold themselves: random poses of the skeleton, and the skin that follows."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from edge_models.training.bodies import BODY, Array, Bodies
from edge_models.training.makehuman import BONES

AT = {bone: place for place, bone in enumerate(BONES)}
SPINE = ("spine_01", "spine_02", "spine_03")


class Pose(StrEnum):
    WALK = "walk"
    STAND = "stand"
    PHONE = "phone"
    REACH = "reach"
    BEND = "bend"
    CROUCH = "crouch"
    CART = "cart"
    CROSSED = "crossed"
    SIT = "sit"


_SHARES = (0.46, 0.24, 0.07, 0.06, 0.04, 0.03, 0.05, 0.03, 0.02)


@dataclass(frozen=True)
class Posed:
    """One person in a pose: metres, feet on the ground, y up, z ahead."""

    pose: Pose
    points: Array
    """(n, 3)"""
    normals: Array
    """(n, 3)"""
    bones: Array
    """(bones, 3, 4): from the resting body to the pose."""


def posed(bodies: Bodies, person: int, dice: np.random.Generator) -> Posed:
    pose = dice.choice(list(Pose), p=_SHARES)
    turns, heads = _Turns(Pose(pose), bodies.heads[person], dice).all(), bodies.heads[person]
    bones = np.zeros((len(BONES), 3, 4))
    for bone, parent in enumerate(bodies.parents):
        own = np.concatenate([turns[bone], (heads[bone] - turns[bone] @ heads[bone])[:, None]], axis=1)
        bones[bone] = own if parent < 0 else _after(bones[parent], own)
    skin = (bodies.weights @ bones.reshape(len(BONES), 12).astype(np.float32)).reshape(-1, 3, 4)
    points = np.einsum("vij,vj->vi", skin[:, :, :3], bodies.rest[person]) + skin[:, :, 3]
    normals = np.einsum("vij,vj->vi", skin[:, :, :3], bodies.normals[person])
    floor = points[bodies.part == BODY, 1].min()
    points[:, 1] -= floor
    bones[:, 1, 3] -= floor
    return Posed(Pose(pose), points, normals, bones)


def turn(axis: str, angle: float) -> Array:
    """The rotation by an angle about x, y or z."""
    c, s = np.cos(angle), np.sin(angle)
    match axis:
        case "x":
            return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
        case "y":
            return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
        case _:
            return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def _after(parent: Array, own: Array) -> Array:
    moved = parent[:, :3] @ own
    moved[:, 3] += parent[:, 3]
    return moved


class _Turns:
    """Each bone's rotation about its own head, in the axes of the resting body."""

    def __init__(self, pose: Pose, heads: Array, dice: np.random.Generator) -> None:
        self._pose, self._heads, self._dice = pose, heads, dice
        self._stride = self._degrees(8, 25) if pose in (Pose.WALK, Pose.CART) else self._degrees(0, 6)
        self._phase = dice.uniform(0, 2 * np.pi)
        self._turns = np.tile(np.eye(3), (len(BONES), 1, 1))

    def all(self) -> Array:
        for side, sign in (("l", 1), ("r", -1)):
            swing = self._phase + (0 if sign > 0 else np.pi)
            self._leg(side, sign, swing)
            self._arm(side, sign, swing)
        self._back()
        return self._turns

    def _degrees(self, low: float, high: float) -> float:
        return float(np.radians(self._dice.uniform(low, high)))

    def _leg(self, side: str, sign: int, swing: float) -> None:
        thigh = self._stride * np.sin(swing) + np.radians(self._dice.normal(2, 2))
        knee = self._degrees(2, 10)
        if self._stride > 0.2:
            knee += self._degrees(35, 55) * max(0.0, np.cos(swing)) ** 1.5
        match self._pose:
            case Pose.CROUCH:
                thigh, knee = self._degrees(70, 110), self._degrees(90, 130)
            case Pose.SIT:
                thigh, knee = self._degrees(75, 95), self._degrees(70, 100)
            case Pose.BEND:
                thigh = self._degrees(5, 25)
        self._set(f"thigh_{side}", turn("z", sign * self._degrees(-1, 4)) @ turn("x", -thigh))
        self._set(f"calf_{side}", turn("x", knee))
        self._set(f"foot_{side}", turn("x", 0.6 * float(np.clip(thigh - knee, -0.5, 0.6))))

    def _arm(self, side: str, sign: int, swing: float) -> None:
        forward, elbow, inward, outward = self._arm_angles(sign, swing)
        span = self._heads[AT[f"lowerarm_{side}"]] - self._heads[AT[f"upperarm_{side}"]]
        # The resting arm stands off the body; it hangs first, and then swings.
        hang = turn("z", sign * (-np.pi / 2 + outward - np.arctan2(span[1], abs(span[0]))))
        self._set(f"upperarm_{side}", turn("x", -forward) @ hang)
        self._set(f"lowerarm_{side}", hang.T @ turn("y", -sign * inward) @ turn("x", -elbow) @ hang)

    def _arm_angles(self, sign: int, swing: float) -> tuple[float, float, float, float]:
        """How far the arm is forward, bent, turned inward and held off, in radians."""
        dice = self._dice
        forward = -self._stride * dice.uniform(0.4, 1.2) * np.sin(swing)
        elbow = self._degrees(3, 30) if dice.random() < 0.88 else self._degrees(60, 110)
        inward = self._degrees(-5, 35)
        # Arms too far out would widen every box.
        outward = self._degrees(0, 8) if dice.random() < 0.85 else self._degrees(6, 22)
        match self._pose:
            case Pose.PHONE if sign > 0 or dice.random() < 0.3:
                forward, elbow, inward = self._degrees(5, 30), self._degrees(80, 130), self._degrees(10, 40)
            case Pose.REACH if sign > 0 or dice.random() < 0.4:
                forward, elbow = self._degrees(40, 150), self._degrees(5, 40)
            case Pose.CART:
                forward, elbow = self._degrees(20, 45), self._degrees(25, 70)
            case Pose.CROSSED:
                forward, elbow, inward = self._degrees(5, 20), self._degrees(95, 120), self._degrees(50, 75)
            case Pose.CROUCH:
                forward = self._degrees(0, 60)
            case Pose.SIT:
                forward, elbow = self._degrees(0, 35), self._degrees(20, 90)
            case Pose.BEND:
                forward = self._degrees(20, 90)
        return forward, elbow, inward, outward

    def _back(self) -> None:
        lean = np.radians(self._dice.normal(3, 3))
        if self._pose == Pose.BEND:
            lean += self._degrees(25, 75)
        elif self._pose in (Pose.CROUCH, Pose.CART):
            lean += self._degrees(5, 35)
        twist = self._dice.normal(0, 0.08)
        for bone in SPINE:
            self._set(bone, turn("x", lean / 3) @ turn("y", twist))
        nod = self._dice.normal(4, 10) + (20 if self._pose == Pose.PHONE else 0)
        self._set("neck_01", turn("x", np.radians(self._dice.normal(0, 6))))
        self._set("head", turn("y", self._dice.normal(0, 0.4)) @ turn("x", np.radians(nod)))

    def _set(self, bone: str, rotation: Array) -> None:
        self._turns[AT[bone]] = rotation
