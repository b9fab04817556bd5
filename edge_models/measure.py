"""How fast, and against a truth how exact, a detector is on this machine."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge_models.boxes import Array, Frame
from edge_models.detector import Detector
from edge_models.evaluate import Boxes, accuracy, frames_of, standing_below

LEAST_FPS = 3.0
"""Counting holds from here."""
WARM_UP_FRAMES = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """One detector over the same frames as the others."""

    name: str
    frames: int
    milliseconds: float
    """Median per frame, picture in to boxes out."""
    ap50: float | None
    """None without a truth."""
    ap30: float | None

    @property
    def fast_enough(self) -> bool:
        return self.milliseconds <= 1000 / LEAST_FPS


def measured(detector: Detector, frames: Iterable[tuple[int, Frame]], truth: Boxes, feet_below: float) -> Measured:
    """Run the detector over frames; those with a truth are judged, for feet at or below that row."""
    found: dict[int, Array] = {}
    seconds = []
    for number, frame in frames:
        boxes, taken = _timed(detector.detect, frame)
        seconds.append(taken)
        if number in truth:
            found[number] = standing_below(boxes, feet_below)
    wanted = {number: standing_below(boxes, feet_below) for number, boxes in truth.items()}
    return Measured(
        name=detector.name,
        frames=len(seconds),
        milliseconds=1000 * float(np.median(seconds[WARM_UP_FRAMES:] or seconds or [0.0])),
        ap50=accuracy(found, wanted, 0.5).ap if found else None,
        ap30=accuracy(found, wanted, 0.3).ap if found else None,
    )


def noise(count: int = 30) -> Iterator[tuple[int, Frame]]:
    """Noise to measure the speed on, where there is no clip."""
    dice = np.random.default_rng(1)
    for number in range(1, count + 1):
        yield number, dice.integers(0, 256, (576, 768, 3), np.uint8)


def pictures(clip: Path | None, every: int, most: int | None) -> Iterator[tuple[int, Frame]]:
    """Frames of a clip up to that number, or noise."""
    for number, frame in frames_of(clip, every) if clip else noise():
        if most is not None and number > most:
            return
        yield number, frame


def _timed(detect: Callable[[Frame], Array], frame: Frame) -> tuple[Array, float]:
    started = time.perf_counter()
    return detect(frame), time.perf_counter() - started
