"""The floor of a view with the people removed, made on request for the drawing of lines and zones.

Samples of the picture are gathered only while somebody waits for them, each without the places where people were
detected. A place is known once it was seen empty often enough; its colour is then the median of those looks. What is
not known is not in the result, and the detector looks at that before it leaves. Nothing is kept, and this is the only
place in the eyes that encodes a picture.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sensors.frames import Image

LOOKS = 9
"""How often a place must have been seen empty."""
LOOK_SECONDS = 1.0
"""Between two looks; somebody who is not detected in one of them has walked on by the next."""
LONGEST_SECONDS = 300.0
"""What was seen longer ago may no longer be so; who asked is told what is missing."""
PATIENT_SECONDS = 45.0
"""For so long every place is waited for; a mannequin that looks like a person would be waited for in vain."""
MOST_MISSING = 0.08
"""Of the picture may be left grey after that."""
WIDEST = 640
CELL = 16
"""Pixels of the small picture; places are as large as this."""
GROWN = 0.15
"""Of a person's box, on each side: shadows, bags and a late box belong to them."""
_GREY = 128
_QUALITIES = (80, 60, 40, 20)
LONGEST_PICTURE = 75_000

Boxes = NDArray[np.float64]


@dataclass(frozen=True)
class Missing:
    """The floor is not known yet."""

    share: float
    """Of the picture, 0 .. 1."""

    def __str__(self) -> str:
        return f"{100 * self.share:.0f} % of the picture was not yet seen without people"


class Backdrop:
    """Gathers looks from `began` on; drop it, and all is forgotten."""

    def __init__(self, began: float) -> None:
        self._began, self._looked = began, float("-inf")
        self._looks: NDArray[np.uint8] | None = None
        self._seen: NDArray[np.int_] = np.zeros((0, 0), int)
        self._scale = 1.0

    def is_over(self, now: float) -> bool:
        return now - self._began > LONGEST_SECONDS

    def look(self, image: Image, boxes: Boxes, now: float) -> bool:
        """One BGR picture and whoever was detected in it, however faintly; rows x1, y1, x2, y2 and score in pixels.

        False when it came too soon after the last look and was left out.
        """
        if now - self._looked < LOOK_SECONDS:
            return False
        self._looked = now
        small = self._small(image)
        if self._looks is None or self._looks.shape[1:] != small.shape:
            self._looks = np.zeros((LOOKS, *small.shape), np.uint8)
            self._seen = np.zeros((-(-small.shape[0] // CELL), -(-small.shape[1] // CELL)), int)
        for row, column in zip(*np.nonzero(self._empty(boxes) & (self._seen < LOOKS)), strict=True):
            place = _place(row, column)
            self._looks[self._seen[row, column]][place] = small[place]
            self._seen[row, column] += 1
        return True

    def missing(self) -> Missing:
        """What is not known yet."""
        return Missing(float(np.mean(self._seen < LOOKS)) if self._seen.size else 1.0)

    def ready(self, detect: Callable[[Any], Any], now: float) -> Image | None:
        """The floor, once it is known; a few places where somebody, or what looks so, never went are left grey.

        `detect` looks at it before it leaves: wherever it finds anybody, the place is not known after all.
        """
        patient = now - self._began < PATIENT_SECONDS
        if self._looks is None or self.missing().share > (0 if patient else MOST_MISSING):
            return None
        floor: Image = np.asarray(np.median(self._looks, axis=0), np.uint8)
        self._hide(floor)
        found = _unscaled(np.asarray(detect(floor), np.float64).reshape(-1, 5), self._scale)
        self._seen[~self._empty(found)] = 0
        self._hide(floor)
        return floor if not len(found) or (not patient and self.missing().share <= MOST_MISSING) else None

    def _hide(self, floor: Image) -> None:
        for row, column in zip(*np.nonzero(self._seen < LOOKS), strict=True):
            floor[_place(row, column)] = _GREY

    def _small(self, image: Image) -> Image:
        self._scale = min(1.0, WIDEST / image.shape[1])
        size = round(image.shape[1] * self._scale), round(image.shape[0] * self._scale)
        return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)

    def _empty(self, boxes: Boxes) -> NDArray[np.bool_]:
        """The places that nobody touches."""
        empty = np.ones(self._seen.shape, bool)
        for x1, y1, x2, y2 in boxes[:, :4] * self._scale / CELL:
            wide, high = GROWN * (x2 - x1), GROWN * (y2 - y1)
            rows = slice(max(0, int(y1 - high)), int(y2 + high) + 1)
            empty[rows, max(0, int(x1 - wide)) : int(x2 + wide) + 1] = False
        return empty


def _unscaled(boxes: Boxes, scale: float) -> Boxes:
    """From pixels of the small picture to those of the camera's."""
    return np.concatenate([boxes[:, :4] / scale, boxes[:, 4:]], axis=1)


def _place(row: int, column: int) -> tuple[slice, slice]:
    return slice(row * CELL, (row + 1) * CELL), slice(column * CELL, (column + 1) * CELL)


def encoded(floor: Image) -> bytes:
    """A JPEG, short enough to travel, of a floor that `ready` gave: the one picture that ever leaves."""
    data: bytes = b""
    for quality in _QUALITIES:
        data = bytes(cv2.imencode(".jpg", floor, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])
        if len(data) <= LONGEST_PICTURE:
            break
    return data
