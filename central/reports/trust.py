"""'Can I trust this camera?': a grade for each camera and business day, with the reason and what to do."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime

from central.reports.devices import labels
from central.reports.doors import lines
from central.reports.window import Window, open_window
from central.scores import trust
from central.scores.door import door_closure
from central.scores.dwell import fragmentation
from central.scores.quality import coverage
from central.store import Store
from central.store.families import CAMERAS, CROSSINGS, DWELL, OCCUPANCY, ZONES
from central.store.reading import Sheet
from events.site import LineRole, Zone, ZoneKind

FEWEST_STAYS, FEWEST_CROSSINGS = 30, 50
"""Fewer say nothing about a camera."""


@dataclass(frozen=True)
class Finding:
    """One reason for the grade."""

    name: str
    """`coverage`, `fragmentation`, `births`, `closure` or `presence`."""
    grade: str
    why: str
    """A sentence with the figure."""
    advice: str
    """What to do; empty where nothing need be done."""


@dataclass(frozen=True)
class CameraGrade:
    """One camera on one day; `grade` is empty where nothing can be said."""

    device: str
    label: str
    day: date
    grade: str
    findings: tuple[Finding, ...]

    @property
    def words(self) -> str:
        """What the grade means."""
        return WORDS[self.grade]

    @property
    def reasons(self) -> tuple[Finding, ...]:
        """The findings that made it no better, weakest first."""
        weak = [finding for finding in self.findings if finding.advice]
        return tuple(sorted(weak, key=lambda finding: finding.grade, reverse=True))


WORDS = {
    "A": "nothing speaks against its numbers",
    "B": "good for trends and comparisons",
    "C": "look at the reasons before you decide by it",
    "D": "do not decide by it",
    "": "nothing to judge it by",
}


def camera_grades(store: Store, store_id: str, day: date, now: datetime | None = None) -> tuple[CameraGrade, ...]:
    """Every camera of a store; UnknownStore when the plan has no such store."""
    with closing(open_window(store, store_id, day, day, now)) as window:
        return grades_of(window)


def grades_of(window: Window) -> tuple[CameraGrade, ...]:
    """The cameras of the plan, in its order."""
    shop = window.shop
    devices = dict.fromkeys([*(line.device for line in shop.lines), *(zone.device for zone in shop.zones)])
    words = labels(window)
    return tuple(_grade(window, device, words.get(device, device)) for device in devices)


def _grade(window: Window, device: str, label: str) -> CameraGrade:
    findings = tuple(_findings(window, device))
    return CameraGrade(device, label, window.last, trust.worst(finding.grade for finding in findings), findings)


def _findings(window: Window, device: str) -> Iterator[Finding]:
    zones = [zone for zone in window.shop.zones if zone.device == device and zone.kind is not ZoneKind.STAFF]
    yield from _coverage(window, device)
    yield from _door(window, device)
    for zone in zones:
        dwell = window.sheet(DWELL).of(device=device, zone=zone.name)
        yield from _stays(zone, dwell)
        yield from _presence(zone, dwell, window.sheet(OCCUPANCY).of(device=device, zone=zone.name))


def _coverage(window: Window, device: str) -> Iterator[Finding]:
    opened = window.whole.open_seconds
    if not opened:
        return
    cells = window.sheet(CAMERAS).of(device=device)
    seen = min(1.0, coverage(_valid_seconds(window, device), opened) or 0.0)
    grade = trust.graded(seen, trust.COVERAGE)
    advice = "" if grade == "A" else _ADVICE_BY_STATE[_trouble(cells)]
    yield Finding("coverage", grade, f"It saw {100 * seen:.0f} % of the open time.", advice)


def _valid_seconds(window: Window, device: str) -> int:
    """As its lines, its zones and itself tell them: all tell the same, but each may have come in or not."""
    told = [window.sheet(CAMERAS).of(device=device)]
    told += [window.sheet(CROSSINGS).of(device=device, line=line.name) for line in window.shop.lines]
    told += [window.sheet(ZONES).of(device=device, zone=zone.name) for zone in window.shop.zones]
    return max(sheet.sum("valid_seconds") for sheet in told)


_ADVICE_BY_STATE = {
    "": "Its device was off or did not report: look at power and network.",
    "dark": "It was dark: leave some light on, or shorten the opening hours in the setup.",
    "covered": "Something covered it: look whether a sign or a balloon hangs before the lens.",
    "moved": "It was moved: turn it back, or draw its lines and zones anew.",
    "frozen": "Its picture stood still: plug it out and in, and replace its cable if it comes again.",
    "unplugged": "It was unplugged: press the plug in, and fix the cable.",
    "starting": "Its device started again and again: look at its power supply.",
}


def _trouble(cells: Sheet) -> str:
    """The state that was the worst of most quarters, but for well."""
    counts = {state: cells.sum(state) for state in _ADVICE_BY_STATE if state}
    worst = max(counts, key=lambda state: counts[state])
    return worst if counts[worst] else ""


def _door(window: Window, device: str) -> Iterator[Finding]:
    """All doors of the store together: who comes in by one may leave by another."""
    mine = [line for line in window.shop.lines if line.role is LineRole.DOOR and line.device == device]
    doors = lines(window.whole, LineRole.DOOR)
    ins, outs = (sum(sheet.sum(way) for sheet in doors) for way in ("ins", "outs"))
    over = bool(window.spans) and window.now >= window.spans[-1][1]
    if not mine or not over or ins + outs < FEWEST_CROSSINGS:  # while the store is open, people are still inside
        return
    error = door_closure(ins, outs)
    grade = trust.graded(error, trust.CLOSURE)
    advice = "People are missed on one side: look whether the line lies where all of them walk and nobody stands."
    why = f"Over the day IN and OUT at the doors differ by {100 * error:.0f} %."
    yield Finding("closure", grade, why, "" if grade in "AB" else advice)


def _stays(zone: Zone, dwell: Sheet) -> Iterator[Finding]:
    name, born = zone.label or zone.name, dwell.sum("born_inside")
    stays = sum(dwell.histogram("completed")) + sum(dwell.histogram("censored")) + born
    phi, share = fragmentation(stays, dwell.sum("from_boundary")), trust.interior_births(born, stays)
    if stays < FEWEST_STAYS or share is None:
        return
    if phi is not None:
        grade = trust.graded(phi, trust.FRAGMENTATION)
        why = f"In {name} one visit looks like {phi:.2f}."
        advice = "People are lost and found again: give it more light, or a view with fewer shelves before it."
        yield Finding("fragmentation", grade, why, "" if grade in "AB" else advice)
    grade = trust.graded(share, trust.BIRTHS)
    advice = "They come in unseen: draw the zone so that its whole edge is in view, and nothing hides it."
    why = f"In {name} {100 * share:.0f} % of the visits began in the middle of it."
    yield Finding("births", grade, why, "" if grade in "AB" else advice)


def _presence(zone: Zone, dwell: Sheet, occupancy: Sheet) -> Iterator[Finding]:
    """Only cells of which both were released."""
    both = {row[:2] for row in dwell.rows} & {row[:2] for row in occupancy.rows}
    stays, seconds = _within(dwell, both), _within(occupancy, both).sum("person_seconds")
    completed, censored, born = stays.histogram("completed"), stays.histogram("censored"), stays.sum("born_inside")
    found = trust.presence_ratio(seconds, completed, censored, born)
    if found is None or sum(completed) + sum(censored) + born < FEWEST_STAYS:
        return
    grade = trust.graded(trust.disagreement(found), trust.PRESENCE)
    why = f"In {zone.label or zone.name} the time of all people is {found:.2f} times that of all visits."
    advice = (
        "People stand there who are never a visit: staff, or somebody always in view. Draw a staff zone for them."
        if found > 1
        else "Visits are longer than the time that people were there: look whether a mannequin stands in the zone."
    )
    yield Finding("presence", grade, why, "" if grade in "AB" else advice)


def _within(sheet: Sheet, cells: Sequence[tuple[int, int]] | set[tuple[int, int]]) -> Sheet:
    return Sheet(sheet.family, [row for row in sheet.rows if row[:2] in cells])
