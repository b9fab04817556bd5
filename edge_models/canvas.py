"""The tensors that graphs look at, kept from frame to frame: to ask for fresh memory costs more than to fill it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_models.boxes import Array, Frame


class Canvas:
    """A frame, scaled down, as (1, 3, h, w), with one grey around it."""

    def __init__(self, width: int, height: int, ground: int, levels: Array | None = None) -> None:
        """`levels` (3, 256) says what the values of each channel become; without it they stay as they are."""
        self._levels, self._ground = levels, ground
        self._tensor = np.zeros((1, 3, height, width), np.float32)
        self._clear(0, 0, 0, 0)

    def paint(self, frame: Frame, width: int, height: int, left: int = 0, top: int = 0) -> Array:
        """The tensor with the frame at this size and place; good until the next call."""
        if self._spot != (width, height, left, top):
            self._clear(width, height, left, top)
        small = cv2.resize(frame, (width, height), dst=self._small)
        for number, channel in enumerate(cv2.split(small, self._channels)):
            # To convert is four times as fast as to look up, and that as fast again as arithmetic.
            shown = channel if self._levels is None else cv2.LUT(channel, self._levels[number])
            self._tensor[0, number, top : top + height, left : left + width] = shown
        return self._tensor

    def _clear(self, width: int, height: int, left: int, top: int) -> None:
        """For frames of another shape."""
        self._spot = width, height, left, top
        self._small = np.empty((height, width, 3), np.uint8)
        self._channels = [np.empty((height, width), np.uint8) for _ in range(3)]
        for number in range(3):
            self._tensor[0, number] = self._ground if self._levels is None else self._levels[number, self._ground]


class ByteCanvas:
    """A frame, scaled down, as it lies in memory, (1, h, w, 3), with one grey to its right and below."""

    def __init__(self, width: int, height: int, ground: int) -> None:
        self._ground = ground
        self._tensor = np.full((1, height, width, 3), ground, np.uint8)
        self._size = width, height

    def paint(self, frame: Frame, width: int, height: int) -> NDArray[np.uint8]:
        """The tensor with the frame at this size; good until the next call."""
        if self._size != (width, height):
            self._tensor[:] = self._ground
            self._size = width, height
        cv2.resize(frame, (width, height), dst=self._tensor[0, :height, :width])
        return self._tensor
