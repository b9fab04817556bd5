"""Where people went next, told only of a way that enough people took."""

from datetime import UTC, date, datetime, time

import pytest

from events.facts import Name, ZoneName
from events.hours import OpeningHours, Step
from sensors.flows import FlowRelease, FlowWatch

OPENING = OpeningHours("UTC", ((time(9), time(20)),) * 7)
CELLS = OPENING.cells(date(2026, 3, 2), Step.QUARTER)
SHOES, COATS, TILL = ZoneName("shoes"), ZoneName("coats"), ZoneName("till")


def moves(*steps):
    """Somebody's zone at each second; None between zones, `-` out of sight."""
    watch, found = FlowWatch(), []
    for second, zone in enumerate(steps):
        watch.keep([] if zone == "-" else [1], float(second))
        here = {1: zone} if zone not in (None, "-") else {}
        found += [(move.origin, move.target) for move in watch.update(here, float(second))]
    return found


STORIES = [
    ("looks at shoes and goes to the coats", [SHOES, SHOES, None, COATS, COATS], [(SHOES, COATS)]),
    ("wavers on the boundary", [SHOES, COATS, SHOES, COATS, SHOES, SHOES], []),
    ("goes there and back", [SHOES, COATS, COATS, SHOES, SHOES], [(SHOES, COATS), (COATS, SHOES)]),
    ("walks slowly from one to the other", [SHOES, *[None] * 60, COATS, COATS], [(SHOES, COATS)]),
    ("stays where they are", [SHOES] * 5, []),
    ("is out of sight for long", [SHOES, *["-"] * 9, COATS, COATS], []),
    ("goes round", [SHOES, COATS, COATS, TILL, TILL], [(SHOES, COATS), (COATS, TILL)]),
]


@pytest.mark.parametrize(("story", "steps", "expected"), STORIES, ids=[story for story, _, _ in STORIES])
def test_somebody(story, steps, expected):
    assert moves(*steps) == expected


def told(movers):
    """(start hour, hours, origin, target, people) of a day; `movers`: (hour, pair) -> tracks."""
    gate, facts = FlowRelease(Name("camera"), [SHOES, COATS, TILL], OPENING, 5), []
    for cell in CELLS:
        seen = {pair: frozenset(tracks) for (hour, pair), tracks in movers.items() if cell.start == at(hour)}
        facts += gate.add(cell, seen)
    return [
        (fact.cell.start.hour, fact.cell.seconds // 3600, flow.origin, flow.target, flow.people)
        for fact in facts
        for flow in fact.flows
    ]


def at(hour):
    return datetime(2026, 3, 2, hour, tzinfo=UTC)


def test_five_people_are_told_for_the_hour_and_four_never():
    assert told({(12, (SHOES, COATS)): range(5), (12, (COATS, TILL)): range(4)}) == [(12, 1, SHOES, COATS, 5)]


def test_two_and_three_are_told_for_the_day_part_without_what_was_told_before():
    movers = {(11, (SHOES, COATS)): range(2), (12, (SHOES, COATS)): range(10, 16), (13, (SHOES, COATS)): range(20, 23)}
    assert told(movers) == [(12, 1, SHOES, COATS, 6), (11, 3, SHOES, COATS, 5)]


def test_one_who_goes_to_and_fro_all_day_is_one_person():
    assert told({(hour, (SHOES, COATS)): [1] for hour in range(9, 20)}) == []
