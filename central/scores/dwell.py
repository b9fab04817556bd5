"""How long people stayed, from histograms of completed and censored stays: an actuarial life table."""

from collections.abc import Sequence
from itertools import pairwise
from math import inf, sqrt
from typing import NamedTuple

from central.scores.estimate import Z95, Estimate, Interval, ratio, share
from events.bins import EDGES, edge_index

BOUNCE_SECONDS = 10
PASS_BY_SECONDS = 5
FRAGMENTED_ABOVE = 1.3


class Survival(NamedTuple):
    """S at a bin edge, with the standard error of Greenwood's formula."""

    seconds: float
    share: float
    error: float


def life_table(
    completed: Sequence[int], censored: Sequence[int], edges: Sequence[float] = EDGES
) -> tuple[Survival, ...]:
    """Share of stays that last to each edge. Half of a bin's censored stays count as at risk in it."""
    at_risk, alive, greenwood = sum(completed) + sum(censored), 1.0, 0.0
    table = [Survival(edges[0], 1.0, 0.0)]
    for ended, lost, edge in zip(completed, censored, edges[1:], strict=True):
        exposed = at_risk - lost / 2
        if exposed > 0:
            alive *= max(0.0, 1 - ended / exposed)
            greenwood += ended / (exposed * (exposed - ended)) if exposed > ended else 0.0
        at_risk -= ended + lost
        table.append(Survival(edge, alive, alive * sqrt(greenwood)))
    return tuple(table)


def quantile(
    q: float, completed: Sequence[int], censored: Sequence[int] | None = None, edges: Sequence[float] = EDGES
) -> Estimate:
    """The duration in seconds that a share q of stays does not reach, linear inside a bin; Greenwood's interval.

    None when the quantile lies in the open last bin, or when too many stays were lost to say.
    """
    censored = [0] * len(completed) if censored is None else censored
    n = sum(completed) + sum(censored)
    if not n:
        return Estimate(None, 0)
    table = life_table(completed, censored, edges)
    value = _reaches([(row.seconds, row.share) for row in table], 1 - q)
    return Estimate(value, n, None if value is None else _interval(table, 1 - q))


def median(completed: Sequence[int], censored: Sequence[int] | None = None) -> Estimate:
    """The median stay in seconds."""
    return quantile(0.5, completed, censored)


def p90(completed: Sequence[int], censored: Sequence[int] | None = None) -> Estimate:
    """The stay that nine in ten do not exceed, in seconds."""
    return quantile(0.9, completed, censored)


def _interval(table: Sequence[Survival], level: float) -> Interval | None:
    """Where the band S +- 1.96 se crosses the level; None when its upper side never does."""
    low = _reaches([(row.seconds, row.share - Z95 * row.error) for row in table], level)
    high = _reaches([(row.seconds, row.share + Z95 * row.error) for row in table], level)
    return None if low is None or high is None else (low, high)


def _reaches(curve: Sequence[tuple[float, float]], level: float) -> float | None:
    """Where a curve of straight pieces first falls to the level; None when only in the open last bin, or never."""
    for (start, above), (end, below) in pairwise(curve):
        if below <= level:
            return None if end == inf else start + (end - start) * (above - level) / (above - below)
    return None


def engagement_rate(completed: Sequence[int], censored: Sequence[int], engaged_seconds: int = 30) -> Estimate:
    """Share of stays of at least this length, per cent, Wilson; lost ones that had lasted so long count as well."""
    first = edge_index(engaged_seconds)
    return share(sum(completed[first:]) + sum(censored[first:]), sum(completed) + sum(censored))


def bounce_rate(completed: Sequence[int], censored: Sequence[int]) -> Estimate:
    """Share of stays under 10 s, per cent, Wilson."""
    return _shorter(BOUNCE_SECONDS, completed, censored)


def pass_by_rate(completed: Sequence[int], censored: Sequence[int]) -> Estimate:
    """Share of stays under 5 s, per cent, Wilson."""
    return _shorter(PASS_BY_SECONDS, completed, censored)


def _shorter(seconds: int, completed: Sequence[int], censored: Sequence[int]) -> Estimate:
    return share(sum(completed[: edge_index(seconds)]), sum(completed) + sum(censored))


def fragmentation(stays: int, from_boundary: int) -> float | None:
    """Phi = stays / stays that began at the boundary; above 1.3 stays are cut short."""
    return ratio(stays, from_boundary)


def boundary_dwell(person_seconds: float, entries: int) -> float | None:
    """PS / B in seconds, almost immune to identity switches."""
    return ratio(person_seconds, entries)
