"""A simulated clip through the real pipeline: what is seen against what was there, by line, zone and picture."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bench.figures import Figure, at_least
from edge_models import ModelError, open_detector
from edge_models.boxes import iou
from sensors.frames import Clip
from sensors.settings import read_camera
from sensors.watching import Detector, watch_clip
from simulator.clip import Film, shoot, site_file
from simulator.plan import demo_plan, live_store

FPS, SECONDS, PER_HOUR = 5.0, 90.0, 220.0
SEEDS, MORE_SEEDS = (81, 82), (83, 84)
"""Nobody looked at these while the floor was arranged."""
LEAST_SEEN, MOST_SEEN = 0.85, 1.15
"""Person-seconds of a zone, as a share of the truth."""
CLEAR, MATCH = 0.5, 0.5
"""A person must be found when so much of them is seen; a box matches from this overlap on."""
YOLOX = Path(__file__).parent.parent.parent / "shared" / "models" / "yolox_nano_416.onnx"

Truth = dict[str, Any]


def sight(full: bool) -> Iterator[Figure]:
    """Both cameras, two seeds, NanoDet; with `full` two more seeds and YOLOX-nano."""
    with TemporaryDirectory() as folder:
        clips = [
            _shot(Path(folder), device, seed)
            for device in ("door", "till")
            for seed in (*SEEDS, *(MORE_SEEDS if full else ()))
        ]
        for model in ("nanodet", *((str(YOLOX),) if full else ())):
            yield from _of(model, clips)


def _of(model: str, clips: list[tuple[Path, Film, Truth]]) -> Iterator[Figure]:
    name = Path(model).stem
    try:
        detector = open_detector(model)
    except (ModelError, OSError) as error:
        yield Figure(f"{name}: seen in simulated clips", None, note=f"not run: {error}")
        return
    tallies = np.zeros(4)
    for path, film, truth in clips:
        yield from _watched(f"{name}, {path.stem}", detector, path, film, truth)
        tallies += _matched(detector, path, truth)
    clear, found, boxes, right = tallies
    yield at_least(f"{name}: recall", found / max(clear, 1), 0.85, note=f"of {clear:.0f} people at least half seen")
    yield at_least(f"{name}: precision", right / max(boxes, 1), 0.85, note=f"of {boxes:.0f} boxes")


def _shot(folder: Path, device: str, seed: int) -> tuple[Path, Film, Truth]:
    path, film = folder / f"{device} {seed}.avi", Film(device, SECONDS, PER_HOUR, FPS)
    return path, film, shoot(live_store(demo_plan()), seed, film, path, lambda done, total: None)


def _watched(name: str, detector: Detector, path: Path, film: Film, truth: Truth) -> Iterator[Figure]:
    """Lines within one crossing each way; zones by their person-seconds."""
    camera = read_camera(tomllib.loads(site_file(live_store(demo_plan()), film))["camera"], overlapping=True)
    clip = Clip(path, FPS)
    try:
        seen = watch_clip(clip.frames(), detector, camera, lambda: None).as_json()
    finally:
        clip.close()
    for line, was in truth["lines"].items():
        told = seen["lines"][line]
        holds = abs(told["in"] - was["in"]) <= 1 and abs(told["out"] - was["out"]) <= 1
        yield Figure(f"{name}: {line} in/out", f"{told['in']}/{told['out']}", "people", _both(was), holds, "within 1")
    for zone, was in truth["zones"].items():
        yield _zone(f"{name}: {zone} person-seconds", seen["zones"][zone]["person_seconds"], was["person_seconds"])


def _both(was: dict[str, int]) -> str:
    return f"truth {was['in']}/{was['out']}"


def _zone(name: str, seen: float, true: float) -> Figure:
    if true < 10:
        return Figure(name, seen, "s", f"truth {true}", None, "nobody stayed: nothing to compare")
    return Figure(name, seen, "s", f"truth {true}", LEAST_SEEN <= seen / true <= MOST_SEEN, f"{seen / true:.0%} seen")


def _matched(detector: Any, path: Path, truth: Truth) -> Any:
    """People clearly seen, those of them found, boxes, and those of them that are somebody; one frame a second."""
    tally, clip = np.zeros(4), Clip(path, 1.0)
    try:
        for frame in clip.frames():
            there = np.array(truth["frames"][round(frame.at * FPS)], dtype=np.float32).reshape(-1, 6)
            boxes = detector.detect(frame.image)
            boxes = boxes[boxes[:, 4] >= detector.high_score]
            overlap = iou(there[:, 1:5], boxes[:, :4])
            hit = overlap.max(axis=1, initial=0) >= MATCH
            clear = there[:, 5] >= CLEAR
            tally += (clear.sum(), (hit & clear).sum(), len(boxes), (overlap.max(axis=0, initial=0) >= MATCH).sum())
    finally:
        clip.close()
    return tally
