"""What follows from what is drawn, in words: said before anything is saved. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from events.layout import DrawnLine, DrawnZone, Layout
from events.site import LineRole, ZoneKind


@dataclass(frozen=True)
class Said:
    """Sentences about one line or zone."""

    item: str
    """`line door`, `zone foyer`."""
    sentences: tuple[str, ...]


_LINE = {
    LineRole.DOOR: "People who cross it along the arrow count as entries of the store, those against it as exits.",
    LineRole.INTERNAL: "It counts both ways inside the shop, and nobody who crosses it becomes an entry of the store.",
    LineRole.PASSERS_BY: "Everybody who crosses it, either way, walked past outside: the capture rate is held against "
    "them.",
    LineRole.SERVICE: "Who crosses it from its queue has been served: their wait ends here.",
}
_ZONE = {
    ZoneKind.DISPLAY: "Visits, dwell and engagement are reported here, once five people make them nobody's own.",
    ZoneKind.QUEUE: "The time spent here is a wait, not interest; it is held against the target wait.",
    ZoneKind.CHECKOUT: "Visits and crowding are reported here; a longer stay counts as no interest.",
    ZoneKind.STAFF: "Nobody's dwell is reported here, and whoever is first seen here is staff and counted nowhere.",
}


def consequences(drawn: Layout, before: Layout | None = None) -> tuple[Said, ...]:
    """For each line and zone what it will do, and against what was drawn before, what its change does."""
    before = before or Layout()
    return (
        *(Said(f"line {line.name}", tuple(_of_line(line, drawn, before))) for line in drawn.line),
        *(Said(f"zone {zone.name}", tuple(_of_zone(zone, drawn, before))) for zone in drawn.zone),
        *(Said(item, ("It is no longer counted; its numbers so far are kept.",)) for item in gone(drawn, before)),
    )


def _of_line(line: DrawnLine, drawn: Layout, before: Layout) -> Iterator[str]:
    yield _LINE[line.role]
    if line.behind is not None:
        yield f"Who turns round within 10 s without reaching {line.behind} did not enter."
    elif line.role is LineRole.DOOR:
        yield "Without a zone behind it, who only looks in and turns round counts as an entry and an exit."
    if line.role is LineRole.SERVICE and not any(zone.service == line.name for zone in drawn.zone):
        yield "No queue names it yet, so no wait ends here."
    yield from _change(_shape(_line_of(before, line.name)), _shape(line), "line")


def _of_zone(zone: DrawnZone, drawn: Layout, before: Layout) -> Iterator[str]:
    yield _ZONE[zone.kind]
    if zone.service is not None:
        yield f"Who leaves it across {zone.service} was served; who leaves elsewhere after 20 s gave up."
    yield from _change(_shape(_zone_of(before, zone.name)), _shape(zone), "zone")


def _change(was: object, now: object, what: str) -> Iterator[str]:
    if was is not None and was != now:
        yield f"Changing this {what} starts a new count: before and after are not comparable."


def _shape(item: DrawnLine | DrawnZone | None) -> object:
    """What its numbers depend on."""
    match item:
        case DrawnLine():
            return (item.a, item.b, item.role, item.behind)
        case DrawnZone():
            return (item.polygon, item.kind, item.service)
    return None


def _line_of(layout: Layout, name: str) -> DrawnLine | None:
    return next((line for line in layout.line if line.name == name), None)


def _zone_of(layout: Layout, name: str) -> DrawnZone | None:
    return next((zone for zone in layout.zone if zone.name == name), None)


def gone(drawn: Layout, before: Layout) -> tuple[str, ...]:
    """What was drawn before and is not any more."""
    lines = [f"line {line.name}" for line in before.line if _line_of(drawn, line.name) is None]
    return (*lines, *(f"zone {zone.name}" for zone in before.zone if _zone_of(drawn, zone.name) is None))
