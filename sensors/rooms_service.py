"""The fitting rooms' service: what doors, sensors and buttons say becomes calls at once, and summaries every quarter.

It knows no pins and no outbox: `sensors.__main__` wires both to it. All of it runs on one thread.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from events.envelope import NotRecorded
from events.facts import Call, CallEnded, Cell, EventId, Fact, GroupName, RoomName
from events.hours import OpeningHours, end_of
from events.quarters import ClockSteps, Quarters, shifted
from sensors.rooms import SETTLING_SECONDS, Change, Deserted, Left, RoomState
from sensors.rooms_calls import URGENT_SECONDS, CallBell, Called, Ended
from sensors.rooms_group import RoomGroup
from sensors.rooms_release import RoomRelease
from sensors.rooms_settings import GroupPins, Rooms

log = logging.getLogger(__name__)

Record = Callable[[Sequence[Fact]], Sequence[EventId]]
"""All of them in one commit, or none. Raises NotRecorded."""
SetLight = Callable[[GroupName, RoomName, bool, bool], None]
"""Whether a call is open there, and whether it is urgent."""
Tell = Callable[[GroupName, RoomName, EventId, str], None]
"""Tells the kiosk at the rooms how a call stands: asked, coming, answered or over."""

UNSENT_FACTS = 5000
MOST_TOGETHER = 100


class Tray:
    """Facts of all groups that nobody waits for: recorded together, in order; what the disk refuses is tried again."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._facts: deque[Fact] = deque(maxlen=UNSENT_FACTS)

    def put(self, facts: Iterable[Fact]) -> None:
        self._facts.extend(facts)

    def set_clock(self, step: timedelta) -> None:
        """The wall clock was set by `step`."""
        self._facts = deque((shifted(fact, step) for fact in self._facts), UNSENT_FACTS)

    def flush(self) -> None:
        while together := list(islice(self._facts, MOST_TOGETHER)):
            try:
                self._record(together)
            except NotRecorded as error:
                log.error("%d facts wait to be recorded: %s", len(self._facts), error)
                return
            for _ in together:
                self._facts.popleft()


class _Asked(NamedTuple):
    """A call that was made at the kiosk, which records its end."""

    call: EventId
    since: float


class GroupService:
    """One group: its rooms, their call buttons, and what may be said of them. `now` is monotonic seconds."""

    def __init__(
        self,
        pins: GroupPins,
        release: RoomRelease,
        record: Record,
        tray: Tray,
        set_light: SetLight,
        now: float,
        tell: Tell,
    ) -> None:
        self.name = pins.name
        self._group = RoomGroup((room.name for room in pins.room), now)
        self._bells = {room.name: CallBell() for room in pins.room}
        self._calls: dict[RoomName, EventId] = {}
        self._kiosk_calls: dict[RoomName, _Asked] = {}
        self._lit = dict.fromkeys(self._bells, (False, False))
        self._release, self._record, self._tray, self._set_light, self._tell = release, record, tray, set_light, tell

    def state(self, room: RoomName) -> RoomState:
        return self._group.state(room)

    def arrive(self, now: float) -> None:
        self._group.arrive(now)

    def door(self, room: RoomName, shut: bool, now: float) -> None:
        self._hear(room, self._group.door(room, shut, now), now)

    def presence(self, room: RoomName, here: bool, now: float) -> None:
        self._hear(room, self._group.presence(room, here, now), now)

    def press(self, room: RoomName, now: float) -> None:
        """The call button."""
        self._hear(room, self._group.pressed(room, now), now)
        match self._bells[room].press(now):
            case Called():
                self._call(room, now)
            case ended:
                self._end(room, ended, now)

    def acknowledge(self, room: RoomName, now: float) -> None:
        """The button of the staff."""
        self._end(room, self._bells[room].acknowledge(now), now, "answered")
        self._answer_kiosk(room, now, "answered")

    def acknowledge_call(self, call: EventId, now: float) -> None:
        """Somebody of the staff said on a phone that they are going to answer this call."""
        for room in [room for room, mine in self._calls.items() if mine == call]:
            self._end(room, self._bells[room].acknowledge(now), now, "coming")

    def kiosk_asks(self, room: RoomName, call: EventId, now: float) -> None:
        """Somebody called at the kiosk of this room: its light comes on, and its button answers."""
        if room in self._bells:
            self._kiosk_calls[room] = _Asked(call, now)
            self._shine(room, now)

    def kiosk_is_done(self, call: EventId, now: float) -> None:
        """The kiosk's call has ended."""
        for room in [room for room, theirs in self._kiosk_calls.items() if theirs.call == call]:
            del self._kiosk_calls[room]
            self._shine(room, now)

    def advance(self, now: float) -> None:
        """What time alone brings."""
        for room, change in self._group.advance(now):
            self._hear(room, [change], now)
        for room in self._bells:
            self._shine(room, now)

    def cut(self, cell: Cell, start: float, end: float) -> None:
        """Put what may be said of a quarter into the tray; `start` and `end` are its monotonic seconds."""
        self._tray.put(self._release.add(cell, self._group.cut(start, end)))

    def set_clock(self, step: timedelta, at: datetime) -> None:
        """The wall clock was set by `step` to `at`."""
        self._tray.put(self._release.set_clock(step, at))

    def end_calls(self, now: float) -> None:
        """Nobody listens from here on: a call still open has not been answered."""
        for room, bell in self._bells.items():
            self._end(room, bell.give_up(now), now)

    def close(self) -> None:
        """Put what may still be said into the tray."""
        self._tray.put(self._release.close())

    def _hear(self, room: RoomName, changes: list[Change], now: float) -> None:
        for change in changes:
            match change:
                case Left(end=end) | Deserted(end):
                    self._end(room, self._bells[room].give_up(end), now)
                    self._answer_kiosk(room, now, "over")

    def _call(self, room: RoomName, now: float) -> None:
        """The light comes on after the commit; without one the button is as if never pressed, and stays dark."""
        try:
            [self._calls[room]] = self._record([Call(self.name, room)])
        except NotRecorded as error:
            log.error("%s, room %s: the call could not be recorded: %s", self.name, room, error)
            self._bells[room].give_up(now)
            return
        self._shine(room, now)
        self._tell(self.name, room, self._calls[room], "asked")

    def _end(self, room: RoomName, ended: Ended | None, now: float, state: str = "over") -> None:
        if ended is None:
            return
        self._shine(room, now)
        call = self._calls.pop(room)
        self._tell(self.name, room, call, state)
        self._tray.put([CallEnded(self.name, room, call, ended.outcome, ended.waited_seconds)])
        self._tray.flush()

    def _answer_kiosk(self, room: RoomName, now: float, state: str) -> None:
        if asked := self._kiosk_calls.pop(room, None):
            self._shine(room, now)
            self._tell(self.name, room, asked.call, state)

    def _shine(self, room: RoomName, now: float) -> None:
        """Only where something changes: a light that is told to blink at every tick never goes dark."""
        bell, asked = self._bells[room], self._kiosk_calls.get(room)
        is_urgent = bell.is_urgent(now) or (asked is not None and now - asked.since >= URGENT_SECONDS)
        lit = bell.is_open or asked is not None, is_urgent
        if lit != self._lit[room]:
            self._lit[room] = lit
            self._set_light(self.name, room, *lit)


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
        self._tray = Tray(record)
        self.groups = {
            pins.name: GroupService(
                pins, RoomRelease(pins.name, len(pins.room), opening, rooms.k), record, self._tray, set_light, now, tell
            )
            for pins in rooms.group
        }
        self._quarters = Quarters(opening, at, SETTLING_SECONDS)
        self._steps = ClockSteps(now, at)

    def tick(self, now: float, at: datetime) -> None:
        """Call about every second, or as often as you like: both clocks, read together."""
        self._mind_the_clock(now, at)
        for group in self.groups.values():
            group.advance(now)
        for cell in self._quarters.due(at):
            self._cut(cell, now, at)
        self._tray.flush()

    def stop(self, now: float, at: datetime) -> None:
        """End every call, and tell what was seen of the running quarter."""
        self.tick(now, at)
        for group in self.groups.values():
            group.end_calls(now)
        if rest := self._quarters.rest(at):
            self._cut(rest, now, at)
        for group in self.groups.values():
            group.close()
        self._tray.flush()

    def _cut(self, cell: Cell, now: float, at: datetime) -> None:
        start, end = (now - (at - instant).total_seconds() for instant in (cell.start, end_of(cell)))
        for group in self.groups.values():
            group.cut(cell, start, end)

    def _mind_the_clock(self, now: float, at: datetime) -> None:
        """What was not told yet is told by the clock that stands now; what was told, the centre puts right."""
        if step := self._steps.step(now, at):
            log.warning("the clock was set by %+.0f s", step.total_seconds())
            self._tray.set_clock(step)
            self._quarters.set_clock(step)
            for group in self.groups.values():
                group.set_clock(step, at)
