"""How the fitting rooms served, from doors and call buttons alone."""

from collections.abc import Sequence

from central.scores.dwell import quantile
from central.scores.estimate import Estimate, ratio, share
from events.bins import EDGES, edge_index

WAIT_TARGET_SECONDS = 180


def utilisation(occupied_seconds: float, room_seconds: float) -> float | None:
    """Occupied room-seconds / (rooms x open seconds), 0 .. 1."""
    return ratio(occupied_seconds, room_seconds)


def saturation(saturated_seconds: float, open_seconds: float) -> float | None:
    """Share of open time with every room occupied, 0 .. 1."""
    return ratio(saturated_seconds, open_seconds)


def session_quantile(q: float, sessions: Sequence[int]) -> Estimate:
    """The session length in seconds that a share q does not reach."""
    return quantile(q, sessions)


def room_wait_quantile(q: float, no_wait: int, waits: Sequence[int]) -> Estimate:
    """The wait for a room in seconds; those who waited under 3 s stand in a bin of their own before the others."""
    return quantile(q, (no_wait, *waits), edges=(0, *EDGES))


def wait_within(no_wait: int, waits: Sequence[int], target_seconds: int = WAIT_TARGET_SECONDS) -> Estimate:
    """P(wait <= target) of those who got a room, per cent, Wilson."""
    return share(no_wait + sum(waits[: edge_index(target_seconds)]), no_wait + sum(waits))


def turn_away_rate(turned_away: int, no_wait: int, waits: Sequence[int]) -> Estimate:
    """Arrivals with no session within 10 min / all arrivals, per cent, Wilson."""
    return share(turned_away, turned_away + no_wait + sum(waits))


def assistance_sla(within_120: int, answered: int, unanswered: int) -> Estimate:
    """SLA_120: answered within 120 s / calls not withdrawn, per cent, Wilson."""
    return share(within_120, answered + unanswered)


def answer_quantile(q: float, at_once: int, answers: Sequence[int]) -> Estimate:
    """How long answered calls waited, in seconds."""
    return room_wait_quantile(q, at_once, answers)
