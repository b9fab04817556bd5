"""What a store's devices would have said about the truth: the same facts, cells and release rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random

import numpy as np

from events.facts import (
    Call,
    CallEnded,
    CameraHealth,
    CameraState,
    Cell,
    CrossingCount,
    DeviceId,
    EventId,
    Fact,
    GroupName,
    Health,
    LineName,
    Name,
    QuestionKind,
    Reason,
    RoomName,
    RoomSummary,
    Tap,
    ZoneSummary,
)
from events.hours import OpeningHours, Step, end_of
from events.site import Kiosk, LineRole, PlaceKind, Store, Zone
from simulator import summaries
from simulator.truth import Crossing, Press, Stay, Truth, Wait

SURVEY, SCALE = Name("visit"), 4
QUESTIONS = {PlaceKind.FITTING_ROOMS: Name("rooms"), PlaceKind.CHECKOUT: Name("checkout")}
"""Of the kiosk's built-in survey, by where it hangs; elsewhere it asks about the visit."""
SOFTWARE = Name("0.1.0")
FRAMES_PER_SECOND = 5.0
SENT_LATE_SECONDS = 2.0
"""A device speaks of a quarter this long after its end."""
SETTLING_SECONDS = 32.0
"""Rooms know only then that a session was over."""


@dataclass(frozen=True)
class Trouble:
    """Something that went wrong with a device, in seconds after opening."""

    device: DeviceId
    start: float
    end: float
    silent: bool
    """Switched off, so that nothing was recorded; otherwise the camera was covered, and said so."""

    def hits(self, at: float) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True)
class Said:
    """A fact as it was recorded; `key` names it for a later one that `refers` to it."""

    at: datetime
    fact: Fact
    key: str = ""
    refers: str = ""


@dataclass
class Devices:
    """The devices of one store on one day."""

    store: Store
    truth: Truth
    troubles: Sequence[Trouble] = ()
    error: float = 0.0
    """Share of crossings and stays that a camera misses; 0 reports the exact truth."""
    opening: OpeningHours = field(init=False)
    quarters: tuple[Cell, ...] = field(init=False)
    _edges: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.opening = self.store.hours.opening
        self.quarters = self.opening.cells(self.truth.day, Step.QUARTER)
        starts = ((cell.start - self.truth.opening).total_seconds() for cell in self.quarters)
        self._edges = (*starts, self.truth.seconds + 1)

    def said(self, until: datetime | None = None) -> dict[DeviceId, list[Said]]:
        """Everything that each device recorded up to then, in order of time."""
        found: dict[DeviceId, list[Said]] = {}
        for device in device_ids(self.store):
            said = [*self._camera(device), *self._rooms(device), *self._taps(device), *self._health(device)]
            found[device] = sorted((one for one in said if self._went_out(device, one, until)), key=lambda s: s.at)
        return found

    def _went_out(self, device: DeviceId, one: Said, until: datetime | None) -> bool:
        at = (one.at - self.truth.opening).total_seconds()
        silent = any(trouble.silent and trouble.device == device and trouble.hits(at) for trouble in self.troubles)
        return not silent and (until is None or one.at <= until)

    def _camera(self, device: DeviceId) -> Iterable[Said]:
        lines = [line for line in self.store.lines if line.device == device]
        zones = [zone for zone in self.store.zones if zone.device == device]
        if not lines and not zones:
            return
        yield from self._view(device)
        for line in lines:
            yield from self._line(device, line.name, line.role == LineRole.DOOR)
        for zone in zones:
            yield from self._zone(device, zone)

    def _view(self, device: DeviceId) -> Iterable[Said]:
        for cell in self.quarters:
            valid = self.valid_seconds(device, cell)
            state = CameraState.OK if valid == cell.seconds else CameraState.COVERED
            fact = CameraHealth(Name(device), cell, state, valid, FRAMES_PER_SECOND if valid else 0.0)
            yield self._after(cell, fact)

    def _line(self, device: DeviceId, line: LineName, door: bool) -> Iterable[Said]:
        seen = self._seen(device, self.truth.crossings.get(line, []), "line" + line)
        ins = self._tally(c.at for c in seen if c.inward)
        outs = self._tally(c.at for c in seen if not c.inward)
        turned = self._tally(c.at for c in self._seen(device, self.truth.uturns if door else [], "line" + line))
        for index, cell in enumerate(self.quarters):
            valid = self.valid_seconds(device, cell)
            yield self._after(cell, CrossingCount(line, cell, ins[index], outs[index], turned[index], valid))

    def _zone(self, device: DeviceId, zone: Zone) -> Iterable[Said]:
        inside = self._seen(device, self.truth.inside.get(zone.name, []), zone.name)
        stays = [stay for stay in inside if stay.counts]
        entries, ended = self._tally(stay.start for stay in inside), self._tally(stay.end for stay in stays)
        for index, cell in enumerate(self.quarters):
            valid = self.valid_seconds(device, cell)
            yield self._after(cell, ZoneSummary(zone.name, cell, valid, entries[index], ended[index]))
        valid_hours = [self.valid_seconds(device, cell) for cell in self.opening.cells(self.truth.day, Step.HOUR)]
        day = summaries.Day(self.opening, self.truth)
        records: list[tuple[Cell, Fact]] = [*summaries.dwell(day, zone.name, stays)]
        records += summaries.occupancy(day, zone.name, inside, valid_hours)
        if zone.service is not None:
            waits = self._seen(device, self.truth.waits, zone.name)
            records += summaries.queue(day, zone.name, waits)
        yield from (self._after(cell, fact) for cell, fact in records)

    def _rooms(self, device: DeviceId) -> Iterable[Said]:
        for group in self.store.room_groups:
            if group.device != device:
                continue
            sessions, arrivals = self._tally(s.end for s in self.truth.sessions), self._tally(self.truth.lobby)
            for index, cell in enumerate(self.quarters):
                fact = RoomSummary(group.name, cell, group.rooms, sessions[index], arrivals[index], 0)
                yield self._after(cell, fact, SETTLING_SECONDS)
            for cell, use in summaries.rooms(summaries.Day(self.opening, self.truth), group.name, group.rooms):
                yield self._after(cell, use, SETTLING_SECONDS)
            yield from self._calls(group.name)

    def _calls(self, group: GroupName) -> Iterable[Said]:
        for number, call in enumerate(self.truth.calls):
            room, key = RoomName(f"room-{call.room + 1}"), f"call{number}"
            yield Said(self.truth.at(call.pressed), Call(group, room), key=key)
            waited = round(call.ended - call.pressed, 1)
            ended = CallEnded(group, room, EventId(""), call.outcome, waited)
            yield Said(self.truth.at(call.ended), ended, refers=key)

    def _taps(self, device: DeviceId) -> Iterable[Said]:
        questions = {kiosk.device: question_of(kiosk) for kiosk in self.store.kiosks}
        for number, press in enumerate(self.truth.presses):
            if press.device == device:
                yield from _pressed(self.truth, press, questions[device], f"tap{number}")

    def _health(self, device: DeviceId) -> Iterable[Said]:
        """Once a quarter in the history; a live device speaks once a minute."""
        dice = Random(f"{self.store.id}/{device}/{self.truth.day}")
        for cell in self.quarters:
            uptime = (cell.start - self.truth.opening).total_seconds() + 3600
            memory = 1200 + dice.randint(-40, 40)
            yield self._after(cell, Health(SOFTWARE, uptime, 21_000, memory, 0, 0, round(dice.gauss(52, 2), 1)), 5.0)

    def valid_seconds(self, device: DeviceId, cell: Cell) -> float:
        """How much of the cell the camera could see."""
        start = (cell.start - self.truth.opening).total_seconds()
        hidden = sum(
            max(0.0, min(trouble.end, start + cell.seconds) - max(trouble.start, start))
            for trouble in self.troubles
            if trouble.device == device and not trouble.silent
        )
        return max(0.0, cell.seconds - hidden)

    def _seen(self, device: DeviceId, things: Sequence[Crossing | Stay | Wait], what: str) -> list:  # type: ignore[type-arg]
        """Without what a covered camera missed, and without the share that a poor detector loses."""
        dice = Random(f"{self.store.id}/{self.truth.day}/{what}")
        covered = [trouble for trouble in self.troubles if trouble.device == device and not trouble.silent]
        if not covered and self.error == 0:
            return list(things)
        return [
            thing
            for thing in things
            if not any(trouble.hits(_when(thing)) for trouble in covered)
            and (self.error == 0 or dice.random() >= self.error)
        ]

    def _tally(self, seconds: Iterable[float]) -> list[int]:
        return [int(count) for count in np.histogram(list(seconds), self._edges)[0]]

    def _after(self, cell: Cell, fact: Fact, late: float = SENT_LATE_SECONDS) -> Said:
        return Said(self.truth.at((end_of(cell) - self.truth.opening).total_seconds() + late), fact)


def question_of(kiosk: Kiosk) -> Name:
    return QUESTIONS.get(kiosk.place, Name("visit"))


def device_ids(store: Store) -> list[DeviceId]:
    """Every device of the plan, each once."""
    eyes = [line.device for line in store.lines] + [zone.device for zone in store.zones]
    others = [group.device for group in store.room_groups] + [kiosk.device for kiosk in store.kiosks]
    return list(dict.fromkeys(eyes + others))


def referring(fact: Fact, event: EventId) -> Fact:
    """The fact with the identity of the tap or call that it speaks of."""
    match fact:
        case Reason():
            return replace(fact, tap=event)
        case CallEnded():
            return replace(fact, call=event)
    raise ValueError(f"{type(fact).__name__} refers to nothing")


def _pressed(truth: Truth, press: Press, question: Name, key: str) -> Iterable[Said]:
    tap = Tap(SURVEY, 1, question, QuestionKind.SMILEY, press.answer, SCALE, Name("en"), flags=press.flags)
    yield Said(truth.at(press.at), tap, key=key)
    if press.reason:
        yield Said(truth.at(press.reason_at), Reason(EventId(""), question, Name(press.reason)), refers=key)


def _when(thing: Crossing | Stay | Wait) -> float:
    return thing.at if isinstance(thing, Crossing) else thing.end
