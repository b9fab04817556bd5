"""Whether a camera sees anything: frozen, dark, covered and moved views. Keeps no picture but its landmarks."""

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from events.facts import CameraState
from sensors.landmarks import Landmarks

DARK_LEVEL = 20
"""Of 255: a picture whose brightest twentieth is darker shows nobody."""
FROZEN_SECONDS = 5.0
"""Every sensor has some noise: pictures that do not differ in one pixel for so long are one picture."""
STRANGE_SECONDS = 5.0
"""Somebody who walks past the lens covers it for less."""
LOOK_SECONDS = 1.0
_STEP = 16


class Sight:
    """Judges one frame after the other; what is wrong is told within 10 s, what is right again at once."""

    def __init__(self, landmarks: Landmarks) -> None:
        self._landmarks = landmarks
        self._digest, self._changed = -1, 0.0
        self._looked, self._strange_since = float("-inf"), float("inf")
        self._strange = CameraState.OK

    def judge(self, image: NDArray[np.uint8], now: float) -> CameraState:
        """`image` is BGR, (h, w, 3)."""
        if self._is_frozen(image, now):
            return CameraState.FROZEN
        if _is_dark(image[::_STEP, ::_STEP]):
            return CameraState.DARK
        if not 0 <= now - self._looked < LOOK_SECONDS:  # a clock may also run backwards
            self._look(image, now)
        return self._strange if now - self._strange_since >= STRANGE_SECONDS else CameraState.OK

    def _look(self, image: NDArray[np.uint8], now: float) -> None:
        self._looked, self._strange = now, self._landmarks.compare(image)
        if self._strange is CameraState.OK:
            self._strange_since = float("inf")
        else:
            self._strange_since = min(self._strange_since, now)

    def _is_frozen(self, image: NDArray[np.uint8], now: float) -> bool:
        digest = crc32(np.ascontiguousarray(image[::_STEP]).data)  # whole rows: nobody fits between them
        if digest != self._digest or now < self._changed:
            self._digest, self._changed = digest, now
        return now - self._changed >= FROZEN_SECONDS


def _is_dark(picture: NDArray[np.uint8]) -> bool:
    """Whether fewer than a twentieth of its values reach the level."""
    return bool(20 * np.count_nonzero(picture >= DARK_LEVEL) < picture.size)
