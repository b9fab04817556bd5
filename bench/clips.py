"""The real clips, what was counted in them by hand, and where the detectors are; what is absent here is not run."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_models import ModelError
from edge_models.cache import find
from edge_models.catalogue import CATALOGUE, NANODET, YOLOX_NANO
from edge_models.fetch import fetch
from sensors.settings import Camera, read_camera
from sensors.watching import Figures

ROOT = Path(__file__).parent.parent
CACHE = Path(os.environ.get("FLOORPULSE_CACHE", ROOT / ".cache"))
SHARED = ROOT.parent / "shared"

PEDESTRIANS = CACHE / "vtest.avi"
BOXES = SHARED / "clips" / "vtest-truth-frames-1-397.txt"
WIDTH, HEIGHT = 768, 576
POLE = 150.0
"""Feet above this row belong to a pole that every detector takes for a person."""
LINES = {
    "left": ((200, 120), (200, 420)),
    "sign": ((400, 120), (400, 560)),
    "right": ((560, 120), (560, 480)),
    "across": ((150, 230), (700, 230)),
}
CROSSINGS = {"left": (7, 5), "sign": (18, 13), "right": (18, 15), "across": (10, 12)}
"""IN and OUT in the whole clip: 98 by 19 people."""
ZONES = {"junction": (60, 160, 300, 330), "centre": (300, 150, 520, 330), "right": (520, 150, 760, 400)}
STAYS = {"junction": (11, 17, 74.4), "centre": (22, 30, 148.1), "right": (21, 20, 182.1)}
"""Stays of 3 s and more, boundary entries, person-seconds."""

TABLE = SHARED / "clips" / "one-by-one-person-detection.mp4"
AT_THE_TABLE = (12.8, 21.2, 18.8, 11.8, 26.2, 11.6)
"""Seconds that six people stayed, one after the other."""


class NotHere(Exception):
    """Something that a figure needs is absent; the figure says so."""


@dataclass(frozen=True)
class Errors:
    """Sums of absolute errors as shares of the truth, in per cent."""

    lines: float
    stays: float
    entries: float
    person_seconds: float


def needed(path: Path) -> Path:
    if not path.exists():
        raise NotHere(f"needs {path.name}")
    return path


def model(name: str) -> Path:
    """The file of a model of the catalogue: from the cache, else beside the checkout, else fetched."""
    beside = SHARED / "models" / "yolox_nano_416.onnx"
    try:
        if kept := find(CATALOGUE[name]):
            return kept
        return beside if name == YOLOX_NANO.name and beside.exists() else fetch(name)
    except ModelError as error:
        raise NotHere(str(error)) from error


def pedestrians(fps: float) -> Camera:
    """The four lines and three zones of the clip."""
    lines = [{"name": name, "role": "internal", "a": _share(*a), "b": _share(*b)} for name, (a, b) in LINES.items()]
    zones = [{"name": name, "kind": "display", "polygon": _box(*box)} for name, box in ZONES.items()]
    return read_camera({"fps": fps, "region": _box(0, POLE, WIDTH, HEIGHT), "line": lines, "zone": zones})


def table(fps: float) -> Camera:
    """The indoor clip: everybody who stands in its lower half."""
    zone = {"name": "table", "kind": "display", "polygon": [[0.01, 0.5], [0.99, 0.5], [0.99, 1.0], [0.01, 1.0]]}
    return read_camera({"fps": fps, "zone": [zone]})


def errors(found: Figures) -> Errors:
    """Against what was counted by hand."""
    wrong = sum(abs(found.lines[n].ins - i) + abs(found.lines[n].outs - o) for n, (i, o) in CROSSINGS.items())
    zones = found.zones.items()
    return Errors(
        lines=100 * wrong / sum(map(sum, CROSSINGS.values())),
        stays=_off({name: len(zone.stays) for name, zone in zones}, 0),
        entries=_off({name: zone.entries for name, zone in zones}, 1),
        person_seconds=_off({name: zone.person_seconds for name, zone in zones}, 2),
    )


def _off(found: Mapping[str, float], column: int) -> float:
    total = sum(truth[column] for truth in STAYS.values())
    return 100 * sum(abs(found[zone] - truth[column]) for zone, truth in STAYS.items()) / total


def _share(x: float, y: float) -> list[float]:
    return [x / WIDTH, y / HEIGHT]


def _box(x1: float, y1: float, x2: float, y2: float) -> list[list[float]]:
    return [_share(x1, y1), _share(x2, y1), _share(x2, y2), _share(x1, y2)]


DETECTORS = (YOLOX_NANO.name, NANODET.name)
