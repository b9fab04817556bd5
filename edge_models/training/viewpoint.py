"""Where a camera hangs and what it sees: random viewpoints of five sorts, from far away to straight above."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 448, 336
"""Pixels of a rendered picture."""
NEAR, FAR = 0.15, 200.0
STATURE = 1.7
Array = NDArray[Any]


class View(StrEnum):
    FAR = "far"
    SHOP = "shop"
    MIDDLE = "middle"
    OVERHEAD = "overhead"
    NEAR = "near"


class _Range(NamedTuple):
    share: float
    tilt_degrees: tuple[float, float]
    """Below the horizon."""
    height: tuple[float, float]
    """Metres above the floor."""
    person: tuple[float, float]
    """Pixels that a person is high, in the middle of the picture."""


# A quarter is near: a net that saw few people close up finds a head, a torso and a whole person in each of them.
RANGES = {
    View.FAR: _Range(0.29, (7, 32), (2.6, 9.0), (24, 95)),
    View.SHOP: _Range(0.22, (12, 55), (2.2, 4.5), (60, 210)),
    View.MIDDLE: _Range(0.12, (5, 45), (1.4, 6.0), (45, 170)),
    View.OVERHEAD: _Range(0.13, (50, 90), (2.6, 7.0), (40, 190)),
    View.NEAR: _Range(0.24, (3, 38), (1.2, 3.2), (140, 360)),
}


@dataclass(frozen=True)
class Viewpoint:
    view: View
    position: Array
    """(3,) metres; the camera looks along y, z is up."""
    axes: Array
    """(3, 3) rows: right, up, and away from what it sees."""
    focal: float
    """Pixels."""
    reach: float
    """Metres on the floor to the middle of the picture."""

    @property
    def matrix(self) -> Array:
        """(4, 4) from the world to OpenGL's clip space."""
        look = np.eye(4)
        look[:3, :3], look[:3, 3] = self.axes, -self.axes @ self.position
        lens = np.zeros((4, 4))
        lens[0, 0], lens[1, 1] = 2 * self.focal / WIDTH, 2 * self.focal / HEIGHT
        lens[2, 2], lens[2, 3] = -(FAR + NEAR) / (FAR - NEAR), -2 * FAR * NEAR / (FAR - NEAR)
        lens[3, 2] = -1
        return lens @ look

    def project(self, points: Array) -> tuple[Array, Array]:
        """Pixels (n, 2) from the top left, and metres in front of the lens (n,), of points (n, 3)."""
        seen = (points - self.position) @ self.axes.T
        ahead = -seen[:, 2]
        scale = self.focal / np.maximum(ahead, 0.05)
        return np.stack([WIDTH / 2 + scale * seen[:, 0], HEIGHT / 2 - scale * seen[:, 1]], axis=1), ahead

    def on_floor(self, x: float, y: float) -> Array | None:
        """Where the floor is at a pixel; None above the horizon."""
        right, up, back = self.axes
        ray = right * (x - WIDTH / 2) / self.focal - up * (y - HEIGHT / 2) / self.focal - back
        if ray[2] > -0.02:
            return None
        steps = -self.position[2] / ray[2]
        return np.asarray(self.position + ray * steps) if steps < 90 else None


def random_viewpoint(dice: np.random.Generator) -> Viewpoint:
    view = View(dice.choice(list(RANGES), p=[each.share for each in RANGES.values()]))
    bounds = RANGES[view]
    tilt, height = np.radians(dice.uniform(*bounds.tilt_degrees)), dice.uniform(*bounds.height)
    person = np.exp(dice.uniform(*np.log(bounds.person)))
    reach = max(height / np.sin(tilt) - 0.8, 1.2)
    if view == View.NEAR:
        reach = min(reach, dice.uniform(2.2, 7))
    widest, longest = (WIDTH / 2 / np.tan(np.radians(half)) for half in (52, 9))
    focal = float(np.clip(person * reach / STATURE / max(np.cos(tilt), 0.45), widest, longest))
    return Viewpoint(view, np.array([0, 0, height]), _axes(tilt, dice.normal(0, 0.035)), focal, min(reach, 30.0))


def _axes(tilt: float, roll: float) -> Array:
    ahead, right = np.array([0, np.cos(tilt), -np.sin(tilt)]), np.array([1.0, 0, 0])
    up = np.cross(right, ahead)
    c, s = np.cos(roll), np.sin(roll)
    return np.stack([right * c + up * s, up * c - right * s, -ahead])
