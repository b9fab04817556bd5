"""Asking for help from a fitting room."""

import pytest

from events.facts import CallOutcome
from sensors.rooms_calls import CallBell, Called, Ended

ANSWERED, UNANSWERED, WITHDRAWN = CallOutcome.ANSWERED, CallOutcome.UNANSWERED, CallOutcome.WITHDRAWN

STORIES = [
    ("help comes", [(0, "press"), (42, "acknowledge")], [Called(), Ended(ANSWERED, 42.0)]),
    ("taken back within five seconds", [(0, "press"), (5, "press")], [Called(), Ended(WITHDRAWN, 5.0)]),
    ("impatience is neither a second call nor a withdrawal", [(0, "press"), (6, "press"), (9, "press"),
     (50, "acknowledge")], [Called(), Ended(ANSWERED, 50.0)]),
    ("nobody comes", [(0, "press"), (300, "give_up")], [Called(), Ended(UNANSWERED, 300.0)]),
    ("two calls in one visit", [(0, "press"), (20, "acknowledge"), (60, "press"), (75, "acknowledge")],
     [Called(), Ended(ANSWERED, 20.0), Called(), Ended(ANSWERED, 15.0)]),
    ("a call after one taken back", [(0, "press"), (2, "press"), (4, "press"), (34, "acknowledge")],
     [Called(), Ended(WITHDRAWN, 2.0), Called(), Ended(ANSWERED, 30.0)]),
    ("staff press without a call", [(0, "acknowledge"), (1, "give_up")], []),
    ("an answer ends a call once", [(0, "press"), (10, "acknowledge"), (11, "acknowledge"), (99, "give_up")],
     [Called(), Ended(ANSWERED, 10.0)]),
    ("the visit turns out to have ended before the press", [(10, "press"), (7, "give_up")],
     [Called(), Ended(UNANSWERED, 0.0)]),
]  # fmt: skip


@pytest.mark.parametrize(("story", "happened"), [row[1:] for row in STORIES], ids=[row[0] for row in STORIES])
def test_the_story_of_a_call(story, happened):
    bell = CallBell()
    heard = [getattr(bell, what)(now) for now, what in story]
    assert [item for item in heard if item is not None] == happened
    assert not bell.is_open
