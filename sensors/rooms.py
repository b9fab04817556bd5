"""One fitting room, told by its door and a presence sensor: free, occupied, or shut so long that somebody should look.

Definitions: docs/metrics.md, 'Fitting rooms'. Seconds are monotonic; every change carries the instant at which it
became true, however late it is noticed.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import inf

PRESENCE_WITHIN_SECONDS = 10
OPEN_SECONDS = 5
EMPTY_SECONDS = 30
CHECK_SECONDS = 30 * 60

SETTLING_SECONDS = max(OPEN_SECONDS, EMPTY_SECONDS)
"""A session's end is known this long after it at the latest."""


class RoomState(StrEnum):
    FREE = "free"
    OCCUPIED = "occupied"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody shut the door behind them."""

    at: float


@dataclass(frozen=True, slots=True)
class Left:
    """A session is over: from the door shut with somebody inside to the room open and empty, without the grace."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Overdue:
    """The door has been shut for 30 minutes without presence."""

    at: float


@dataclass(frozen=True, slots=True)
class Deserted:
    """Somebody pressed the call button without ever shutting the door, and has gone."""

    at: float


Change = Taken | Left | Overdue | Deserted


class Room:
    """Starts open and empty; a door found shut at the start is told like one that shuts."""

    def __init__(self, now: float = 0.0) -> None:
        self._shut, self._door_moved = False, now
        self._here, self._seen = False, -inf
        self._pressed = -inf
        self._taken: float | None = None
        self._overdue = False

    @property
    def state(self) -> RoomState:
        """CHECK hides nothing: a session goes on under it."""
        if self._overdue:
            return RoomState.CHECK
        return RoomState.FREE if self._taken is None else RoomState.OCCUPIED

    def door(self, shut: bool, now: float) -> list[Change]:
        """The contact changed."""
        changes = self.advance(now)
        if shut != self._shut:
            self._shut, self._door_moved, self._overdue = shut, now, False
        return changes + self._enter(now)

    def presence(self, here: bool, now: float) -> list[Change]:
        """The presence sensor changed."""
        changes = self.advance(now)
        if here or self._here:
            self._seen, self._overdue = now, False
        self._here = here
        return changes + self._enter(now)

    def pressed(self, now: float) -> list[Change]:
        """The call button was pressed: a sign of life that keeps a session going, and never begins one."""
        changes = self.advance(now)
        self._pressed, self._overdue = now, False
        return changes

    def advance(self, now: float) -> list[Change]:
        """What became true up to now by time alone; how often this is called changes nothing."""
        if self._here:
            return []
        if not self._shut:
            return self._leave(now)
        return self._look(now)

    def _enter(self, now: float) -> list[Change]:
        recent = self._here or now - self._seen <= PRESENCE_WITHIN_SECONDS
        if self._taken is not None or not self._shut or not recent:
            return []
        self._taken = now
        return [Taken(now)]

    def _leave(self, now: float) -> list[Change]:
        alive = max(self._seen, self._pressed)
        if now < max(self._door_moved + OPEN_SECONDS, alive + EMPTY_SECONDS):
            return []
        end = max(self._door_moved, alive)
        taken, pressed, self._taken, self._pressed = self._taken, self._pressed, None, -inf
        if taken is not None:
            return [Left(taken, max(taken, end))]
        return [Deserted(end)] if pressed > -inf else []

    def _look(self, now: float) -> list[Change]:
        due = max(self._door_moved, self._seen, self._pressed) + CHECK_SECONDS
        if self._overdue or now < due:
            return []
        self._overdue = True
        return [Overdue(due)]
