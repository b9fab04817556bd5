"""How long people stayed, from histograms of completed and censored stays: an actuarial life table."""

from collections.abc import Sequence
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
    # Where nobody is left Greenwood's error is nothing; but of n stays none, three in n may still be (rule of three).
    least_error = 3 / at_risk / Z95 if at_risk else 0.0
    table = [Survival(edges[0], 1.0, 0.0)]
    for ended, lost, edge in zip(completed, censored, edges[1:], strict=True):
        exposed = at_risk - lost / 2
        if exposed > 0:
            alive *= max(0.0, 1 - ended / exposed)
            greenwood += ended / (exposed * (exposed - ended)) if exposed > ended else 0.0
        at_risk -= ended + lost
        table.append(Survival(edge, alive, alive * sqrt(greenwood) if alive else least_error))
    return tuple(table)


def quantile(
    q: float,
    completed: Sequence[int],
    censored: Sequence[int] | None = None,
    edges: Sequence[float] = EDGES,
    interval: bool = True,
) -> Estimate:
    """The duration in seconds that a share q of stays does not reach, linear inside a bin; Greenwood's interval.

    None when the quantile lies in the open last bin, or when too many stays were lost to say. Without `interval` the
    value alone, for a tenth of the work.
    """
    censored = [0] * len(completed) if censored is None else censored
    n = sum(completed) + sum(censored)
    if not n:
        return Estimate(None, 0)
    if not interval:
        return Estimate(_first_at(1 - q, n, completed, censored, edges), n)
    table = life_table(completed, censored, edges)
    value = _reaches(table, 1 - q)
    return Estimate(value, n, None if value is None else _interval(table, 1 - q))


def median(completed: Sequence[int], censored: Sequence[int] | None = None, interval: bool = True) -> Estimate:
    """The median stay in seconds."""
    return quantile(0.5, completed, censored, interval=interval)


def p90(completed: Sequence[int], censored: Sequence[int] | None = None, interval: bool = True) -> Estimate:
    """The stay that nine in ten do not exceed, in seconds."""
    return quantile(0.9, completed, censored, interval=interval)


def _interval(table: Sequence[Survival], level: float) -> Interval | None:
    """Where the band S +- 1.96 se crosses the level; None when its upper side never does."""
    low, high = _reaches(table, level, -Z95), _reaches(table, level, Z95)
    return None if low is None or high is None else (low, high)


def _reaches(table: Sequence[Survival], level: float, errors: float = 0.0) -> float | None:
    """Where S, so many errors up, first falls to the level; None when only in the open last bin, or never."""
    start, above, _ = table[0]
    for end, share_left, error in table[1:]:
        below = share_left + errors * error
        if below <= level:
            return None if end == inf else _between(start, end, above, below, level)
        start, above = end, below
    return None


def _first_at(
    level: float, at_risk: int, completed: Sequence[int], censored: Sequence[int], edges: Sequence[float]
) -> float | None:
    """What `_reaches` says of the life table, without the table."""
    alive = 1.0
    for place, (ended, lost) in enumerate(zip(completed, censored, strict=True), 1):
        if ended:
            below = alive * max(0.0, 1 - ended / (at_risk - lost / 2))
            if below <= level:
                end = edges[place]
                return None if end == inf else _between(edges[place - 1], end, alive, below, level)
            alive = below
        at_risk -= ended + lost
    return None


def _between(start: float, end: float, above: float, below: float, level: float) -> float:
    return start + (end - start) * (above - level) / (above - below)


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
