"""What the doors counted."""

from central.scores.estimate import Estimate, ratio, share


def entries(ins: int, uturns: int) -> int:
    """E = IN - U-turns: how many came in, never who."""
    return ins - uturns


def door_closure(ins: int, outs: int) -> float:
    """|IN - OUT| / max(IN, OUT, 1) over all doors and a business day: a health flag, never an accuracy."""
    return abs(ins - outs) / max(ins, outs, 1)


def capture_rate(entered: int, passed_by: int) -> Estimate:
    """E / (E + passers-by), per cent, Wilson."""
    return share(entered, entered + passed_by)


def crossing_error(counted: int, audited: int) -> float | None:
    """(system - manual) / manual of an audited window."""
    return ratio(counted - audited, audited)
