"""Frames of the shop: the empty picture, the people in it, and the marks that a real camera leaves."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from simulator.bodies import Body, looks
from simulator.camera import Camera
from simulator.figures import Box, Image, Pose, Sprite, draw, paste, shadow
from simulator.scenery import empty_shop

NOISE = 3.0
"""Standard deviation, of 255."""
JPEG_QUALITY = 82


@dataclass(frozen=True)
class Shown:
    """One person in a frame: where, and how much of them is seen."""

    person: int
    box: Box
    seen: float
    """Share of the whole figure that is in the picture and not hidden, 0 .. 1."""


class Studio:
    """Draws one camera's view; keeps the empty shop and everybody's body."""

    def __init__(self, camera: Camera, seed: int) -> None:
        self.camera, self._seed = camera, seed
        self._empty, self._far = empty_shop(camera, seed)
        self._rng = np.random.default_rng(seed)
        noise = self._rng.normal(0, NOISE, (camera.height + 64, camera.width + 64, 3))
        self._noise = np.rint(noise).astype(np.int16)
        self._bodies: dict[int, Body] = {}

    def frame(self, people: Iterable[tuple[int, Pose]]) -> tuple[Image, list[Shown]]:
        """The picture (h, w, 3) and who is in it, near ones first."""
        picture = self._empty.copy()
        posed = [(number, pose) for number, pose in people]
        for _, pose in posed:
            shadow(picture, pose, self.camera)
        drawn = [(number, sprite) for number, pose in posed if (sprite := self._drawn(number, pose))]
        drawn.sort(key=lambda pair: -pair[1].depth)
        for _, sprite in drawn:
            paste(picture, sprite, self._far)
        self._forget({number for number, _ in posed})
        return self._finish(picture), self._shown(drawn[::-1])

    def _drawn(self, number: int, pose: Pose) -> Sprite | None:
        body = self._bodies.setdefault(number, Body(looks(self._seed * 100_003 + number)))
        return draw(body, pose, self.camera)

    def _forget(self, here: set[int]) -> None:
        self._bodies = {number: body for number, body in self._bodies.items() if number in here}

    def _shown(self, near_first: list[tuple[int, Sprite]]) -> list[Shown]:
        taken = np.zeros((self.camera.height, self.camera.width), dtype=bool)
        shown = []
        for number, sprite in near_first:
            seen = self._uncovered(sprite, taken)
            if seen > 0:
                shown.append(Shown(number, sprite.box, seen))
        return shown

    def _uncovered(self, sprite: Sprite, taken: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> float:
        """Share of the figure in free pixels, which are then taken."""
        height, width = sprite.cover.shape
        y1, y2 = max(sprite.top, 0), min(sprite.top + height, self.camera.height)
        x1, x2 = max(sprite.left, 0), min(sprite.left + width, self.camera.width)
        figure = sprite.cover > 127
        whole = max(int(np.count_nonzero(figure)), 1)
        if y1 >= y2 or x1 >= x2:
            return 0.0
        inside = figure[y1 - sprite.top : y2 - sprite.top, x1 - sprite.left : x2 - sprite.left]
        free = inside & ~taken[y1:y2, x1:x2] & (self._far[y1:y2, x1:x2] >= sprite.depth - 0.1)
        taken[y1:y2, x1:x2] |= inside
        return int(np.count_nonzero(free)) / whole

    def _finish(self, picture: Image) -> Image:
        """Soft lens, sensor noise, and what a camera's compression leaves."""
        soft = cv2.GaussianBlur(picture, (3, 3), 0.6)
        down, across = self._rng.integers(0, 64, 2)
        noise = self._noise[down : down + self.camera.height, across : across + self.camera.width]
        noisy = cv2.add(soft, noise, dtype=cv2.CV_8U)
        _, packed = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), dtype=np.uint8)
