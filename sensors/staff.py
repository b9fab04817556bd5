"""Who is staff: whoever was first seen where only staff go, or wears the one marker that all staff share.

A marker is believed when two looks find it at the same place of a body that has walked in between: a marker on a wall
stays where it is. A look that finds it on two people at once says nothing of either. What is known of somebody outlives
their track, as a stay does (`zones`).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from events.geometry import Point, Polygon, contains, distance
from sensors.tracking import Track
from sensors.zones import GAP_SECONDS, ROUNDING, STITCH_HEIGHTS, expected

LOOKS_A_FRAME = 1
"""Reading costs time: whoever has waited longest is looked at."""
FIRST_LOOKS = 10
"""As soon as possible; then one each `LATER_SECONDS`, for whoever came in with their back to the camera."""
LATER_SECONDS = 3.0
SMALLEST_HEIGHT = 96.0
"""Pixels: on anybody smaller, the largest marker that is printed is under eight pixels wide, and never read."""
WALKED_HEIGHTS = 0.5
"""How far from each other, in body heights, the feet stand in two looks that prove something."""
SAME_PLACE_HEIGHTS = 0.2
SAME_SIZE = 1.3
"""How far place and size of the marker, in body heights, may differ between those two."""
MARKS_KEPT = 8
MARKS_APART_HEIGHTS = 0.1
FORGET_SECONDS = 60.0

Window = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels; it may reach beyond the frame."""
_ACROSS, _TOP, _LOW = 0.28, 1.0, 0.35
"""The upper body, in body heights: to each side of the foot point, and above it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The marker was read."""

    centre: Point
    side: float
    """Its longest one; both in pixels."""


Find = Callable[[Window], Reading | None]
"""Looks for the marker in a part of this very frame."""


def see_nothing(window: Window) -> None:
    """Of a frame in which nobody can look."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A reading, and who wore it."""

    foot: Point
    height: float
    place: Point
    """From the foot; in body heights, as is the side."""
    side: float


@dataclass(slots=True)
class _Person:
    track: Track
    seen: float
    is_staff: bool = False
    tracks: list[int] = field(default_factory=list)
    """All numbers that they have had."""
    marks: list[_Mark] = field(default_factory=list)
    looks: int = 0
    due: float = 0.0
    """When they should be looked at next."""


class StaffWatch:
    """Everybody in one view, at the size of its frames."""

    def __init__(self, areas: Sequence[Polygon], frame: tuple[int, int], looks: bool) -> None:
        """`areas` are where only staff go; `looks` says whether they wear a marker."""
        self._areas, self.looks = areas, looks
        self._frame: Polygon = ((0, 0), (frame[0], 0), (frame[0], frame[1]), (0, frame[1]))
        self._people: dict[int, _Person] = {}

    def update(self, tracks: Sequence[Track], now: float, find: Find) -> tuple[list[Track], frozenset[int]]:
        """The shoppers among those who are seen now, and all tracks of people who were taken for shoppers till now."""
        here = {track.id for track in tracks}
        for track in tracks:
            self._meet(track, here, now)
        found = self._look_around(tracks, now, find) if self.looks else frozenset[int]()
        self._people = {track: one for track, one in self._people.items() if now - one.seen < FORGET_SECONDS}
        return [track for track in tracks if not self._people[track.id].is_staff], found

    def _meet(self, track: Track, here: Collection[int], now: float) -> None:
        person = self._people.get(track.id)
        if person is None:
            person = self._lost_close_to(track, here) or _Person(track, now, due=now)
            person.tracks.append(track.id)
            person.is_staff |= any(contains(area, track.first_foot) for area in self._areas)
            self._people[track.id] = person
        person.track, person.seen = track, now

    def _lost_close_to(self, track: Track, here: Collection[int]) -> _Person | None:
        """The nearest person who was lost shortly before this track was born; they are one, as in a stay."""
        near = [
            (distance(person.track.foot, track.first_foot) / person.track.height, lost)
            for lost, person in self._people.items()
            if lost not in here
            and 0 < track.first_seen - person.seen <= GAP_SECONDS + ROUNDING
            and contains(self._frame, expected(person.track.foot, person.track.speed, track.first_seen - person.seen))
        ]
        away, lost = min(near, default=(STITCH_HEIGHTS + 1, 0))
        return self._people.pop(lost) if away <= STITCH_HEIGHTS else None

    def _look_around(self, tracks: Sequence[Track], now: float, find: Find) -> frozenset[int]:
        """All tracks of those whom a look in this frame gives away."""
        large = (self._people[track.id] for track in tracks if track.height >= SMALLEST_HEIGHT)
        waiting = [one for one in large if not one.is_staff and one.due <= now]
        found = frozenset[int]()
        for person in sorted(waiting, key=lambda one: one.due)[:LOOKS_A_FRAME]:
            person.looks += 1
            person.due = now + (LATER_SECONDS if person.looks >= FIRST_LOOKS else 0.0)
            reading = find(window(person.track))
            if reading and _wearers(reading, tracks) == [person.track.id] and _is_proven(person, reading):
                person.is_staff = True
                found |= frozenset(person.tracks)
        return found


def window(track: Track) -> Window:
    """Where somebody wears a marker: chest or back."""
    (x, y), height = track.foot, track.height
    return x - _ACROSS * height, y - _TOP * height, x + _ACROSS * height, y - _LOW * height


def _wearers(reading: Reading, tracks: Sequence[Track]) -> list[int]:
    x, y = reading.centre
    boxes = [(track.id, window(track)) for track in tracks]
    return [track for track, (x1, y1, x2, y2) in boxes if x1 <= x <= x2 and y1 <= y <= y2]


def _is_proven(person: _Person, reading: Reading) -> bool:
    """Whether an earlier reading agrees; this one is kept for later ones."""
    (x, y), height = person.track.foot, person.track.height
    place = ((reading.centre[0] - x) / height, (reading.centre[1] - y) / height)
    mark = _Mark(person.track.foot, height, place, reading.side / height)
    if any(_agree(mark, earlier) for earlier in person.marks):
        return True
    if not person.marks or distance(mark.foot, person.marks[-1].foot) >= MARKS_APART_HEIGHTS * height:
        person.marks = [*person.marks[1 - MARKS_KEPT :], mark]
    return False


def _agree(mark: _Mark, earlier: _Mark) -> bool:
    walked = distance(mark.foot, earlier.foot) / max(mark.height, earlier.height)
    sizes = sorted((mark.side, earlier.side))
    return (
        walked >= WALKED_HEIGHTS
        and distance(mark.place, earlier.place) <= SAME_PLACE_HEIGHTS
        and sizes[1] <= SAME_SIZE * sizes[0]
    )
