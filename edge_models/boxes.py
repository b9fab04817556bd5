"""Boxes as arrays: rows of x1, y1, x2, y2 in pixels, and where five columns stand, a score."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Frame = NDArray[np.uint8]

NOBODY: Array = np.zeros((0, 5), np.float32)
MOST_CANDIDATES = 500
"""No shop view holds more; it bounds the time that a frame of noise can take."""


def check_frame(frame: Frame) -> None:
    """Refuse what is no picture; a detector would find persons in it, or end the process."""
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or not frame.size:
        raise ValueError(f"a frame is uint8 (h, w, 3), not {frame.dtype} {frame.shape}")


def iou(a: Array, b: Array) -> Array:
    """Intersection over union of every box of `a` (n, 4) with every box of `b` (m, 4), as (n, m)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:4], b[None, :, 2:4])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    union = area(a)[:, None] + area(b)[None, :] - shared
    return np.asarray(shared / np.maximum(union, 1e-9), np.float32)


def area(boxes: Array) -> Array:
    """Area of each box in square pixels."""
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), np.float32)


def strongest(boxes: Array, scores: Array, most_overlap: float) -> Array:
    """Greedy non-maximum suppression: (n, 4) and (n,) in, (k, 5) out, best first."""
    if not len(boxes):
        return NOBODY
    kept = _suppress(np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1), scores, most_overlap)
    return np.concatenate([boxes[kept], scores[kept, None]], axis=1)


def _suppress(corner_and_size: Any, scores: Any, most_overlap: float) -> NDArray[np.intp]:
    # OpenCV takes lists four times as fast as arrays.
    listed = corner_and_size.tolist(), scores.tolist()
    kept = cv2.dnn.NMSBoxes(*listed, 0.0, most_overlap, top_k=MOST_CANDIDATES)
    return np.asarray(kept, np.intp).reshape(-1)
