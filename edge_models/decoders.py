"""What a family of detectors wants to see, and what its outputs mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from edge_models.boxes import Array, Frame, area
from edge_models.canvas import ByteCanvas, Canvas
from edge_models.session import Shape, Tensor

STRIDES = (8, 16, 32)
CLASSES = 80
PERSON = 0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores at which a tracker may believe this family, and the overlap at which two boxes are one person."""

    floor: float
    """Weaker boxes are noise even to whoever measures all of them."""
    low: float
    high: float
    birth: float
    most_overlap: float


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the frame lies in the tensor: model pixels = frame pixels * scale + offset."""

    scale_x: float
    scale_y: float
    left: int = 0
    top: int = 0

    def to_frame(self, boxes: Array) -> Array:
        """Boxes (n, 4) in the frame's pixels."""
        offset = (self.left, self.top, self.left, self.top)
        scale = (self.scale_x, self.scale_y, self.scale_x, self.scale_y)
        return np.asarray((boxes - offset) / scale, np.float32)


class Decoder(Protocol):
    """The two ends of one family's graph."""

    family: ClassVar[str]
    thresholds: ClassVar[Thresholds]
    shape: Shape
    """Of the graph's input."""

    def __init__(self, input_shape: Shape) -> None: ...

    @staticmethod
    def fits(input_shape: Shape, output_shapes: Sequence[Shape]) -> bool:
        """Whether a graph of these shapes is one of this family."""
        ...

    def prepare(self, frame: Frame) -> tuple[Tensor, Placement]:
        """The tensor that the graph wants, of its input's shape and type; the next call paints over it."""
        ...

    def shape_for(self, frame: Frame) -> Shape:
        """As much of the input as such a frame needs, in whole cells; the rest would be grey."""
        ...

    def people(self, outputs: Sequence[Array], floor: float) -> tuple[Array, Array]:
        """Boxes (n, 4) in model pixels and scores (n,), of persons at or above the floor; they overlap."""
        ...


class Yolox:
    """YOLOX: BGR 0-255, letterbox to the upper left; one row per cell: offsets, log sizes, objectness, 80 classes.

    Ge et al., "YOLOX: Exceeding YOLO Series in 2021".
    """

    family: ClassVar[str] = "yolox"
    thresholds: ClassVar[Thresholds] = Thresholds(floor=0.1, low=0.15, high=0.5, birth=0.55, most_overlap=0.45)
    GREY = 114

    def __init__(self, input_shape: Shape) -> None:
        self.shape = input_shape
        self._height, self._width = input_shape[2:]
        self._canvas = Canvas(self._width, self._height, self.GREY)
        self._cells, self._strides = _grid(self._width, self._height)

    @staticmethod
    def fits(input_shape: Shape, output_shapes: Sequence[Shape]) -> bool:
        """Whether a graph of these shapes is one of this family."""
        cells = sum(_cells_per_level(input_shape))
        return _is_channels_first(input_shape) and list(output_shapes) == [(1, cells, 5 + CLASSES)]

    def prepare(self, frame: Frame) -> tuple[Tensor, Placement]:
        scale, width, height = _fit(frame, self._width, self._height)
        return self._canvas.paint(frame, width, height), Placement(scale, scale)

    def shape_for(self, frame: Frame) -> Shape:
        _, width, height = _fit(frame, self._width, self._height)
        return 1, 3, _up(height), _up(width)

    def people(self, outputs: Sequence[Array], floor: float) -> tuple[Array, Array]:
        rows = outputs[0][0]
        scores = rows[:, 4] * rows[:, 5 + PERSON]
        seen = scores >= floor
        rows, strides = rows[seen], self._strides[seen]
        centres = (rows[:, :2] + self._cells[seen]) * strides
        halves = np.exp(rows[:, 2:4]) * strides / 2
        return np.concatenate([centres - halves, centres + halves], axis=1), scores[seen]


class NanoDet:
    """NanoDet: BGR, ImageNet mean and deviation, letterbox in the middle; per level 80 class scores and 4 x 11 bins.

    The expectation of the bins is the distance of each side from the cell's centre, in strides.

    Li et al., "Generalized Focal Loss", 2020, equations 5 and 6.
    """

    family: ClassVar[str] = "nanodet"
    thresholds: ClassVar[Thresholds] = Thresholds(floor=0.1, low=0.3, high=0.45, birth=0.55, most_overlap=0.5)
    BINS = 11
    MEAN = np.array([[103.53], [116.28], [123.675]])
    DEVIATION = np.array([[57.375], [57.12], [58.395]])
    LEVELS = ((np.arange(256) - MEAN) / DEVIATION).astype(np.float32)

    def __init__(self, input_shape: Shape) -> None:
        self.shape = input_shape
        self._height, self._width = input_shape[2:]
        self._canvas = Canvas(self._width, self._height, 0, self.LEVELS)
        cells, self._strides = _grid(self._width, self._height)
        self._centres = (cells + 0.5) * self._strides

    @staticmethod
    def fits(input_shape: Shape, output_shapes: Sequence[Shape]) -> bool:
        """Whether a graph of these shapes is one of this family."""
        widths = (CLASSES, 4 * NanoDet.BINS)
        wanted = [(1, cells, width) for cells in _cells_per_level(input_shape) for width in widths]
        return _is_channels_first(input_shape) and sorted(output_shapes) == sorted(wanted)

    def prepare(self, frame: Frame) -> tuple[Tensor, Placement]:
        scale, width, height = _fit(frame, self._width, self._height)
        left, top = (self._width - width) // 2, (self._height - height) // 2
        return self._canvas.paint(frame, width, height, left, top), Placement(scale, scale, left, top)

    def shape_for(self, frame: Frame) -> Shape:
        return self.shape  # its layers are made for one

    def people(self, outputs: Sequence[Array], floor: float) -> tuple[Array, Array]:
        scores = _levels(outputs, CLASSES)[:, PERSON]
        seen = scores >= floor
        sides = _expectation(_levels(outputs, 4 * self.BINS)[seen]) * self._strides[seen]
        centres = self._centres[seen]
        return np.concatenate([centres - sides[:, :2], centres + sides[:, 2:]], axis=1), scores[seen]


class Own:
    """floorpulse's own net: BGR bytes (1, h, w, 3), letterbox to the upper left; a fine and a coarse map.

    A map (1, h / stride, w / stride, 5) holds for each cell a logit, the middle in cells, and the logs of width over 2
    and height over 5 strides: `edge_models.training.net` defines it.
    """

    family: ClassVar[str] = "floorpulse"
    thresholds: ClassVar[Thresholds] = Thresholds(floor=0.15, low=0.35, high=0.55, birth=0.65, most_overlap=0.5)
    """From rendered pictures that nobody learned from: of what is above them 57, 90 and 99 % are people."""
    STRIDES = (8, 32)
    VALUES = 5
    BASE = np.array([2.0, 5.0], np.float32)
    GREY = 115
    CLOSE_UP = 128.0
    """Pixels of the tensor: of anybody this high the fine map sees a torso or legs, and takes them for somebody."""

    def __init__(self, input_shape: Shape) -> None:
        self.shape = input_shape
        self._height, self._width = input_shape[1:3]
        self._canvas = ByteCanvas(self._width, self._height, self.GREY)
        cells, self._strides = _grid(self._width, self._height, self.STRIDES)
        self._middles, self._halves = (cells + 0.5) * self._strides, self.BASE * self._strides / 2

    @staticmethod
    def fits(input_shape: Shape, output_shapes: Sequence[Shape]) -> bool:
        """Whether a graph of these shapes is one of this family."""
        height, width = input_shape[1:3]
        maps = [(1, -(-height // stride), width // stride, Own.VALUES) for stride in Own.STRIDES]
        return input_shape[0] == 1 and input_shape[3] == 3 and list(output_shapes) == maps

    def prepare(self, frame: Frame) -> tuple[Tensor, Placement]:
        scale, width, height = _fit(frame, self._width, self._height)
        return self._canvas.paint(frame, width, height), Placement(scale, scale)

    def shape_for(self, frame: Frame) -> Shape:
        return 1, min(_up(_fit(frame, self._width, self._height)[2]), self._height), self._width, 3

    def people(self, outputs: Sequence[Array], floor: float) -> tuple[Array, Array]:
        rows = np.concatenate([each.reshape(-1, self.VALUES) for each in outputs])
        seen = np.flatnonzero(rows[:, 0] >= log(floor / (1 - floor)))
        rows = rows[seen]
        centres = self._middles[seen] + rows[:, 1:3] * self._strides[seen]
        halves = np.exp(rows[:, 3:].clip(-3, 4)) * self._halves[seen]
        boxes, scores = np.concatenate([centres - halves, centres + halves], axis=1), 1 / (1 + np.exp(-rows[:, 0]))
        whole = _is_whole(boxes, scores, self.CLOSE_UP)
        return boxes[whole], scores[whole]


FAMILIES: tuple[type[Yolox] | type[NanoDet] | type[Own], ...] = (Yolox, NanoDet, Own)


def recognise(input_shape: Shape, output_shapes: Sequence[Shape]) -> Decoder | None:
    """The decoder that fits a graph of these shapes, or None."""
    if len(input_shape) != 4:
        return None
    return next((family(input_shape) for family in FAMILIES if family.fits(input_shape, output_shapes)), None)


def _is_channels_first(input_shape: Shape) -> bool:
    return input_shape[:2] == (1, 3)


def _cells_per_level(input_shape: Shape) -> list[int]:
    return [-(-input_shape[2] // stride) * -(-input_shape[3] // stride) for stride in STRIDES]


def _grid(width: int, height: int, strides_of_levels: Sequence[int] = STRIDES) -> tuple[Array, Array]:
    """Column and row of every cell (n, 2), and its stride (n, 1), level after level."""
    cells, strides = [], []
    for stride in strides_of_levels:
        columns, rows = np.meshgrid(np.arange(-(-width // stride)), np.arange(-(-height // stride)))
        cells.append(np.stack([columns.ravel(), rows.ravel()], axis=1))
        strides.append(np.full((columns.size, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)


def _fit(frame: Frame, width: int, height: int) -> tuple[float, int, int]:
    """The scale at which a frame fits, whole and undistorted, and its size then."""
    scale = min(height / frame.shape[0], width / frame.shape[1])
    return scale, max(1, int(frame.shape[1] * scale)), max(1, int(frame.shape[0] * scale))


def _up(side: int) -> int:
    """To whole cells of the coarsest map."""
    return -(-side // STRIDES[-1]) * STRIDES[-1]


def _levels(outputs: Sequence[Array], width: int) -> Array:
    """The maps of one kind, finest level first, as one (cells, width)."""
    maps = [output[0] for output in outputs if output.shape[2] == width]
    return np.concatenate(sorted(maps, key=len, reverse=True))


def _is_whole(boxes: Array, scores: Array, close_up: float) -> NDArray[np.bool_]:
    """Which boxes (n, 4) are no part of a person who is this high: inside, much smaller, and hardly more certain."""
    close = boxes[:, 3] - boxes[:, 1] >= close_up
    if not close.any():
        return np.ones(len(boxes), bool)
    low = np.maximum(boxes[:, None, :2], boxes[None, close, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, close, 2:])
    own = area(boxes)
    inside = np.clip(high - low, 0, None).prod(axis=2) >= 0.9 * own[:, None]
    part = inside & (own[:, None] < 0.7 * own[close]) & (0.9 * scores[:, None] <= scores[close])
    return np.asarray(~part.any(axis=1))


def _expectation(bins: Array) -> Array:
    """Mean bin number of each of four softmax distributions: (n, 4 * bins) in, (n, 4) out."""
    bins = bins.reshape(-1, 4, bins.shape[1] // 4)
    weights = np.exp(bins - bins.max(axis=2, keepdims=True))
    return np.asarray(weights @ np.arange(bins.shape[2]) / weights.sum(axis=2), np.float32)
