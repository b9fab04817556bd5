"""A detector: a frame in, the boxes of the persons in it out."""

from pathlib import Path
from typing import Protocol

import numpy as np

from edge_models.boxes import Array, Frame, strongest
from edge_models.decoders import Decoder, recognise
from edge_models.errors import ModelUnavailable, ModelUnusable
from edge_models.session import Session

FLOOR = 0.1
"""Weaker boxes are noise even to a tracker that follows weak ones."""


class Detector(Protocol):
    """Finds persons; one detector serves one thread."""

    name: str
    low_score: float
    """A tracker may keep a known track alive from here."""
    high_score: float
    """A box as good as seen."""
    birth_score: float
    """A box that may start a track."""
    counts_only: bool
    """Persons who stand still fade away: lines may be counted, stays may not."""

    def detect(self, frame: Frame) -> Array:
        """Rows x1, y1, x2, y2 in pixels and score, best first, (n, 5), for a BGR frame (h, w, 3).

        A box may reach beyond the frame's edge, so that the feet of someone cut off stay where they are.
        """
        ...


class NeuralDetector:
    """A graph and the decoder that understands it."""

    counts_only = False

    def __init__(self, name: str, session: Session, decoder: Decoder) -> None:
        self.name = name
        self._session, self._decoder = session, decoder
        thresholds = decoder.thresholds
        self.low_score, self.high_score = thresholds.low, thresholds.high
        self.birth_score = thresholds.birth

    def detect(self, frame: Frame, floor: float = FLOOR) -> Array:
        """See `Detector`; boxes with a score below the floor are left out."""
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or not frame.size:
            raise ValueError(f"a frame is uint8 (h, w, 3), not {frame.dtype} {frame.shape}")
        tensor, placement = self._decoder.prepare(frame)
        boxes, scores = self._decoder.people(self._session.run(tensor), floor)
        return strongest(placement.to_frame(boxes), scores, self._decoder.thresholds.most_overlap)


def open_detector(name_or_path: str | Path, threads: int = 1) -> Detector:
    """A detector by its catalogue name, or from an ONNX file, whose decoder is recognised by its shapes."""
    path = Path(name_or_path)
    if not path.is_file():
        raise ModelUnavailable(f"there is no model {str(name_or_path)!r}: floorpulse models list shows the known ones")
    session = Session(path, threads)
    decoder = recognise(session.input_shape, session.output_shapes)
    if decoder is None:
        raise ModelUnusable(f"{path.name} has outputs {session.output_shapes}, which no decoder here understands")
    return NeuralDetector(path.stem, session, decoder)
