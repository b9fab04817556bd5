"""What a simulated day must obey, whatever the dice say."""

from itertools import pairwise

import pytest

from events.facts import CallOutcome, TapFlag
from simulator.fitting import TURN_AWAY_SECONDS
from simulator.plan import DOOR, SERVICE
from simulator.truth import truth_table
from tests.simulator.shops import day

STORES = ("harbour", "avenida", "arcade", "terminal")


def test_the_same_seed_is_the_same_day_and_another_seed_another():
    day.cache_clear()
    first = truth_table(day())
    day.cache_clear()
    assert truth_table(day()) == first
    assert truth_table(day(seed=4)) != first


@pytest.mark.parametrize("name", STORES)
def test_everyone_who_comes_in_goes_out_before_closing(name):
    truth = day(name)
    came, went = truth.crossed(DOOR, True), truth.crossed(DOOR, False)
    assert len(came) == len(went) == truth.shoppers > 200
    assert min(came) >= 0
    assert max(went) < truth.seconds
    balance = 0
    for crossing in truth.crossings[DOOR]:
        balance += 1 if crossing.inward else -1
        assert balance >= 0
    assert balance == 0


@pytest.mark.parametrize("name", STORES)
def test_nobody_is_in_two_zones_at_once_nor_outside_the_hours_of_their_visit(name):
    truth = day(name)
    came = {one.shopper: one.at for one in truth.crossings[DOOR] if one.inward}
    went = {one.shopper: one.at for one in truth.crossings[DOOR] if not one.inward}
    mine: dict[int, list] = {}
    for stays in truth.inside.values():
        for stay in stays:
            mine.setdefault(stay.shopper, []).append(stay)
    for shopper, stays in mine.items():
        stays.sort(key=lambda stay: stay.start)
        assert came[shopper] < stays[0].start
        assert stays[-1].end <= went[shopper]
        assert all(one.end <= two.start for one, two in pairwise(stays))


def test_those_who_turn_round_see_nothing_of_the_shop():
    truth = day()
    turned = {one.shopper for one in truth.uturns}
    assert 0.02 < len(turned) / truth.shoppers < 0.12
    came = {one.shopper: one.at for one in truth.crossings[DOOR] if one.inward}
    assert all(0 < one.at - came[one.shopper] < 10 for one in truth.uturns)
    assert not turned & {stay.shopper for stays in truth.inside.values() for stay in stays}


def test_the_queue_is_first_come_first_served_and_its_stays_are_its_waits():
    truth = day()
    served = sorted((wait for wait in truth.waits if wait.served), key=lambda wait: wait.start)
    assert len(served) > 100
    assert all(one.end <= two.end for one, two in pairwise(served))
    assert sorted((wait.start, wait.end) for wait in truth.waits) == sorted(
        (stay.start, stay.end) for stay in truth.inside["queue"]
    )
    assert len(truth.crossed(SERVICE, True)) == len(served)
    assert any(not wait.served for wait in truth.waits)


def test_two_tills_serve_at_most_two_at_a_time():
    truth = day()
    steps = sorted(
        (at, change) for stay in truth.inside["checkout"] for at, change in ((stay.start, 1), (stay.end, -1))
    )
    now = most = 0
    for _, change in steps:
        now += change
        most = max(most, now)
    assert most == 2


def test_a_fitting_room_holds_one_and_the_lobby_is_first_come_first_served():
    truth = day("harbour")
    for room in range(6):
        mine = sorted((one for one in truth.sessions if one.room == room), key=lambda one: one.start)
        assert len(mine) > 5
        assert all(one.end + 30 < two.start for one, two in pairwise(mine))
    by_arrival = sorted(truth.sessions, key=lambda one: one.arrived)
    assert all(one.start <= two.start for one, two in pairwise(by_arrival))
    assert all(one.start - one.arrived < TURN_AWAY_SECONDS for one in truth.sessions)
    assert len(truth.lobby) == len(truth.sessions) + len(truth.turned_away)


def test_every_call_comes_from_a_room_in_use_and_ends_in_time():
    truth = day("harbour")
    assert {call.outcome for call in truth.calls} >= {CallOutcome.ANSWERED, CallOutcome.UNANSWERED}
    for call in truth.calls:
        session = next(one for one in truth.sessions if one.room == call.room and one.start <= call.pressed <= one.end)
        assert call.pressed < call.ended <= session.end


def test_long_waits_make_unhappy_taps_that_name_what_they_waited_for():
    votes = [press for seed in (3, 4, 5) for press in day(seed=seed).presses if not press.flags]
    long, short = [p for p in votes if p.wait > 240], [p for p in votes if p.wait < 60]
    assert len(long) > 30
    unhappy = [sum(press.answer >= 3 for press in group) / len(group) for group in (long, short)]
    assert unhappy[0] > 3 * unhappy[1]
    why = [press.reason for press in long if press.reason and press.answer >= 3]
    assert why.count("queue") > len(why) / 3
    assert why.count("queue") + why.count("fitting_room") > len(why) / 2
    others = [press.reason for press in short if press.reason]
    assert others.count("queue") < len(others) / 5


def test_children_hammer_and_staff_test_and_both_are_flagged():
    flags = [press.flags for seed in range(3, 9) for press in day(seed=seed).presses]
    assert (TapFlag.TEST,) in flags
    assert (TapFlag.REPEAT,) in flags
    assert (TapFlag.REPEAT, TapFlag.BURST) in flags
