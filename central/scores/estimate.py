"""A number with what it rests on, and the intervals that several formulas share."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

Z95 = 1.96

Interval = tuple[float, float]


class Estimate(NamedTuple):
    """A value with its 95 % interval; `value` None when nothing supports one."""

    value: float | None
    n: int
    interval: Interval | None = None


def share(part: int, whole: int) -> Estimate:
    """Percentage with Wilson's interval."""
    if whole <= 0:
        return Estimate(None, 0)
    return Estimate(100 * part / whole, whole, wilson(part, whole))


@lru_cache(maxsize=16_384)
def wilson(part: int, whole: int) -> Interval:
    """Wilson's 95 % interval of a share, in per cent; `whole` at least 1."""
    p, z2 = part / whole, Z95 * Z95
    middle = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z95 * sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)


def ratio(part: float, whole: float) -> float | None:
    """Part / whole; None when there is no whole."""
    return part / whole if whole > 0 else None


def deviation(interval: Interval) -> float:
    """The standard deviation that a 95 % interval stands for."""
    return (interval[1] - interval[0]) / (2 * Z95)


def moments(counts: Sequence[int], values: Sequence[float]) -> tuple[float, float]:
    """Mean and (population) variance of values that occurred so often; at least one count is above 0."""
    total = sum(counts)
    mean = sum(n * value for n, value in zip(counts, values, strict=True)) / total
    return mean, sum(n * (value - mean) ** 2 for n, value in zip(counts, values, strict=True)) / total


def mean(values: Iterable[float]) -> float | None:
    """None of nothing."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else None
