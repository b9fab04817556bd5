"""A store's day: the touchpoint journey in walking order, the headline tiles, footfall by hour, devices and notes."""

from contextlib import closing
from datetime import date, datetime

from central.reports.devices import device_states
from central.reports.doors import door_measures
from central.reports.dwell import customer_zones, occupancy_measure, visits, zone_measures
from central.reports.feedback import index_measures, overall
from central.reports.journey import Stops, journey
from central.reports.measuring import Measures, compared, counted, with_goals
from central.reports.notes import notes
from central.reports.rooms import fitting_room_score, room_measures
from central.reports.shapes import HourRow, Measure, StoreDay
from central.reports.window import Quality, Stretch, Window, open_window
from central.reports.zonescore import goals_of, zone_score
from central.store import Store
from events.hours import Step
from events.site import ZoneKind


def store_day(store: Store, store_id: str, day: date, now: datetime | None = None) -> StoreDay:
    """One business day of a store; UnknownStore when the plan has no such store."""
    with closing(open_window(store, store_id, day, day, now)) as window:
        stops, tiles, footfall, devices = stops_of(window), tiles_of(window), footfall_of(window), device_states(window)
        span = window.hours.span(day)
        opening, shut = (moment.astimezone(window.hours.zone) for moment in span) if span else (None, None)
        return StoreDay(
            store_id,
            window.shop.name,
            day,
            opening,
            shut,
            journey(window, stops, tiles),
            _with_stops(tiles, stops),
            footfall,
            devices,
            notes(window, tiles, footfall, stops, devices),
        )


def stops_of(window: Window) -> Stops:
    """Measures and score of each zone and each group of rooms."""
    zones, groups, goals = {}, {}, window.plan.goals
    for zone in customer_zones(window):
        before = [zone_measures(week.whole, zone) for week in window.earlier]
        measures = compared(zone_measures(window.whole, zone), before)
        zones[zone] = (with_goals(measures, goals_of(window, zone)), zone_score(window, zone, measures, before))
    for group in window.shop.room_groups:
        past = [room_measures(week.whole, group) for week in window.earlier]
        measures = compared(room_measures(window.whole, group), past)
        groups[group] = (with_goals(measures, goals), fitting_room_score(window, group, measures))
    return Stops(zones, groups)


def tiles_of(window: Window) -> Measures:
    """The doors and the votes of the day against the same weekdays before."""
    before = [door_measures(week.whole) | {"visits": _visits(week.whole)} for week in window.earlier]
    doors = compared(door_measures(window.whole) | {"visits": _visits(window.whole)}, before)
    said = overall(window)
    return with_goals(doors, window.plan.goals) | {name: said[name] for name in said if name != "index_clean"}


def _with_stops(tiles: Measures, stops: Stops) -> Measures:
    """The tiles that single stops provide: the wait at the first queue, and assistance in the rooms."""
    found = dict(tiles)
    for zone, (measures, _) in stops.zones.items():
        if zone.kind is ZoneKind.QUEUE and "median_wait" not in found:
            found["median_wait"] = measures["wait_median"]
    for measures, _ in stops.groups.values():
        found.setdefault("assistance", measures["sla_120"])
    return found


def _visits(stretch: Stretch) -> Measure:
    """Visits to all customer zones together."""
    each = [visits(stretch, zone) for zone in stretch.shop.zones if zone.kind is not ZoneKind.STAFF]
    heard = [measure for measure in each if measure.value is not None]
    received = Quality(len(heard), len(each))
    return counted(sum(measure.value or 0.0 for measure in heard), received, "visits")


def footfall_of(window: Window) -> tuple[HourRow, ...]:
    """Doors, votes and how many were inside, by open hour."""
    weeks = [{each.label: each for each in week.stretches(Step.HOUR)} for week in window.earlier]
    rows = []
    for stretch in window.stretches(Step.HOUR):
        before = [_footfall(week[stretch.label]) for week in weeks if stretch.label in week]
        assert stretch.start is not None
        rows.append(HourRow(stretch.start, stretch.seconds, stretch.label, compared(_footfall(stretch), before)))
    return tuple(rows)


def _footfall(stretch: Stretch) -> Measures:
    doors, votes = door_measures(stretch), index_measures(stretch, stretch.shop.kiosks)
    found = {name: doors[name] for name in ("in", "out", "entries")}
    found |= {"happy_index": votes["happy_index"], "votes": votes["votes"]}
    return found | {"occupancy": occupancy_measure(stretch)}
