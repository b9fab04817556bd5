"""Reports as CSV: one row for each measure, in one tidy layout for all reports, with everything that qualifies it."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from central.reports.shapes import (
    ChainReport,
    DwellReport,
    FeedbackReport,
    HourRow,
    KioskFeedback,
    Measure,
    RoomsReport,
    Score,
    StoreDay,
    StoreRank,
)
from events.bins import EDGES

COLUMNS = (
    "store", "first", "last", "place", "label", "start", "seconds", "metric", "value", "unit", "n",
    "interval_low", "interval_high", "coverage", "completeness", "flags", "baseline", "goal", "definition_version",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Line:
    """One measure and where it belongs."""

    place: str
    label: str
    metric: str
    measure: Measure
    hour: HourRow | None = None


def csv_of(store: str, first: date, last: date, lines: Iterable[Line]) -> str:
    """The text of a CSV file; cells that a spreadsheet would run as a formula are quoted with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_safe(cell) for cell in _cells(store, first, last, line)] for line in lines)
    return out.getvalue()


def _cells(store: str, first: date, last: date, line: Line) -> tuple[object, ...]:
    hour, measure = line.hour, line.measure
    low, high = measure.interval or (None, None)
    return (
        store, first, last, line.place, line.label,
        hour.start.isoformat() if hour else None, hour.seconds if hour else None,
        line.metric, measure.value, measure.unit, measure.n, low, high, measure.coverage, measure.completeness,
        " + ".join(measure.flags), measure.baseline, measure.goal, measure.definition_version,
    )  # fmt: skip


def _safe(cell: object) -> object:
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def store_day_lines(report: StoreDay) -> Iterator[Line]:
    yield from _measures(report.store, report.name, report.tiles)
    yield from _hours(report.store, report.footfall)
    for station in report.stations:
        yield Line(station.name, station.label, station.headline_name, station.headline)
        yield from _score(station.name, station.label, station.score)


def dwell_lines(report: DwellReport) -> Iterator[Line]:
    for zone in report.zones:
        yield from _measures(zone.zone, zone.label, zone.measures)
        yield from _score(zone.zone, zone.label, zone.score)
        yield from _hours(zone.zone, zone.hours)
        yield from _hours(zone.zone, zone.parts)
        yield from _bins(zone.zone, zone.label, "completed", zone.completed)
        yield from _bins(zone.zone, zone.label, "censored", zone.censored)


def feedback_lines(report: FeedbackReport) -> Iterator[Line]:
    yield from _measures(report.store, report.name, report.overall)
    for kiosk in report.kiosks:
        yield from _kiosk(kiosk)


def _kiosk(kiosk: KioskFeedback) -> Iterator[Line]:
    yield from _measures(kiosk.device, kiosk.label, kiosk.measures)
    yield from _hours(kiosk.device, kiosk.hours)
    for level, votes in enumerate(kiosk.levels, 1):
        yield Line(kiosk.device, kiosk.label, f"level_{level}", _count(votes, "votes"))
    for reason in kiosk.reasons:
        yield Line(kiosk.device, kiosk.label, f"reason {reason.reason}", reason.share)


def rooms_lines(report: RoomsReport) -> Iterator[Line]:
    for group in report.groups:
        yield from _measures(group.group, group.label, group.measures)
        yield from _score(group.group, group.label, group.score)
        yield from _hours(group.group, group.hours)


def chain_lines(report: ChainReport) -> Iterator[Line]:
    for store in report.stores:
        yield from _measures(store.store, store.name, rank_measures(store))


def rank_measures(store: StoreRank) -> dict[str, Measure]:
    """The measures that stores are compared by, under the names of the definitions."""
    names = ("zone_experience", "happy_index", "fitting_rooms", "entries", "completeness")
    return {name: getattr(store, name) for name in names}


def _measures(place: str, label: str, measures: dict[str, Measure]) -> Iterator[Line]:
    return (Line(place, label, name, measure) for name, measure in measures.items())


def _hours(place: str, rows: Iterable[HourRow]) -> Iterator[Line]:
    return (Line(place, row.label, name, measure, row) for row in rows for name, measure in row.measures.items())


def _score(place: str, label: str, score: Score | None) -> Iterator[Line]:
    if score:
        yield Line(place, label, score.name, score.value)
        yield from (Line(place, label, f"{score.name} {part.name}", part.utility) for part in score.parts)


def _bins(place: str, label: str, metric: str, counts: Iterable[int]) -> Iterator[Line]:
    return (
        Line(place, label, f"{metric} {low}-{high} s", _count(count, "stays"))
        for low, high, count in zip(EDGES, EDGES[1:], counts, strict=False)
    )


def _count(value: int, unit: str) -> Measure:
    return Measure(float(value), value, unit)
