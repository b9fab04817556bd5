"""Spares the processor: a picture in which nothing has moved shows the same people as before.

The same boxes are answered again, so that time passes for the tracker, and who stands still goes on standing there.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sensors.watching import Detector

LONGEST_REST_SECONDS = 10.0
"""After so long the detector looks again, whatever the picture says."""
BLOCK = 8
"""Pixels; the noise of the mean of a block's even rows is a sixth of a pixel's."""
MOVED_LEVELS = 6
"""A block whose grey differs by more, of 255, has changed; a person is several blocks."""
MOVED_BLOCKS = 2


class Sparing:
    """A detector around another one; it keeps the block means of the picture it looked at last, and no picture."""

    def __init__(self, detector: Detector, fps: float) -> None:
        self.name, self.counts_only = detector.name, detector.counts_only
        self.low_score, self.high_score = detector.low_score, detector.high_score
        self.birth_score = detector.birth_score
        self._detector, self._longest_rest = detector, max(1, round(LONGEST_REST_SECONDS * fps))
        self._blocks: NDArray[np.int16] | None = None
        self._boxes: NDArray[Any] = np.zeros((0, 5), np.float32)
        self._rested = 0

    def detect(self, frame: Any) -> NDArray[Any]:
        """See `Detector`."""
        blocks = _blocks(frame)
        self._rested += 1
        if self._rested >= self._longest_rest or self._blocks is None or _moved(self._blocks, blocks):
            self._blocks, self._rested, self._boxes = blocks, 0, self._detector.detect(frame)
        return self._boxes


def _blocks(frame: NDArray[np.uint8]) -> NDArray[np.int16]:
    height, width = frame.shape[:2]
    size, green = (max(1, width // BLOCK), max(1, height // BLOCK)), cv2.extractChannel(frame[::2], 1)
    return np.asarray(cv2.resize(green, size, interpolation=cv2.INTER_AREA), np.int16)


def _moved(before: NDArray[np.int16], now: NDArray[np.int16]) -> bool:
    """Compared with the last picture that was looked at, so that no movement is too slow."""
    return before.shape != now.shape or int(np.sum(np.abs(now - before) > MOVED_LEVELS)) >= MOVED_BLOCKS
