"""What really happened in a store on one business day, to the tenth of a second. Times are seconds after opening."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from events.bins import SHORTEST_STAY_SECONDS
from events.facts import CallOutcome, DeviceId, LineName, TapFlag, ZoneName


@dataclass(frozen=True, slots=True)
class Stay:
    """Time inside a zone; below 3 s it is a boundary entry but no stay."""

    start: float
    end: float
    shopper: int

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def counts(self) -> bool:
        return self.seconds >= SHORTEST_STAY_SECONDS


@dataclass(frozen=True, slots=True)
class Crossing:
    at: float
    inward: bool
    shopper: int


@dataclass(frozen=True, slots=True)
class Wait:
    """One shopper's time in the queue."""

    start: float
    end: float
    served: bool
    shopper: int

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Session:
    """A fitting room in use; `arrived` is when the shopper came into the lobby."""

    room: int
    arrived: float
    start: float
    end: float
    shopper: int


@dataclass(frozen=True, slots=True)
class HelpCall:
    room: int
    pressed: float
    ended: float
    outcome: CallOutcome


@dataclass(frozen=True, slots=True)
class Press:
    """A tap on a kiosk's face; `wait` is the longest wait that this shopper had."""

    at: float
    device: DeviceId
    answer: int
    """1 best .. 4."""
    flags: tuple[TapFlag, ...] = ()
    reason: str = ""
    reason_at: float = 0.0
    wait: float = 0.0
    shopper: int = -1


@dataclass
class Truth:
    """One store, one business day."""

    store: str
    day: date
    opening: datetime
    closing: datetime
    shoppers: int = 0
    crossings: dict[LineName, list[Crossing]] = field(default_factory=dict)
    uturns: list[Crossing] = field(default_factory=list)
    """The OUT crossings of those who turned round in the door."""
    inside: dict[ZoneName, list[Stay]] = field(default_factory=dict)
    waits: list[Wait] = field(default_factory=list)
    lobby: list[float] = field(default_factory=list)
    """Arrivals in the lobby of the fitting rooms."""
    turned_away: list[float] = field(default_factory=list)
    """Arrivals that got no room within 10 minutes."""
    sessions: list[Session] = field(default_factory=list)
    calls: list[HelpCall] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return (self.closing - self.opening).total_seconds()

    def at(self, seconds: float) -> datetime:
        """An instant of the day in UTC, to the millisecond."""
        return self.opening + timedelta(milliseconds=round(seconds * 1000))

    def stays(self, zone: ZoneName) -> list[Stay]:
        return [stay for stay in self.inside.get(zone, ()) if stay.counts]

    def crossed(self, line: LineName, inward: bool) -> list[float]:
        return [crossing.at for crossing in self.crossings.get(line, ()) if crossing.inward is inward]


def truth_table(truth: Truth) -> dict[str, Any]:
    """The whole truth as plain data for a line of JSON; lists of stays are [start, end] pairs."""
    return {
        "store": truth.store,
        "day": truth.day.isoformat(),
        "opening": truth.opening.isoformat(),
        "closing": truth.closing.isoformat(),
        "shoppers": truth.shoppers,
        "uturns": len(truth.uturns),
        "lines": {
            line: {"in": _rounded(truth.crossed(line, True)), "out": _rounded(truth.crossed(line, False))}
            for line in truth.crossings
        },
        "zones": {zone: [_rounded((stay.start, stay.end)) for stay in stays] for zone, stays in truth.inside.items()},
        "waits": [[*_rounded((wait.start, wait.end)), wait.served] for wait in truth.waits],
        "lobby": _rounded(truth.lobby),
        "turned_away": len(truth.turned_away),
        "sessions": [[one.room, *_rounded((one.arrived, one.start, one.end))] for one in truth.sessions],
        "calls": [asdict(call) for call in truth.calls],
        "presses": [[round(p.at, 1), p.device, p.answer, list(p.flags), p.reason] for p in truth.presses],
    }


def _rounded(times: Any) -> list[float]:
    return [round(time, 1) for time in times]
