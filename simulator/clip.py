"""A clip of the rendered shop with its site file and its exact truth."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2

from events.site import Store
from simulator.camera import Camera, camera_of
from simulator.devices import camera_toml
from simulator.frames import Studio
from simulator.scene import Scene, Witnessed, scene, witness
from simulator.walkers import STAFF

START_SECONDS = 600.0
"""The shop has filled by then."""
EPOCH = datetime(2026, 3, 4, 10, tzinfo=UTC)
"""A day like any other: a clip does not depend on the day on which it is made."""


@dataclass(frozen=True)
class Film:
    device: str = "door"
    seconds: float = 60.0
    per_hour: float = 220.0
    fps: float = 10.0
    width: int = 640
    height: int = 480
    above: float = 0.0
    """Metres of the camera above the floor; 0: as the shop hangs it."""

    @property
    def camera(self) -> Camera:
        usual = camera_of(self.device, self.width, self.height)
        return replace(usual, above=self.above) if self.above else usual


def shoot(store: Store, seed: int, film: Film, out: Path, tick: Callable[[int, int], None]) -> dict[str, Any]:
    """Write the clip as Motion-JPEG in AVI and return its truth; OSError when it cannot be written."""
    played = scene(store, EPOCH, 1.0 + film.seconds / 3600, film.per_hour, seed)
    studio = Studio(film.camera, seed)
    size, total = (film.width, film.height), round(film.seconds * film.fps)
    writer = cv2.VideoWriter(str(out), cv2.VideoWriter.fourcc(*"MJPG"), film.fps, size)
    if not writer.isOpened():
        raise OSError(f"{out}: the clip cannot be written")
    frames = []
    try:
        for index in range(total):
            picture, shown = studio.frame(played.poses(START_SECONDS + index / film.fps))
            writer.write(picture)
            frames.append([[one.person, *(round(edge, 1) for edge in one.box), round(one.seen, 2)] for one in shown])
            tick(index + 1, total)
    finally:
        writer.release()
    return {"fps": film.fps, "width": film.width, "height": film.height, **_truth(played, film), "frames": frames}


def site_file(store: Store, film: Film) -> str:
    """The `--site` of `floorpulse watch` for this clip."""
    return camera_toml(store, film.device, film.camera, min(film.fps, 5.0))


def _truth(played: Scene, film: Film) -> dict[str, Any]:
    seen = witness(played.people, played.store, film.device, START_SECONDS, START_SECONDS + film.seconds)
    return {
        "staff": [walker.number for walker in played.people if walker.number == STAFF],
        "lines": {name: _line(seen, name) for name in seen.crossings},
        "zones": {name: _zone((stay.start, stay.end) for stay in stays) for name, stays in seen.inside.items()},
    }


def _line(seen: Witnessed, name: Any) -> dict[str, Any]:
    crossed = seen.crossings[name]
    return {
        "in": sum(one.inward for one in crossed),
        "out": sum(not one.inward for one in crossed),
        "uturns": seen.uturns[name],
        "crossings": [[round(one.at - START_SECONDS, 2), one.inward, one.shopper] for one in crossed],
    }


def _zone(spans: Iterable[tuple[float, float]]) -> dict[str, Any]:
    """Boundary entries exclude those who were inside when the clip began."""
    spans = [(start - START_SECONDS, end - START_SECONDS) for start, end in spans]
    return {
        "stays": sum(end - start >= 3 for start, end in spans),
        "entries": sum(start > 0 for start, end in spans),
        "person_seconds": round(sum(end - start for start, end in spans), 1),
        "spans": sorted([round(start, 2), round(end, 2)] for start, end in spans),
    }
