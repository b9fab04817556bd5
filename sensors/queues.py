"""How a stay in a queue ended: served, left, or not to be known."""

from collections.abc import Iterable
from enum import StrEnum

from sensors.lines import Crossing
from sensors.zones import GAP_SECONDS, Stay

_KEPT_SECONDS = 4 * GAP_SECONDS


class Ending(StrEnum):
    SERVED = "served"
    LEFT = "left"


class QueueWatch:
    """One queue; `note` its service line's crossings before `ending` is asked."""

    def __init__(self) -> None:
        self._crossed: dict[int, float] = {}

    def note(self, crossings: Iterable[Crossing], now: float) -> None:
        self._crossed |= {crossing.track: crossing.at for crossing in crossings}
        self._crossed = {track: at for track, at in self._crossed.items() if now - at <= _KEPT_SECONDS}

    def ending(self, stay: Stay) -> Ending | None:
        """None for a wait whose start is unknown, and for somebody who was lost from sight in the queue."""
        if stay.born_inside:
            return None
        if abs(self._crossed.get(stay.track, float("-inf")) - stay.ended) <= GAP_SECONDS:
            return Ending.SERVED
        return None if stay.censored else Ending.LEFT
