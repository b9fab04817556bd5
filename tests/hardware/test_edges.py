"""Contacts bounce; shoppers do not."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.edges import QUIET_SECONDS, EdgeFilter

DOWN, UP = True, False

STORIES = [
    ("one clean press and release", [(0.0, DOWN), (0.2, UP)], [DOWN, UP]),
    ("a press that bounces five times", [(i * 0.004, i % 2 == 0) for i in range(11)], [DOWN]),
    (
        "press and release both bounce",
        [(0, DOWN), (0.01, UP), (0.02, DOWN), (1, UP), (1.01, DOWN), (1.02, UP)],
        [DOWN, UP],
    ),
    ("a tap shorter than the bounce is still a press", [(0.0, DOWN), (0.03, UP)], [DOWN, UP]),
    ("a hammering child, four presses a second", [(i / 8, i % 2 == 0) for i in range(8)], [DOWN, UP] * 4),
    ("a quick second press after a very short tap", [(0, DOWN), (0.03, UP), (0.2, DOWN), (0.4, UP)], [DOWN, UP] * 2),
]


@pytest.mark.parametrize(("edges", "believed"), [story[1:] for story in STORIES], ids=[story[0] for story in STORIES])
def test_a_wire_is_believed_without_its_bounces(edges, believed):
    wire = EdgeFilter()
    changes = [change for now, level in edges for change in wire.edge(level, now)]
    changes += wire.settle(edges[-1][1], edges[-1][0] + QUIET_SECONDS)
    assert changes == believed


def test_a_lost_edge_is_made_good_by_reading_the_level():
    wire = EdgeFilter()
    wire.edge(DOWN, 0.0)
    assert wire.settle(UP, 5.0) == (UP,)
    assert wire.settle(UP, 6.0) == ()


@given(st.lists(st.tuples(st.floats(0.0001, 0.3), st.booleans()), max_size=40), st.booleans())
def test_changes_alternate_and_end_at_the_level_of_the_wire(steps, at_first):
    wire, now, changes = EdgeFilter(at_first), 0.0, []
    level = at_first
    for gap, level in steps:
        now += gap
        changes += wire.edge(level, now)
    changes += wire.settle(level, now + 2 * QUIET_SECONDS)
    believed = [at_first, *changes]
    assert all(before != after for before, after in pairwise(believed))
    assert believed[-1] == wire.active == level
