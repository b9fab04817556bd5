"""The index weighted by footfall, so that a busy hour counts for its people and not for its taps."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from central.scores.estimate import Interval

FEWEST_VOTES = 5
RESAMPLES = 1000


class Hour(NamedTuple):
    """One open hour: how many came, how many voted, and the sum of their votes' weights (0 .. 100 each)."""

    footfall: int
    votes: int
    weighted: float


class FootfallIndex(NamedTuple):
    """HI_fw, the votes it rests on, the share of footfall that had to be pooled (0 .. 1), and the interval."""

    value: float | None
    votes: int
    pooled: float
    interval: Interval | None


def footfall_weighted_index(days: Sequence[Sequence[Hour]], seed: int = 1) -> FootfallIndex:
    """HI_fw = sum(F_h HI_h) / sum(F_h) over the hours of each day; the interval is a bootstrap over days.

    An hour with fewer than 5 votes is pooled with its neighbours; a day that has fewer in all stays one pool, and
    one without any vote is left out. Both count as pooled.
    """
    sums = [_day_sums(day) for day in days]
    footfall, pooled = (sum(hour.footfall for day in days for hour in day), sum(each[2] for each in sums))
    votes = sum(hour.votes for day in days for hour in day)
    value = _quotient(sums)
    share = pooled / footfall if footfall else 0.0
    return FootfallIndex(value, votes, share, _bootstrap(sums, seed))


def pools(day: Sequence[Hour]) -> list[list[Hour]]:
    """The hours of a day in groups of at least 5 votes, each a run of neighbours; one group when there are fewer."""
    groups = [[hour] for hour in day]
    while len(groups) > 1:
        weak = min(range(len(groups)), key=lambda at: _votes(groups[at]))
        if _votes(groups[weak]) >= FEWEST_VOTES:
            break
        sides = [at for at in (weak - 1, weak + 1) if 0 <= at < len(groups)]
        other = min(sides, key=lambda at: _votes(groups[at]))
        low, high = sorted((weak, other))
        groups[low : high + 1] = [groups[low] + groups[high]]
    return groups


def _votes(group: Sequence[Hour]) -> int:
    return sum(hour.votes for hour in group)


def _day_sums(day: Sequence[Hour]) -> tuple[float, float, int]:
    """Sum of F HI, sum of F where there is an index, and the footfall that was pooled."""
    above, below, pooled = 0.0, 0.0, 0
    for group in pools(day):
        votes, people = _votes(group), sum(hour.footfall for hour in group)
        if len(group) > 1 or votes < FEWEST_VOTES:
            pooled += people
        if votes:
            above += people * sum(hour.weighted for hour in group) / votes
            below += people
    return above, below, pooled


def _quotient(sums: Sequence[tuple[float, float, int]]) -> float | None:
    below = sum(each[1] for each in sums)
    return sum(each[0] for each in sums) / below if below else None


def _bootstrap(sums: Sequence[tuple[float, float, int]], seed: int) -> Interval | None:
    days = [each for each in sums if each[1]]
    if len(days) < 2:
        return None
    dice = Random(seed)
    drawn = [_quotient(dice.choices(days, k=len(days))) for _ in range(RESAMPLES)]
    values = sorted(value for value in drawn if value is not None)
    return values[int(0.025 * len(values))], values[int(0.975 * len(values)) - 1]
