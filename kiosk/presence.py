"""How many came up to the kiosk, how many tapped, and how long they hesitated; where a sensor sees them come."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime

from events.bins import HESITATION_EDGES
from events.facts import Cell, Impressions
from events.hours import OpeningHours
from events.quarters import ClockSteps, Quarters

GAP_SECONDS = 3.0
"""Who is out of sight for less is still the same one."""


class Presence:
    """Counts; each quarter of an open hour is told, zeros included. `now` is monotonic, `at` is aware."""

    def __init__(self, opening: OpeningHours, tell: Callable[[Impressions], None], now: float, at: datetime) -> None:
        self._tell, self._opening = tell, opening
        self._quarters = Quarters(opening, at, 0.0)
        self._steps = ClockSteps(now, at)
        self._since: float | None = None
        self._gone = float("-inf")
        self._has_tapped = False
        self._clear()

    def sensed(self, is_there: bool, now: float) -> None:
        """The sensor changed."""
        if not is_there:
            self._gone = now
        elif self._since is None or now - self._gone >= GAP_SECONDS:
            self._since, self._has_tapped = now, False
            self._presences += 1

    def touched(self, now: float) -> None:
        """A finger or a button; only the first of each visit counts."""
        if self._since is None or self._has_tapped:
            return
        self._has_tapped = True
        self._tapped += 1
        self._hesitation[_bin(now - self._since)] += 1

    def tick(self, now: float, at: datetime) -> None:
        """Call it every second or so."""
        if step := self._steps.step(now, at):
            self._quarters.set_clock(step)
        for cell in self._quarters.due(at):
            self._cut(cell)
        if not self._opening.is_open(at):
            self._forget()

    def close(self, at: datetime) -> None:
        """Tell what was seen of the running quarter."""
        if rest := self._quarters.rest(at):
            self._cut(rest)

    def _cut(self, cell: Cell) -> None:
        self._tell(Impressions(cell, self._presences, self._tapped, tuple(self._hesitation)))
        self._forget()

    def _forget(self) -> None:
        self._has_tapped = True  # a visit belongs to the quarter in which it began; its tap may not come without it
        self._clear()

    def _clear(self) -> None:
        self._presences = self._tapped = 0
        self._hesitation = [0] * (len(HESITATION_EDGES) - 1)


def _bin(seconds: float) -> int:
    return min(max(bisect_right(HESITATION_EDGES, seconds) - 1, 0), len(HESITATION_EDGES) - 2)
