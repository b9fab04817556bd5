"""What is drawn on a camera's picture: the lines and zones it counts by.

`read_layout` takes the keys `region`, `line` and `zone` of the table `[camera]`; the part `camera` of a device's
configuration has them under `layout`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from events import geometry, settings
from events.facts import LineName, ZoneName
from events.geometry import Point, Polygon
from events.settings import ConfigError
from events.site import LineRole, ZoneKind

_FITTING_ROOM = re.compile(r"fitting|changing.?room|dressing.?room|try.?on|umkleide|anprobe|cabine|probador", re.I)


@dataclass(frozen=True)
class DrawnLine:
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
class DrawnZone:
    """An area of the floor."""

    name: ZoneName
    kind: ZoneKind
    polygon: Polygon
    service: LineName | None = None
    """Queues: the line behind which a shopper has been served."""

    def __post_init__(self) -> None:
        check_polygon(self.polygon, f"zone {self.name!r}")
        if (self.kind is ZoneKind.QUEUE) != (self.service is not None):
            raise ConfigError(f"zone {self.name!r}: a queue names its service line, and nothing else does")


@dataclass(frozen=True)
class Layout:
    """All that is drawn on one camera's picture."""

    region: Polygon = ()
    """Feet outside are ignored; empty: the whole frame."""
    line: tuple[DrawnLine, ...] = ()
    zone: tuple[DrawnZone, ...] = ()

    def __post_init__(self) -> None:
        check_drawing(self.region, self.line, self.zone)


def read_layout(table: Any, where: str = "camera") -> Layout:
    """ConfigError, one sentence, for whatever cannot be counted by; no two zones share floor."""
    if isinstance(table, Mapping):
        refuse_fitting_rooms(table, where)
    layout = settings.read(Layout, table, where)
    check_apart(layout.zone, where)
    return layout


def as_table(layout: Layout) -> dict[str, Any]:
    """The form that `read_layout` takes; what is empty is left out."""
    return {
        "region": [list(point) for point in layout.region],
        "line": [_plain(asdict(line)) for line in layout.line],
        "zone": [_plain(asdict(zone)) for zone in layout.zone],
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    lists = {key: [list(p) for p in value] if key == "polygon" else list(value) for key, value in row.items()
             if isinstance(value, tuple)}  # fmt: skip
    return {key: lists.get(key, value) for key, value in row.items() if value is not None}


def refuse_fitting_rooms(table: Mapping[str, Any], where: str) -> None:
    """No camera in a fitting room, ever: whatever calls itself one is refused before anything else is read."""
    lists = [table[key] for key in ("zone", "line") if isinstance(table.get(key), list)]
    items = [item for listed in lists for item in listed if isinstance(item, Mapping)]
    words = [table.get("view"), *(item.get(key) for item in items for key in ("name", "kind", "label"))]
    for word in words:
        if isinstance(word, str) and _FITTING_ROOM.search(word.replace("_", " ")):
            raise ConfigError(
                f"{where}: {word!r} sounds like a fitting room, and cameras are never allowed in fitting rooms"
            )


def check_apart(zones: Iterable[DrawnZone], where: str) -> None:
    """ConfigError when two zones share floor."""
    for first, second in combinations(zones, 2):
        if geometry.overlap(first.polygon, second.polygon):
            raise ConfigError(
                f"{where}: the zones {first.name!r} and {second.name!r} overlap; shared floor is counted once"
            )


def check_drawing(region: Polygon, lines: Sequence[DrawnLine], zones: Sequence[DrawnZone]) -> None:
    """ConfigError when a name is used twice, or something is paired with what is not drawn."""
    if region:
        check_polygon(region, "region")
    line_names: list[str] = [line.name for line in lines]
    zone_names: list[str] = [zone.name for zone in zones]
    for names, what in ((line_names, "line"), (zone_names, "zone")):
        for name in names:
            if names.count(name) > 1:
                raise ConfigError(f"two {what}s are called {name!r}")
    for line in lines:
        if line.behind is not None and line.behind not in zone_names:
            raise ConfigError(f"line {line.name!r}: the zone behind it, {line.behind!r}, is unknown")
    for zone in zones:
        if zone.service is not None and zone.service not in line_names:
            raise ConfigError(f"zone {zone.name!r}: its service line {zone.service!r} is unknown")


def check_polygon(polygon: Polygon, what: str) -> None:
    """ConfigError when it encloses no floor, or leaves the picture."""
    if len(polygon) < 3:
        raise ConfigError(f"{what}: an area needs at least three corners, not {len(polygon)}")
    _check_points(polygon, what)
    if geometry.crosses_itself(polygon):
        raise ConfigError(f"{what}: its sides cross each other")
    if geometry.area(polygon) < 1e-6:
        raise ConfigError(f"{what}: its corners lie on one line")


def _check_points(points: tuple[Point, ...], what: str) -> None:
    for x, y in points:
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise ConfigError(f"{what}: the point [{x:g}, {y:g}] lies outside the picture, which goes from 0 to 1")
