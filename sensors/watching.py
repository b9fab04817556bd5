"""Watches a whole clip and answers exact figures: the bench's tool. The service tells only what may be told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import fmean, median
from time import perf_counter, process_time
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sensors.frames import Frame, Image
from sensors.lines import Way
from sensors.settings import Camera
from sensors.tracking import Recipe
from sensors.view import News, View, ZoneNews

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


@dataclass(slots=True)
class LineFigures:
    ins: int = 0
    outs: int = 0
    uturns: int = 0


@dataclass(slots=True)
class ZoneFigures:
    entries: int = 0
    stays: list[float] = field(default_factory=list)
    """Seconds of each."""
    person_seconds: float = 0.0
    peak: int = 0


@dataclass(slots=True)
class Figures:
    """What a clip showed."""

    model: str
    counts_only: bool
    lines: dict[str, LineFigures]
    zones: dict[str, ZoneFigures]
    frames: int = 0
    valid_seconds: float = 0.0
    seconds: float = 0.0
    """Of footage."""
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0

    @property
    def coverage(self) -> float:
        return min(1.0, self.valid_seconds / self.seconds) if self.seconds else 0.0

    def add(self, news: News) -> None:
        """What one frame brought."""
        self.valid_seconds += news.seconds
        for crossing in news.crossings:
            line = self.lines[crossing.line]
            if crossing.way is Way.IN:
                line.ins += 1
            else:
                line.outs += 1
        for name, uturns in news.uturns.items():
            self.lines[name].uturns += uturns
        for zone, seen in news.zones.items():
            _add(self.zones[zone], seen)

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


def _add(figures: ZoneFigures, seen: ZoneNews) -> None:
    figures.entries += seen.entries
    figures.stays += [stay.seconds for stay in seen.stays]
    for presence in seen.presences:
        figures.person_seconds += len(presence.visitors) * presence.seconds
        figures.peak = max(figures.peak, len(presence.visitors))


def watch_clip(
    frames: Iterable[Frame], detector: Detector, camera: Camera, progress: Callable[[], object] = lambda: None
) -> Figures:
    """Runs the production pipeline over all frames; `progress` is called after each."""
    figures = Figures(
        detector.name,
        detector.counts_only,
        {line.name: LineFigures() for line in camera.line},
        {zone.name: ZoneFigures() for zone in camera.shopper_zones},
    )
    view: View | None = None
    size = (0, 0)
    wall, cpu = perf_counter(), process_time()
    for frame in frames:
        if view and size_of(frame.image) != size:
            figures.add(view.close())
            view = None
        size = size_of(frame.image)
        view = view or View(camera, size, recipe_for(detector))
        figures.add(view.update(np.asarray(detector.detect(frame.image), dtype=np.float64), frame.at))
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
