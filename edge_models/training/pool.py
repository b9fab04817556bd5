"""The rendered pictures on the disk: shards of a few hundred, each from its own seed, made by all processors at once.

A shard is a file that is there whole or not at all, so that rendering may stop and go on at any time, and the same
seed and number always make the same pictures.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_models.errors import ModelUnavailable

if TYPE_CHECKING:
    from edge_models.training.bodies import Bodies

SHARD = 250
"""Pictures; each shard has surfaces of its own."""
QUALITY = 95
Array = NDArray[Any]


class Picture(NamedTuple):
    image: Array
    """uint8 (h, w, 3) BGR."""
    boxes: Array
    """(n, 5): x1, y1, x2, y2, and 1 to be found, -1 to be ignored."""


class Pool:
    """All pictures of the shards in a folder, by number."""

    def __init__(self, folder: Path) -> None:
        self._shards = [_Shard(path) for path in sorted(folder.glob("shard-*.npz"))]
        self._starts = np.cumsum([0, *(len(shard) for shard in self._shards)])
        self._length = int(self._starts[-1])

    def __len__(self) -> int:
        return self._length

    def without_last(self, count: int) -> "Pool":
        """The same pool, but for pictures that nobody may learn from."""
        shorter = copy(self)
        shorter._length = max(0, self._length - count)
        return shorter

    def __getitem__(self, number: int) -> Picture:
        shard = int(np.searchsorted(self._starts, number, side="right")) - 1
        return self._shards[shard][number - int(self._starts[shard])]


class _Shard:
    def __init__(self, path: Path) -> None:
        with np.load(path) as arrays:
            self._coded, self._ends = arrays["coded"], arrays["ends"]
            self._boxes, self._last = arrays["boxes"], arrays["last"]

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, place: int) -> Picture:
        begin, first = (int(ends[place - 1]) if place else 0 for ends in (self._ends, self._last))
        coded = self._coded[begin : int(self._ends[place])]
        return Picture(
            np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)), self._boxes[first : int(self._last[place])].copy()
        )


def render(folder: Path, images: int, seed: int, processes: int | None = None) -> Iterator[int]:
    """Make the shards that are missing for so many images; yields how many images are there after each."""
    from edge_models.training.bodies import prepared  # what only renders need not be here to learn

    folder.mkdir(parents=True, exist_ok=True)
    bodies = prepared(folder, seed)
    missing, before = _missing(folder, images), -1
    while missing and len(missing) != before:  # software OpenGL may crash after hours; all that is whole stays
        before = len(missing)
        with suppress(BrokenProcessPool), ProcessPoolExecutor(processes or os.cpu_count()) as workers:
            made = [workers.submit(_make, folder, number, seed, bodies) for number in missing]
            for done, shard in enumerate(as_completed(made), start=1):
                shard.result()
                yield images - (len(missing) - done) * SHARD
        missing = _missing(folder, images)
    if missing:
        raise ModelUnavailable("no picture can be rendered here: OpenGL ends every process that tries")
    yield images


def _missing(folder: Path, images: int) -> list[int]:
    return [number for number in range(-(-images // SHARD)) if not _path(folder, number).exists()]


def _path(folder: Path, number: int) -> Path:
    return folder / f"shard-{number:05d}.npz"


def _make(folder: Path, number: int, seed: int, bodies: "Bodies") -> None:
    from edge_models.training.renderer import Renderer  # OpenGL belongs to the process that draws

    cv2.setNumThreads(1)
    renderer = Renderer(bodies, np.random.default_rng([seed, number]))
    coded, boxes = [], []
    for _ in range(SHARD):
        scene = renderer.scene()
        coded.append(cv2.imencode(".jpg", scene.picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].reshape(-1))
        boxes.append(scene.boxes)
    renderer.close()
    fresh = _path(folder, number).with_suffix(f".{os.getpid()}.tmp")
    with fresh.open("wb") as file:
        np.savez(
            file, coded=np.concatenate(coded), ends=np.cumsum([len(each) for each in coded]),
            boxes=np.concatenate(boxes), last=np.cumsum([len(each) for each in boxes]),
        )  # fmt: skip
    fresh.replace(_path(folder, number))
