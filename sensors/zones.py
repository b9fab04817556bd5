"""How long people stay in a zone: tracks and time in, stays, entries and presence out.

A stay outlives its track: when a track is lost inside and another one is born inside close by and soon after, it is the
same person. Everything is settled `GAP_SECONDS` late, once it is certain whether a gap was bridged.
"""

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import count

from events.bins import SHORTEST_STAY_SECONDS
from events.facts import ZoneName
from events.geometry import Point, Polygon, contains, distance
from sensors.entries import EntryWatch
from sensors.tracking import Track

GAP_SECONDS = 2.0
STITCH_HEIGHTS = 0.5
ROUNDING = 1e-6
"""Seconds; sums of frame times carry this much error."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody was in the zone for 3 s or more, or until they were lost from sight."""

    zone: ZoneName
    began: float
    ended: float
    """First and last inside, monotonic seconds."""
    born_inside: bool
    """They were first seen inside: when they came is unknown."""
    censored: bool
    """They were lost inside: they stayed at least this long."""
    track: int
    """The track that ended it."""
    visitor: int
    """The same number as in `Presence`; it never leaves the process."""

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass(frozen=True, slots=True)
class Presence:
    """Who was inside at a moment that stands for so many valid seconds."""

    at: float
    seconds: float
    visitors: frozenset[int]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a zone learnt from a frame."""

    entered: list[int] = field(default_factory=list)
    """Tracks of the people who came in across the boundary in this very frame."""
    stays: list[Stay] = field(default_factory=list)
    brief: list[Stay] = field(default_factory=list)
    """Visits that were too short for a stay."""
    presences: list[Presence] = field(default_factory=list)
    """All three speak of the past: `GAP_SECONDS` ago and more."""

    @property
    def entries(self) -> int:
        return len(self.entered)


@dataclass(slots=True)
class _Visit:
    visitor: int
    began: float
    born_inside: bool
    inside: float
    """When they were last seen inside."""
    foot: Point
    height: float
    speed: Point
    outside: bool = False
    """Seen outside since."""

    def expected(self, now: float) -> Point:
        return expected(self.foot, self.speed, now - self.inside)


@dataclass(slots=True)
class _Sample:
    at: float
    seconds: float
    visitors: set[int] = field(default_factory=set)


class ZoneWatch:
    """One zone: a polygon in pixels of a frame of this width and height."""

    def __init__(self, name: ZoneName, polygon: Polygon, frame: tuple[int, int]) -> None:
        self.name, self._polygon = name, polygon
        self._frame: Polygon = ((0, 0), (frame[0], 0), (frame[0], frame[1]), (0, frame[1]))
        self._boundary = EntryWatch(polygon, frame)
        self._visitors = count(1)
        self._visits: dict[int, _Visit] = {}
        self._last: dict[int, tuple[float, bool]] = {}
        self._samples: deque[_Sample] = deque()

    def holds(self, foot: Point) -> bool:
        return contains(self._polygon, foot)

    def has(self, track: int) -> bool:
        """Whether somebody who was in the last frame stood inside."""
        return self._last.get(track, (0.0, False))[1]

    def update(self, tracks: Iterable[Track], now: float, seconds: float) -> Seen:
        """One frame; `seconds` is the valid time that it stands for, 0 after the view was lost."""
        self._samples.append(_Sample(now, seconds))
        entered = [track.id for track in tracks if self._boundary.update(track, self._place(track, now), now)]
        self._boundary.forget(now)
        self._last = {track: seen for track, seen in self._last.items() if now - seen[0] <= 2 * GAP_SECONDS}
        return Seen(entered, *self._settle_visits(now), self._settle_presences(now))

    def close(self) -> Seen:
        """Settles what is still open, as if nobody were ever seen again."""
        seen = Seen([], *self._settle_visits(float("inf")), self._settle_presences(float("inf")))
        self._last.clear()
        return seen

    def forget(self, tracks: Collection[int]) -> list[int]:
        """These are no shoppers: visits that are still open never were. Answers their visitors."""
        visitors = [self._visits.pop(track).visitor for track in tracks if track in self._visits]
        for sample in self._samples:
            sample.visitors.difference_update(visitors)
        return visitors

    def _place(self, track: Track, now: float) -> bool:
        """Follows one person; whether they stand inside."""
        inside, visit, last = self.holds(track.foot), self._visits.get(track.id), self._last.get(track.id)
        self._last[track.id] = (now, inside)
        if not inside:
            if visit:
                visit.outside = True
            return False
        if visit is None:
            came_in = not last[1] if last else not self.holds(track.first_foot)
            visit = self._begin(track, now, came_in, fresh=last is None)
        self._fill(visit.visitor, visit.inside if not visit.outside else now)
        visit.inside, visit.foot, visit.height, visit.speed = now, track.foot, track.height, track.speed
        visit.outside = False
        return True

    def _begin(self, track: Track, now: float, came_in: bool, fresh: bool) -> _Visit:
        lost = None if came_in or not fresh else self._lost_close_to(track)
        if lost is not None:
            visit = self._visits.pop(lost)
        else:
            since = track.first_seen if fresh and not came_in else now
            visit = _Visit(next(self._visitors), since, not came_in, since, track.foot, track.height, track.speed)
        self._visits[track.id] = visit
        return visit

    def _lost_close_to(self, track: Track) -> int | None:
        """The nearest visitor who was lost inside shortly before this track was born there."""
        near = [
            (distance(visit.foot, track.first_foot) / visit.height, lost)
            for lost, visit in self._visits.items()
            if not visit.outside
            and 0 < track.first_seen - visit.inside <= GAP_SECONDS + ROUNDING
            and contains(self._frame, visit.expected(track.first_seen))  # else they walked out of the picture
        ]
        away, lost = min(near, default=(STITCH_HEIGHTS + 1, 0))
        return lost if away <= STITCH_HEIGHTS else None

    def _fill(self, visitor: int, since: float) -> None:
        """Somebody was inside from `since` until this frame."""
        for sample in reversed(self._samples):
            if sample.at < since:
                break
            sample.visitors.add(visitor)

    def _settle_visits(self, now: float) -> tuple[list[Stay], list[Stay]]:
        """Stays, and visits too short for one."""
        ended = [track for track, visit in self._visits.items() if now - visit.inside > GAP_SECONDS + ROUNDING]
        visits = [self._stay(track, self._visits.pop(track)) for track in ended]
        stays = [visit for visit in visits if visit.seconds >= SHORTEST_STAY_SECONDS - ROUNDING]
        return stays, [visit for visit in visits if visit not in stays]

    def _stay(self, track: int, visit: _Visit) -> Stay:
        censored = not visit.outside
        return Stay(self.name, visit.began, visit.inside, visit.born_inside, censored, track, visit.visitor)

    def _settle_presences(self, now: float) -> list[Presence]:
        settled = []
        while self._samples and now - self._samples[0].at > GAP_SECONDS + ROUNDING:
            sample = self._samples.popleft()
            settled.append(Presence(sample.at, sample.seconds, frozenset(sample.visitors)))
        return settled


def expected(foot: Point, speed: Point, seconds: float) -> Point:
    """Where somebody will stand who goes on like this."""
    return (foot[0] + speed[0] * seconds, foot[1] + speed[1] * seconds)
