"""The fitting rooms' service: what doors, sensors and buttons say becomes calls at once, and summaries every quarter.

It knows no pins and no outbox: `sensors.__main__` wires both to it. All of it runs on one thread.
"""

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from events.envelope import NotRecorded
from events.facts import Call, CallEnded, Cell, EventId, Fact, GroupName, RoomName
from events.hours import OpeningHours, end_of
from events.quarters import Quarters
from sensors.rooms import SETTLING_SECONDS, Change, Deserted, Left, RoomState
from sensors.rooms_calls import CallBell, Called, Ended
from sensors.rooms_group import RoomGroup
from sensors.rooms_release import RoomRelease
from sensors.rooms_settings import GroupPins, Rooms

log = logging.getLogger(__name__)

Record = Callable[[Fact], EventId]
SetLight = Callable[[GroupName, RoomName, bool], None]
Tell = Callable[[GroupName, RoomName, EventId, str], None]
"""Tells the kiosk at the rooms how a call stands: asked, coming, answered or over."""

CLOCK_STEP_SECONDS = 2.0
"""The wall clock moving this far between two ticks against the monotonic one was set, not slewed."""
UNSENT_FACTS = 1000


class GroupService:
    """One group: its rooms, their call buttons, and what may be said of them. `now` is monotonic seconds."""

    def __init__(
        self,
        pins: GroupPins,
        release: RoomRelease,
        record: Record,
        set_light: SetLight,
        now: float,
        tell: Tell = lambda group, room, call, state: None,
    ) -> None:
        self.name = pins.name
        self._group = RoomGroup((room.name for room in pins.room), now)
        self._bells = {room.name: CallBell() for room in pins.room}
        self._calls: dict[RoomName, EventId] = {}
        self._kiosk_calls: dict[RoomName, EventId] = {}
        """Made at the kiosk, which records their ends."""
        self._release, self._record, self._set_light, self._tell = release, record, set_light, tell
        self._unsent: deque[Fact] = deque(maxlen=UNSENT_FACTS)

    def state(self, room: RoomName) -> RoomState:
        return self._group.state(room)

    def arrive(self, now: float) -> None:
        self._group.arrive(now)

    def door(self, room: RoomName, shut: bool, now: float) -> None:
        self._hear(room, self._group.door(room, shut, now))

    def presence(self, room: RoomName, here: bool, now: float) -> None:
        self._hear(room, self._group.presence(room, here, now))

    def press(self, room: RoomName, now: float) -> None:
        """The call button."""
        self._hear(room, self._group.pressed(room, now))
        match self._bells[room].press(now):
            case Called():
                self._call(room, now)
            case ended:
                self._end(room, ended)

    def acknowledge(self, room: RoomName, now: float) -> None:
        """The button of the staff."""
        self._end(room, self._bells[room].acknowledge(now), "answered")
        self._answer_kiosk(room, "answered")

    def acknowledge_call(self, call: EventId, now: float) -> None:
        """Somebody of the staff said on a phone that they are going to answer this call."""
        for room in [room for room, mine in self._calls.items() if mine == call]:
            self._end(room, self._bells[room].acknowledge(now), "coming")

    def kiosk_asks(self, room: RoomName, call: EventId, now: float) -> None:
        """Somebody called at the kiosk of this room: its light comes on, and its button answers."""
        if room in self._bells:
            self._kiosk_calls[room] = call
            self._set_light(self.name, room, True)

    def kiosk_is_done(self, call: EventId) -> None:
        """The kiosk's call has ended."""
        for room in [room for room, theirs in self._kiosk_calls.items() if theirs == call]:
            del self._kiosk_calls[room]
            self._set_light(self.name, room, self._bells[room].is_open)

    def advance(self, now: float) -> None:
        """What time alone brings; also tries again to record what could not be recorded."""
        for room, change in self._group.advance(now):
            self._hear(room, [change])
        self._flush()

    def cut(self, cell: Cell, start: float, end: float) -> None:
        """Record what may be said of a quarter; `start` and `end` are its monotonic seconds."""
        self._unsent.extend(self._release.add(cell, self._group.cut(start, end)))
        self._flush()

    def end_calls(self, now: float) -> None:
        """Nobody listens from here on: a call still open has not been answered."""
        for room, bell in self._bells.items():
            self._end(room, bell.give_up(now))

    def close(self) -> None:
        """Record what may still be said."""
        self._unsent.extend(self._release.close())
        self._flush()

    def _hear(self, room: RoomName, changes: list[Change]) -> None:
        for change in changes:
            match change:
                case Left(end=end) | Deserted(end):
                    self._end(room, self._bells[room].give_up(end))
                    self._answer_kiosk(room, "over")

    def _call(self, room: RoomName, now: float) -> None:
        """The light comes on after the commit; without one the button is as if never pressed, and stays dark."""
        try:
            self._calls[room] = self._record(Call(self.name, room))
        except NotRecorded as error:
            log.error("%s, room %s: the call could not be recorded: %s", self.name, room, error)
            self._bells[room].give_up(now)
            return
        self._set_light(self.name, room, True)
        self._tell(self.name, room, self._calls[room], "asked")

    def _end(self, room: RoomName, ended: Ended | None, state: str = "over") -> None:
        if ended is None:
            return
        self._set_light(self.name, room, room in self._kiosk_calls)
        call = self._calls.pop(room)
        self._tell(self.name, room, call, state)
        self._unsent.append(CallEnded(self.name, room, call, ended.outcome, ended.waited_seconds))
        self._flush()

    def _answer_kiosk(self, room: RoomName, state: str) -> None:
        if call := self._kiosk_calls.pop(room, None):
            self._set_light(self.name, room, self._bells[room].is_open)
            self._tell(self.name, room, call, state)

    def _flush(self) -> None:
        while self._unsent:
            try:
                self._record(self._unsent[0])
            except NotRecorded as error:
                log.error("%s: %d facts wait to be recorded: %s", self.name, len(self._unsent), error)
                return
            self._unsent.popleft()


class RoomsService:
    """All groups of a device, and the clock that cuts their quarters."""

    def __init__(
        self,
        rooms: Rooms,
        opening: OpeningHours,
        record: Record,
        set_light: SetLight,
        now: float,
        at: datetime,
        tell: Tell = lambda group, room, call, state: None,
    ) -> None:
        self.groups = {
            pins.name: GroupService(
                pins, RoomRelease(pins.name, len(pins.room), opening, rooms.k), record, set_light, now, tell
            )
            for pins in rooms.group
        }
        self._quarters = Quarters(opening, at, SETTLING_SECONDS)
        self._last = now, at

    def tick(self, now: float, at: datetime) -> None:
        """Call about every second, or as often as you like: both clocks, read together."""
        self._mind_the_clock(now, at)
        for group in self.groups.values():
            group.advance(now)
        for cell in self._quarters.due(at):
            self._cut(cell, now, at)

    def stop(self, now: float, at: datetime) -> None:
        """End every call, and tell what was seen of the running quarter."""
        self.tick(now, at)
        for group in self.groups.values():
            group.end_calls(now)
        if rest := self._quarters.rest(at):
            self._cut(rest, now, at)
        for group in self.groups.values():
            group.close()

    def _cut(self, cell: Cell, now: float, at: datetime) -> None:
        start, end = (now - (at - instant).total_seconds() for instant in (cell.start, end_of(cell)))
        for group in self.groups.values():
            group.cut(cell, start, end)

    def _mind_the_clock(self, now: float, at: datetime) -> None:
        """A clock set forward skips time that nobody saw; set back, it makes us wait until new time begins."""
        (last_now, last_at), self._last = self._last, (now, at)
        step = (at - last_at - timedelta(seconds=now - last_now)).total_seconds()
        if abs(step) > CLOCK_STEP_SECONDS:
            log.warning("the clock was set by %+.0f s; the running quarter is dropped", step)
        if step > CLOCK_STEP_SECONDS:
            self._quarters.restart(at)
