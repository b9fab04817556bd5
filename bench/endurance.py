"""An hour of footage at full speed, and ten thousand frames that are none: the whole service, no crash, no leak.

The hour is the pedestrians' clip, over and over, through decoder, sight, motion gate, tracker, lines, zones and
release. The model looks at the first and at every tenth round; between, the boxes of its last round are answered again,
so that an hour takes two minutes.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bench import clips
from bench.figures import Figure, at_most
from edge_models import open_detector
from edge_models.boxes import Array
from edge_models.catalogue import YOLOX_NANO
from events.facts import Fact
from events.hours import OpeningHours
from sensors.camera_service import CameraService, World
from sensors.frames import LARGEST_SIDE, CameraLost, Clip, Frame, is_picture
from sensors.settings import Camera
from sensors.sparing import Sparing
from sensors.watching import Detector

FPS = 5.0
MOST_GROWTH_MEGABYTES = 4.0
WARM_UP_SHARE = 0.2
"""Of the footage; memory is compared from here."""
LOOK_EVERY = 10
CORRUPT_FRAMES = 10_000
_OPENING = OpeningHours("UTC", ((time(0), time(23, 59)),) * 7)


@dataclass
class _Clock:
    """Time passes with the frames."""

    now: float = 1000.0

    def utc(self) -> datetime:
        return datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=self.now)

    def serve(self, camera: Camera, detector: Detector, source: Any) -> Counter[str]:
        """Runs the service until the source ends; the number of facts of each kind."""
        kinds = Counter[str]()

        def record(facts: Sequence[Fact]) -> None:
            kinds.update(type(fact).__name__ for fact in facts)

        world = World(lambda: source, record, lambda: self.now, self.utc, self._wait, lambda text: None)
        CameraService(camera, _OPENING, detector, world).run()
        return kinds

    def _wait(self, seconds: float) -> bool:
        """A camera that was lost is tried again only as time passes."""
        self.now += seconds
        return False


def hours_of_footage(hours: int) -> Iterator[Figure]:
    """Growth of the process from a fifth of the footage to its end."""
    clock, model = _Clock(), open_detector(clips.model(YOLOX_NANO.name))
    loop = _Loop(clips.needed(clips.PEDESTRIANS), 3600 * hours, clock)
    facts = clock.serve(clips.pedestrians(FPS), Sparing(_Remembering(model, loop), FPS), loop)
    note = f"{loop.given} frames, {facts.total()} facts, {loop.sizes[-1]:.0f} MB at the end"
    name = f"{hours} h of footage at full speed: growth in memory"
    yield at_most(name, loop.sizes[-1] - loop.settled, MOST_GROWTH_MEGABYTES, "MB", note)


class _Loop:
    """The clip over and over, without a pause in time."""

    def __init__(self, path: Path, seconds: int, clock: _Clock) -> None:
        self._path, self._seconds, self._clock = path, seconds, clock
        self.round, self.index, self.given = 0, 0, 0
        self.sizes: list[float] = []
        """Megabytes after each round."""

    @property
    def settled(self) -> float:
        """The most of the first fifth."""
        return max(self.sizes[: max(1, round(WARM_UP_SHARE * len(self.sizes)))])

    def frames(self) -> Iterator[Frame]:
        until = self._clock.now + self._seconds
        while self._clock.now < until:
            clip, began = Clip(self._path, FPS), self._clock.now
            for self.index, frame in enumerate(clip.frames()):
                self._clock.now = began + frame.at + 1 / FPS
                self.given += 1
                yield Frame(frame.image, self._clock.now)
            clip.close()
            self.round += 1
            self.sizes.append(_resident())

    def close(self) -> None:
        pass


class _Remembering:
    """The model in some rounds, its answers from the last of them in the others."""

    counts_only = False

    def __init__(self, detector: Detector, loop: _Loop) -> None:
        self.name, self.low_score, self.high_score = detector.name, detector.low_score, detector.high_score
        self.birth_score = detector.birth_score
        self._detector, self._loop = detector, loop
        self._known: dict[int, Array] = {}

    def detect(self, frame: Any) -> Array:
        index = self._loop.index
        if self._loop.round % LOOK_EVERY == 0 or index not in self._known:
            self._known[index] = self._detector.detect(frame)
        return self._known[index]


def _resident() -> float:
    """Megabytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


# ---- frames that are none -------------------------------------------------------------------------------------------


def corrupt_frames() -> Iterator[Figure]:
    """Through the whole service; the model looks at every tenth, a detector gone mad answers for the others."""
    clock, model = _Clock(), open_detector(clips.model(YOLOX_NANO.name))
    source = Nonsense(CORRUPT_FRAMES, clock)
    name = f"{CORRUPT_FRAMES} corrupt frames, sizes and timestamps: crashes"
    try:
        facts = clock.serve(clips.pedestrians(FPS), Sparing(Mad(model), FPS), source)
    except Exception as error:  # whatever it is, it is what we look for
        yield Figure(name, 1, "", "0", False, f"after {source.given}: {type(error).__name__}: {error}")
        return
    note = f"{source.wrong} no pictures, {source.untimely} at no time; {facts.total()} facts"
    yield Figure(name, 0, "", "0", source.given == CORRUPT_FRAMES, note)


class Nonsense:
    """Pictures cut short, of any size, type and layout, at times that jump, repeat, run backwards or are no numbers."""

    def __init__(self, frames: int, clock: Any, seed: int = 1) -> None:
        self._frames, self._clock, self._dice = frames, clock, np.random.default_rng(seed)
        self.given = self.wrong = self.untimely = 0

    def frames(self) -> Iterator[Frame]:
        while self.given < self._frames:
            self.given += 1
            self._clock.now += 0.2
            picture, jump = self._picture(), self._jump()
            self.wrong += not is_picture(picture)
            self.untimely += jump != 0
            yield Frame(picture, self._clock.now + jump)
            if self._dice.random() < 0.002:
                raise CameraLost("the cable shakes")

    def close(self) -> None:
        pass

    def _picture(self) -> Any:
        height, width = (int(2 ** self._dice.uniform(0, 10)) for _ in range(2))
        if self._dice.random() < 0.5:  # mostly the usual size, so that tracks live for a while
            height, width = 144, 192
        grain = self._dice.integers(0, 256, (height, width, 3), np.uint8)
        wrong: list[Callable[[], Any]] = [
            lambda: None,
            lambda: grain[:0],
            lambda: grain[..., 0],
            lambda: grain.astype(np.float32),
            lambda: np.full(grain.shape, np.nan),
            lambda: np.zeros((height, width, 4), np.uint8),
            lambda: grain.ravel()[: grain.size // 2],
            lambda: np.broadcast_to(grain[:1], (2 * LARGEST_SIDE, width, 3)),
            lambda: np.broadcast_to(grain[:1], (LARGEST_SIDE, width, 3)),
            lambda: np.full_like(grain, 200),
            lambda: grain[::-1, ::-1],
            lambda: grain.transpose(1, 0, 2)[::2],
        ]
        return self._dice.choice(np.array(wrong))() if self._dice.random() < 0.3 else grain

    def _jump(self) -> float:
        jumps = (0.0, -0.2, -50.0, 3000.0, -1e9, 1e300, float("inf"), float("-inf"), float("nan"))
        return float(self._dice.choice(jumps)) if self._dice.random() < 0.3 else 0.0


class Mad:
    """A detector whose boxes may be anything; every tenth frame goes to a sane one, if there is one."""

    name, low_score, high_score, birth_score, counts_only = "mad", 0.15, 0.5, 0.55, False

    def __init__(self, sane: Detector | None = None, seed: int = 1) -> None:
        self._sane, self._dice, self._looks = sane, np.random.default_rng(seed), 0

    def detect(self, frame: Any) -> Any:
        self._looks += 1
        if self._sane and self._looks % 10 == 0:
            return self._sane.detect(frame)
        height, width = frame.shape[:2]
        corners = self._dice.uniform(-0.2, 1.2, (self._dice.integers(0, 8), 2)) * (width, height)
        sizes = self._dice.uniform(0, 0.5, (len(corners), 2)) * (width, height)
        boxes = np.concatenate([corners, corners + sizes, self._dice.random((len(corners), 1))], axis=1)
        odd = (0.0, -1.0, 1e30, 1e300, float("inf"), float("-inf"), float("nan"))
        wrong = self._dice.random(boxes.shape) < 0.05
        boxes[wrong] = self._dice.choice(odd, int(wrong.sum()))
        return boxes
