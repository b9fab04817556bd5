"""Who came into a zone across its boundary: feet and time in, entries out.

A foot wavers, and while others hide somebody's legs it seems to stand elsewhere: a boundary is crossed once the foot
stays clear of it.
"""

from dataclasses import dataclass
from math import hypot

from events.geometry import Point, Polygon, Segment, contains, distance_to, edges
from sensors.lines import BAND_OF_DIAGONAL, BELIEF_SECONDS
from sensors.tracking import Track

DEBOUNCE_SECONDS = 1.0
"""Whoever was outside for no longer has only wavered on the boundary: no new entry."""
FORGET_SECONDS = 4.0
"""Longer than a tracker remembers anybody."""
_BORDER_PIXELS = 1.0
_ROUNDING = 1e-6
"""Seconds; differences of frame times carry this much error."""


@dataclass(slots=True)
class _Foot:
    inside: bool | None
    """Where it was last clear of the boundary; None while it has not been clear since it was first seen."""
    seen: float
    within: float = float("-inf")
    """When it was last believed inside."""
    clear_since: float | None = None
    """When it was first seen clear on the other side, while that is not believed yet."""


class EntryWatch:
    """The boundary of one zone: a polygon in pixels of a frame of this width and height."""

    def __init__(self, polygon: Polygon, frame: tuple[int, int]) -> None:
        self._polygon, self._band = polygon, BAND_OF_DIAGONAL * hypot(*frame)
        # Nobody can be clear of the picture's own border: who stands there is in the zone, or never was.
        self._sides = [side for side in edges(polygon) if not _on_border(side, frame)]
        self._feet: dict[int, _Foot] = {}

    def update(self, track: Track, inside: bool, now: float) -> bool:
        """Whether they have come in; `inside` says where their foot is, boundary or not."""
        foot = self._feet.get(track.id)
        if foot is None:
            foot = self._feet[track.id] = _Foot(self._first(track.first_foot), now)
        foot.seen = now
        entered = foot.inside != inside and self._believe(foot, track.foot, now) and self._cross(foot, inside, now)
        if foot.inside == inside:
            foot.clear_since = None
        if foot.inside:
            foot.within = now
        return entered

    def forget(self, now: float) -> None:
        """Whoever was not seen for long will not be seen again."""
        self._feet = {track: foot for track, foot in self._feet.items() if now - foot.seen <= FORGET_SECONDS}

    def _first(self, foot: Point) -> bool | None:
        return contains(self._polygon, foot) if self._clear_by(foot) >= self._band else None

    def _believe(self, foot: _Foot, place: Point, now: float) -> bool:
        """However deep, not at once: hidden legs move a foot by more than any band."""
        if self._clear_by(place) < self._band:
            foot.clear_since = None
            return False
        foot.clear_since = now if foot.clear_since is None else foot.clear_since
        return now - foot.clear_since >= BELIEF_SECONDS - _ROUNDING

    @staticmethod
    def _cross(foot: _Foot, inside: bool, now: float) -> bool:
        came = foot.inside is False and now - foot.within > DEBOUNCE_SECONDS
        foot.inside = inside
        return came

    def _clear_by(self, place: Point) -> float:
        return min((distance_to(side, place) for side in self._sides), default=float("inf"))


def _on_border(side: Segment, frame: tuple[int, int]) -> bool:
    """Whether both ends lie on the same edge of the picture."""
    return any(
        all(abs(end[axis] - border) <= _BORDER_PIXELS for end in side) for axis in (0, 1) for border in (0, frame[axis])
    )
