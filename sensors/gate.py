"""The one gate that everything passes through which a camera learns about people who did not act.

A record goes out for the hour, else for the day part, else for the day, whichever first may; a wider record holds only
what was not released before, and what is left at the end of the day is never sent (docs/metrics.md, 'Quality and
release').
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from events.facts import Cell
from events.hours import WIDER, OpeningHours, end_of, lies_in, moved, wholes_over

LEAST_K = 3
T = TypeVar("T")
"""What is known of a quarter."""
R = TypeVar("R")
"""What may be said of several."""


@dataclass(slots=True)
class Pool(Generic[T, R]):
    """Quarters of which one kind of record was not released yet."""

    may_go_out: Callable[[Sequence[T]], bool]
    record: Callable[[Cell, Sequence[T]], R]
    held: list[tuple[Cell, T]] = field(default_factory=list)

    def release(self, whole: Cell) -> list[R]:
        """One record of all that is held within this cell, or nothing, and all stays held."""
        tallies = [tally for cell, tally in self.held if lies_in(cell, whole)]
        if not tallies or not self.may_go_out(tallies):
            return []
        self.held = [(cell, tally) for cell, tally in self.held if not lies_in(cell, whole)]
        return [self.record(whole, tallies)]


class Gate(Generic[T, R]):
    """Takes quarters in order, lets out what may go; a restart forgets what was held."""

    def __init__(self, opening: OpeningHours, pools: Sequence[Pool[T, R]]) -> None:
        self._opening, self._pools = opening, pools

    def add(self, quarter: Cell, tally: T) -> list[R]:
        """A quarter has ended; answers the records that may go out now."""
        for pool in self._pools:
            pool.held.append((quarter, tally))
        records: list[R] = []
        for step in WIDER:
            whole = self._opening.cell_at(quarter.start, step)
            if whole is None or end_of(whole) > end_of(quarter):
                return records
            records += self._release(whole)
        self._forget()
        return records

    def set_clock(self, step: timedelta, at: datetime) -> list[R]:
        """The wall clock was set by `step` to `at`: what is held lies where that says; answers what is due."""
        for pool in self._pools:
            pool.held = [(moved(cell, step), tally) for cell, tally in pool.held]
        held = [cell for pool in self._pools for cell, _ in pool.held]
        return [record for whole in wholes_over(self._opening, held, at) for record in self._release(whole)]

    def close(self) -> list[R]:
        """The service ends: what is held goes out as if hour, part and day ended here, or never."""
        latest = max((pool.held[-1][0].start for pool in self._pools if pool.held), default=None)
        wholes = [self._opening.cell_at(latest, step) for step in WIDER] if latest else []
        records = [record for whole in wholes if whole for record in self._release(whole)]
        self._forget()
        return records

    def _release(self, whole: Cell) -> list[R]:
        return [record for pool in self._pools for record in pool.release(whole)]

    def _forget(self) -> None:
        """The day is over: what is left would point at somebody."""
        for pool in self._pools:
            pool.held.clear()


def check_k(k: int) -> None:
    """ValueError for a crowd too small to hide in."""
    if k < LEAST_K:
        raise ValueError(f"k is at least {LEAST_K}, not {k}")
