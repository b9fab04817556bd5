"""The zone dwell report: visits, how long they stayed, engagement and draw, by hour and day part."""

from contextlib import closing
from datetime import date, datetime

from central.reports.doors import store_entries
from central.reports.measuring import Measures, compared, counted, estimated, flagged, plain, with_goals
from central.reports.shapes import DwellReport, Flag, HourRow, Measure, ZoneDwell
from central.reports.window import Quality, Stretch, Window, open_window
from central.reports.zonescore import goals_of, zone_score
from central.scores import dwell as stays
from central.scores import zone as full
from central.store import Store
from central.store.families import DWELL, OCCUPANCY, QUEUES, ZONES, Family
from central.store.reading import Sheet
from events.hours import Step
from events.site import Zone, ZoneKind


def dwell_report(store: Store, store_id: str, first: date, last: date, now: datetime | None = None) -> DwellReport:
    """Every zone but those of the staff, in walking order; UnknownStore when the plan has no such store."""
    with closing(open_window(store, store_id, first, last, now)) as window:
        zones = tuple(zone_dwell(window, zone) for zone in customer_zones(window))
        return DwellReport(store_id, window.shop.name, first, last, zones)


def customer_zones(window: Window) -> list[Zone]:
    return [zone for zone in window.shop.zones if zone.kind is not ZoneKind.STAFF]


def zone_dwell(window: Window, zone: Zone) -> ZoneDwell:
    """One zone over the window, against the same weekdays before."""
    before = [zone_measures(week.whole, zone) for week in window.earlier]
    measures = compared(zone_measures(window.whole, zone), before)
    dwell = _sheet(window.whole, DWELL, zone)
    return ZoneDwell(
        zone.name,
        zone.label or zone.name,
        zone.kind.value,
        with_goals(measures, goals_of(window, zone)),
        zone_score(window, zone, measures, before),
        series(window, zone, Step.HOUR),
        series(window, zone, Step.PART),
        dwell.histogram("completed"),
        dwell.histogram("censored"),
    )


def series(window: Window, zone: Zone, step: Step) -> tuple[HourRow, ...]:
    """The zone by hour or day part; records wider than that are in none of them, only in the totals."""
    weeks = [{each.label: each for each in week.stretches(step)} for week in window.earlier]
    return tuple(
        _row(stretch, zone, [week[stretch.label] for week in weeks if stretch.label in week])
        for stretch in window.stretches(step)
    )


def _row(stretch: Stretch, zone: Zone, before: list[Stretch]) -> HourRow:
    measures = compared(zone_measures(stretch, zone), [zone_measures(each, zone) for each in before])
    assert stretch.start is not None
    return HourRow(stretch.start, stretch.seconds, stretch.label, measures)


def _sheet(stretch: Stretch, family: Family, zone: Zone) -> Sheet:
    return stretch.sheets(family).of(device=zone.device, zone=zone.name)


def zone_measures(stretch: Stretch, zone: Zone) -> Measures:
    """All measures of a zone over a stretch; see `ZoneDwell.measures`."""
    quarters = _sheet(stretch, ZONES, zone)
    quality = stretch.quality(quarters)
    visits, entries = quarters.sum("stays"), quarters.sum("entries")
    measures = {
        "visits": counted(visits, quality, "visits"),
        "entries": counted(entries, quality, "people"),
        "draw": plain(full.draw(visits, store_entries(stretch)), visits, quality, "per 100"),
        **_dwell_measures(_sheet(stretch, DWELL, zone), zone, quality),
        **_occupancy_measures(_sheet(stretch, OCCUPANCY, zone), zone, quality, entries),
    }
    if zone.kind is ZoneKind.QUEUE:
        measures |= _queue_measures(_sheet(stretch, QUEUES, zone), zone, quality)
    return measures


def _dwell_measures(sheet: Sheet, zone: Zone, quality: Quality) -> Measures:
    completed, censored = sheet.histogram("completed"), sheet.histogram("censored")
    total = sum(completed) + sum(censored) + sheet.sum("born_inside")
    phi = stays.fragmentation(total, sheet.sum("from_boundary"))
    broken = phi is not None and phi > stays.FRAGMENTED_ABOVE
    measures = {
        "median": estimated(stays.median(completed, censored, not quality.is_past), quality, "s"),
        "p90": estimated(stays.p90(completed, censored, not quality.is_past), quality, "s"),
        "engagement": estimated(stays.engagement_rate(completed, censored, zone.engaged_seconds), quality),
        "bounce": estimated(stays.bounce_rate(completed, censored), quality),
        "pass_by": estimated(stays.pass_by_rate(completed, censored), quality),
        "fragmentation": plain(phi, total, quality, ""),
    }
    return {name: flagged(measure, Flag.FRAGMENTED) for name, measure in measures.items()} if broken else measures


def _occupancy_measures(sheet: Sheet, zone: Zone, quality: Quality, entries: int) -> Measures:
    seconds, seen = sheet.sum("person_seconds"), len(sheet)
    crowded = full.crowding(sheet.histogram("people"), zone.crowded_above)
    per_cent = None if crowded is None else 100 * crowded
    return {
        "person_seconds": plain(seconds if seen else None, seen, quality, "s", fewest=1),
        "mean_occupancy": plain(
            full.mean_occupancy(seconds, sheet.sum("valid_seconds")), seen, quality, "people", fewest=1
        ),
        "crowding": plain(per_cent, seen, quality, "%", fewest=1),
        "boundary_dwell": plain(stays.boundary_dwell(seconds, entries) if seen else None, entries, quality, "s"),
    }


def occupancy_measure(stretch: Stretch) -> Measure:
    """People in all customer zones together, on average; the share of time that was seen is its coverage."""
    zones = [zone for zone in stretch.shop.zones if zone.kind is not ZoneKind.STAFF]
    each = [_mean_occupancy(stretch, zone) for zone in zones]
    known = [measure.value for measure in each if measure.value is not None]
    flags = tuple(dict.fromkeys(flag for measure in each for flag in measure.flags))
    if len(known) < len(each) or not each:  # a sum without one of its zones would look like fewer people
        return Measure(None, len(known), "people", flags=flags or (Flag.NO_DATA,))
    return Measure(sum(known), len(known), "people", flags=flags)


def _mean_occupancy(stretch: Stretch, zone: Zone) -> Measure:
    quality = stretch.quality(_sheet(stretch, ZONES, zone))
    return _occupancy_measures(_sheet(stretch, OCCUPANCY, zone), zone, quality, 0)["mean_occupancy"]


def visits(stretch: Stretch, zone: Zone) -> Measure:
    """Stays in a zone, as the quarters tell them."""
    quarters = _sheet(stretch, ZONES, zone)
    return counted(quarters.sum("stays"), stretch.quality(quarters), "visits")


def engaged(stretch: Stretch, zone: Zone) -> Measure:
    """The engagement rate as a value alone: of weeks that only serve as the zone's history."""
    sheet = _sheet(stretch, DWELL, zone)
    completed, censored = sheet.histogram("completed"), sheet.histogram("censored")
    return estimated(stays.engagement_rate(completed, censored, zone.engaged_seconds), Quality(0, 0))


def _queue_measures(sheet: Sheet, zone: Zone, quality: Quality) -> Measures:
    served, left = sheet.histogram("served"), sheet.histogram("left")
    return {
        "wait_median": estimated(full.wait_quantile(0.5, served, not quality.is_past), quality, "s"),
        "wait_p90": estimated(full.wait_quantile(0.9, served, not quality.is_past), quality, "s"),
        "abandonment": estimated(full.abandonment(served, left), quality),
        "sla": estimated(full.queue_sla(served, zone.target_wait_seconds), quality),
    }
