"""The two scores, 0 .. 100, always with their parts: zone experience ZX and fitting-room experience FX."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import erf, sqrt

from central.scores.estimate import Z95, Estimate, Interval, deviation
from central.scores.quality import COVERED

FEWEST = 5
"""k: a part with fewer stays, votes or calls is not taken."""
LEAST_CONFIDENCE = 0.5

ZX_WEIGHTS = {"sentiment": 0.5, "ease": 0.3, "engagement": 0.2}
FX_WEIGHTS = {"sentiment": 0.35, "assistance": 0.30, "wait": 0.20, "room_to_spare": 0.15}


@dataclass(frozen=True)
class Part:
    """One part of a score: utility 0 .. 100 with its interval, and what it rests on."""

    weight: float
    utility: Estimate
    coverage: float | None = None
    """None where coverage has no meaning, as for taps and calls."""

    @property
    def counts(self) -> bool:
        """Enough behind it: n >= k and coverage >= 0.7."""
        covered = self.coverage is None or self.coverage >= COVERED
        return self.utility.value is not None and self.utility.n >= FEWEST and covered


@dataclass(frozen=True)
class Experience:
    """`value` None below confidence 0.5."""

    value: float | None
    n: int
    interval: Interval | None
    confidence: float


def experience(parts: Sequence[Part]) -> Experience:
    """sum(w_i U_i) / sum(w_i) over the parts that count; the interval propagates their variances."""
    present = [part for part in parts if part.counts]
    confidence = sum(part.weight for part in present)
    n = min((part.utility.n for part in present), default=0)
    if confidence < LEAST_CONFIDENCE - 1e-9:
        return Experience(None, n, None, confidence)
    value = sum(part.weight * (part.utility.value or 0.0) for part in present) / confidence
    return Experience(value, n, _propagated(present, value, confidence), confidence)


def _propagated(present: Sequence[Part], value: float, confidence: float) -> Interval:
    variances = ((part.weight * deviation(part.utility.interval)) ** 2 for part in present if part.utility.interval)
    half = Z95 * sqrt(sum(variances)) / confidence
    return max(0.0, value - half), min(100.0, value + half)


def ease_of_crowding(crowded: float | None, n: int) -> Estimate:
    """U_f = 100 (1 - crowding) where there is no queue; n are the stays behind it."""
    return Estimate(None if crowded is None else 100 * (1 - crowded), n)


def engagement_against_goal(rate: Estimate, goal_share: float) -> Estimate:
    """U_e = 100 min(1, e / goal); `rate` in per cent, the goal 0 .. 1."""

    def utility(per_cent: float) -> float:
        return 100 * min(1.0, per_cent / 100 / goal_share)

    return _mapped(rate, utility)


def engagement_against_history(rate: Estimate, past: Sequence[float]) -> Estimate:
    """U_e = 100 Phi((e - mu) / sigma) against the zone's own weeks before, in per cent; None with fewer than three."""
    if len(past) < 3:
        return Estimate(None, rate.n)
    mu = sum(past) / len(past)
    sigma = sqrt(sum((value - mu) ** 2 for value in past) / (len(past) - 1))
    if sigma == 0:
        return Estimate(None, rate.n)
    return _mapped(rate, lambda per_cent: 50 * (1 + erf((per_cent - mu) / (sigma * sqrt(2)))))


def room_to_spare(saturated: float | None, n: int) -> Estimate:
    """100 (1 - saturation); n are the sessions behind it."""
    return Estimate(None if saturated is None else 100 * (1 - saturated), n)


def _mapped(rate: Estimate, utility: Callable[[float], float]) -> Estimate:
    if rate.value is None:
        return Estimate(None, rate.n)
    ends = None if rate.interval is None else (utility(rate.interval[0]), utility(rate.interval[1]))
    return Estimate(utility(rate.value), rate.n, ends)
