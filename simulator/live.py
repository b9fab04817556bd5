"""The shop in real time: frames for cameras, moves for doors, presses for kiosks, and the truth as it happens."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import IO, Any

from events.facts import DeviceId
from events.site import Store
from simulator.camera import camera_of
from simulator.devices import pins_of
from simulator.frames import Studio
from simulator.moves import Move, presses, room_moves
from simulator.outlets import Outlet
from simulator.scene import STEP_SECONDS, Scene, scene, witness

WARM_SECONDS = 300.0
"""The shop has been open for so long when the first frame is shown."""
HOURS = 3.0
"""A shift: then everyone has gone home and the next begins."""
TALKATIVE = 0.55
"""Share of the live shoppers who tap on their way out: whoever watches a demo wants to see a tap now and then."""
PATIENT_LINES = 64
TELL_SECONDS = 60.0
LONGEST_SECONDS = 1800.0
"""A stay that began earlier is told from then on."""


@dataclass(frozen=True)
class Outlets:
    """Where each device's input goes: device -> path of a pipe, or `-`."""

    frames: Mapping[str, str] = field(default_factory=dict)
    presses: Mapping[str, str] = field(default_factory=dict)
    moves: str | None = None
    truth: IO[str] | None = None


@dataclass(frozen=True)
class Pace:
    per_hour: float = 200.0
    fps: float = 5.0
    width: int = 640
    height: int = 480


Wait = Callable[[float], None]


def run_live(
    store: Store, seed: int, outlets: Outlets, pace: Pace, clock: Callable[[], float], wait: Wait, seconds: float
) -> int:
    """Play for so many seconds of the clock; returns the frames shown. `wait` sleeps, or a test moves its clock."""
    shown, shift, end = 0, 0, clock() + seconds
    with ExitStack() as stack:
        stage = _Stage(seed, outlets, pace, stack)
        while clock() < end:
            opened = datetime.now(UTC) - timedelta(seconds=WARM_SECONDS)
            played = scene(store, opened, HOURS, pace.per_hour, seed + shift, TALKATIVE)
            shown += stage.play(played, clock, wait, end)
            shift += 1
    return shown


class _Stage:
    """The outlets, open for the whole run."""

    def __init__(self, seed: int, outlets: Outlets, pace: Pace, stack: ExitStack) -> None:
        self._pace, self._truth = pace, outlets.truth
        header = json.dumps({"width": pace.width, "height": pace.height, "fps": pace.fps}).encode() + b"\n"
        self._eyes = {
            device: (
                Studio(camera_of(device, pace.width, pace.height), seed),
                stack.enter_context(Outlet(path, header, keep=2)),
            )
            for device, path in outlets.frames.items()
        }
        self._kiosks = {
            device: stack.enter_context(Outlet(path, keep=PATIENT_LINES)) for device, path in outlets.presses.items()
        }
        self._doors = stack.enter_context(Outlet(outlets.moves, keep=PATIENT_LINES)) if outlets.moves else None

    def play(self, scene: Scene, clock: Callable[[], float], wait: Wait, end: float) -> int:
        """One shift, or what the run has left of it."""
        opened = clock() - WARM_SECONDS
        due = iter(self._due(scene))
        ahead = next(due, None)
        last = min(end - opened, scene.truth.seconds)
        frames, at, told = 0, WARM_SECONDS, WARM_SECONDS
        while at < last:
            while ahead is not None and ahead[0] <= at:
                ahead[1].put(ahead[2])
                ahead = next(due, None)
            self._show(scene, at)
            frames += 1
            if at - told >= TELL_SECONDS:
                self._tell(scene, told, at)
                told = at
            at = max(at + 1 / self._pace.fps, clock() - opened)  # a slow machine leaves frames out, not time
            wait(max(0.0, opened + at - clock()))
        self._tell(scene, told, last)
        return frames

    def _show(self, scene: Scene, at: float) -> None:
        people = scene.poses(at)
        for studio, outlet in self._eyes.values():
            outlet.put(studio.frame(people)[0].tobytes())

    def _due(self, scene: Scene) -> Iterator[tuple[float, Outlet, bytes]]:
        """Every line to come, in order of time; doors that were shut before the start are told at once."""
        lines = [self._lines(presses(scene.truth, DeviceId(name)), kiosk) for name, kiosk in self._kiosks.items()]
        if self._doors is not None:
            pins = pins_of(scene.layout.rooms)
            lines.append(self._lines(_from_now(room_moves(scene.truth, pins)), self._doors))
        for at, outlet, line in merge(*lines, key=lambda item: item[0]):
            if at >= WARM_SECONDS:
                yield at, outlet, line

    @staticmethod
    def _lines(moves: list[Move], outlet: Outlet) -> list[tuple[float, Outlet, bytes]]:
        return [(move.at, outlet, json.dumps(move.line).encode() + b"\n") for move in moves]

    def _tell(self, scene: Scene, first: float, last: float) -> None:
        if self._truth is not None:
            for line in happenings(scene, self._eyes.keys(), first, last):
                self._truth.write(json.dumps(line) + "\n")
            self._truth.flush()


def _from_now(moves: list[Move]) -> list[Move]:
    """The moves from the start of the show on, after each pin's last state before it."""
    before = {move.line["pin"]: Move(WARM_SECONDS, move.line) for move in moves if move.at < WARM_SECONDS}
    return [*before.values(), *(move for move in moves if move.at >= WARM_SECONDS)]


def happenings(scene: Scene, cameras: Any, first: float, last: float) -> list[dict[str, Any]]:
    """What ended between two moments, in order of time: crossings, stays, sessions, calls, presses."""
    truth = scene.truth
    found: list[dict[str, Any]] = []
    for device in cameras:
        seen = witness(scene.people, scene.store, device, first - LONGEST_SECONDS, last)
        for line, crossings in seen.crossings.items():
            found += [{"at": one.at, "line": line, "in": one.inward, "who": one.shopper} for one in crossings]
        for zone, stays in seen.inside.items():
            found += [{"at": one.end, "zone": zone, "seconds": one.seconds, "who": one.shopper} for one in stays]
    found += [{"at": one.end, "room": one.room, "seconds": one.end - one.start} for one in truth.sessions]
    found += [{"at": one.ended, "call": one.outcome, "waited": one.ended - one.pressed} for one in truth.calls]
    found += [{"at": one.at, "kiosk": one.device, "answer": one.answer} for one in truth.presses]
    first, last = first - 2 * STEP_SECONDS, last - 2 * STEP_SECONDS  # who is still inside now has not left
    told = sorted((one for one in found if first < one["at"] <= last), key=lambda one: one["at"])
    return [{key: _plain(key, value, truth.opening) for key, value in one.items()} for one in told]


def _plain(key: str, value: Any, opening: datetime) -> Any:
    if key == "at":
        return (opening + timedelta(seconds=value)).isoformat(timespec="milliseconds")
    return round(value, 2) if isinstance(value, float) else value
