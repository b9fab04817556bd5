"""How a process that runs for months keeps its memory in order."""

import gc

FEW = 200_000
"""New objects before the collector of garbage looks for rings among them; a report leaves none."""


def settle() -> None:
    """What is there by now stays until the end: no look for garbage need go through it in the middle of a report."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(FEW, 10, 10)
