"""One camera's view: detections and time in, crossings, stays and presence out. Knows no pictures and no clocks."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from events.facts import LineName, ZoneName
from events.geometry import Point, contains, scaled
from events.layout import DrawnLine, DrawnZone
from events.site import ZoneKind
from sensors.deeds import Deeds, Entry, Inside, TakenBack, UTurn, Visit
from sensors.doors import UTurnWatch
from sensors.flows import FlowWatch, Move
from sensors.lines import BAND_OF_DIAGONAL, Crossing, LineWatch
from sensors.queues import Ending, QueueWatch
from sensors.settings import Camera
from sensors.staff import Find, StaffWatch, see_nothing
from sensors.tracking import Recipe, Track, Tracker
from sensors.zones import Presence, Seen, Stay, ZoneWatch

LONGEST_STEP_SECONDS = 1.5
"""Time between two frames further apart than this was not observed."""
_INSIDE = 1e-3
"""Pixels."""


@dataclass(frozen=True, slots=True)
class ZoneNews:
    """What a zone learnt from a frame; stays and presences speak of the past."""

    entries: int
    stays: Sequence[Stay]
    presences: Sequence[Presence]
    endings: Sequence[Ending | None] = ()
    """Queues: how each of the stays ended."""


@dataclass(frozen=True, slots=True)
class News:
    """What the view learnt from a frame."""

    at: float
    """Monotonic seconds."""
    seconds: float
    """Valid time that the frame stands for."""
    crossings: Sequence[Crossing] = ()
    uturns: dict[LineName, int] = field(default_factory=dict)
    zones: dict[ZoneName, ZoneNews] = field(default_factory=dict)
    moves: Sequence[Move] = ()
    taken_back: Sequence[TakenBack] = ()
    """What earlier news told of people who have turned out to be staff."""


class View:
    """Lines and zones of one camera, at the size of its frames."""

    def __init__(self, camera: Camera, frame: tuple[int, int], recipe: Recipe) -> None:
        """`frame` is (width, height) in pixels."""
        self._frame, self._camera = frame, camera
        self._tracker = Tracker(recipe)
        self._region = scaled(camera.region, *frame)
        areas_of_staff = [scaled(zone.polygon, *frame) for zone in camera.zone if zone.kind is ZoneKind.STAFF]
        self._staff = StaffWatch(areas_of_staff, frame, looks=camera.staff_marker is not None)
        self._deeds = Deeds()
        self._lines = [self._line(line) for line in camera.line]
        areas = {zone.name: self._zone(zone) for zone in camera.zone}
        self._zones = {zone.name: areas[zone.name] for zone in camera.shopper_zones}
        self._doors = {line.name: UTurnWatch(areas[line.behind]) for line in camera.line if line.behind is not None}
        self._queues = {zone.name: (zone.service, QueueWatch()) for zone in camera.zone if zone.service is not None}
        self._flows = FlowWatch()
        self._now: float | None = None

    def update(self, detections: NDArray[np.float64], now: float, find: Find = see_nothing) -> News:
        """One frame: boxes (n, 5) in pixels with scores; `find` looks for the staff's marker in it."""
        step = 1 / self._camera.fps if self._now is None else now - self._now
        seconds, self._now = (step if step <= LONGEST_STEP_SECONDS else 0.0), now
        tracks = [self._on_screen(track) for track in self._tracker.update(self._standing_inside(detections), now)]
        shoppers, staff = self._staff.update(tracks, now, find)
        taken_back = self._take_back(staff, now) if staff else []
        crossings = [crossing for line in self._lines for crossing in line.update(shoppers, now)]
        turned = {name: door.update(_of(name, crossings), shoppers, now) for name, door in self._doors.items()}
        for service, queue in self._queues.values():
            queue.note(_of(service, crossings), now)
        seen = {name: zone.update(shoppers, now, seconds) for name, zone in self._zones.items()}
        zones = {name: self._news(name, each) for name, each in seen.items()}
        uturns, moves = {name: len(whose) for name, whose in turned.items()}, self._moves(shoppers, now)
        if self._staff.looks:
            self._deeds.note([*crossings, *_uturns(turned), *moves, *_visits(seen, zones)], now)
        return News(now, seconds, crossings, uturns, zones, moves, taken_back)

    def close(self) -> News:
        """Settles what is still open, as if nobody were ever seen again."""
        zones = {name: self._news(name, zone.close()) for name, zone in self._zones.items()}
        self._tracker.reset()
        return News(self._now or 0.0, 0.0, zones=zones)

    def _moves(self, shoppers: Iterable[Track], now: float) -> list[Move]:
        here = [track.id for track in shoppers]
        self._flows.keep(here, now)
        where = {track: name for name, zone in self._zones.items() for track in here if zone.has(track)}
        return self._flows.update(where, now)

    def _line(self, line: DrawnLine) -> LineWatch:
        width, height = self._frame
        a, b = scaled((line.a, line.b), width, height)
        return LineWatch(line.name, a, b, BAND_OF_DIAGONAL * float(np.hypot(width, height)))

    def _zone(self, zone: DrawnZone) -> ZoneWatch:
        return ZoneWatch(zone.name, scaled(zone.polygon, *self._frame), self._frame)

    def _standing_inside(self, detections: NDArray[np.float64]) -> NDArray[np.float64]:
        """Those whose feet are in the region."""
        if not self._region:
            return detections
        inside = [contains(self._region, self._foot((x1 + x2) / 2, y2)) for x1, _, x2, y2, _ in detections.tolist()]
        return np.asarray(detections[np.array(inside, dtype=bool)])

    def _foot(self, x: float, y: float) -> Point:
        """The nearest point of the picture: who is cut off by its lower edge stands on that edge."""
        width, height = self._frame
        return min(max(x, 0.0), width - _INSIDE), min(max(y, 0.0), height - _INSIDE)

    def _on_screen(self, track: Track) -> Track:
        foot, first_foot = self._foot(*track.foot), self._foot(*track.first_foot)
        if (foot, first_foot) == (track.foot, track.first_foot):
            return track
        return replace(track, foot=foot, first_foot=first_foot)

    def _take_back(self, staff: Collection[int], now: float) -> list[TakenBack]:
        inside = [Inside(name, visitor) for name, zone in self._zones.items() for visitor in zone.forget(staff)]
        return [*self._deeds.take_back(staff), *(TakenBack(now, deed) for deed in inside)]

    def _news(self, name: ZoneName, seen: Seen) -> ZoneNews:
        queue = self._queues.get(name)
        endings = [queue[1].ending(stay) for stay in seen.stays] if queue else []
        return ZoneNews(seen.entries, seen.stays, seen.presences, endings)


def _of(line: LineName, crossings: Iterable[Crossing]) -> list[Crossing]:
    return [crossing for crossing in crossings if crossing.line == line]


def _uturns(turned: Mapping[LineName, Iterable[int]]) -> Iterator[UTurn]:
    return (UTurn(line, track) for line, tracks in turned.items() for track in tracks)


def _visits(seen: Mapping[ZoneName, Seen], zones: Mapping[ZoneName, ZoneNews]) -> Iterator[Entry | Visit]:
    """Who came in, and whose visit ended how."""
    for name, each in seen.items():
        yield from (Entry(name, track) for track in each.entered)
        yield from map(Visit, each.stays, zones[name].endings or [None] * len(each.stays))
        yield from map(Visit, each.brief)
