"""Which quarters of open hours are over and settled, from the moment somebody began to look; by a clock that is set."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from events.facts import Cell, Fact
from events.hours import OpeningHours, Step, end_of, moved

DAY = timedelta(days=1)
CLOCK_STEP = timedelta(seconds=2)
"""The wall clock moving this far against the monotonic one was set, not slewed."""


class ClockSteps:
    """Notices that the wall clock was set, by the monotonic one beside it."""

    def __init__(self, now: float, at: datetime) -> None:
        self._last = now, at

    def step(self, now: float, at: datetime) -> timedelta:
        """By how much it was set since the last look, both clocks read together; zero where it was not."""
        (last_now, last_at), self._last = self._last, (now, at)
        step = at - last_at - timedelta(seconds=now - last_now)
        return step if abs(step) > CLOCK_STEP else timedelta(0)


def shifted(fact: Fact, step: timedelta) -> Fact:
    """A fact that still waits to be recorded, by a clock that was set by `step`: cell and stamp must agree."""
    cell = getattr(fact, "cell", None)
    late: Any = fact
    return fact if cell is None else cast(Fact, replace(late, cell=moved(cell, step)))


class Quarters:
    """A quarter in which looking began late is cut to what was seen of it: no data is not zero."""

    def __init__(self, opening: OpeningHours, since: datetime, settling_seconds: float) -> None:
        self._opening, self._settling = opening, timedelta(seconds=settling_seconds)
        self._since = since.replace(microsecond=0)
        self._ahead: Cell | None = None

    def set_clock(self, step: timedelta) -> None:
        """The wall clock was set by `step`: what was not handed out yet lies where that says."""
        self._since, self._ahead = (self._since + step).replace(microsecond=0), None

    def due(self, at: datetime) -> Iterator[Cell]:
        """The quarters that are over and settled at this instant and were not handed out before, in order."""
        while (cell := self._next(at)) and end_of(cell) + self._settling <= at:
            self._since, self._ahead = end_of(cell), None
            yield cell

    def rest(self, at: datetime) -> Cell | None:
        """What was seen of the running quarter, when looking ends here; None when there is nothing to tell."""
        cell = self._next(at)
        seconds = int((min(at, end_of(cell)) - cell.start).total_seconds()) if cell else 0
        return Cell(cell.start, seconds) if cell and seconds > 0 else None

    def _next(self, at: datetime) -> Cell | None:
        """The first quarter that ends after what was handed out, once its day has come."""
        self._ahead = self._ahead or self._found(at)
        return self._ahead

    def _found(self, at: datetime) -> Cell | None:
        day, last = self._opening.business_day(self._since), self._opening.business_day(at)
        while day <= last:
            for cell in self._opening.cells(day, Step.QUARTER):
                if end_of(cell) > self._since:
                    start = max(cell.start, self._since)
                    return Cell(start, int((end_of(cell) - start).total_seconds()))
            day += DAY
        return None
