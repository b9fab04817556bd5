"""Who crossed a line, and which way: tracks and time in, crossings out."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from events.facts import LineName
from events.geometry import Point, side_of
from sensors.tracking import Track

BAND_OF_DIAGONAL = 0.006
"""A crossing is believed once the foot is clear of the line by this share of the frame's diagonal."""
BELIEF_SECONDS = 0.3
"""A foot that is clear by less than two bands may only tremble: it must stay beyond the line for this long."""
DEBOUNCE_SECONDS = 1.0
FORGET_SECONDS = 5.0


class Way(StrEnum):
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Crossing:
    line: LineName
    way: Way
    track: int
    at: float
    """Monotonic seconds."""


@dataclass(slots=True)
class _Side:
    """The last place of a foot that was clear of the line."""

    foot: Point
    right: bool
    seen: float
    """When the track was seen last, wherever it was."""
    beyond_since: float | None = None
    """When the foot was first seen clear on the other side, while that is not believed yet."""


class LineWatch:
    """One directed line a -> b in pixels; IN is towards the right hand of someone who walks from a to b."""

    def __init__(self, name: LineName, a: Point, b: Point, band: float) -> None:
        self.name, self._a, self._b, self._band = name, a, b, band
        self._sides: dict[int, _Side] = {}
        self._last: dict[tuple[int, Way], float] = {}

    def update(self, tracks: Iterable[Track], now: float) -> list[Crossing]:
        """The crossings that this frame completes."""
        crossings = []
        for track in tracks:
            if track.id not in self._sides:
                self._stand(track.id, track.first_foot, track.first_seen)
            way = self._stand(track.id, track.foot, now)
            if way and now - self._last.get((track.id, way), -DEBOUNCE_SECONDS) >= DEBOUNCE_SECONDS:
                self._last[track.id, way] = now
                crossings.append(Crossing(self.name, way, track.id, now))
        self._forget(now)
        return crossings

    def _stand(self, track: int, foot: Point, now: float) -> Way | None:
        """The way in which the line was crossed to come here, if it was."""
        side, before = side_of(foot, self._a, self._b), self._sides.get(track)
        if before:
            before.seen = now
        if abs(side) < self._band:
            return None
        if before is None or before.right == (side > 0):
            self._sides[track] = _Side(foot, side > 0, now)
            return None
        if before.beyond_since is None:
            before.beyond_since = now
        if abs(side) < 2 * self._band and now - before.beyond_since < BELIEF_SECONDS:
            return None
        self._sides[track] = _Side(foot, side > 0, now)
        if not self._within(before.foot, foot):
            return None
        return Way.IN if side > 0 else Way.OUT

    def _within(self, p: Point, q: Point) -> bool:
        """Whether the way from p to q meets the line between its ends."""
        return side_of(self._a, p, q) * side_of(self._b, p, q) <= 0

    def _forget(self, now: float) -> None:
        gone = [track for track, side in self._sides.items() if now - side.seen > FORGET_SECONDS]
        for track in gone:
            del self._sides[track]
        self._last = {key: at for key, at in self._last.items() if now - at < DEBOUNCE_SECONDS}
