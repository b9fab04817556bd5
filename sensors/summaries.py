"""The quarters of open hours: collects what a view learns and turns it into facts when a quarter has ended.

Every quarter of an open hour is told, zeros included, so that silence means trouble; how much of it was really seen is
in the valid seconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from events.facts import CameraHealth, CameraState, Cell, CrossingCount, Fact, LineName, ZoneName, ZoneSummary
from events.hours import OpeningHours, Step, end_of
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


class Summaries:
    """One camera's facts. Without `stays` (a detector that loses people who stand still) only lines are told."""

    def __init__(self, camera: Camera, opening: OpeningHours, stays: bool = True) -> None:
        self._camera, self._opening = camera, opening
        self._zones = camera.shopper_zones if stays else ()
        self._gates = {
            zone.name: ZoneRelease(zone.name, opening, camera.k, zone.kind is ZoneKind.QUEUE) for zone in self._zones
        }
        self._flows = FlowRelease(camera.view, [zone.name for zone in self._zones], opening, camera.k)
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
            facts.append(ZoneSummary(zone.name, cell, quarter.valid_seconds, entries, tally.stays))
            facts += self._gates[zone.name].add(cell, tally)
            self._forget_visitors(zone.name)
        return [*facts, *self._flows.add(cell, quarter.movers), self._health(cell, quarter)]

    def _line_facts(self, cell: Cell, quarter: _Quarter) -> Iterable[CrossingCount]:
        for line in self._camera.line:
            ways = quarter.crossings.get(line.name, dict.fromkeys(Way, 0))
            uturns = quarter.uturns.get(line.name, 0)
            yield CrossingCount(line.name, cell, ways[Way.IN], ways[Way.OUT], uturns, quarter.valid_seconds)

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


def _kind(tally: Tally, stay: Stay) -> list[float]:
    if stay.born_inside:
        return tally.born_inside
    return tally.censored if stay.censored else tally.completed
