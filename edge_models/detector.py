"""A detector: a frame in, the boxes of the persons in it out."""

from pathlib import Path
from typing import Protocol

from edge_models import cache
from edge_models.background import Background
from edge_models.boxes import Array, Frame, check_frame, strongest
from edge_models.catalogue import CATALOGUE
from edge_models.decoders import Decoder, recognise
from edge_models.errors import ModelUnavailable, ModelUnusable
from edge_models.session import Session


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
    """A graph and the decoder that understands it.

    Graphs are square and pictures are wide: at the first frame the graph is cut to what that needs, which saves a
    quarter of the time for 4:3 and a third for 16:9. Whoever sends other shapes as well gets the whole graph back.
    """

    counts_only = False

    def __init__(self, name: str, session: Session, decoder: Decoder) -> None:
        self.name = name
        self._session, self._whole, self.decoder = session, decoder, decoder
        self._is_settled = False
        thresholds = decoder.thresholds
        self.low_score, self.high_score = thresholds.low, thresholds.high
        self.birth_score = thresholds.birth

    def detect(self, frame: Frame) -> Array:
        """See `Detector`; boxes with a score below the family's floor are left out."""
        check_frame(frame)
        self._cut_for(frame)
        tensor, placement = self.decoder.prepare(frame)
        thresholds = self.decoder.thresholds
        boxes, scores = self.decoder.people(self._session.run(tensor), thresholds.floor)
        return strongest(placement.to_frame(boxes), scores, thresholds.most_overlap)

    def _cut_for(self, frame: Frame) -> None:
        """Opens the graph anew at most twice: frames of damaged streams come in all shapes."""
        wanted, whole, is_cut = self._whole.shape_for(frame), self._whole.shape, self.decoder is not self._whole
        if self._is_settled or wanted == self.decoder.shape:
            return
        shape, family = self._session.look_at(whole if is_cut else wanted), type(self._whole)
        if not family.fits(shape, self._session.output_shapes):
            shape = self._session.look_at(whole)
        self.decoder = family(shape) if shape != whole else self._whole
        self._is_settled = is_cut or shape != wanted


def open_detector(name_or_path: str | Path, threads: int = 1) -> Detector:
    """A detector from the cache by its name, or from an ONNX file, whose decoder is recognised by its shapes.

    Fetches nothing: a camera's process has no network.
    """
    if name_or_path == Background.name:
        return Background()
    if name_or_path in CATALOGUE:
        return _cached(str(name_or_path), threads)
    if not Path(name_or_path).is_file():
        known = ", ".join([*CATALOGUE, Background.name])
        raise ModelUnavailable(f"there is no model and no file {str(name_or_path)!r}; the models are {known}")
    return from_file(Path(name_or_path).stem, Path(name_or_path), threads)


def from_file(name: str, path: Path, threads: int = 1) -> NeuralDetector:
    """A detector of that name from an ONNX file."""
    session = Session(path, threads)
    decoder = recognise(session.input_shape, session.output_shapes)
    if decoder is None:
        raise ModelUnusable(f"{path.name} has outputs {session.output_shapes}, which no decoder here understands")
    return NeuralDetector(name, session, decoder)


def _cached(name: str, threads: int) -> NeuralDetector:
    path = cache.find(CATALOGUE[name])
    if path is None:
        raise ModelUnavailable(f"{name} is not on this machine yet: floorpulse models fetch {name}")
    return from_file(name, path, threads)
