"""The accuracy gate: an int8 model, or one that nobody here knows, counts for nothing before it has been judged.

Quantisation makes some detectors blind without a word: YOLOX-nano falls from .91 to .71 when it is done naively.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from edge_models.boxes import Array, Frame
from edge_models.detector import Detector
from edge_models.evaluate import Boxes, accuracy, standing_below

MOST_LOSS = 0.02
"""Of average precision (AP@.5) against a truth, compared with the reference on the same frames."""
LEAST_AGREEMENT = 0.9
"""AP@.5 where what the reference is sure of is the truth: for a shop's own clip, which nobody has annotated."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a model did, and what it had to do."""

    ap: float
    least: float
    frames: int

    @property
    def passes(self) -> bool:
        return self.frames > 0 and self.ap >= self.least

    def __str__(self) -> str:
        word = "passes" if self.passes else "fails"
        return f"it {word} the accuracy gate: AP@.5 {self.ap:.3f} over {self.frames} frames, {self.least:.3f} is needed"


def judge(
    candidate: Detector, reference: Detector, frames: Iterable[tuple[int, Frame]], truth: Boxes, feet_below: float = 0.0
) -> Verdict:
    """Both models over the same frames; without a truth, the reference's sure boxes are the truth."""
    mine: dict[int, Array] = {}
    theirs: dict[int, Array] = {}
    for number, frame in frames:
        if not truth or number in truth:
            mine[number] = standing_below(candidate.detect(frame), feet_below)
            theirs[number] = standing_below(reference.detect(frame), feet_below)
    if not truth:
        sure = {number: boxes[boxes[:, 4] >= reference.high_score, :4] for number, boxes in theirs.items()}
        return Verdict(accuracy(mine, sure).ap, LEAST_AGREEMENT, len(mine))
    wanted = {number: standing_below(boxes, feet_below) for number, boxes in truth.items()}
    return Verdict(accuracy(mine, wanted).ap, accuracy(theirs, wanted).ap - MOST_LOSS, len(mine))
