"""The histogram every dwell, wait and session goes into: the same bins everywhere, so that they add up."""

from bisect import bisect_right
from collections.abc import Iterable
from math import inf

EDGES = (3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1800, inf)
"""Seconds; bin i holds EDGES[i] <= duration < EDGES[i + 1]. Thresholds in reports lie on these edges."""

BINS = len(EDGES) - 1
SHORTEST_STAY_SECONDS = EDGES[0]

HESITATION_EDGES = (0, 0.5, 1, 2, 3, 5, 8, 13, 20, inf)
"""Seconds from presence to first tap."""


def bin_of(seconds: float) -> int:
    """Index of the bin that holds a duration of at least 3 s; ValueError for a shorter one."""
    if seconds < SHORTEST_STAY_SECONDS:
        raise ValueError(f"{seconds} s is shorter than the shortest stay, {SHORTEST_STAY_SECONDS} s")
    return min(bisect_right(EDGES, seconds) - 1, BINS - 1)


def histogram(durations: Iterable[float]) -> tuple[int, ...]:
    """Counts per bin; durations below 3 s are no stays and are left out."""
    counts = [0] * BINS
    for seconds in durations:
        if seconds >= SHORTEST_STAY_SECONDS:
            counts[bin_of(seconds)] += 1
    return tuple(counts)


def edge_index(seconds: float) -> int:
    """The bin that begins at this threshold; ValueError when it does not lie on an edge."""
    try:
        return EDGES.index(seconds)
    except ValueError:
        raise ValueError(f"{seconds} s is not on an edge of the histogram: {EDGES[:-1]}") from None
