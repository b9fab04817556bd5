"""The table `[camera]`: what a camera looks at, the lines and zones it counts by, and where its frames come from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from events import layout, settings
from events.facts import Name
from events.geometry import Polygon
from events.layout import DrawnLine, DrawnZone, Layout
from events.settings import ConfigError
from events.site import ZoneKind
from sensors.gate import LEAST_K

_VIEW = Name("camera")
MARKERS = 50
"""As many there are to choose one from."""


@dataclass(frozen=True)
class Camera:
    """Everything that counting depends on."""

    fps: float = 5.0
    """Frames looked at per second of footage."""
    region: Polygon = ()
    """Feet outside are ignored; empty: the whole frame."""
    line: tuple[DrawnLine, ...] = ()
    zone: tuple[DrawnZone, ...] = ()
    source: str = "0"
    """A V4L2 device's number, `rtsp://user@host/path`, a file, or `pipe:/path`."""
    password_file: Path | None = None
    """Holds the password of a network camera, which never stands here."""
    model: str = ""
    """Name or file of the detector; empty: the best one that is there."""
    view: Name = _VIEW
    loop: bool = False
    """A file starts again when it ends."""
    staff_marker: int | None = None
    """Number of the one marker that all staff of the chain wear (`floorpulse sensors marker`); without one, none is
    looked for."""
    k: int = 5
    """Fewer stays than this are never told apart from others; at least 3."""

    def __post_init__(self) -> None:
        if not 0.2 <= self.fps <= 60:
            raise ConfigError("fps lies between 0.2 and 60")
        if self.k < LEAST_K:
            raise ConfigError(f"k is at least {LEAST_K}")
        if self.staff_marker is not None:
            check_marker(self.staff_marker)
        if self.source.startswith("rtsp") and ":" in self.source.partition("://")[2].rpartition("@")[0]:
            raise ConfigError("the password of a network camera belongs into a file that password_file names")
        layout.check_drawing(self.region, self.line, self.zone)

    @property
    def shopper_zones(self) -> tuple[DrawnZone, ...]:
        """The zones that are reported; nobody reports on staff."""
        return tuple(zone for zone in self.zone if zone.kind is not ZoneKind.STAFF)

    @property
    def layout(self) -> Layout:
        """What is drawn on its picture."""
        return Layout(self.region, self.line, self.zone)

    def drawn_anew(self, drawn: Layout) -> "Camera":
        """The same camera with other lines and zones."""
        return replace(self, region=drawn.region, line=drawn.line, zone=drawn.zone)


def check_marker(number: int) -> None:
    """ConfigError where there is no such marker."""
    if not 0 <= number < MARKERS:
        raise ConfigError(f"the staff's marker is a number from 0 to {MARKERS - 1}")


def read_camera(table: Any, where: str = "camera", overlapping: bool = False) -> Camera:
    """The table as settings; ConfigError in one sentence. Zones may overlap only at the bench, never in the service."""
    if isinstance(table, Mapping):
        layout.refuse_fitting_rooms(table, where)
    camera = settings.read(Camera, table, where)
    if not overlapping:
        layout.check_apart(camera.zone, where)
    return camera
