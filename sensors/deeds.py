"""What was told of each person lately: if they turn out to be staff, it is taken back."""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

from events.facts import LineName, ZoneName
from sensors.flows import Move
from sensors.lines import Crossing
from sensors.queues import Ending
from sensors.zones import Stay

KEPT_SECONDS = 915.0
"""A quarter and until it is told: what is older has left the device, or waits for its crowd among what was counted."""


@dataclass(frozen=True, slots=True)
class UTurn:
    line: LineName
    track: int


@dataclass(frozen=True, slots=True)
class Entry:
    zone: ZoneName
    track: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit has ended, as a stay or too short for one."""

    stay: Stay
    ending: Ending | None = None

    @property
    def track(self) -> int:
        return self.stay.track


@dataclass(frozen=True, slots=True)
class Inside:
    """A visit that has not ended yet."""

    zone: ZoneName
    visitor: int


Deed = Crossing | UTurn | Entry | Visit | Move


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Something that was told at a moment, in monotonic seconds, and is no longer so."""

    at: float
    deed: Deed | Inside


class Deeds:
    """One view's memory of what it has told."""

    def __init__(self) -> None:
        self._deeds: deque[tuple[float, Deed]] = deque()

    def note(self, deeds: Collection[Deed], now: float) -> None:
        self._deeds.extend((deed.stay.ended if isinstance(deed, Visit) else now, deed) for deed in deeds)
        while self._deeds and now - self._deeds[0][0] > KEPT_SECONDS:
            self._deeds.popleft()

    def take_back(self, tracks: Collection[int]) -> list[TakenBack]:
        """Everything that these tracks did; it is taken back once."""
        taken = [TakenBack(at, deed) for at, deed in self._deeds if deed.track in tracks]
        self._deeds = deque(each for each in self._deeds if each[1].track not in tracks)
        return taken
