"""Whether a camera sees anything: dark and frozen pictures, judged from a few pixels of each. Keeps no picture.

Covered and moved cameras are judged elsewhere; `CameraState` already has words for them.
"""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from events.facts import CameraState

DARK_LEVEL = 20
"""Of 255: a picture whose brightest twentieth is darker shows nobody."""
FROZEN_SECONDS = 5.0
"""A sensor always has some noise: pictures that do not differ in one pixel for so long are one picture."""
_STEP = 16


class Sight:
    """Judges one frame after the other; footage without noise (a file, a simulation) cannot be called frozen."""

    def __init__(self, may_freeze: bool) -> None:
        self._may_freeze = may_freeze
        self._digest, self._changed = b"", 0.0

    def judge(self, image: NDArray[np.uint8], now: float) -> CameraState:
        """`image` is BGR, (h, w, 3)."""
        if self._may_freeze and self._is_frozen(image, now):
            return CameraState.FROZEN
        bright = np.percentile(image[::_STEP, ::_STEP], 95)
        return CameraState.DARK if bright < DARK_LEVEL else CameraState.OK

    def _is_frozen(self, image: NDArray[np.uint8], now: float) -> bool:
        digest = blake2b(np.ascontiguousarray(image[:: _STEP // 4, :: _STEP // 4]).data, digest_size=16).digest()
        if digest != self._digest:
            self._digest, self._changed = digest, now
        return now - self._changed >= FROZEN_SECONDS
