"""What may happen to a camera, on rendered footage of unseen seeds and heights: noticed in time, or rightly not."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np

from bench.figures import Figure, at_most
from events.facts import CameraState
from sensors.frames import Image
from sensors.landmarks import Landmarks
from sensors.sight import Sight
from simulator.camera import Camera, camera_of
from simulator.clip import EPOCH, START_SECONDS
from simulator.frames import Studio
from simulator.plan import demo_plan, live_store
from simulator.scene import Scene, scene

LOOKS_PER_SECOND, BEFORE, AFTER = 2, 20, 30
"""Seconds of footage before a mishap and after it."""
IN_TIME_SECONDS = 10.0
SHOPS = ((91, "door", 2.6), (92, "till", 4.2))
"""Seed, camera and height above the floor in metres; nobody looked at these before."""

Change = Callable[[Image, float], Image]
"""A picture as it comes out so many seconds after the mishap began."""


def _cloth(image: Image, at: float) -> Image:
    return np.asarray(cv2.blur(image, (101, 101)), np.uint8)


def _lights_out(image: Image, at: float) -> Image:
    return (image * 0.05).astype(np.uint8)


def _dusk(image: Image, at: float) -> Image:
    return (image * (1 - 0.7 * at / AFTER)).astype(np.uint8)


def _lamp(image: Image, at: float) -> Image:
    """Half the picture, bright and dark in turns."""
    lit = image.copy()
    half = image.shape[1] // 2
    lit[:, half:] = np.clip(image[:, half:] * (1.3, 0.6)[round(at * LOOKS_PER_SECOND) % 2], 0, 255).astype(np.uint8)
    return lit


def _sun(image: Image, at: float) -> Image:
    """A patch of sunlight wanders over the floor."""
    lit, x = image.astype(np.int16), int(image.shape[1] * (0.2 + 0.4 * at / AFTER))
    lit[image.shape[0] // 2 :, x : x + image.shape[1] // 4] += 70
    return np.clip(lit, 0, 255).astype(np.uint8)


MISHAPS: Sequence[tuple[str, Change, CameraState]] = (
    ("a cloth over the lens", _cloth, CameraState.COVERED),
    ("the lights go out", _lights_out, CameraState.DARK),
)
DAYLIGHT: Sequence[tuple[str, Change]] = (("dusk", _dusk), ("a flickering lamp", _lamp), ("a patch of sun", _sun))


def mishaps() -> Iterator[Figure]:
    """The slowest to be noticed over all shops, and how many alarms daylight raises."""
    slowest: dict[str, float] = {}
    alarms = dict.fromkeys((name for name, _ in DAYLIGHT), 0)
    for seed, device, height in SHOPS:
        shop = _Shop(seed, device, height)
        for name, pictures, state in shop.mishaps():
            slowest[name] = max(slowest.get(name, 0.0), shop.noticed(pictures, state))
        for name, change in DAYLIGHT:
            alarms[name] += shop.alarms([change(image, i / LOOKS_PER_SECOND) for i, image in enumerate(shop.after)])
    for name, seconds in slowest.items():
        yield at_most(f"rendered camera: {name} is noticed after", seconds, IN_TIME_SECONDS, "s")
    for name, count in alarms.items():
        yield at_most(f"rendered camera: seconds of alarm at {name}", count / LOOKS_PER_SECOND, 0, "s")


class _Shop:
    """A minute of one camera's footage."""

    def __init__(self, seed: int, device: str, height: float) -> None:
        self._seed, self._camera = seed, replace(camera_of(device), above=height)
        self._played = scene(live_store(demo_plan()), EPOCH, 0.3, 220.0, seed)
        self._before = _shot(self._played, self._camera, seed, 0, BEFORE)
        self.after = _shot(self._played, self._camera, seed, BEFORE, BEFORE + AFTER)

    def mishaps(self) -> Iterator[tuple[str, list[Image], CameraState]]:
        for name, change, state in MISHAPS:
            yield name, [change(image, i / LOOKS_PER_SECOND) for i, image in enumerate(self.after)], state
        yield "a frozen picture", [self.after[0]] * len(self.after), CameraState.FROZEN
        pushed = replace(self._camera, x=self._camera.x + 0.6, ahead=self._camera.ahead - 1.2)
        moved = _shot(self._played, pushed, self._seed, BEFORE, BEFORE + AFTER)
        yield "a push aside", moved, CameraState.MOVED

    def noticed(self, pictures: Sequence[Image], state: CameraState) -> float:
        """Seconds until it is called by its name, and stays so."""
        states = self._judged(pictures)
        wrong = [i for i, seen in enumerate(states) if seen is not state]
        return (wrong[-1] + 1 if wrong else 0) / LOOKS_PER_SECOND

    def alarms(self, pictures: Sequence[Image]) -> int:
        return sum(state is not CameraState.OK for state in self._judged(pictures))

    def _judged(self, pictures: Sequence[Image]) -> list[CameraState]:
        sight = Sight(Landmarks())
        states = [sight.judge(image, i / LOOKS_PER_SECOND) for i, image in enumerate([*self._before, *pictures])]
        return states[len(self._before) :]


def _shot(played: Scene, camera: Camera, seed: int, start: int, end: int) -> list[Image]:
    studio = Studio(camera, seed)
    moments = np.arange(start, end, 1 / LOOKS_PER_SECOND) + START_SECONDS
    return [np.asarray(studio.frame(played.poses(float(at)))[0], np.uint8) for at in moments]
