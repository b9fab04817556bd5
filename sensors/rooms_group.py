"""A group of fitting rooms and its lobby: who is where, who waits, and what a stretch of time amounted to.

Seconds are monotonic. Nothing here leaves the device; `sensors.rooms_release` decides what may.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from math import inf

from events.bins import SHORTEST_STAY_SECONDS
from events.facts import RoomName
from sensors.rooms import Change, Left, Overdue, Room, RoomState, Taken

TURN_AWAY_SECONDS = 10 * 60


@dataclass(frozen=True, slots=True)
class Tally:
    """What happened in a stretch of time; tallies of neighbouring stretches add up."""

    sessions: Mapping[int, float] = field(default_factory=dict)
    """Number -> whole length of each session that ended, 3 s and more."""
    occupied: Mapping[int, float] = field(default_factory=dict)
    """Number -> seconds inside this stretch of each session, short and unfinished ones included."""
    saturated_seconds: float = 0.0
    arrivals: int = 0
    waits: tuple[float, ...] = ()
    turned_away: int = 0
    checks: int = 0


@dataclass(slots=True)
class _Stay:
    number: int
    start: float
    end: float = inf


class RoomGroup:
    """The rooms of one lobby. Feed it what the sensors say, in order; `cut` a stretch once its sessions are settled."""

    def __init__(self, rooms: Iterable[RoomName], now: float = 0.0) -> None:
        self._rooms = {name: Room(now) for name in rooms}
        self._current: dict[RoomName, _Stay] = {}
        self._stays: list[_Stay] = []
        self._count = 0
        self._waiting: deque[float] = deque()
        self._arrivals: list[float] = []
        self._waits: list[tuple[float, float]] = []
        self._turned_away: list[float] = []
        self._checks: list[float] = []

    def state(self, room: RoomName) -> RoomState:
        return self._rooms[room].state

    def arrive(self, now: float) -> None:
        """Somebody came into the lobby."""
        self._turn_away(now)
        self._arrivals.append(now)
        self._waiting.append(now)

    def door(self, room: RoomName, shut: bool, now: float) -> list[Change]:
        return self._noted(room, self._rooms[room].door(shut, now), now)

    def presence(self, room: RoomName, here: bool, now: float) -> list[Change]:
        return self._noted(room, self._rooms[room].presence(here, now), now)

    def pressed(self, room: RoomName, now: float) -> list[Change]:
        return self._noted(room, self._rooms[room].pressed(now), now)

    def advance(self, now: float) -> list[tuple[RoomName, Change]]:
        """What became true by time alone."""
        self._turn_away(now)
        return [
            (name, change) for name, room in self._rooms.items() for change in self._noted(name, room.advance(now), now)
        ]

    def cut(self, start: float, end: float) -> Tally:
        """What happened in [start, end); forgets all that is over by then. Call in order, SETTLING_SECONDS late."""
        stays = [stay for stay in self._stays if stay.start < end and stay.end > start]
        ended = {stay.number: stay.end - stay.start for stay in self._stays if start <= stay.end < end}
        tally = Tally(
            sessions={number: length for number, length in ended.items() if length >= SHORTEST_STAY_SECONDS},
            occupied={stay.number: min(stay.end, end) - max(stay.start, start) for stay in stays},
            saturated_seconds=seconds_at(stays, len(self._rooms), start, end),
            arrivals=_within(self._arrivals, start, end),
            waits=tuple(wait for at, wait in self._waits if start <= at < end),
            turned_away=_within(self._turned_away, start, end),
            checks=_within(self._checks, start, end),
        )
        self._forget(end)
        return tally

    def _noted(self, room: RoomName, changes: list[Change], now: float) -> list[Change]:
        self._turn_away(now)
        for change in changes:
            match change:
                case Taken(at):
                    self._take(room, at)
                case Left(end=end):
                    self._current.pop(room).end = end
                case Overdue(at):
                    self._checks.append(at)
        return changes

    def _take(self, room: RoomName, at: float) -> None:
        self._count += 1
        stay = self._current[room] = _Stay(self._count, at)
        self._stays.append(stay)
        if self._waiting:
            self._waits.append((at, at - self._waiting.popleft()))

    def _turn_away(self, now: float) -> None:
        while self._waiting and now - self._waiting[0] > TURN_AWAY_SECONDS:
            self._turned_away.append(self._waiting.popleft() + TURN_AWAY_SECONDS)

    def _forget(self, end: float) -> None:
        self._stays = [stay for stay in self._stays if stay.end >= end]
        self._waits = [(at, wait) for at, wait in self._waits if at >= end]
        for instants in (self._arrivals, self._turned_away, self._checks):
            instants[:] = [at for at in instants if at >= end]


def seconds_at(stays: Iterable[_Stay], rooms: int, start: float, end: float) -> float:
    """Seconds of [start, end) in which at least this many stays overlap."""
    return sum(until - since for since, until, count in _levels(stays, start, end) if count >= rooms)


def _levels(stays: Iterable[_Stay], start: float, end: float) -> Iterator[tuple[float, float, int]]:
    """Stretches of equal occupancy, in order."""
    steps = sorted(
        step for stay in stays for step in ((max(stay.start, start), 1), (min(stay.end, end), -1)) if stay.end > start
    )
    count, since = 0, start
    for at, group in groupby(steps, key=lambda step: step[0]):
        yield since, at, count
        count, since = count + sum(change for _, change in group), at


def _within(instants: Iterable[float], start: float, end: float) -> int:
    return sum(start <= at < end for at in instants)
