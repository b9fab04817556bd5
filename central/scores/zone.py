"""How full a zone or queue was, and how waiting went."""

from collections.abc import Sequence

from central.scores.dwell import quantile
from central.scores.estimate import Estimate, ratio, share
from events.bins import edge_index

ABANDONED_SECONDS = 20


def draw(visits: int, entries: int) -> float | None:
    """Visits to the zone per 100 store entries; may exceed 100."""
    return ratio(100 * visits, entries)


def mean_occupancy(person_seconds: float, valid_seconds: float) -> float | None:
    """PS / valid seconds, in people."""
    return ratio(person_seconds, valid_seconds)


def crowding(occupancy_seconds: Sequence[int], limit: int) -> float | None:
    """Share of valid time with more people than the limit, 0 .. 1; seconds with 0, 1 .. 7, 8 or more people."""
    return ratio(sum(occupancy_seconds[limit + 1 :]), sum(occupancy_seconds))


def queue_sla(served: Sequence[int], target_seconds: int) -> Estimate:
    """P(wait <= target), per cent, Wilson; the target lies on an edge."""
    return share(sum(served[: edge_index(target_seconds)]), sum(served))


def abandonment(served: Sequence[int], left: Sequence[int]) -> Estimate:
    """Stays of 20 s and more that end elsewhere / all such stays, per cent, Wilson."""
    first = edge_index(ABANDONED_SECONDS)
    gone = sum(left[first:])
    return share(gone, gone + sum(served[first:]))


def wait_quantile(q: float, served: Sequence[int], interval: bool = True) -> Estimate:
    """The wait in seconds that a share q of those served did not reach."""
    return quantile(q, served, interval=interval)


def queue_length_by_littles_law(served: int, seconds: float, mean_wait_seconds: float) -> float | None:
    """L = lambda W: the mean length that arrivals and waits imply; to be held against the measured occupancy."""
    rate = ratio(served, seconds)
    return None if rate is None else rate * mean_wait_seconds
