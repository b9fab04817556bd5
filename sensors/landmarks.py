"""What stays where it is in a view: coarse edges, from which no picture can be made. They tell a covered or moved
camera from a busy shop.

A view is described by how strongly edges of four directions run through each of 32 x 24 cells. People change a few
cells; a camera that was pushed changes them all, and a cloth over it leaves none.
"""

import json

import cv2
import numpy as np
from numpy.typing import NDArray

from events.facts import CameraState

Descriptor = NDArray[np.float32]
"""(4, 24, 32): direction, row, column; 0 .. 1."""

DIRECTIONS, ROWS, COLUMNS = 4, 24, 32
LEAST_LIKENESS = 0.6
"""Correlation with the usual view; on two real clips people left .76 and more, a push by 5 % of the width .60."""
LEAST_EDGES = 0.5
"""Of the usual strength: a strange view with less is a covered one."""
PLAIN = 3.0
"""Mean strength of a view with so few edges that nothing can be judged by it."""
LOOKS_TO_LEARN = 10
FADE = 0.002
"""Share of the newest look in what is usual: daylight and a moved shelf are followed within minutes."""
_HALF = 20.0
"""Grey levels at which an edge counts half."""


class Landmarks:
    """The usual view of one camera; learnt from the first looks unless `known`."""

    def __init__(self, known: Descriptor | None = None) -> None:
        self._usual: Descriptor | None = known
        self._looks = 0 if known is None else LOOKS_TO_LEARN

    def compare(self, image: NDArray[np.uint8]) -> CameraState:
        """OK, COVERED or MOVED, from one BGR picture; a view that is being learnt, or has no edges, is OK."""
        seen = describe(image)
        if self._usual is None or self._looks < LOOKS_TO_LEARN:
            self._learn(seen, 1 / (self._looks + 1))
            return CameraState.OK
        if strength(self._usual) < PLAIN or likeness(seen, self._usual) >= LEAST_LIKENESS:
            self._learn(seen, FADE)
            return CameraState.OK
        covered = strength(seen) < LEAST_EDGES * strength(self._usual)
        return CameraState.COVERED if covered else CameraState.MOVED

    def as_text(self) -> str:
        """For a file; empty until the view is learnt."""
        if self._usual is None or self._looks < LOOKS_TO_LEARN:
            return ""
        return json.dumps(np.rint(100 * self._usual).astype(int).ravel().tolist(), separators=(",", ":"))

    def _learn(self, seen: Descriptor, share: float) -> None:
        self._usual = seen if self._usual is None else self._usual + np.float32(share) * (seen - self._usual)
        self._looks += 1


def read_landmarks(text: str) -> Landmarks:
    """What `as_text` gave; a text that is damaged or empty is a view that is still to be learnt."""
    try:
        numbers = np.array(json.loads(text), dtype=np.float32) / np.float32(100)
        known: Descriptor = numbers.reshape(DIRECTIONS, ROWS, COLUMNS)
        return Landmarks(known if known.min() >= 0 and known.max() <= 1 else None)
    except (ValueError, TypeError):
        return Landmarks()


def describe(image: NDArray[np.uint8]) -> Descriptor:
    """The edges of a BGR picture (h, w, 3) of any size."""
    grey = cv2.cvtColor(
        image[::2], cv2.COLOR_BGR2GRAY
    )  # half the rows say as much, and one channel is resized faster than three
    grey = cv2.resize(grey, (4 * COLUMNS, 4 * ROWS), interpolation=cv2.INTER_AREA).astype(np.float32)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    steep, angle = cv2.cartToPolar(across, down, angleInDegrees=True)
    direction = (angle * (DIRECTIONS / 180)).astype(np.uint8) % DIRECTIONS
    cells = np.stack([_cells(steep * (direction == d)) for d in range(DIRECTIONS)])
    return np.asarray(cells / (cells + _HALF), np.float32)


def _cells(edges: NDArray[np.floating]) -> NDArray[np.float32]:
    """The mean of each cell."""
    return np.asarray(cv2.resize(edges, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA), np.float32)


def strength(view: Descriptor) -> float:
    """Mean steepness of the edges, in grey levels."""
    return float(np.mean(_HALF * view / np.maximum(1 - view, 1e-3)))


def likeness(one: Descriptor, other: Descriptor) -> float:
    """Correlation, -1 .. 1."""
    a, b = one - one.mean(), other - other.mean()
    return float(np.sum(a * b) / np.sqrt(np.sum(a * a) * np.sum(b * b) + 1e-9))
