"""How far a line's count is from what a person counted there."""

import random
from collections.abc import Sequence
from functools import lru_cache

from central.scores.estimate import Estimate, Interval

FEWEST_AUDITED = 50
"""Crossings that a person must have counted before an error is told."""
RESAMPLES = 2000
UNSEEN, UNSEEN_SHARE = 2, 0.01
"""Misses, and as many false crossings, that are reckoned with beside those that show: in a window they hide each other.
Two, and one in a hundred crossings."""

Window = tuple[int, int]
"""What a person counted one way in one window, and what the camera counted."""


def audit_error(windows: Sequence[Window]) -> Estimate:
    """(system - manual) / manual over all windows, per cent, with a bootstrap interval; n is the manual count."""
    manual, system = sum(m for m, _ in windows), sum(s for _, s in windows)
    if not manual:
        return Estimate(None, 0)
    more, less = sum(max(0, s - m) for m, s in windows), sum(max(0, m - s) for m, s in windows)
    return Estimate(100 * (system - manual) / manual, manual, _interval(manual, more, less))


@lru_cache(maxsize=512)
def _interval(manual: int, more: int, less: int) -> Interval:
    """Counts the same people again and again: each is missed, or one is counted who is not there, as often as it was.

    The dice begin alike each time, so that a page shows the same figure tomorrow.
    """
    dice = random.Random(manual * 1_000_003 + more * 1009 + less)
    unseen = UNSEEN + UNSEEN_SHARE * manual
    missed, invented = min(1.0, (less + unseen) / manual), (more + unseen) / manual
    errors = sorted(_again(dice, manual, missed, invented) for _ in range(RESAMPLES))
    return errors[round(0.025 * RESAMPLES)], errors[round(0.975 * RESAMPLES) - 1]


def _again(dice: random.Random, manual: int, missed: float, invented: float) -> float:
    """One more count; a sum of many rare events is drawn as a normal one, to the nearest whole."""
    mean = manual * (invented - missed)
    spread = (manual * (invented + missed * (1 - missed))) ** 0.5
    return 100 * round(dice.gauss(mean, spread)) / manual


def audited_range(count: float, error: Interval) -> Interval:
    """Between what numbers the truth lies when a line counts so many, given the interval of its error in per cent."""
    low, high = error
    return count / (1 + high / 100), count / (1 + max(low, -99.0) / 100)


def still_needed(manual: int) -> int:
    """Crossings that must still be counted by hand before an error is told."""
    return max(0, FEWEST_AUDITED - manual)
