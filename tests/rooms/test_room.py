"""One room: what door and presence tell of a visit. Each story ends ten minutes after its last line."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.rooms import Deserted, Left, Overdue, Room, RoomState, Taken

SHUT, OPEN, HERE, GONE, PRESS = "shut", "open", "here", "gone", "press"
FREE, OCCUPIED, CHECK = RoomState.FREE, RoomState.OCCUPIED, RoomState.CHECK

STORIES = [
    ("a visit ends when the room is open and empty, not after the grace",
     [(0, HERE), (2, SHUT), (300, OPEN), (303, GONE)], [(2, 303)], FREE),
    ("the sensor notices somebody only after the door is shut",
     [(0, SHUT), (4, HERE), (200, OPEN), (202, GONE)], [(4, 202)], FREE),
    ("somebody goes in, stands still, and shuts the door ten seconds later",
     [(0, HERE), (1, GONE), (11, SHUT), (100, OPEN)], [(11, 100)], FREE),
    ("somebody looks in, goes, and the draught shuts the door",
     [(0, HERE), (1, GONE), (11.5, SHUT)], [], FREE),
    ("a shopper leaves the door ajar when going",
     [(0, HERE), (2, SHUT), (240, OPEN), (241, GONE)], [(2, 241)], FREE),
    ("a shopper never quite shuts the door: that is no session",
     [(0, HERE), (400, GONE)], [], FREE),
    ("stepping out to show a friend does not end the visit",
     [(0, HERE), (2, SHUT), (100, OPEN), (104, GONE), (130, HERE), (131, SHUT), (300, OPEN), (301, GONE)],
     [(2, 301)], FREE),
    ("half a minute outside does",
     [(0, HERE), (2, SHUT), (100, OPEN), (104, GONE), (134, HERE), (135, SHUT), (300, OPEN), (301, GONE)],
     [(2, 104), (135, 301)], FREE),
    ("fetching another size for 20 s with the door pulled shut behind",
     [(0, HERE), (2, SHUT), (100, OPEN), (102, GONE), (103, SHUT), (122, OPEN), (123, HERE), (125, SHUT),
      (300, OPEN), (301, GONE)], [(2, 301)], FREE),
    ("a child plays with the door of an empty room",
     [(now, SHUT if now % 2 else OPEN) for now in range(1, 40)], [], FREE),
    ("a child peeps out again and again: one visit",
     [(0, HERE), (1, SHUT), (20, OPEN), (22, SHUT), (40, OPEN), (43, SHUT), (60, OPEN), (61, GONE)], [(1, 61)], FREE),
    ("a cleaner works with the door open",
     [(0, HERE), (600, GONE)], [], FREE),
    ("somebody sits still for 40 minutes: the visit goes on, and staff should look",
     [(0, HERE), (2, SHUT), (10, GONE), (2410, HERE), (2420, OPEN), (2421, GONE)], [(2, 2421)], FREE),
    ("somebody leaves after the sensor has long lost them",
     [(0, HERE), (2, SHUT), (10, GONE), (900, OPEN)], [(2, 900)], FREE),
    ("still inside",
     [(0, HERE), (2, SHUT)], [], OCCUPIED),
    ("still inside with the door open",
     [(0, HERE), (2, SHUT), (100, OPEN)], [], OCCUPIED),
    ("a presence sensor that is stuck keeps the room occupied",
     [(0, HERE), (2, SHUT), (100, OPEN), (102, SHUT), (1000, OPEN)], [], OCCUPIED),
    ("asking for help counts as a sign of life",
     [(0, HERE), (2, SHUT), (100, OPEN), (101, GONE), (125, PRESS), (150, HERE), (151, SHUT), (300, OPEN), (300, GONE)],
     [(2, 300)], FREE),
    ("a press alone begins no session",
     [(0, SHUT), (5, PRESS)], [], FREE),
]  # fmt: skip


def tell(room, now, what):
    match what:
        case "shut" | "open":
            return room.door(what == SHUT, now)
        case "here" | "gone":
            return room.presence(what == HERE, now)
    return room.pressed(now)


def told(story, tick=inf):
    """All changes of a story, with or without ticks in between, and the room at its end."""
    room, changes, now = Room(), [], 0.0
    for at, what in [*story, (story[-1][0] + 600, None)]:
        while now + tick < at:
            now += tick
            changes += room.advance(now)
        changes += tell(room, at, what) if what else room.advance(at)
    return changes, room


@pytest.mark.parametrize(("story", "visits", "state"), [row[1:] for row in STORIES], ids=[row[0] for row in STORIES])
def test_the_story_of_a_room(story, visits, state):
    changes, room = told(story)
    assert [(change.start, change.end) for change in changes if isinstance(change, Left)] == visits
    assert room.state is state


@pytest.mark.parametrize("story", [row[1] for row in STORIES], ids=[row[0] for row in STORIES])
def test_how_often_one_looks_changes_nothing(story):
    assert told(story, tick=0.3)[0] == told(story)[0]


def test_a_door_shut_on_an_empty_room_is_looked_at_after_half_an_hour():
    room = Room()
    room.door(True, 60)
    assert room.advance(60 + 1799) == []
    assert room.advance(60 + 1900) == [Overdue(60 + 1800)]
    assert room.state is CHECK
    assert room.advance(60 + 9000) == []
    room.door(False, 9999)
    assert room.state is FREE


def test_somebody_still_for_half_an_hour_is_looked_at_and_the_session_lives():
    room = Room()
    room.presence(True, 0)
    assert room.door(True, 2) == [Taken(2)]
    room.presence(False, 10)
    assert room.advance(2000) == [Overdue(1810)]
    assert room.state is CHECK
    room.presence(True, 2400)
    assert room.state is OCCUPIED
    room.presence(False, 2401)
    assert room.advance(2401 + 1800) == [Overdue(4201)]


def test_presence_in_a_room_under_check_means_occupied():
    room = Room()
    room.door(True, 0)
    room.advance(1800)
    assert room.presence(True, 1900) == [Taken(1900)]
    assert room.state is OCCUPIED


@pytest.mark.parametrize(("door", "presence"), [(5, 29), (4, 30)])
def test_a_room_is_freed_by_five_seconds_open_and_thirty_empty_and_not_before(door, presence):
    room = Room()
    room.presence(True, 0)
    room.door(True, 1)
    room.presence(False, 100)
    room.door(False, 100 + presence - door)
    assert room.advance(100 + presence) == []
    assert room.advance(100 + max(30, presence - door + 5)) == [Left(1, 100 + presence - door)]


def test_whoever_called_with_the_door_open_and_went_away_is_missed():
    room = Room()
    room.pressed(10)
    assert room.advance(39) == []
    assert room.advance(41) == [Deserted(10)]
    assert room.advance(99) == []


@given(
    st.lists(st.tuples(st.floats(0, 2000), st.sampled_from([SHUT, OPEN, HERE, GONE, PRESS])), min_size=1, max_size=30)
)
def test_sessions_never_overlap_and_never_end_while_the_door_is_shut(steps):
    story, now = [], 0.0
    for gap, what in steps:
        now += gap
        story.append((now, what))
    changes, room = told(story)
    taken = [change.at for change in changes if isinstance(change, Taken)]
    left = [change for change in changes if isinstance(change, Left)]
    assert [visit.start for visit in left] == taken[: len(left)]
    assert len(taken) - len(left) == (room._taken is not None)
    assert all(visit.start <= visit.end for visit in left)
    assert all(visit.end <= start for visit, start in zip(left, taken[1:], strict=False))
    assert not any(shut_throughout(story, visit.end) for visit in left)


def shut_throughout(story, now):
    """Whether the door was shut before an instant and stayed shut for the 5 s after it."""
    doors = [(at, what) for at, what in story if what in (SHUT, OPEN)]
    before = [what for at, what in doors if at <= now]
    return before[-1:] == [SHUT] and not any(now < at <= now + 35 and what == OPEN for at, what in doors)
