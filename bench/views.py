"""Rendered footage of unseen seeds through the real detector: the error of each metric by height and crowding."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import clips
from bench.clips import NotHere
from bench.figures import Figure
from edge_models import ModelError, open_detector
from edge_models.catalogue import YOLOX_NANO
from sensors.frames import Clip
from sensors.settings import read_camera
from sensors.sparing import Sparing
from sensors.watching import Detector, watch_clip
from simulator.clip import Film, shoot, site_file
from simulator.plan import demo_plan, live_store

FPS, SECONDS = 5.0, 30.0
HEIGHTS = (2.6, 3.3, 4.2)
"""Metres."""
CROWDS = {"quiet": 120.0, "crowded": 480.0}
"""Shoppers an hour."""
SEED, MORE_SEEDS = 131, (132, 133)
"""Nobody looked at these before."""


@dataclass
class _Sum:
    wrong: float = 0.0
    true: float = 0.0

    def add(self, seen: float, true: float) -> None:
        self.wrong += abs(seen - true)
        self.true += true

    def figure(self, name: str, what: str) -> Figure:
        value = round(100 * self.wrong / self.true, 1) if self.true else None
        return Figure(f"{name}: error in {what}", value, "%", note=f"truth {self.true:.0f}")


def views(full: bool) -> Iterator[Figure]:
    """Both cameras at three heights, quiet and crowded; with `full` two more seeds."""
    try:
        detector = open_detector(clips.model(YOLOX_NANO.name))
    except (NotHere, ModelError) as error:
        yield Figure("rendered footage by height and crowding", None, note=f"not run: {error}")
        return
    seeds = (SEED, *(MORE_SEEDS if full else ()))
    for above in HEIGHTS:
        for crowd, per_hour in CROWDS.items():
            yield from _of(detector, f"rendered, camera at {above:g} m, {crowd}", above, per_hour, seeds)


def _of(detector: Detector, name: str, above: float, per_hour: float, seeds: tuple[int, ...]) -> Iterator[Figure]:
    lines, stays, entries, presence = _Sum(), _Sum(), _Sum(), _Sum()
    for seed in seeds:
        for device in ("door", "till"):
            film = Film(device, SECONDS, per_hour, FPS, above=above)
            seen, truth = _watched(detector, film, seed)
            for line, was in truth["lines"].items():
                lines.add(seen["lines"][line]["in"], was["in"])
                lines.add(seen["lines"][line]["out"], was["out"])
            for zone, was in truth["zones"].items():
                stays.add(seen["zones"][zone]["stays"], was["stays"])
                entries.add(seen["zones"][zone]["entries"], was["entries"])
                presence.add(seen["zones"][zone]["person_seconds"], was["person_seconds"])
    yield lines.figure(name, "crossings")
    yield stays.figure(name, "stays")
    yield entries.figure(name, "entries")
    yield presence.figure(name, "person-seconds")


def _watched(detector: Detector, film: Film, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the pipeline saw, and the truth."""
    store = live_store(demo_plan())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clip.avi"
        truth = shoot(store, seed, film, path, lambda done, total: None)
        camera = read_camera(tomllib.loads(site_file(store, film))["camera"], overlapping=True)
        clip = Clip(path, FPS)
        try:
            return watch_clip(clip.frames(), Sparing(detector, FPS), camera).as_json(), truth
        finally:
            clip.close()
