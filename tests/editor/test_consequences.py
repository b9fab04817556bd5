"""What a choice does is said in words before it is saved."""

from dataclasses import replace

import pytest

from editor.consequences import consequences
from events.layout import Layout
from events.site import LineRole, ZoneKind
from tests.editor.test_form import SHOP

DOOR, TILL = SHOP.line
FOYER, QUEUE = SHOP.zone


def said(item, drawn=SHOP, before=None):
    return " ".join(next(each.sentences for each in consequences(drawn, before) if each.item == item))


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (LineRole.DOOR, "count as entries of the store"),
        (LineRole.INTERNAL, "nobody who crosses it becomes an entry"),
        (LineRole.PASSERS_BY, "walked past outside"),
        (LineRole.SERVICE, "has been served"),
    ],
)
def test_every_role_of_a_line_says_what_it_counts(role, words):
    assert words in said("line door", replace(SHOP, line=(replace(DOOR, role=role), TILL)))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ZoneKind.DISPLAY, "Visits, dwell and engagement"),
        (ZoneKind.CHECKOUT, "no interest"),
        (ZoneKind.STAFF, "Nobody's dwell is reported here"),
    ],
)
def test_every_kind_of_zone_says_what_is_reported(kind, words):
    assert words in said("zone foyer", replace(SHOP, zone=(replace(FOYER, kind=kind), QUEUE)))


def test_a_queue_says_who_was_served_and_who_gave_up():
    assert "across till was served; who leaves elsewhere after 20 s gave up" in said("zone line")


def test_a_door_says_what_the_zone_behind_it_is_for():
    assert "without reaching foyer did not enter" in said("line door")
    assert "who only looks in" in said("line door", replace(SHOP, line=(replace(DOOR, behind=None), TILL)))


def test_a_service_line_that_no_queue_names_says_so():
    assert "No queue names it yet" in said("line till", replace(SHOP, zone=(FOYER,)))
    assert "No queue" not in said("line till")


def test_moving_a_line_starts_a_new_count_and_leaving_it_does_not():
    moved = replace(SHOP, line=(replace(DOOR, a=(0.3, 0.3)), TILL))
    assert "before and after are not comparable" in said("line door", moved, SHOP)
    assert "comparable" not in said("line till", moved, SHOP)
    assert "comparable" not in said("line door", moved, None)


def test_what_is_removed_keeps_its_numbers():
    assert "no longer counted; its numbers so far are kept" in said("zone foyer", Layout(SHOP.region), SHOP)
