"""What the taps say: indices, shares and rates. `counts` are votes per level, best first, unless said otherwise."""

from collections.abc import Sequence
from math import sqrt

from central.scores.estimate import Z95, Estimate, Interval, moments, ratio, share
from events.facts import QuestionKind

LARGEST_WEIGHT = 30.0
"""Votes that the prior may weigh at most."""


def weights(levels: int) -> tuple[float, ...]:
    """w_k = 100 (K - k) / (K - 1) for k = 1 (best) .. K."""
    return tuple(100 * (levels - k) / (levels - 1) for k in range(1, levels + 1))


def happy_index(counts: Sequence[int]) -> float | None:
    """HI = sum(n_k w_k) / sum(n_k), 0 .. 100."""
    return weighted_index(counts, weights(len(counts)))


def weighted_index(counts: Sequence[int], values: Sequence[float]) -> float | None:
    """The happy index where levels of several scales stand side by side, each with its own weight."""
    return moments(counts, values)[0] if sum(counts) else None


def net_happiness(counts: Sequence[int]) -> float | None:
    """(upper half - lower half) / n, -100 .. 100; a middle level counts for neither."""
    half = len(counts) // 2
    upper, lower = sum(counts[:half]), sum(counts[-half:])
    return 100 * (upper - lower) / sum(counts) if sum(counts) else None


def prior_weight(kiosks: Sequence[Sequence[int]], values: Sequence[float]) -> float:
    """W, in votes, from how much kiosks differ (Buehlmann-Straub): variance of a vote / variance between kiosks.

    `kiosks` holds the votes per level of each kiosk. Where they differ by no more than chance, or cannot be
    compared, W is at its cap.
    """
    heard = [counts for counts in kiosks if sum(counts)]
    total = sum(map(sum, heard))
    if len(heard) < 2 or total <= len(heard):
        return LARGEST_WEIGHT
    by_kiosk = [(sum(counts), *moments(counts, values)) for counts in heard]
    within = sum(n * variance for n, _, variance in by_kiosk) / (total - len(heard))
    mean = sum(n * index for n, index, _ in by_kiosk) / total
    spread = sum(n * (index - mean) ** 2 for n, index, _ in by_kiosk) - (len(heard) - 1) * within
    between = spread / (total - sum(n * n for n, _, _ in by_kiosk) / total)
    return min(LARGEST_WEIGHT, within / between) if between > 0 else LARGEST_WEIGHT


def smoothed_index(
    counts: Sequence[int], prior: Sequence[float], weight: float, values: Sequence[float] | None = None
) -> Estimate:
    """HI_s = (W HI_0 + n HI) / (W + n), with the interval of its Dirichlet posterior.

    `prior` are the level shares of the 28 days before, adding up to 1; `weight` is W in votes.
    """
    values = weights(len(counts)) if values is None else values
    n = sum(counts)
    if weight + n <= 0:
        return Estimate(None, 0)
    shares = [(weight * p0 + count) / (weight + n) for p0, count in zip(prior, counts, strict=True)]
    index = sum(p * value for p, value in zip(shares, values, strict=True))
    variance = sum(p * (value - index) ** 2 for p, value in zip(shares, values, strict=True))
    half = Z95 * sqrt(variance / (weight + n + 1))
    return Estimate(index, n, (index - half, index + half))


def level_shares(counts: Sequence[int]) -> tuple[float, ...] | None:
    """p0: the share of each level; None without votes."""
    total = sum(counts)
    return tuple(count / total for count in counts) if total else None


def top2_share(counts: Sequence[int]) -> Estimate:
    """Share of the two best levels, per cent, Wilson."""
    return share(sum(counts[:2]), sum(counts))


def csat(counts: Sequence[int]) -> Estimate:
    """Share of 4 and 5 among answers 1 .. 5 (worst first)."""
    return share(sum(counts[-2:]), sum(counts))


def ces(counts: Sequence[int]) -> Estimate:
    """'It was easy', 1 = disagree .. 5 = agree: share of 4 and 5 (worst first)."""
    return share(sum(counts[-2:]), sum(counts))


def nps(counts: Sequence[int]) -> Estimate:
    """Share of 9-10 minus share of 0-6 among answers 0 .. 10, -100 .. 100; interval from the multinomial variance."""
    n = sum(counts)
    if not n:
        return Estimate(None, 0)
    promoters, detractors = sum(counts[9:]) / n, sum(counts[:7]) / n
    score = promoters - detractors
    half = Z95 * sqrt(max(0.0, promoters + detractors - score * score) / n)
    return Estimate(100 * score, n, (100 * max(-1.0, score - half), 100 * min(1.0, score + half)))


def yes_share(counts: Sequence[int]) -> Estimate:
    """Share of yes; `counts` are no and yes."""
    return share(counts[1], sum(counts))


def question_score(kind: QuestionKind, counts: Sequence[int]) -> Estimate:
    """The headline of a question by its kind: index for smileys, and the kind's own share for the others."""
    match kind:
        case QuestionKind.SMILEY:
            return Estimate(happy_index(counts), sum(counts), index_interval(counts))
        case QuestionKind.CSAT:
            return csat(counts)
        case QuestionKind.CES:
            return ces(counts)
        case QuestionKind.NPS:
            return nps(counts)
        case QuestionKind.YES_NO:
            return yes_share(counts)


def index_interval(counts: Sequence[int], values: Sequence[float] | None = None) -> Interval | None:
    """Of a raw index: the Dirichlet posterior's without a prior; None without votes."""
    shares = level_shares(counts)
    return None if shares is None else smoothed_index(counts, shares, 0.0, values).interval


def response_rate(votes: int, passed: int) -> Estimate:
    """Votes per 100 OUT crossings of the exit line that the kiosk is paired with; over 100 means a missed crossing."""
    rate = ratio(100 * votes, passed)
    return Estimate(rate, passed)


def skip_rate(presences: int, tapped: int) -> Estimate:
    """Share of those who came up to the kiosk and tapped nothing, Wilson."""
    return share(max(0, presences - tapped), presences)


def flag_rate(raw: int, flagged: int) -> Estimate:
    """Share of votes with a flag, Wilson."""
    return share(flagged, raw)
