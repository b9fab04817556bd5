"""Watches a whole clip and answers exact figures: the bench's tool. The service tells only what may be told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from statistics import fmean, median
from time import perf_counter, process_time
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from events.facts import LineName
from sensors.deeds import Visit
from sensors.frames import Frame, Image
from sensors.lines import Way
from sensors.marker import Marker
from sensors.quarter import Quarter, Visits
from sensors.settings import Camera
from sensors.tracking import Recipe
from sensors.view import News, View

NO_DWELL = "counted by background subtraction: people who stand still fade away, so no dwell is shown"


class Detector(Protocol):
    """Finds people; rows x1, y1, x2, y2 in pixels and score."""

    name: str
    low_score: float
    high_score: float
    birth_score: float
    counts_only: bool

    def detect(self, frame: Any) -> NDArray[Any]: ...


def recipe_for(detector: Detector) -> Recipe:
    """How a tracker should take this detector's scores."""
    return Recipe(detector.birth_score, detector.high_score, detector.low_score)


@dataclass(frozen=True, slots=True)
class LineFigures:
    ins: int
    outs: int
    uturns: int


@dataclass(frozen=True, slots=True)
class ZoneFigures:
    entries: int
    stays: list[float]
    """Seconds of each."""
    person_seconds: float
    peak: int


@dataclass(slots=True)
class Figures:
    """What a clip showed."""

    model: str
    counts_only: bool
    camera: Camera
    whole: Quarter = field(default_factory=Quarter)
    """A clip is one long quarter, of which everything may be told."""
    frames: int = 0
    seconds: float = 0.0
    """Of footage."""
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0

    @property
    def lines(self) -> dict[str, LineFigures]:
        return {line.name: self._line(line.name) for line in self.camera.line}

    @property
    def zones(self) -> dict[str, ZoneFigures]:
        return {zone.name: _of(self.whole.of(zone.name)) for zone in self.camera.shopper_zones}

    @property
    def coverage(self) -> float:
        return min(1.0, self.whole.valid_seconds / self.seconds) if self.seconds else 0.0

    def add(self, news: News) -> None:
        """What one frame brought."""
        self.whole.valid_seconds += news.seconds
        self.whole.count(news)
        for taken in news.taken_back:
            self.whole.discount(taken.deed)
            self.whole.forget(taken.deed)
        for name, seen in news.zones.items():
            visits = self.whole.of(name)
            visits.ended += map(Visit, seen.stays)
            for presence in seen.presences:
                visits.add(presence, visits.so_far)

    def as_json(self) -> dict[str, Any]:
        """The object that `floorpulse watch --json` prints."""
        note = {"note": NO_DWELL} if self.counts_only else {}
        return {
            "frames": self.frames,
            "seconds": round(self.seconds, 3),
            "frames_per_s": round(self.frames / self.wall_seconds, 1) if self.wall_seconds else 0.0,
            "cpu_ms_per_frame": round(1000 * self.cpu_seconds / self.frames, 2) if self.frames else 0.0,
            "model": self.model,
            "lines": {name: {"in": f.ins, "out": f.outs, "uturns": f.uturns} for name, f in self.lines.items()},
            "zones": {name: self._zone(figures) for name, figures in self.zones.items()},
        } | note

    def _line(self, name: LineName) -> LineFigures:
        ways = self.whole.crossings.get(name, {})
        return LineFigures(ways.get(Way.IN, 0), ways.get(Way.OUT, 0), self.whole.uturns.get(name, 0))

    def _zone(self, figures: ZoneFigures) -> dict[str, Any]:
        stays = figures.stays
        dwell: dict[str, Any] = {
            "stays": len(stays),
            "entries": figures.entries,
            "person_seconds": round(figures.person_seconds, 1),
            "mean_s": round(fmean(stays), 2) if stays else None,
            "median_s": round(median(stays), 2) if stays else None,
            "p90_s": round(float(np.percentile(stays, 90)), 2) if stays else None,
            "peak": figures.peak,
        }
        if self.counts_only:
            dwell = dict.fromkeys(dwell) | {"entries": figures.entries}
        return dwell | {"coverage": round(self.coverage, 4)}


def _of(visits: Visits) -> ZoneFigures:
    stays = [visit.stay.seconds for visit in visits.ended]
    peak = max(map(len, visits.crowds), default=0)
    return ZoneFigures(visits.entries, stays, visits.tally().person_seconds, peak)


def watch_clip(
    frames: Iterable[Frame], detector: Detector, camera: Camera, progress: Callable[[], object] = lambda: None
) -> Figures:
    """Runs the production pipeline over all frames; `progress` is called after each."""
    figures, marker = Figures(detector.name, detector.counts_only, camera), Marker(camera.staff_marker)
    view: View | None = None
    size = (0, 0)
    wall, cpu = perf_counter(), process_time()
    for frame in frames:
        if view and size_of(frame.image) != size:
            figures.add(view.close())
            view = None
        size = size_of(frame.image)
        view = view or View(camera, size, recipe_for(detector))
        boxes = np.asarray(detector.detect(frame.image), dtype=np.float64)
        figures.add(view.update(boxes, frame.at, partial(marker.find, frame.image)))
        figures.frames += 1
        figures.seconds = frame.at + 1 / camera.fps
        progress()
    if view:
        figures.add(view.close())
    figures.wall_seconds, figures.cpu_seconds = perf_counter() - wall, process_time() - cpu
    return figures


def size_of(image: Image) -> tuple[int, int]:
    """Width and height in pixels."""
    return image.shape[1], image.shape[0]
