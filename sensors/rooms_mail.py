"""Calls for help between the rooms' service, the kiosk at the rooms, and the staff's phones.

Kiosk and rooms tell each other through the part `calls` of the shared file's inbox: `{"call", "group", "room", "state",
"by"}`, the state being asked, coming, answered or over. What staff press on a phone arrives as the command
`call_acknowledged`.
"""

import json
import logging
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from events.desired import read_command
from events.facts import EventId, GroupName, RoomName
from events.settings import ConfigError
from sensors.rooms_service import RoomsService

BY = "rooms"
CALLS, COMMANDS = "calls", "cmd"
ACKNOWLEDGED = "call_acknowledged"
ROUND_SECONDS = 0.4
log = logging.getLogger(__name__)

Poll = Callable[[str, int], list[Any]]
"""Messages of a part behind an id; each has `id` and `body`."""


class Mail:
    """Reads what came for the rooms; a file that cannot be read just now is tried again."""

    def __init__(self, poll: Poll) -> None:
        self._poll = poll
        self._after = {CALLS: 0, COMMANDS: 0}
        self._due = float("-inf")
        self._trouble = ""

    def round(self, service: RoomsService, now: float, at: datetime) -> None:
        """Call it as often as you like; looks every 0.4 s."""
        if now < self._due:
            return
        self._due = now + ROUND_SECONDS
        try:
            for body in self._new(CALLS):
                hear(service, body, now)
            for body in self._new(COMMANDS):
                obey(service, body, now, at)
        except sqlite3.Error as error:
            if str(error) != self._trouble:
                log.warning("the shared file cannot be read now: %s", error)
            self._trouble = str(error)

    def _new(self, part: str) -> list[str]:
        messages = self._poll(part, self._after[part])
        if messages:
            self._after[part] = messages[-1].id
        return [message.body for message in messages]


def message(group: GroupName, room: RoomName, call: EventId, state: str) -> str:
    """What the rooms tell the kiosk."""
    return json.dumps({"call": call, "group": group, "room": room, "state": state, "by": BY})


def hear(service: RoomsService, body: str, now: float) -> None:
    """What the kiosk tells the rooms; what makes no sense, or is not for us, does nothing."""
    told = _table(body)
    group = service.groups.get(GroupName(str(told.get("group"))))
    call, room = told.get("call"), RoomName(str(told.get("room")))
    if group is None or told.get("by") == BY or not isinstance(call, str):
        return
    match told.get("state"):
        case "asked":
            group.kiosk_asks(room, EventId(call), now)
        case "over":
            group.kiosk_is_done(EventId(call), now)


def obey(service: RoomsService, body: str, now: float, at: datetime) -> None:
    """Somebody of the staff has pressed 'I am going' on a phone."""
    try:
        command = read_command(body)
    except ConfigError:
        return
    call = command.body.get("call")
    if command.op == ACKNOWLEDGED and not command.is_over(at) and isinstance(call, str):
        for group in service.groups.values():
            group.acknowledge_call(EventId(call), now)


def _table(body: str) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
