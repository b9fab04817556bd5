"""The nearest peer, Mesopic 0.1.2, in the same run: same clip, weights, lines and rate, one thread, its own parts.

It wants Python 3.12 and 700 MB of packages, so it lives in an environment of its own in the cache, made once.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from bench import clips
from bench.clips import NotHere
from bench.figures import Figure
from edge_models.catalogue import YOLOX_NANO

VERSION = "0.1.2"
_PYTHONS = ("python3.12", "python3.13")
_PATIENCE_SECONDS = 300

_RUN = """
import json, resource, sys, time
from datetime import UTC, datetime, timedelta
import av, cv2
from mesopic.analytics.geometry import GeometryAnalytics
from mesopic.analytics.site_geometry import PreparedLine, PreparedZone, SiteGeometry
from mesopic.detector.onnx_detector import OnnxDetector
from mesopic.errors import StreamDropped
from mesopic.ingest.rtsp import RtspFrameSource
from mesopic.sampler.sampler import FrameSampler
from mesopic.tracker.bytetrack import ByteTrackTracker
from mesopic.types import Direction, EventKind, Track, ZoneRole

asked = json.loads(sys.argv[1])
cv2.setNumThreads(1)
start = datetime(2026, 1, 1, tzinfo=UTC)


def analytics(lines=(), zones=()):
    drawn = [PreparedLine(n, "eye", tuple(a), tuple(b), Direction.IN, ()) for n, a, b in lines]
    areas = [PreparedZone(n, "eye", ZoneRole.AREA, p, (p[0][0], p[0][1], p[2][0], p[2][1]), ()) for n, p in zones]
    return GeometryAnalytics(SiteGeometry({"eye": tuple(areas)}, {"eye": tuple(drawn)}))


def clip():
    detector = OnnxDetector(asked["model"], intra_op_threads=1)
    tracker, sampler, geometry = ByteTrackTracker(), FrameSampler(asked["fps"]), analytics(asked["lines"])
    source = RtspFrameSource("eye", asked["clip"], opener=av.open, now=lambda: start)
    counts, frames, began = {name: [0, 0] for name, _, _ in asked["lines"]}, 0, time.process_time()
    try:
        for frame in source.frames():
            if not sampler.is_due(frame.ts):
                continue
            boxes = [found for found in detector.detect(frame) if found.box[3] >= asked["pole"]]
            frames += 1
            for event in geometry.on_tracks("eye", tracker.update(frame, boxes), ts=frame.ts):
                counts[event.line_id][0 if event.direction > 0 else 1] += 1
    except StreamDropped:
        pass
    return {"lines": counts, "frames": frames, "cpu_ms": 1000 * (time.process_time() - began) / max(frames, 1)}


def switches():
    geometry = analytics(zones=[("shelf", ((0.1, 0.1), (0.6, 0.1), (0.6, 0.9), (0.1, 0.9)))])
    came, stays = {}, []
    for step in range(320):
        now, who = start + timedelta(seconds=step / 5), step // 50
        seen = [] if step >= 300 or step % 50 == 49 else [Track("eye", who, now, (0.4, 0.5), 0.9)]
        for event in geometry.on_tracks("eye", seen, ts=now):
            if event.kind is EventKind.ZONE_ENTER:
                came[event.track_id] = event.ts
            if event.kind is EventKind.ZONE_EXIT:
                stays.append((event.ts - came[event.track_id]).total_seconds())
    return {"stays": stays}


result = clip() | switches()
print(json.dumps(result | {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


@cache
def watched(fps: float) -> dict[str, Any]:
    """What it counts on the pedestrians and in a scripted stay, and what it costs; NotHere with the reason."""
    model = clips.model(YOLOX_NANO.name)
    asked = {
        "clip": str(clips.needed(clips.PEDESTRIANS)),
        "model": str(model),
        "fps": fps,
        "pole": clips.POLE,
        "lines": [
            (name, *((x / clips.WIDTH, y / clips.HEIGHT) for x, y in ends)) for name, ends in clips.LINES.items()
        ],
    }
    done = _called([str(_python()), "-c", _RUN, json.dumps(asked)])
    found: dict[str, Any] = json.loads(done)
    return found


def compared(fps: float, found: dict[str, Any]) -> Iterator[Figure]:
    """Its figures, without goals: they are the goals."""
    pairs = [(found["lines"][name], truth) for name, truth in clips.CROSSINGS.items()]
    wrong = sum(abs(ways[0] - ins) + abs(ways[1] - outs) for ways, (ins, outs) in pairs)
    name = f"Mesopic {VERSION} at {fps:g} fps"
    yield Figure(f"{name}: line error", round(100 * wrong / sum(map(sum, clips.CROSSINGS.values())), 1), "%")
    yield Figure(f"{name}: CPU of the whole pipeline", round(found["cpu_ms"], 2), "ms/frame")
    yield Figure(f"{name}: resident memory", round(found["megabytes"]), "MB")
    stays = found["stays"]
    longest = round(max(stays, default=0.0), 1)
    yield Figure(f"Mesopic {VERSION}: stays of one 60 s stay", len(stays), "", note=f"the longest is {longest} s")


def _python() -> Path:
    """The interpreter of its environment, made on the first call."""
    place = clips.CACHE / "peers" / f"mesopic-{VERSION}"
    python = place / "bin" / "python"
    if not (place / "ready").exists():
        shutil.rmtree(place, ignore_errors=True)
        _called([_newer_python(), "-m", "venv", str(place)])
        _called([str(python), "-m", "pip", "install", "--quiet", f"mesopic=={VERSION}"])
        (place / "ready").touch()
    return python


def _newer_python() -> str:
    """Python 3.12 or newer, which the peer needs and we do not."""
    kept = sorted(Path.home().glob(".pyenv/versions/3.1[2-9]*/bin/python"))
    for name in [*_PYTHONS, *map(str, kept)]:
        if (path := shutil.which(name)) and _answers(path):
            return path
    raise NotHere(f"Mesopic {VERSION} needs Python 3.12, which is not on this machine")


def _answers(python: str) -> bool:
    """A shim may be there without the version that it stands for."""
    return subprocess.run([python, "-c", "import venv"], capture_output=True, check=False).returncode == 0


def _called(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_PATIENCE_SECONDS)
    except subprocess.CalledProcessError as error:
        last = (error.stderr or "").strip().splitlines()[-1:] or ["no reason given"]
        raise NotHere(f"Mesopic {VERSION} cannot be had here: {last[0][:200]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotHere(f"Mesopic {VERSION} cannot be had here: {type(error).__name__}") from error
    return done.stdout
