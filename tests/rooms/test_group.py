"""Rooms and their lobby: who waits, who is turned away, and how full it was."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.rooms import SETTLING_SECONDS, Left
from sensors.rooms_group import RoomGroup, Tally

QUARTER = 900


def visit(group, room, start, end):
    """Somebody shuts the door at `start` and leaves at `end`; call in the order of time for rooms that overlap."""
    group.presence(room, True, start)
    group.door(room, True, start)
    group.presence(room, False, end - 1)
    group.door(room, False, end)


def cut(group, start=0, end=QUARTER):
    group.advance(end + SETTLING_SECONDS)
    return group.cut(start, end)


def lengths(tally):
    return tuple(tally.sessions.values())


def seconds(tally):
    return sum(tally.occupied.values())


def test_nothing_happened_is_a_tally_of_zeros():
    assert cut(RoomGroup(["1"])) == Tally()


def test_a_visit_is_a_session_and_its_time():
    group = RoomGroup(["1", "2"])
    visit(group, "1", 100, 340)
    tally = cut(group)
    assert lengths(tally) == (240,)
    assert seconds(tally) == 240
    assert tally.saturated_seconds == 0


def test_a_visit_over_the_quarter_is_shared_out_and_counted_where_it_ends():
    group = RoomGroup(["1"])
    visit(group, "1", 600, 1200)
    first, second = cut(group), cut(group, 900, 1800)
    assert (lengths(first), seconds(first)) == ((), 300)
    assert (lengths(second), seconds(second)) == ((600,), 300)
    assert first.occupied.keys() == second.occupied.keys()


def test_a_visit_that_goes_on_fills_the_quarter():
    group = RoomGroup(["1"])
    group.presence("1", True, 100)
    group.door("1", True, 100)
    tally = cut(group)
    assert (lengths(tally), seconds(tally), tally.saturated_seconds) == ((), 800, 800)


def test_the_group_is_full_while_every_room_is_taken():
    group = RoomGroup(["1", "2"])
    for now, room, shut in [(100, "1", True), (200, "2", True), (300, "1", False), (400, "2", False)]:
        group.presence(room, shut, now)
        group.door(room, shut, now)
    tally = cut(group)
    assert tally.saturated_seconds == 100
    assert seconds(tally) == 400


def test_a_child_in_and_out_within_two_seconds_is_no_session():
    group = RoomGroup(["1"])
    group.presence("1", True, 9)
    group.door("1", True, 10)
    group.door("1", False, 11)
    group.presence("1", False, 12)
    assert lengths(cut(group)) == ()


def test_waits_are_first_in_first_out():
    group = RoomGroup(["1", "2"])
    for arrival in (10, 20, 30):
        group.arrive(arrival)
    visit(group, "1", 40, 300)
    visit(group, "2", 301, 400)
    tally = cut(group)
    assert tally.waits == (30, 281)
    assert (tally.arrivals, tally.turned_away) == (3, 1)


def test_ten_minutes_without_a_room_is_turned_away_and_takes_no_later_room():
    group = RoomGroup(["1"])
    group.arrive(10)
    group.arrive(500)
    visit(group, "1", 611, 800)
    tally = cut(group)
    assert tally.turned_away == 1
    assert tally.waits == (111,)


def test_exactly_ten_minutes_is_still_a_wait():
    group = RoomGroup(["1"])
    group.arrive(10)
    visit(group, "1", 610, 800)
    assert cut(group).waits == (600,)


def test_a_room_taken_by_nobody_from_the_lobby_is_no_wait():
    group = RoomGroup(["1"])
    visit(group, "1", 100, 200)
    group.arrive(300)
    assert cut(group).waits == ()


def test_being_turned_away_belongs_to_the_quarter_in_which_it_is_known():
    group = RoomGroup(["1"])
    group.arrive(800)
    first, second = cut(group), cut(group, 900, 1800)
    assert (first.arrivals, first.turned_away) == (1, 0)
    assert (second.arrivals, second.turned_away) == (0, 1)


def test_rooms_to_be_looked_at_are_counted_once():
    group = RoomGroup(["1", "2"])
    group.door("1", True, 10)
    tallies = [cut(group, start, start + QUARTER) for start in range(0, 9 * QUARTER, QUARTER)]
    assert [tally.checks for tally in tallies] == [0, 0, 1, 0, 0, 0, 0, 0, 0]


STEP = st.tuples(
    st.floats(0, 400),
    st.one_of(
        st.tuples(st.just("arrive")),
        st.tuples(st.sampled_from(["door", "presence"]), st.sampled_from(["1", "2", "3"]), st.booleans()),
        st.tuples(st.just("pressed"), st.sampled_from(["1", "2", "3"])),
    ),
)


def played(steps):
    """Any life of three rooms, cut into quarters as a service does: tallies, visits that ended, the group, arrivals."""
    group, now, tallies, visits, arrivals = RoomGroup(["1", "2", "3"]), 0.0, [], [], 0
    for gap, (what, *arguments) in [*steps, (3600.0, ("arrive",))]:
        while (len(tallies) + 1) * QUARTER + SETTLING_SECONDS <= now + gap:
            end = (len(tallies) + 1) * QUARTER
            visits += [change for _, change in group.advance(end + SETTLING_SECONDS) if isinstance(change, Left)]
            tallies.append(group.cut(end - QUARTER, end))
        now += gap
        arrivals += what == "arrive"
        visits += [change for change in getattr(group, what)(*arguments, now) or [] if isinstance(change, Left)]
    return tallies, [visit for visit in visits if visit.end < len(tallies) * QUARTER], group, arrivals - 1


@settings(max_examples=200, deadline=None)
@given(st.lists(STEP, max_size=80))
def test_occupied_time_never_exceeds_the_rooms_and_full_time_never_the_least_of_them(steps):
    for tally in played(steps)[0]:
        assert seconds(tally) <= 3 * QUARTER + 1e-6
        assert all(0 <= part <= QUARTER + 1e-6 for part in tally.occupied.values())
        assert 0 <= tally.saturated_seconds <= seconds(tally) / 3 + 1e-6


@settings(max_examples=200, deadline=None)
@given(st.lists(STEP, max_size=80))
def test_sessions_seconds_and_arrivals_are_conserved(steps):
    tallies, visits, group, arrivals = played(steps)
    counted = sorted(length for tally in tallies for length in lengths(tally))
    assert counted == pytest.approx(sorted(visit.end - visit.start for visit in visits if visit.end - visit.start >= 3))
    ongoing = sum(len(tallies) * QUARTER - stay.start for stay in group._stays if stay.start < len(tallies) * QUARTER)
    assert sum(map(seconds, tallies)) == pytest.approx(sum(visit.end - visit.start for visit in visits) + ongoing)
    assert sum(tally.arrivals for tally in tallies) == arrivals
    assert sum(len(tally.waits) + tally.turned_away for tally in tallies) == arrivals
