"""The touchpoint journey: entrance, zones, fitting rooms, checkout, exit, in walking order."""

from collections.abc import Iterator
from dataclasses import dataclass

from central.reports.feedback import index_measures
from central.reports.measuring import Measures, compared, with_goals
from central.reports.shapes import Score, Station
from central.reports.window import Window
from events.site import Kiosk, PlaceKind, RoomGroup, Zone, ZoneKind


@dataclass(frozen=True)
class Stops:
    """What is known of each zone and each group of rooms: its measures and its score."""

    zones: dict[Zone, tuple[Measures, Score]]
    groups: dict[RoomGroup, tuple[Measures, Score]]


def journey(window: Window, stops: Stops, tiles: Measures) -> tuple[Station, ...]:
    """Every stop of the store in walking order."""
    return (
        *_entrance(window, tiles),
        *_zones(stops, PlaceKind.ZONE),
        *_rooms(stops),
        *_zones(stops, PlaceKind.CHECKOUT),
        *_kiosks(window, PlaceKind.CHECKOUT, stops),
        *_kiosks(window, PlaceKind.EXIT, stops),
    )


def _entrance(window: Window, tiles: Measures) -> Iterator[Station]:
    if window.shop.lines:
        yield Station(PlaceKind.ENTRANCE, "entrance", "Entrance", tiles["entries"], "entries", None, "doors")
    for kiosk in window.shop.kiosks:
        if kiosk.place is PlaceKind.ENTRANCE:
            yield _kiosk(window, kiosk)


def _zones(stops: Stops, place: PlaceKind) -> Iterator[Station]:
    for zone, (measures, score) in stops.zones.items():
        at_checkout = zone.kind in (ZoneKind.QUEUE, ZoneKind.CHECKOUT)
        if at_checkout is (place is PlaceKind.CHECKOUT):
            name = "wait_median" if zone.kind is ZoneKind.QUEUE else "visits"
            yield Station(place, zone.name, zone.label or zone.name, measures[name], name, score, f"zones/{zone.name}")


def _rooms(stops: Stops) -> Iterator[Station]:
    for group, (measures, score) in stops.groups.items():
        name, label = "session_median", group.label or group.name
        yield Station(PlaceKind.FITTING_ROOMS, group.name, label, measures[name], name, score, f"rooms/{group.name}")


def _kiosks(window: Window, place: PlaceKind, stops: Stops) -> Iterator[Station]:
    """Kiosks that stand for themselves; one at a queue is part of the queue's score."""
    queues = any(zone.kind in (ZoneKind.QUEUE, ZoneKind.CHECKOUT) for zone in stops.zones)
    for kiosk in window.shop.kiosks:
        if kiosk.place is place and not (place is PlaceKind.CHECKOUT and queues):
            yield _kiosk(window, kiosk)


def _kiosk(window: Window, kiosk: Kiosk) -> Station:
    before = [index_measures(week.whole, (kiosk,)) for week in window.earlier]
    measures = with_goals(compared(index_measures(window.whole, (kiosk,)), before), window.plan.goals)
    label, link = kiosk.label or kiosk.device, f"feedback/{kiosk.device}"
    return Station(kiosk.place, kiosk.device, label, measures["happy_index"], "happy_index", None, link)
