"""Boxes, cylinders, cones without their tips and balls as triangles, placed in the world."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
COLUMNS = 12
"""Position, normal, texture (u, v, layer), tint: three numbers each."""


def _box() -> Array:
    """(36, 8): position, normal, u, v of a cube of side 1."""
    rows = []
    for axis in range(3):
        across, along = (np.eye(3)[each] for each in range(3) if each != axis)
        for sign in (1, -1):
            normal = np.eye(3)[axis] * sign
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, -1), (1, 1), (-1, 1)):
                v = 0.5 - b * 0.5 if axis < 2 else b * 0.5 + 0.5
                corner = (normal + across * a + along * b) / 2
                rows.append(np.concatenate([corner, normal, [a * 0.5 + 0.5, v]]))
    return np.array(rows)


def _cylinder(sides: int = 10, top: float = 1.0) -> Array:
    """Of width 1 at the foot, and of this width at the top."""
    rows = []
    half = {-1: 0.5, 1: top / 2}
    angles = np.linspace(0, 2 * np.pi, sides + 1)
    for first, second in pairwise(angles):
        for angle, z in ((first, -1), (second, -1), (second, 1), (first, -1), (second, 1), (first, 1)):
            c, s = np.cos(angle), np.sin(angle)
            rows.append([c * half[z], s * half[z], z / 2, c, s, (1 - top) / 2, angle / (2 * np.pi), 0.5 - z / 2])
        for x, y in ((0.0, 0.0), (np.cos(first), np.sin(first)), (np.cos(second), np.sin(second))):
            rows.append([x * half[1], y * half[1], 0.5, 0, 0, 1, x / 2 + 0.5, y / 2 + 0.5])
    return np.array(rows)


def _ball(around: int = 10, up: int = 6) -> Array:
    def point(i: int, j: int) -> Array:
        a, b = 2 * np.pi * i / around, np.pi * (j / up - 0.5)
        out = np.array([np.cos(a) * np.cos(b), np.sin(a) * np.cos(b), np.sin(b)])
        return np.concatenate([out / 2, out, [i / around, j / up]])

    corners = ((0, 0), (1, 0), (1, 1), (0, 0), (1, 1), (0, 1))
    return np.array([point(i + a, j + b) for i in range(around) for j in range(up) for a, b in corners])


BOX, CYLINDER, BALL = _box(), _cylinder(), _ball()
CONE, PYRAMID = _cylinder(10, 0.4), _cylinder(4, 0.35)


def placed(
    solid: Array, centre: ArrayLike, size: ArrayLike, turned: float | Array, layer: int, tint: ArrayLike,
    repeat: tuple[float, float] = (1.0, 1.0),
) -> Array:  # fmt: skip
    """Triangles (n, COLUMNS) of a solid of this size in metres; `turned` is an angle about z, or a rotation (3, 3)."""
    size = np.asarray(size, float)
    rotation = _about_z(turned) if isinstance(turned, float | int) else turned
    rows = np.empty((len(solid), COLUMNS), np.float32)
    rows[:, :3] = (solid[:, :3] * size) @ rotation.T + centre
    normals = solid[:, 3:6] / np.maximum(size, 1e-3)
    rows[:, 3:6] = (normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9)) @ rotation.T
    rows[:, 6:8] = solid[:, 6:8] * repeat
    rows[:, 8], rows[:, 9:] = layer, tint
    return rows


def _about_z(angle: float) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
