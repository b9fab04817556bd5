"""How far a camera can be trusted, from what it says of itself: never an accuracy, which only an audit gives."""

from collections.abc import Iterable, Sequence
from math import inf

from central.scores.estimate import ratio
from events.bins import EDGES

GRADES = ("A", "B", "C", "D")
COVERAGE = (0.95, 0.85, 0.7)
FRAGMENTATION = (1.15, 1.3, 1.6)
BIRTHS = (0.05, 0.15, 0.3)
CLOSURE = (0.05, 0.1, 0.2)
PRESENCE = (1.25, 1.5, 2.0)
"""The last value that still earns A, B and C; beyond it is D."""

_OPEN_BIN_SECONDS = 900
"""Beyond its lower edge, what a stay in the last bin is taken to have lasted."""


def graded(value: float, limits: Sequence[float]) -> str:
    """A .. D; limits that fall mean that more is better."""
    if limits[0] > limits[-1]:
        value, limits = -value, [-limit for limit in limits]
    return next((grade for grade, limit in zip(GRADES, limits, strict=False) if value <= limit), GRADES[-1])


def worst(grades: Iterable[str]) -> str:
    """The grade of the whole is that of its weakest part; empty of nothing."""
    return max(grades, default="")


def interior_births(born_inside: int, stays: int) -> float | None:
    """Share of stays that began inside, where nobody can come in: people were lost or not seen at the boundary."""
    return ratio(born_inside, stays)


def presence_ratio(
    person_seconds: float, completed: Sequence[int], censored: Sequence[int], born_inside: int
) -> float | None:
    """Person-seconds / seconds of all stays by the middle of their bins; about 1 where both tell the same story."""
    counts = [ended + lost for ended, lost in zip(completed, censored, strict=True)]
    seconds = sum(count * _middle(i) for i, count in enumerate(counts))
    known = sum(counts)
    return ratio(person_seconds, seconds * (known + born_inside) / known) if known else None


def disagreement(found: float) -> float:
    """How many times one is as much as the other: 1 and more, whichever is larger."""
    return max(found, 1 / found) if found > 0 else inf


def _middle(i: int) -> float:
    return EDGES[i] + _OPEN_BIN_SECONDS if EDGES[i + 1] == inf else (EDGES[i] + EDGES[i + 1]) / 2
