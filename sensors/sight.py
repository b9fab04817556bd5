"""Whether a camera sees anything: frozen, dark, covered and moved views. Keeps no picture but its landmarks."""

from hashlib import blake2b

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
        self._digest, self._changed = b"", 0.0
        self._looked, self._strange_since = float("-inf"), float("inf")
        self._strange = CameraState.OK

    def judge(self, image: NDArray[np.uint8], now: float) -> CameraState:
        """`image` is BGR, (h, w, 3)."""
        if self._is_frozen(image, now):
            return CameraState.FROZEN
        if np.percentile(image[::_STEP, ::_STEP], 95) < DARK_LEVEL:
            return CameraState.DARK
        if now - self._looked >= LOOK_SECONDS:
            self._look(image, now)
        return self._strange if now - self._strange_since >= STRANGE_SECONDS else CameraState.OK

    def _look(self, image: NDArray[np.uint8], now: float) -> None:
        self._looked, self._strange = now, self._landmarks.compare(image)
        if self._strange is CameraState.OK:
            self._strange_since = float("inf")
        else:
            self._strange_since = min(self._strange_since, now)

    def _is_frozen(self, image: NDArray[np.uint8], now: float) -> bool:
        digest = blake2b(np.ascontiguousarray(image[:: _STEP // 4, :: _STEP // 4]).data, digest_size=16).digest()
        if digest != self._digest:
            self._digest, self._changed = digest, now
        return now - self._changed >= FROZEN_SECONDS
