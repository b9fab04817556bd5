"""Person detectors side by side on the pedestrians' clip: how exact, and how fast on one thread."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import cv2
import numpy as np

from bench.figures import Figure, at_least, at_most
from edge_models import ModelError, open_detector
from edge_models.background import Background
from edge_models.boxes import Array
from edge_models.catalogue import CATALOGUE, YOLOX_NANO
from edge_models.evaluate import read_truth
from edge_models.fetch import fetch
from edge_models.measure import Measured, measured, pictures
from edge_models.session import Session

ROOT = Path(__file__).parent.parent
CLIP = Path(os.environ.get("FLOORPULSE_CACHE", ROOT / ".cache")) / "vtest.avi"
TRUTH = ROOT.parent / "shared" / "clips" / "vtest-truth-frames-1-397.txt"
POLE = 150.0
"""Feet above this row belong to a pole that every detector takes for a person."""
LEAST_AP50, LEAST_AP30 = 0.89, 0.94
SLOWEST_MILLISECONDS = {"yolox-nano": 20.0, "nanodet": 41.0, Background.name: 10.0}
"""NanoDet: what a conversion needs, end to end, that leaves TensorFlow's transposes in the graph."""


def figures(full: bool) -> list[Figure]:
    """Every model of the catalogue, the fallback, and the first model in OpenCV's own engine."""
    cv2.setNumThreads(1)
    names = (*CATALOGUE, Background.name)
    return [*(figure for name in names for figure in _of(name, every=1 if full else 4)), *_peer()]


def _of(name: str, every: int) -> Iterator[Figure]:
    missing = next((path for path in (CLIP, TRUTH) if not path.exists()), None)
    if missing:
        yield Figure(f"{name}: AP@.5", None, note=f"not run: needs {missing.name}")
        return
    try:
        result = _measured(name, every)
    except ModelError as error:
        yield Figure(f"{name}: AP@.5", None, note=f"not run: {error}")
        return
    exact = name in CATALOGUE
    yield at_least(f"{name}: AP@.5", result.ap50, LEAST_AP50 if exact else 0.5)
    yield at_least(f"{name}: AP@.3", result.ap30, LEAST_AP30 if exact else 0.6)
    yield _speed(result)


def _measured(name: str, every: int) -> Measured:
    if name in CATALOGUE:
        fetch(name)
    truth = read_truth(TRUTH)
    return measured(open_detector(name), pictures(CLIP, every, max(truth)), truth, POLE)


def _peer() -> Iterator[Figure]:
    """The graph alone, without decoding, in ONNX Runtime as we run it and in OpenCV, in turns."""
    try:
        path = fetch(YOLOX_NANO.name)
    except ModelError as error:
        yield Figure("yolox-nano: graph alone", None, note=f"not run: {error}")
        return
    ours, theirs = Session(path), cv2.dnn.readNetFromONNX(str(path))
    picture = np.random.default_rng(1).uniform(0, 255, ours.input_shape).astype(np.float32)
    turns = [
        (_milliseconds(lambda: ours.run(picture)), _milliseconds(lambda: _forward(theirs, picture))) for _ in range(30)
    ]
    mine, other = np.median(turns, axis=0)
    yield at_most("yolox-nano: graph alone", float(mine), float(other), "ms", f"OpenCV's engine: {other:.1f} ms")


def _forward(net: Any, picture: Array) -> None:
    net.setInput(picture)
    net.forward()


def _milliseconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return 1000 * (perf_counter() - started)


def _speed(result: Measured) -> Figure:
    """Milliseconds per frame; no verdict while others use the processor."""
    figure = at_most(f"{result.name}: picture to boxes", result.milliseconds, SLOWEST_MILLISECONDS[result.name], "ms")
    if os.getloadavg()[0] <= (os.cpu_count() or 1):
        return figure
    return Figure(figure.name, figure.value, figure.unit, figure.goal, None, "machine busy")
