"""The quarters of open hours: collects what a view learns and turns it into facts when a quarter has ended.

Every quarter of an open hour is told, zeros included, so that silence means trouble; how much of it was really seen is
in the valid seconds.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from events.facts import CameraHealth, CameraState, Cell, CrossingCount, Fact, LineName, ZoneName, ZoneSummary
from events.hours import OpeningHours, Step, end_of, moved
from events.layout import DrawnZone
from events.site import ZoneKind
from sensors.deeds import TakenBack, Visit
from sensors.flows import FlowRelease
from sensors.quarter import Begun, Quarter, Visits
from sensors.release import ZoneRelease
from sensors.settings import Camera
from sensors.view import News, ZoneNews

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


class Summaries:
    """One camera's facts. Without `stays` (a detector that loses people who stand still) only lines are told."""

    def __init__(self, camera: Camera, opening: OpeningHours, stays: bool = True) -> None:
        self._camera, self._opening = camera, opening
        self._zones = camera.shopper_zones if stays else ()
        self._stays = stays
        self._gates = {zone.name: self._gate(zone) for zone in self._zones}
        self._flows = self._flow_gate()
        self._so_far: dict[ZoneName, dict[int, float]] = {zone.name: {} for zone in self._zones}
        self._quarters: dict[datetime, Quarter] = {}
        self._cell: Cell | None = None

    def update(self, news: News, at: datetime, state: CameraState = CameraState.OK) -> list[Fact]:
        """What a frame brought; `at` is the time of `news.at`. Answers the facts that are due."""
        facts = self.tick(at, state)
        if quarter := self._quarter(at):
            quarter.valid_seconds += news.seconds
            quarter.frames += news.seconds > 0
            quarter.count(news)
        epoch = at - timedelta(seconds=news.at)
        for taken in news.taken_back:
            self._take_back(taken, epoch)
        for zone in self._zones:
            if zone.name in news.zones:
                self._tally(zone.name, news.zones[zone.name], epoch)
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

    def set_clock(self, step: timedelta, at: datetime) -> list[Fact]:
        """The wall clock was set by `step` to `at`: what was counted is told where that says; its cells end here."""
        at = at.replace(microsecond=0)
        facts: list[Fact] = [record for gate in self._gates.values() for record in gate.set_clock(step, at)]
        facts += self._flows.set_clock(step, at)
        for cell in self._begun_cells():
            quarter = self._quarters.pop(cell.start)
            lies, begun = moved(cell, step), quarter.begun.items()
            quarter.begun = {item: replace(own, at=(own.at + step).replace(microsecond=0)) for item, own in begun}
            until = max(lies.start + timedelta(seconds=1), min(end_of(lies), at))
            facts += self._told(_cell(lies.start, until), quarter)
        ahead = self._cell_from(at)
        self._cell = _cell(max(ahead.start, at), end_of(ahead)) if ahead else None
        return facts

    def close(self) -> list[Fact]:
        """The service ends in the middle of a quarter: what is known of it, and what may be released."""
        facts = [fact for cell in self._begun_cells() for fact in self._tell(cell)]
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
        quarter = self._quarters.setdefault(cell.start, Quarter())
        own, _ = quarter.own("line", line, cell)
        if own.start >= at:
            return []
        count = quarter.crossing_count(line, _cell(cell.start, at))
        quarter.crossings.pop(line, None)
        quarter.uturns.pop(line, None)
        quarter.begun["line", line] = Begun(at, quarter.valid_seconds)
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
            self._begin_new(before, camera, self._quarters.setdefault(cell.start, Quarter()), at)
        self._camera, same = camera, {name: gate for name, gate in self._gates.items() if name not in moved}
        self._zones = camera.shopper_zones if self._stays else ()
        self._gates = {zone.name: same.get(zone.name) or self._gate(zone) for zone in self._zones}
        self._so_far = {zone.name: {} for zone in self._zones}
        self._flows = self._flow_gate()
        return facts

    def _end_zones(self, moved: set[ZoneName], cell: Cell, at: datetime) -> list[Fact]:
        """The last words of zones that are drawn otherwise now, and of all moves between zones."""
        quarter = self._quarters.setdefault(cell.start, Quarter())
        until = _cell(cell.start, at)
        facts: list[Fact] = []
        for name in sorted(moved):
            own, valid = quarter.own("zone", name, until)
            visits = quarter.visits.pop(name, Visits())
            tally = visits.tally()
            facts.append(ZoneSummary(name, own, valid, visits.entries, tally.stays))
            facts += [*self._gates[name].add(own, tally), *self._gates[name].close()]
        facts += [*self._flows.add(until, quarter.movers), *self._flows.close()]
        quarter.movers = {}
        return facts

    def _begin_new(self, before: Camera, camera: Camera, quarter: Quarter, at: datetime) -> None:
        fresh: list[tuple[str, str]] = [("line", line.name) for line in camera.line if line not in before.line]
        fresh += [("zone", zone.name) for zone in camera.zone if zone not in before.zone]
        quarter.begun |= dict.fromkeys(fresh, Begun(at, quarter.valid_seconds))

    def _gate(self, zone: DrawnZone) -> ZoneRelease:
        return ZoneRelease(zone.name, self._opening, self._camera.k, zone.kind is ZoneKind.QUEUE)

    def _flow_gate(self) -> FlowRelease:
        return FlowRelease(self._camera.view, [zone.name for zone in self._zones], self._opening, self._camera.k)

    def _tally(self, zone: ZoneName, seen: ZoneNews, epoch: datetime) -> None:
        """Stays and presences speak of the past; `epoch` is when the monotonic clock was 0."""
        for presence in seen.presences:
            if quarter := self._quarter(epoch + timedelta(seconds=presence.at)):
                quarter.of(zone).add(presence, self._so_far[zone])
        endings = seen.endings or [None] * len(seen.stays)
        for visit in map(Visit, seen.stays, endings):
            if quarter := self._quarter(epoch + timedelta(seconds=visit.stay.ended)):
                quarter.of(zone).ended.append(visit)

    def _take_back(self, taken: TakenBack, epoch: datetime) -> None:
        """Somebody is staff; what was told of them stays told, and stays in the records that still wait with it."""
        moment = epoch + timedelta(seconds=taken.at)
        for quarter in self._quarters.values():
            quarter.forget(taken.deed)
        if counted_in := self._counted_in(moment):
            counted_in.discount(taken.deed, moment)

    def _counted_in(self, moment: datetime) -> Quarter | None:
        """Where something of this moment was counted; None once that is told."""
        cell = self._opening.cell_at(moment, Step.QUARTER)
        if cell is None or cell.start in self._quarters:
            return self._quarters.get(cell.start) if cell else None
        # A cell that began when the clock was set names the second: what was counted in that one may have been told.
        after = moment - timedelta(seconds=1)
        return next((quarter for start, quarter in self._quarters.items() if cell.start < start <= after), None)

    def _begun_cells(self) -> list[Cell]:
        """Those in which anything is known, in order."""
        wholes = ((start, self._opening.cell_at(start, Step.QUARTER)) for start in sorted(self._quarters))
        return [_cell(start, end_of(whole)) for start, whole in wholes if whole]

    def _tell(self, cell: Cell) -> list[Fact]:
        """The facts of a quarter that is over."""
        quarter = self._quarters.pop(cell.start, None) or Quarter(state=CameraState.STARTING)
        facts = self._told(cell, quarter)
        for zone in self._zones:
            self._forget_visitors(zone.name)
        return facts

    def _told(self, cell: Cell, quarter: Quarter) -> list[Fact]:
        facts: list[Fact] = [quarter.crossing_count(line.name, cell) for line in self._camera.line]
        for zone in self._zones:
            tally = quarter.of(zone.name).tally()
            own, valid = quarter.own("zone", zone.name, cell)
            facts.append(ZoneSummary(zone.name, own, valid, quarter.of(zone.name).entries, tally.stays))
            facts += self._gates[zone.name].add(own, tally)
        return [*facts, *self._flows.add(cell, quarter.movers), self._health(cell, quarter)]

    def _health(self, cell: Cell, quarter: Quarter) -> CameraHealth:
        rate = quarter.frames / quarter.valid_seconds if quarter.valid_seconds else 0.0
        return CameraHealth(self._camera.view, cell, quarter.state, quarter.valid_seconds, round(rate, 2))

    def _forget_visitors(self, zone: ZoneName) -> None:
        """Whoever is not in a newer quarter has gone."""
        present = {visitor for quarter in self._quarters.values() for visitor in quarter.of(zone).so_far}
        self._so_far[zone] = {v: seconds for v, seconds in self._so_far[zone].items() if v in present}

    def _quarter(self, moment: datetime) -> Quarter | None:
        """Where something of this moment belongs; None outside open hours. What comes too late goes to the next one."""
        cell = self._cell
        if cell is None:
            return None
        if moment >= end_of(cell):
            later = self._opening.cell_at(moment, Step.QUARTER)
            return self._quarters.setdefault(later.start, Quarter()) if later else None
        if moment < cell.start and not self._opening.is_open(moment):
            return None
        return self._quarters.setdefault(cell.start, Quarter())

    def _cell_from(self, moment: datetime) -> Cell | None:
        """The first quarter of an open hour that ends after this moment."""
        today = self._opening.business_day(moment)
        for ahead in range(_LOOK_AHEAD_DAYS):
            for cell in self._opening.cells(today + timedelta(days=ahead), Step.QUARTER):
                if end_of(cell) > moment:
                    return cell
        return None


def _cell(start: datetime, end: datetime) -> Cell:
    return Cell(start, int((end - start).total_seconds()))
