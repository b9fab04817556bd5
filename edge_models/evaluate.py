"""How exact a detector is: average precision against boxes drawn by people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_models.boxes import Array, Frame, iou
from edge_models.errors import ModelError

FRAME_LEFT_TOP_WIDTH_HEIGHT = (0, 2, 3, 4, 5)
Boxes = Mapping[int, Array]
"""Frame number, from 1, to rows x1, y1, x2, y2; detections have a score besides."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Precision and recall of detections, over all of their scores."""

    ap: float
    """Area below the interpolated precision-recall curve (Everingham et al., PASCAL VOC 2010)."""
    best_f1: float
    at_score: float
    """The score from which on detections count, where F1 is best."""
    precision: float
    """There."""
    recall: float
    """There."""
    persons: int
    """Boxes in the truth."""


def accuracy(found: Boxes, truth: Boxes, least_overlap: float = 0.5) -> Accuracy:
    """Accuracy over the frames of `found`; a frame that was not looked at does not count.

    Best scores choose first, and each person is found once.
    """
    judged = [_judge(boxes, truth.get(frame, _none()), least_overlap) for frame, boxes in found.items()]
    persons = sum(len(truth.get(frame, _none())) for frame in found)
    scores = np.concatenate([boxes[:, 4] for boxes in found.values()] or [np.zeros(0, np.float32)])
    hits = np.concatenate(judged or [np.zeros(0, bool)])[np.argsort(-scores, kind="stable")]
    if not persons or not hits.any():
        return Accuracy(0.0, 0.0, 1.0, 0.0, 0.0, persons)
    return _summary(np.sort(scores)[::-1], hits, persons)


def standing_below(boxes: Array, y: float) -> Array:
    """The boxes whose feet are at or below this row of the image."""
    return boxes[boxes[:, 3] >= y]


def read_truth(path: Path) -> dict[int, Array]:
    """Boxes of a file in MOT text: frame, id, left, top, width, height, ..."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        # An empty file is only a warning to numpy; a line without numbers is an error.
        rows = np.loadtxt(lines or ["no boxes"], delimiter=",", ndmin=2, usecols=FRAME_LEFT_TOP_WIDTH_HEIGHT)
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} holds no boxes in MOT text") from error
    frames, corners = rows[:, 0].astype(int), rows[:, 1:].astype(np.float32)
    corners[:, 2:] += corners[:, :2]
    return {int(frame): corners[frames == frame] for frame in np.unique(frames)}


def frames_of(clip: Path, every: int = 1) -> Iterator[tuple[int, Frame]]:
    """Number, from 1, and picture of every n-th frame of a clip."""
    capture = cv2.VideoCapture(str(clip))
    if not capture.isOpened():
        raise ModelError(f"{clip} is not a clip that can be read")
    number = 0
    try:
        while capture.grab():
            number += 1
            if (number - 1) % every == 0:
                yield number, np.asarray(capture.retrieve()[1], np.uint8)
    finally:
        capture.release()


def _none() -> Array:
    return np.zeros((0, 4), np.float32)


def _judge(boxes: Array, persons: Array, least_overlap: float) -> NDArray[np.bool_]:
    """Whether each detection of one frame found a person whom no better one had found."""
    hits = np.zeros(len(boxes), bool)
    overlaps = iou(boxes[:, :4], persons)
    for index in np.argsort(-boxes[:, 4], kind="stable") if len(persons) else ():
        nearest = int(overlaps[index].argmax())
        if overlaps[index, nearest] >= least_overlap:
            hits[index] = True
            overlaps[:, nearest] = -1
    return hits


def _summary(scores: NDArray[np.floating], hits: NDArray[np.bool_], persons: int) -> Accuracy:
    found = np.cumsum(hits)
    recall, precision = found / persons, found / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    best = int(f1.argmax())
    return Accuracy(
        ap=float(np.sum(np.diff(recall, prepend=0.0) * envelope)),
        best_f1=float(f1[best]),
        at_score=float(scores[best]),
        precision=float(precision[best]),
        recall=float(recall[best]),
        persons=persons,
    )
