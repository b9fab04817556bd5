"""`floorpulse watch` and `floorpulse sensors camera`: options, files and tables; `__main__` brings the parts."""

import json
import logging
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from events import settings
from events.desired import Result
from events.hours import OpeningHours
from events.settings import ConfigError, Device, Hours
from sensors.frames import Clip
from sensors.sealing import hand_over
from sensors.settings import Camera, read_camera
from sensors.watching import NO_DWELL, Detector, Figures, watch_clip

WIDE = 120
"""Columns of a table that goes into a file or a pipe."""
WATCH, SERVICE = "floorpulse watch", "floorpulse sensors camera"


def watch_options(argv: Sequence[str]) -> Namespace:
    parser = ArgumentParser(prog=WATCH, description="Count the people in a clip, with exact figures, at the bench.")
    parser.add_argument("clip", type=Path, metavar="CLIP", help="a video file")
    parser.add_argument(
        "--site", type=Path, required=True, metavar="FILE.toml", help="lines and zones: a table [camera]"
    )
    parser.add_argument("--model", default="", metavar="NAME|FILE", help="a person detector (floorpulse models list)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    return parser.parse_args(argv)


def service_options(argv: Sequence[str]) -> Namespace:
    parser = ArgumentParser(
        prog=SERVICE, description="Count the people a camera sees; record what may be said of them."
    )
    parser.add_argument("--config", type=Path, required=True, metavar="device.toml", help="the device's settings")
    return parser.parse_args(argv)


@dataclass(frozen=True)
class Setup:
    """What a device's file says to the camera's service."""

    device: Device
    opening: OpeningHours
    camera: Camera


def read_setup(path: Path) -> Setup:
    """ConfigError when anything is missing or wrong."""
    tables = settings.load(path)
    for name in ("device", "camera"):
        if name not in tables:
            raise ConfigError(f"{path}: the table [{name}] is missing")
    return Setup(
        settings.read(Device, tables["device"], "device"),
        settings.read(Hours, tables.get("hours", {}), "hours").opening,
        read_camera(tables["camera"]),
    )


class KeptLandmarks:
    """What the camera usually sees, in a file beside the device's own; another site is another view, to be learnt."""

    def __init__(self, state: Path, camera: Camera) -> None:
        self._path = state.with_suffix(".landmarks.json")
        site = repr((camera.source, camera.view, camera.region, camera.line, camera.zone))
        self._site = blake2b(site.encode(), digest_size=16).hexdigest()

    def read(self) -> str:
        """Empty where nothing is kept for this site."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            return str(kept["landmarks"]) if kept["site"] == self._site else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def write(self, landmarks: str) -> None:
        """Whole or not at all; a disk that is full only means that the view is learnt once more."""
        fresh = self._path.with_suffix(".new")
        try:
            fresh.write_text(json.dumps({"site": self._site, "landmarks": landmarks}), encoding="utf-8")
            fresh.replace(self._path)
        except OSError as error:
            logging.warning("the usual view cannot be kept: %s", error)


class Messenger:
    """Hands what came of a command to `sync`; without it, nothing waits."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def tell(self, result: Result) -> None:
        try:
            hand_over(self._path, result)
        except OSError as error:
            logging.warning("what came of a command cannot be told now: %s", error)


def watched(clip: Clip, detector: Detector, camera: Camera) -> Figures:
    """Figures of the whole clip, with a bar on standard error where that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(f"watching with {detector.name}", total=clip.sampled or None)
            return watch_clip(clip.frames(), detector, camera, lambda: bar.advance(task))
    finally:
        clip.close()


def show(figures: Figures, as_json: bool) -> None:
    """On standard output: one JSON object, or tables."""
    if as_json:
        print(json.dumps(figures.as_json(), indent=2))
        return
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    for table in _tables(figures.as_json()):
        console.print(table)
    if figures.counts_only:
        console.print(NO_DWELL, soft_wrap=True)
    rates = figures.as_json()
    console.print(
        f"{figures.frames} frames of {figures.seconds:.1f} s with {figures.model}: "
        f"{rates['frames_per_s']} frames/s, {rates['cpu_ms_per_frame']} ms CPU each"
    )


def _tables(figures: dict[str, dict[str, dict[str, object]]]) -> Iterator[Table]:
    for part in ("lines", "zones"):
        rows = figures[part]
        if rows:
            names = next(iter(rows.values())).keys()
            table = Table(part[:-1], *names)
            table.columns[0].no_wrap = True
            for name, row in rows.items():
                table.add_row(name, *("-" if row[key] is None else str(row[key]) for key in names))
            yield table


def fail(name: str, error: Exception) -> None:
    """One sentence on standard error, and a status that is not zero."""
    sys.exit(f"{name}: {error}")
