"""The quarters of open hours: collects what a view learns and turns it into facts when a quarter has ended.

Every quarter of an open hour is told, zeros included, so that silence means trouble; how much of it was really seen is
in the valid seconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from events.facts import CameraHealth, CameraState, Cell, CrossingCount, Fact, LineName, ZoneName, ZoneSummary
from events.hours import OpeningHours, Step, end_of
from events.layout import DrawnZone
from events.site import ZoneKind
from sensors.flows import FlowRelease, Pair
from sensors.lines import Way
from sensors.release import Part, Tally, ZoneRelease
from sensors.settings import Camera
from sensors.view import News, ZoneNews
from sensors.zones import Presence, Stay

SETTLE = timedelta(seconds=5)
"""A quarter is told this late: by then every stay that ended in it is known."""
_LOOK_AHEAD_DAYS = 8
_SLEPT = timedelta(days=1)

# From best to worst.
_STATES = (
    CameraState.OK,
    CameraState.STARTING,
    CameraState.DARK,
    CameraState.COVERED,
    CameraState.MOVED,
    CameraState.FROZEN,
    CameraState.UNPLUGGED,
)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A line or zone whose count begins within the quarter."""

    at: datetime
    valid_seconds: float
    """Of the quarter, before."""


@dataclass(slots=True)
class _Quarter:
    valid_seconds: float = 0.0
    frames: int = 0
    state: CameraState = CameraState.OK
    crossings: dict[LineName, dict[Way, int]] = field(default_factory=dict)
    uturns: dict[LineName, int] = field(default_factory=dict)
    entries: dict[ZoneName, int] = field(default_factory=dict)
    tallies: dict[ZoneName, Tally] = field(default_factory=dict)
    movers: dict[Pair, frozenset[int]] = field(default_factory=dict)
    begun: dict[tuple[str, str], _Begun] = field(default_factory=dict)
    """By part and name, `("line", "door")`."""


class Summaries:
    """One camera's facts. Without `stays` (a detector that loses people who stand still) only lines are told."""

    def __init__(self, camera: Camera, opening: OpeningHours, stays: bool = True) -> None:
        self._camera, self._opening = camera, opening
        self._zones = camera.shopper_zones if stays else ()
        self._stays = stays
        self._gates = {zone.name: self._gate(zone) for zone in self._zones}
        self._flows = self._flow_gate()
        self._so_far: dict[ZoneName, dict[int, float]] = {zone.name: {} for zone in self._zones}
        self._quarters: dict[datetime, _Quarter] = {}
        self._cell: Cell | None = None

    def update(self, news: News, at: datetime, state: CameraState = CameraState.OK) -> list[Fact]:
        """What a frame brought; `at` is the time of `news.at`. Answers the facts that are due."""
        facts = self.tick(at, state)
        if quarter := self._quarter(at):
            quarter.valid_seconds += news.seconds
            quarter.frames += news.seconds > 0
            self._count(quarter, news)
        for zone in self._zones:
            if zone.name in news.zones:
                self._tally(zone.name, news.zones[zone.name], at - timedelta(seconds=news.at))
        return facts

    def tick(self, at: datetime, state: CameraState) -> list[Fact]:
        """Time passes, with or without frames; answers the facts of the quarters that are over."""
        facts: list[Fact] = []
        if self._cell is None or at - end_of(self._cell) > _SLEPT:
            self._quarters.clear()
            self._cell = self._cell_from(at)
        while self._cell is not None and end_of(self._cell) + SETTLE <= at:
            facts += self._tell(self._cell)
            self._cell = self._cell_from(end_of(self._cell))
        if quarter := self._quarter(at):
            quarter.state = max(quarter.state, state, key=_STATES.index)
        return facts

    def close(self) -> list[Fact]:
        """The service ends in the middle of a quarter: what is known of it, and what may be released."""
        cells = sorted(self._quarters)
        facts = [
            fact for start in cells if (cell := self._opening.cell_at(start, Step.QUARTER)) for fact in self._tell(cell)
        ]
        facts += [record for gate in self._gates.values() for record in gate.close()]
        return [*facts, *self._flows.close()]

    def can_cut(self, at: datetime) -> bool:
        """Whether a count may end now: not while the last quarter still waits to be told."""
        return self._cell is None or at < end_of(self._cell)

    def cut_line(self, line: LineName, at: datetime) -> list[CrossingCount]:
        """End the count of a line here and begin the next; what was counted, or nothing outside open hours."""
        at, cell = at.replace(microsecond=0), self._cell
        if cell is None or at <= cell.start:
            return []
        quarter = self._quarters.setdefault(cell.start, _Quarter())
        own, _ = _own(("line", line), cell, quarter)
        if own.start >= at:
            return []
        count = _crossings(line, Cell(cell.start, int((at - cell.start).total_seconds())), quarter)
        quarter.crossings.pop(line, None)
        quarter.uturns.pop(line, None)
        quarter.begun["line", line] = _Begun(at, quarter.valid_seconds)
        return [count]

    def change(self, camera: Camera, at: datetime) -> list[Fact]:
        """Count by other lines and zones: what changed begins a new cell here, what did not goes on in its own."""
        at, cell, before = at.replace(microsecond=0), self._cell, self._camera
        facts: list[Fact] = []
        for line in before.line:
            if line not in camera.line:
                facts += self.cut_line(line.name, at)
        moved = {zone.name for zone in self._zones if zone not in camera.zone}
        if cell is not None and at > cell.start:
            facts += self._end_zones(moved, cell, at)
            self._begin_new(before, camera, self._quarters.setdefault(cell.start, _Quarter()), at)
        self._camera, same = camera, {name: gate for name, gate in self._gates.items() if name not in moved}
        self._zones = camera.shopper_zones if self._stays else ()
        self._gates = {zone.name: same.get(zone.name) or self._gate(zone) for zone in self._zones}
        self._so_far = {zone.name: {} for zone in self._zones}
        self._flows = self._flow_gate()
        return facts

    def _end_zones(self, moved: set[ZoneName], cell: Cell, at: datetime) -> list[Fact]:
        """The last words of zones that are drawn otherwise now, and of all moves between zones."""
        quarter = self._quarters.setdefault(cell.start, _Quarter())
        until = Cell(cell.start, int((at - cell.start).total_seconds()))
        facts: list[Fact] = []
        for name in sorted(moved):
            own, valid = _own(("zone", name), until, quarter)
            tally = quarter.tallies.pop(name, None) or Tally()
            facts.append(ZoneSummary(name, own, valid, quarter.entries.pop(name, 0), tally.stays))
            facts += [*self._gates[name].add(own, tally), *self._gates[name].close()]
        facts += [*self._flows.add(until, quarter.movers), *self._flows.close()]
        quarter.movers = {}
        return facts

    def _begin_new(self, before: Camera, camera: Camera, quarter: _Quarter, at: datetime) -> None:
        fresh: list[tuple[str, str]] = [("line", line.name) for line in camera.line if line not in before.line]
        fresh += [("zone", zone.name) for zone in camera.zone if zone not in before.zone]
        quarter.begun |= dict.fromkeys(fresh, _Begun(at, quarter.valid_seconds))

    def _gate(self, zone: DrawnZone) -> ZoneRelease:
        return ZoneRelease(zone.name, self._opening, self._camera.k, zone.kind is ZoneKind.QUEUE)

    def _flow_gate(self) -> FlowRelease:
        return FlowRelease(self._camera.view, [zone.name for zone in self._zones], self._opening, self._camera.k)

    def _count(self, quarter: _Quarter, news: News) -> None:
        for crossing in news.crossings:
            ways = quarter.crossings.setdefault(crossing.line, dict.fromkeys(Way, 0))
            ways[crossing.way] += 1
        for line, uturns in news.uturns.items():
            quarter.uturns[line] = quarter.uturns.get(line, 0) + uturns
        for zone, seen in news.zones.items():
            quarter.entries[zone] = quarter.entries.get(zone, 0) + seen.entries
        for move in news.moves:
            pair = (move.origin, move.target)
            quarter.movers[pair] = quarter.movers.get(pair, frozenset()) | {move.track}

    def _tally(self, zone: ZoneName, seen: ZoneNews, epoch: datetime) -> None:
        """Stays and presences speak of the past; `epoch` is when the monotonic clock was 0."""
        for presence in seen.presences:
            if quarter := self._quarter(epoch + timedelta(seconds=presence.at)):
                self._add_presence(quarter.tallies.setdefault(zone, Tally()), presence, self._so_far[zone])
        endings = seen.endings or [None] * len(seen.stays)
        for stay, ending in zip(seen.stays, endings, strict=True):
            if quarter := self._quarter(epoch + timedelta(seconds=stay.ended)):
                tally = quarter.tallies.setdefault(zone, Tally())
                _kind(tally, stay).append(stay.seconds)
                if ending:
                    getattr(tally, ending).append(stay.seconds)

    def _add_presence(self, tally: Tally, presence: Presence, so_far: dict[int, float]) -> None:
        tally.occupancy[min(len(presence.visitors), 8)] += presence.seconds
        tally.person_seconds += len(presence.visitors) * presence.seconds
        for visitor in presence.visitors:
            so_far[visitor] = so_far.get(visitor, 0.0) + presence.seconds
            before = tally.parts[visitor].seconds if visitor in tally.parts else 0.0
            tally.parts[visitor] = Part(before + presence.seconds, so_far[visitor])

    def _tell(self, cell: Cell) -> list[Fact]:
        """The facts of a quarter that is over."""
        quarter = self._quarters.pop(cell.start, None) or _Quarter(state=CameraState.STARTING)
        facts: list[Fact] = [*self._line_facts(cell, quarter)]
        for zone in self._zones:
            tally = quarter.tallies.get(zone.name) or Tally()
            entries = quarter.entries.get(zone.name, 0)
            own, valid = _own(("zone", zone.name), cell, quarter)
            facts.append(ZoneSummary(zone.name, own, valid, entries, tally.stays))
            facts += self._gates[zone.name].add(own, tally)
            self._forget_visitors(zone.name)
        return [*facts, *self._flows.add(cell, quarter.movers), self._health(cell, quarter)]

    def _line_facts(self, cell: Cell, quarter: _Quarter) -> Iterable[CrossingCount]:
        return (_crossings(line.name, cell, quarter) for line in self._camera.line)

    def _health(self, cell: Cell, quarter: _Quarter) -> CameraHealth:
        rate = quarter.frames / quarter.valid_seconds if quarter.valid_seconds else 0.0
        return CameraHealth(self._camera.view, cell, quarter.state, quarter.valid_seconds, round(rate, 2))

    def _forget_visitors(self, zone: ZoneName) -> None:
        """Whoever is not in a newer quarter has gone."""
        tallies = [quarter.tallies[zone] for quarter in self._quarters.values() if zone in quarter.tallies]
        present = {visitor for tally in tallies for visitor in tally.parts}
        self._so_far[zone] = {v: seconds for v, seconds in self._so_far[zone].items() if v in present}

    def _quarter(self, moment: datetime) -> _Quarter | None:
        """Where something of this moment belongs; None outside open hours. What comes too late goes to the next one."""
        cell = self._cell
        if cell is None:
            return None
        if moment >= end_of(cell):
            later = self._opening.cell_at(moment, Step.QUARTER)
            return self._quarters.setdefault(later.start, _Quarter()) if later else None
        if moment < cell.start and not self._opening.is_open(moment):
            return None
        return self._quarters.setdefault(cell.start, _Quarter())

    def _cell_from(self, moment: datetime) -> Cell | None:
        """The first quarter of an open hour that ends after this moment."""
        today = self._opening.business_day(moment)
        for ahead in range(_LOOK_AHEAD_DAYS):
            for cell in self._opening.cells(today + timedelta(days=ahead), Step.QUARTER):
                if end_of(cell) > moment:
                    return cell
        return None


def _own(item: tuple[str, str], cell: Cell, quarter: _Quarter) -> tuple[Cell, float]:
    """The part of the cell that belongs to this line or zone, and the valid seconds in it."""
    begun = quarter.begun.get(item)
    if begun is None:
        return cell, quarter.valid_seconds
    seconds = max(1, int((end_of(cell) - begun.at).total_seconds()))
    return Cell(begun.at, seconds), quarter.valid_seconds - begun.valid_seconds


def _crossings(line: LineName, cell: Cell, quarter: _Quarter) -> CrossingCount:
    ways, uturns = quarter.crossings.get(line, dict.fromkeys(Way, 0)), quarter.uturns.get(line, 0)
    own, valid = _own(("line", line), cell, quarter)
    return CrossingCount(line, own, ways[Way.IN], ways[Way.OUT], uturns, valid)


def _kind(tally: Tally, stay: Stay) -> list[float]:
    if stay.born_inside:
        return tally.born_inside
    return tally.censored if stay.censored else tally.completed
