"""How far a number can be trusted."""

from central.scores.estimate import ratio

COMPLETE = 0.95
COVERED = 0.7


def completeness(received: int, due: int) -> float | None:
    """Cells received / cells due in open hours, 0 .. 1; None when none was due."""
    share = ratio(received, due)
    return None if share is None else min(1.0, share)


def coverage(valid_seconds: float, open_seconds: float) -> float | None:
    """Valid / open seconds, 0 .. 1; None when the store was not open."""
    share = ratio(valid_seconds, open_seconds)
    return None if share is None else min(1.0, share)


def is_partial(complete: float | None, covered: float | None) -> bool:
    """Completeness < 0.95 or coverage < 0.7."""
    return (complete is not None and complete < COMPLETE) or (covered is not None and covered < COVERED)
