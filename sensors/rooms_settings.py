"""The table `[rooms]`: which pin is which door. No camera and no microphone, ever.

[[rooms.group]]
name = "fitting"
lobby = 4               # presence sensor or beam, high while somebody passes

[[rooms.group.room]]
name = "1"
contact = 17            # reed switch to ground: low while the door is shut
presence = 27           # high while somebody is inside
call = 22               # button to ground: low while pressed; optional, as are the next two
acknowledge = 23        # button to ground, in the room or at the till
light = 24              # lit while a call is open, blinking once it is urgent
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from events import settings
from events.facts import GroupName, RoomName
from events.settings import ConfigError
from sensors.gate import LEAST_K
from sensors.rooms_release import K

LONGEST_NAME = 64
_FORBIDDEN = re.compile(r"cam|video|picture|image|photo|stream|mic|audio|sound|voice|listen", re.IGNORECASE)


@dataclass(frozen=True)
class RoomPins:
    """One room; GPIO numbers."""

    name: RoomName
    contact: int
    presence: int
    call: int | None = None
    acknowledge: int | None = None
    light: int | None = None

    @property
    def pins(self) -> tuple[int, ...]:
        pins = (self.contact, self.presence, self.call, self.acknowledge, self.light)
        return tuple(pin for pin in pins if pin is not None)


@dataclass(frozen=True)
class GroupPins:
    """The rooms that share a lobby."""

    name: GroupName
    lobby: int
    room: tuple[RoomPins, ...]

    def __post_init__(self) -> None:
        for name in (self.name, *(room.name for room in self.room)):
            if not (name.isprintable() and 0 < len(name) <= LONGEST_NAME):
                raise ValueError(f"{name!r:.80} is no name: a short text of 1 to {LONGEST_NAME} characters")
        if not self.room:
            raise ValueError(f"group {self.name} has no rooms")
        if len({room.name for room in self.room}) < len(self.room):
            raise ValueError(f"group {self.name}: a room's name is used twice")


@dataclass(frozen=True)
class Rooms:
    """All groups of fitting rooms that report to this device."""

    group: tuple[GroupPins, ...]
    k: int = K
    """Sessions that must have ended before anything about their length leaves the device."""

    def __post_init__(self) -> None:
        if self.k < LEAST_K:
            raise ValueError(f"k is at least {LEAST_K}, not {self.k}")
        if not self.group or len({group.name for group in self.group}) < len(self.group):
            raise ValueError("there is no group of rooms, or a group's name is used twice")
        pin, times = Counter(self._pins()).most_common(1)[0]
        if times > 1:
            raise ValueError(f"pin {pin} is used {times} times")

    def _pins(self) -> Iterator[int]:
        for group in self.group:
            yield group.lobby
            for room in group.room:
                yield from room.pins


def read_rooms(table: Any, where: str = "rooms") -> Rooms:
    """ConfigError names the place; anything that could look or listen is refused in words of its own."""
    _refuse_eyes_and_ears(table, where)
    return settings.read(Rooms, table, where)


def _refuse_eyes_and_ears(table: Any, where: str) -> None:
    items = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    for key, value in items:
        place = f"{where}[{key}]" if isinstance(key, int) else f"{where}.{key}"
        if isinstance(key, str) and _FORBIDDEN.search(key):
            raise ConfigError(f"{place}: fitting rooms have no camera and no microphone, ever; remove this key")
        _refuse_eyes_and_ears(value, place)
