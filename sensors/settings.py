"""The table `[camera]`: what a camera looks at, the lines and zones it counts by, and where its frames come from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from events import settings
from events.facts import LineName, Name, ZoneName
from events.settings import ConfigError
from events.site import LineRole, ZoneKind
from sensors import geometry
from sensors.gate import LEAST_K
from sensors.geometry import Point, Polygon

_VIEW = Name("camera")

_FITTING_ROOM = re.compile(r"fitting|changing.?room|dressing.?room|try.?on|umkleide|anprobe|cabine|probador", re.I)


@dataclass(frozen=True)
class LineSettings:
    """A directed line; IN is towards the right hand of someone who walks from a to b on the screen."""

    name: LineName
    role: LineRole
    a: Point
    """0 .. 1 of the frame's width and height, y down; so are all points here."""
    b: Point
    behind: ZoneName | None = None
    """The zone that a shopper who really comes in will reach; U-turns are judged only with it."""

    def __post_init__(self) -> None:
        _check_points((self.a, self.b), f"line {self.name!r}")
        if self.a == self.b:
            raise ConfigError(f"line {self.name!r}: its two ends are the same point")


@dataclass(frozen=True)
class ZoneSettings:
    """An area of the floor."""

    name: ZoneName
    kind: ZoneKind
    polygon: Polygon
    service: LineName | None = None
    """Queues: the line behind which a shopper has been served."""

    def __post_init__(self) -> None:
        _check_polygon(self.polygon, f"zone {self.name!r}")
        if (self.kind is ZoneKind.QUEUE) != (self.service is not None):
            raise ConfigError(f"zone {self.name!r}: a queue names its service line, and nothing else does")


@dataclass(frozen=True)
class Camera:
    """Everything that counting depends on."""

    fps: float = 5.0
    """Frames looked at per second of footage."""
    region: Polygon = ()
    """Feet outside are ignored; empty: the whole frame."""
    line: tuple[LineSettings, ...] = ()
    zone: tuple[ZoneSettings, ...] = ()
    source: str = "0"
    """A V4L2 device's number, `rtsp://user@host/path`, a file, or `pipe:/path`."""
    password_file: Path | None = None
    """Holds the password of a network camera, which never stands here."""
    model: str = ""
    """Name or file of the detector; empty: the best one that is there."""
    view: Name = _VIEW
    loop: bool = False
    """A file starts again when it ends."""
    k: int = 5
    """Fewer stays than this are never told apart from others; at least 3."""

    def __post_init__(self) -> None:
        if not 0.2 <= self.fps <= 60:
            raise ConfigError("fps lies between 0.2 and 60")
        if self.k < LEAST_K:
            raise ConfigError(f"k is at least {LEAST_K}")
        if self.source.startswith("rtsp") and ":" in self.source.partition("://")[2].rpartition("@")[0]:
            raise ConfigError("the password of a network camera belongs into a file that password_file names")
        if self.region:
            _check_polygon(self.region, "region")
        _check_names(self)

    @property
    def shopper_zones(self) -> tuple[ZoneSettings, ...]:
        """The zones that are reported; nobody reports on staff."""
        return tuple(zone for zone in self.zone if zone.kind is not ZoneKind.STAFF)


def read_camera(table: Any, where: str = "camera", overlapping: bool = False) -> Camera:
    """The table as settings; ConfigError in one sentence. Zones may overlap only at the bench, never in the service."""
    if isinstance(table, Mapping):
        _refuse_fitting_rooms(table, where)
    camera = settings.read(Camera, table, where)
    if not overlapping:
        for first, second in combinations(camera.zone, 2):
            if geometry.overlap(first.polygon, second.polygon):
                raise ConfigError(
                    f"{where}: the zones {first.name!r} and {second.name!r} overlap; shared floor is counted once"
                )
    return camera


def _refuse_fitting_rooms(table: Mapping[str, Any], where: str) -> None:
    """No camera in a fitting room, ever: whatever calls itself one is refused before anything else is read."""
    lists = [table[key] for key in ("zone", "line") if isinstance(table.get(key), list)]
    items = [item for listed in lists for item in listed if isinstance(item, Mapping)]
    words = [table.get("view"), *(item.get(key) for item in items for key in ("name", "kind"))]
    for word in words:
        if isinstance(word, str) and _FITTING_ROOM.search(word.replace("_", " ")):
            raise ConfigError(
                f"{where}: {word!r} sounds like a fitting room, and cameras are never allowed in fitting rooms"
            )


def _check_points(points: tuple[Point, ...], what: str) -> None:
    for x, y in points:
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise ConfigError(f"{what}: the point [{x:g}, {y:g}] lies outside the picture, which goes from 0 to 1")


def _check_polygon(polygon: Polygon, what: str) -> None:
    if len(polygon) < 3:
        raise ConfigError(f"{what}: an area needs at least three corners, not {len(polygon)}")
    _check_points(polygon, what)
    if geometry.crosses_itself(polygon):
        raise ConfigError(f"{what}: its sides cross each other")
    if geometry.area(polygon) < 1e-6:
        raise ConfigError(f"{what}: its corners lie on one line")


def _check_names(camera: Camera) -> None:
    lines: list[str] = [line.name for line in camera.line]
    zones: list[str] = [zone.name for zone in camera.zone]
    for names, what in ((lines, "line"), (zones, "zone")):
        for name in names:
            if names.count(name) > 1:
                raise ConfigError(f"two {what}s are called {name!r}")
    for line in camera.line:
        if line.behind is not None and line.behind not in zones:
            raise ConfigError(f"line {line.name!r}: the zone behind it, {line.behind!r}, is unknown")
    for zone in camera.zone:
        if zone.service is not None and zone.service not in lines:
            raise ConfigError(f"zone {zone.name!r}: its service line {zone.service!r} is unknown")
