"""Persons as what moves before a learned background: the fallback where no model can be had.

Whoever stands still becomes background within a minute, so stays cannot be measured this way: `counts_only`.
"""

from collections import deque

import cv2
import numpy as np

from edge_models.boxes import NOBODY, Array, Frame, check_frame

MOST_OF_THE_VIEW = 0.5
"""More than this does not move at once: the light or the camera changed."""
FOREGROUND = 255
"""What KNN calls moving; shadows are 127."""


class Background:
    """KNN background subtraction at half size (Zivkovic, van der Heijden 2006), with a prior of a person's height."""

    name = "background"
    counts_only = True
    low_score, high_score, birth_score = 0.3, 0.5, 0.55

    def __init__(self) -> None:
        self._model = cv2.createBackgroundSubtractorKNN(history=300, dist2Threshold=400.0, detectShadows=True)
        self._heights = Heights()

    def detect(self, frame: Frame) -> Array:
        """See `Detector`; the score says how much a moving patch looks like one person."""
        check_frame(frame)
        moving = self._moving(frame)
        if moving.mean() > MOST_OF_THE_VIEW * FOREGROUND:
            return NOBODY
        patches = _patches(moving)
        self._heights.learn(patches)
        return self._heights.persons(patches)

    def _moving(self, frame: Frame) -> Frame:
        height, width = frame.shape[:2]
        small = cv2.resize(frame, (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA)
        mask = (self._model.apply(small) == FOREGROUND).astype(np.uint8) * np.uint8(FOREGROUND)
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)).astype(np.uint8)
        # Legs and heads come apart more often than neighbours grow together: close upright.
        return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((13, 5), np.uint8)), np.uint8)


class Heights:
    """How tall, in pixels, a person is who stands at a row of the image: a line through the patches of lone walkers."""

    WIDTH = 0.38
    """Of a person, in heights."""
    ENOUGH = 40
    SHORTEST = 16.0

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque(maxlen=1000)
        self._slope, self._offset = 0.0, 0.0

    def learn(self, patches: Array) -> None:
        """Remember the patches of the shape of one person."""
        height, width = patches[:, 3] - patches[:, 1], patches[:, 2] - patches[:, 0]
        lone = (height > 1.8 * width) & (height < 4.0 * width) & (height >= self.SHORTEST)
        if lone.any():
            self._seen.extend(zip(patches[lone, 3].tolist(), height[lone].tolist(), strict=True))
            self._fit()

    def expected(self, feet: Array) -> Array:
        """Height at each row; 0 while too few have walked by."""
        return np.asarray(np.maximum(self._slope * feet + self._offset, 0), np.float32)

    def persons(self, patches: Array) -> Array:
        """Boxes with scores: wide patches are several abreast, low ones are nobody."""
        rows = [
            row
            for patch, height in zip(patches, self.expected(patches[:, 3]), strict=True)
            for row in self._abreast(patch, height)
        ]
        return np.array(rows, np.float32).reshape(-1, 5)

    def _abreast(self, patch: Array, expected: float) -> list[tuple[float, ...]]:
        if expected < self.SHORTEST:
            return []
        left, top, right, bottom = patch
        score = float(np.exp(-abs(np.log((bottom - top) / expected))))
        count = max(1, round((right - left) / (self.WIDTH * expected) - 0.3))
        width = (right - left) / count
        return [(left + width * k, top, left + width * (k + 1), bottom, score) for k in range(count)]

    def _fit(self) -> None:
        """Least squares, once more without those who stood out."""
        if len(self._seen) < self.ENOUGH:
            return
        feet, heights = np.array(self._seen).T
        if np.ptp(feet) < self.SHORTEST:
            self._offset = float(np.median(heights))
            return
        near = np.ones(len(feet), bool)
        for _ in range(2):
            self._slope, self._offset = np.polyfit(feet[near], heights[near], 1)
            near = np.abs(np.log(heights / np.maximum(self._slope * feet + self._offset, 1))) < 0.3
            if near.sum() < self.ENOUGH / 2:
                return


def _patches(moving: Frame) -> Array:
    """Corners of each connected patch (n, 4), in pixels of the whole frame."""
    stats = cv2.connectedComponentsWithStats(moving)[2][1:].astype(np.float32) * 2
    return np.concatenate([stats[:, :2], stats[:, :2] + stats[:, 2:4]], axis=1)
