"""Calls for help between the kiosk and the device's other processes: the part `calls` of the inbox, and commands.

A message is `{"call", "group", "room", "state", "by"}`; the state is asked, coming, answered or over.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from events.desired import read_command
from events.facts import EventId
from events.settings import ConfigError
from kiosk.flow import Flow
from kiosk.glass import Help
from kiosk.helping import HelpDesk

BY = "kiosk"
OPEN_CALL = "kiosk.call"
"""Key of the state: the call that is open, so that a kiosk that starts anew can end it; empty when none is."""
ACKNOWLEDGED = "call_acknowledged"

Act = Callable[[Flow, float], None]


def told(message: Mapping[str, Any]) -> Act | None:
    """What a message of another process does to the flow; None when it is not for the kiosk."""
    state, call = message.get("state"), message.get("call")
    if message.get("by") == BY or not isinstance(call, str):
        return None
    if state == "asked":
        return _asked_here(message, EventId(call))
    return _acts(EventId(call)).get(str(state))


def commanded(text: str, at: datetime) -> Act | None:
    """What a command does to the flow; None when it is none of ours, or comes too late."""
    try:
        command = read_command(text)
    except ConfigError:
        return None
    call = command.body.get("call")
    if command.op != ACKNOWLEDGED or command.is_over(at) or not isinstance(call, str):
        return None
    return _acts(EventId(call))["coming"]


def _acts(call: EventId) -> dict[str, Act]:
    def of_desk(act: Callable[[HelpDesk, float], None]) -> Act:
        return lambda flow, now: act(flow.desk, now) if flow.desk else None

    return {
        "coming": of_desk(lambda desk, now: desk.coming(call, now)),
        "answered": of_desk(lambda desk, now: desk.answered(call, now)),
        "over": of_desk(lambda desk, now: desk.over(call, now)),
    }


def _asked_here(message: Mapping[str, Any], call: EventId) -> Act:
    """Somebody pressed the button of a room; it is the kiosk's business when it hangs there."""

    def act(flow: Flow, now: float) -> None:
        desk = flow.desk
        if desk and (message.get("group"), message.get("room")) == (desk.group, desk.room):
            desk.asked_elsewhere(call, now)

    return act


class Bell:
    """Tells the room's service of a call and its end, keeps the open one for the next start, and lights a light."""

    def __init__(
        self,
        tell: Callable[[Mapping[str, Any]], None],
        remember: Callable[[str, str], None],
        light: Callable[[bool, bool], None],
        wall: Callable[[], datetime],
    ) -> None:
        self._tell, self._remember, self._light, self._wall = tell, remember, light, wall
        self._open: EventId | None = None

    def ring(self, desk: HelpDesk) -> None:
        """Whenever the desk's state changes."""
        self._light(desk.call is not None, desk.state == Help.ESCALATED)
        if desk.call == self._open:
            return
        if self._open is not None:
            self._say(desk, self._open, "over")
        self._open = desk.call
        if desk.call is not None:
            self._say(desk, desk.call, "asked")
        kept = {"call": desk.call, "at": self._wall().isoformat()} if desk.call else None
        self._remember(OPEN_CALL, json.dumps(kept) if kept else "")

    def _say(self, desk: HelpDesk, call: EventId, state: str) -> None:
        self._tell({"call": call, "group": desk.group, "room": desk.room, "state": state, "by": BY})


def open_call(text: str | None, at: datetime) -> tuple[EventId, float] | None:
    """The call that was open when the kiosk stopped, and for how many seconds; None when none was."""
    try:
        table = json.loads(text or "null")
        waited = (at - datetime.fromisoformat(table["at"])).total_seconds()
        return EventId(table["call"]), max(0.0, waited)
    except (ValueError, TypeError, KeyError):
        return None
