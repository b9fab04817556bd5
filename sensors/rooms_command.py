"""`floorpulse sensors rooms`: options, device.toml, wiring and loop; `__main__` brings the parts."""

import json
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import FileIO
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Protocol

from events import settings
from events.codec import now_utc
from events.facts import GroupName, RoomName
from events.hours import OpeningHours
from events.settings import ConfigError, Device, Hours
from sensors.rooms_mail import Mail
from sensors.rooms_moves import follow
from sensors.rooms_service import GroupService, RoomsService, SetLight
from sensors.rooms_settings import RoomPins, Rooms, read_rooms

NAME = "floorpulse sensors rooms"
TICK_SECONDS = 0.2

Changed = Callable[[bool, float], None]


class Wire(Protocol):
    """One input of the board."""

    @property
    def is_active(self) -> bool: ...

    when_changed: Changed | None


class Wires(Protocol):
    """The inputs of a board; `serve` runs their callbacks on this thread for up to so many seconds."""

    def contact(self, pin: int) -> Wire: ...
    def button(self, pin: int) -> Wire: ...
    def presence(self, pin: int) -> Wire: ...
    def serve(self, seconds: float) -> None: ...


class Light(Protocol):
    def set(self, on: bool) -> None: ...
    def blink(self) -> None: ...


class Watchdog(Protocol):
    def ready(self) -> None: ...
    def alive(self) -> None: ...
    def stopping(self) -> None: ...


@dataclass(frozen=True)
class Setup:
    """What device.toml says to this service."""

    device: Device
    opening: OpeningHours
    rooms: Rooms


def options(argv: list[str]) -> Namespace:
    parser = ArgumentParser(NAME, description="Doors, presence and call buttons of the fitting rooms.")
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the device's TOML file")
    parser.add_argument(
        "--moves",
        choices=["-"],
        help='move simulated pins by lines of JSON on standard input: {"pin": 17, "high": true}',
    )
    return parser.parse_args(argv)


def read_setup(path: Path) -> Setup:
    """ConfigError names what is missing or wrong."""
    tables = settings.load(path)
    for name in ("device", "rooms"):
        if name not in tables:
            raise ConfigError(f"{path}: the table [{name}] is missing")
    return Setup(
        settings.read(Device, tables["device"], f"{path}: device"),
        settings.read(Hours, tables.get("hours", {}), f"{path}: hours").opening,
        read_rooms(tables["rooms"], f"{path}: rooms"),
    )


def light_switch(rooms: Rooms, new_light: Callable[[int], Light]) -> SetLight:
    """Lights by group and room; a room without one stays dark."""
    lights = {
        (group.name, room.name): new_light(room.light)
        for group in rooms.group
        for room in group.room
        if room.light is not None
    }

    def set_light(group: GroupName, room: RoomName, is_open: bool, is_urgent: bool) -> None:
        if light := lights.get((group, room)):
            light.blink() if is_urgent else light.set(is_open)

    return set_light


def wire(service: RoomsService, rooms: Rooms, wires: Wires, now: float) -> None:
    """Every pin to what it means; what is already shut, or somebody already there, is told at once."""
    for pins in rooms.group:
        group = service.groups[pins.name]
        wires.presence(pins.lobby).when_changed = _when_active(group.arrive)
        for room in pins.room:
            _wire_room(group, room, wires, now)


def _wire_room(group: GroupService, room: RoomPins, wires: Wires, now: float) -> None:
    contact, presence = wires.contact(room.contact), wires.presence(room.presence)
    contact.when_changed = partial(group.door, room.name)
    presence.when_changed = partial(group.presence, room.name)
    group.door(room.name, contact.is_active, now)
    group.presence(room.name, presence.is_active, now)
    if room.call is not None:
        wires.button(room.call).when_changed = _when_active(partial(group.press, room.name))
    if room.acknowledge is not None:
        wires.button(room.acknowledge).when_changed = _when_active(partial(group.acknowledge, room.name))


def _when_active(act: Callable[[float], None]) -> Changed:
    return lambda active, now: act(now) if active else None


def follow_moves(move: Callable[[int, bool], None]) -> None:
    """Take moves from standard input, in a thread of its own; the service outlives the end of the input."""
    # Unbuffered: a thread that waits inside sys.stdin holds a lock that the interpreter wants when it ends.
    lines = FileIO(sys.stdin.fileno(), closefd=False)
    Thread(target=follow, args=(lines, move, _complain), daemon=True).start()


def _complain(sentence: str) -> None:
    print(f"{NAME}: {sentence}", file=sys.stderr, flush=True)


@contextmanager
def until_stopped() -> Iterator[Event]:
    """An event that SIGTERM and Ctrl-C set."""
    stopped = Event()
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def serve(service: RoomsService, wires: Wires, watchdog: Watchdog, stopped: Event, mail: Mail | None = None) -> None:
    """Say `{"ready": true}` and go on until stopped."""
    watchdog.ready()
    print(json.dumps({"ready": True}), flush=True)
    while not stopped.is_set():
        wires.serve(TICK_SECONDS)
        service.tick(monotonic(), now_utc())
        if mail:
            mail.round(service, monotonic(), now_utc())
        watchdog.alive()
    watchdog.stopping()
    service.stop(monotonic(), now_utc())
