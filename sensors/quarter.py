"""What is known of a quarter that has not been told yet."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from events.facts import CameraState, Cell, CrossingCount, LineName, ZoneName
from events.hours import end_of
from sensors.deeds import Deed, Entry, Inside, UTurn, Visit
from sensors.flows import Move, Pair
from sensors.lines import Crossing, Way
from sensors.release import Part, Tally
from sensors.view import News
from sensors.zones import Presence, Stay


@dataclass(frozen=True, slots=True)
class Begun:
    """A line or zone whose count begins within the quarter."""

    at: datetime
    valid_seconds: float
    """Of the quarter, before."""


@dataclass(slots=True)
class Visits:
    """Of one zone."""

    entries: int = 0
    ended: list[Visit] = field(default_factory=list)
    crowds: dict[frozenset[int], float] = field(default_factory=dict)
    """Valid seconds in which exactly these visitors were inside."""
    so_far: dict[int, float] = field(default_factory=dict)
    """Visitor -> seconds of the whole visit up to their last presence here."""

    def add(self, presence: Presence, so_far: dict[int, float]) -> None:
        """`so_far`: of each visitor, up to the quarter's last presence and now up to this one."""
        crowd = presence.visitors
        self.crowds[crowd] = self.crowds.get(crowd, 0.0) + presence.seconds
        for visitor in crowd:
            self.so_far[visitor] = so_far[visitor] = so_far.get(visitor, 0.0) + presence.seconds

    def tally(self) -> Tally:
        """What the release wants to know."""
        tally, seconds_of = Tally(), dict.fromkeys(self.so_far, 0.0)
        for crowd, seconds in self.crowds.items():
            tally.occupancy[min(len(crowd), 8)] += seconds
            tally.person_seconds += len(crowd) * seconds
            for visitor in crowd:
                seconds_of[visitor] += seconds
        tally.parts = {visitor: Part(seconds_of[visitor], so_far) for visitor, so_far in self.so_far.items()}
        for visit in self.ended:
            _kind(tally, visit.stay).append(visit.stay.seconds)
            if visit.ending:
                getattr(tally, visit.ending).append(visit.stay.seconds)
        return tally

    def forget(self, visitor: int) -> None:
        """They were no shopper: the zone was as full as it was without them."""
        self.ended = [visit for visit in self.ended if visit.stay.visitor != visitor]
        if self.so_far.pop(visitor, None) is not None:
            before, self.crowds = self.crowds, {}
            for crowd, seconds in before.items():
                rest = crowd - {visitor}
                self.crowds[rest] = self.crowds.get(rest, 0.0) + seconds


@dataclass(slots=True)
class Quarter:
    valid_seconds: float = 0.0
    frames: int = 0
    state: CameraState = CameraState.OK
    crossings: dict[LineName, dict[Way, int]] = field(default_factory=dict)
    uturns: dict[LineName, int] = field(default_factory=dict)
    visits: dict[ZoneName, Visits] = field(default_factory=dict)
    movers: dict[Pair, frozenset[int]] = field(default_factory=dict)
    begun: dict[tuple[str, str], Begun] = field(default_factory=dict)
    """By part and name, `("line", "door")`."""

    def of(self, zone: ZoneName) -> Visits:
        return self.visits.setdefault(zone, Visits())

    def count(self, news: News) -> None:
        """What is counted at the moment of a frame."""
        for crossing in news.crossings:
            self.crossings.setdefault(crossing.line, dict.fromkeys(Way, 0))[crossing.way] += 1
        for line, uturns in news.uturns.items():
            self.uturns[line] = self.uturns.get(line, 0) + uturns
        for zone, seen in news.zones.items():
            self.of(zone).entries += seen.entries
        for move in news.moves:
            pair = (move.origin, move.target)
            self.movers[pair] = self.movers.get(pair, frozenset()) | {move.track}

    def discount(self, deed: Deed | Inside, moment: datetime | None = None) -> None:
        """One count less, of this quarter; what was counted before an audit's cut was told."""
        match deed:
            case Crossing() if self._counts(deed.line, moment) and deed.line in self.crossings:
                self.crossings[deed.line][deed.way] -= 1
            case UTurn() if self._counts(deed.line, moment) and deed.line in self.uturns:
                self.uturns[deed.line] -= 1
            case Entry() if deed.zone in self.visits:
                self.visits[deed.zone].entries -= 1

    def forget(self, deed: Deed | Inside) -> None:
        """Whatever else is known of who did it, in any quarter."""
        match deed:
            case Inside() if deed.zone in self.visits:
                self.visits[deed.zone].forget(deed.visitor)
            case Visit() if deed.stay.zone in self.visits:
                self.visits[deed.stay.zone].forget(deed.stay.visitor)
            case Move():
                self.movers = {pair: tracks - {deed.track} for pair, tracks in self.movers.items()}

    def own(self, part: str, name: str, cell: Cell) -> tuple[Cell, float]:
        """The part of the cell that belongs to this line or zone, and the valid seconds in it."""
        begun = self.begun.get((part, name))
        if begun is None:
            return cell, self.valid_seconds
        seconds = max(1, int((end_of(cell) - begun.at).total_seconds()))
        return Cell(begun.at, seconds), self.valid_seconds - begun.valid_seconds

    def crossing_count(self, line: LineName, cell: Cell) -> CrossingCount:
        ways, uturns = self.crossings.get(line, dict.fromkeys(Way, 0)), self.uturns.get(line, 0)
        own, valid = self.own("line", line, cell)
        return CrossingCount(line, own, ways[Way.IN], ways[Way.OUT], uturns, valid)

    def _counts(self, line: LineName, moment: datetime | None) -> bool:
        begun = self.begun.get(("line", line))
        # A cut names the second in which it was made: what was counted in that one may have been told.
        return begun is None or moment is None or moment >= begun.at + timedelta(seconds=1)


def _kind(tally: Tally, stay: Stay) -> list[float]:
    if stay.born_inside:
        return tally.born_inside
    return tally.censored if stay.censored else tally.completed
