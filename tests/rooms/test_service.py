"""The service as the shop sees it: calls at once, summaries every quarter, and the truth when something fails."""

from datetime import UTC, datetime, time, timedelta

import pytest

from events.envelope import NotRecorded
from events.facts import Call, CallEnded, CallOutcome, Cell, RoomSummary, RoomUse
from events.hours import OpeningHours
from sensors.rooms_service import RoomsService
from sensors.rooms_settings import GroupPins, RoomPins, Rooms

OPENING = OpeningHours("UTC", ((time(9), time(20)),) * 7)
NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
ROOMS = Rooms((GroupPins("fitting", 4, (RoomPins("1", 17, 27, 22, 23, 24), RoomPins("2", 5, 6))),))


class Shop:
    """A service from a moment of a day on; `at(seconds)` lets time pass, second by second."""

    def __init__(self, start=NINE, rooms=ROOMS):
        self.start, self.now, self.full = start, 0.0, False
        self.facts, self.lights, self.commits = [], [], []
        light = lambda group, room, on, urgent: self.lights.append((room, "blinks" if urgent else on))  # noqa: E731
        self.service = RoomsService(rooms, OPENING, self.record, light, 1000.0, start)
        self.group = self.service.groups["fitting"]

    def record(self, facts):
        if self.full:
            raise NotRecorded("no space left on device")
        self.commits.append(len(facts))
        self.facts += facts
        return [f"{'e' * 12}-{len(self.facts) - left}" for left in reversed(range(len(facts)))]

    def at(self, seconds, step=1.0):
        while self.now < seconds:
            self.now = min(self.now + step, seconds)
            self.service.tick(1000 + self.now, self.start + timedelta(seconds=self.now))
        return 1000 + seconds

    def visit(self, room, start, end):
        self.group.presence(room, True, self.at(start))
        self.group.door(room, True, 1000 + start)
        self.group.presence(room, False, self.at(end - 1))
        self.group.door(room, False, self.at(end))

    def told(self, kind):
        return [fact for fact in self.facts if isinstance(fact, kind)]


@pytest.fixture
def shop():
    return Shop()


def test_a_call_is_recorded_at_once_and_its_light_comes_on(shop):
    shop.group.press("1", shop.at(10))
    assert shop.facts == [Call("fitting", "1")]
    assert shop.lights == [("1", True)]


def test_an_answered_call_names_the_call_and_the_wait_and_puts_the_light_out(shop):
    shop.group.presence("1", True, shop.at(5))
    shop.group.press("1", shop.at(10))
    shop.group.acknowledge("1", shop.at(52.34))
    assert shop.facts[1:] == [CallEnded("fitting", "1", "eeeeeeeeeeee-1", CallOutcome.ANSWERED, 42.3)]
    assert shop.lights == [("1", True), ("1", False)]


def test_rooms_call_on_their_own(shop):
    shop.group.press("1", shop.at(10))
    shop.group.press("2", shop.at(12))
    shop.group.acknowledge("2", shop.at(20))
    [ended] = shop.told(CallEnded)
    assert (ended.room, ended.call, ended.waited_seconds) == ("2", "eeeeeeeeeeee-2", 8)


def test_a_call_that_nobody_answered_before_the_shopper_left_is_a_failure_not_a_gap(shop):
    shop.group.presence("1", True, shop.at(5))
    shop.group.door("1", True, shop.at(6))
    shop.group.press("1", shop.at(100))
    shop.group.door("1", False, shop.at(290))
    shop.group.presence("1", False, shop.at(300))
    shop.at(331)
    [ended] = shop.told(CallEnded)
    assert (ended.outcome, ended.waited_seconds) == (CallOutcome.UNANSWERED, 200)
    assert shop.lights[-1] == ("1", False)


def test_a_call_with_the_door_open_ends_when_the_shopper_has_gone(shop):
    shop.group.press("1", shop.at(100))
    shop.at(200)
    assert [ended.outcome for ended in shop.told(CallEnded)] == [CallOutcome.UNANSWERED]


def test_a_call_that_could_not_be_recorded_lights_nothing_and_can_be_made_again(shop):
    shop.full = True
    shop.group.press("1", shop.at(10))
    assert shop.lights == []
    shop.full = False
    shop.group.press("1", shop.at(12))
    assert shop.facts == [Call("fitting", "1")]
    assert shop.lights == [("1", True)]


def test_the_end_of_a_call_and_a_summary_wait_for_room_on_the_disk_in_order(shop):
    shop.group.press("1", shop.at(10))
    shop.full = True
    shop.group.acknowledge("1", shop.at(20))
    shop.at(1000, step=10)
    assert len(shop.facts) == 1
    shop.full = False
    shop.at(1001)
    assert [type(fact) for fact in shop.facts] == [Call, CallEnded, RoomSummary]


def test_every_quarter_of_open_hours_is_told_zeros_included_and_none_besides(shop):
    shop.at(26 * 3600, step=20)
    cells = [fact.cell for fact in shop.told(RoomSummary)]
    assert cells == [Cell(NINE + timedelta(minutes=15 * i), 900) for i in (*range(44), *range(96, 104))][: len(cells)]
    assert len(cells) == 44 + 7
    assert {(fact.rooms, fact.sessions, fact.arrivals) for fact in shop.told(RoomSummary)} == {(2, 0, 0)}


def test_a_quarter_is_told_once_its_sessions_are_settled(shop):
    shop.visit("1", 600, 899)
    shop.at(929)
    assert shop.told(RoomSummary) == []
    shop.at(930)
    assert [fact.sessions for fact in shop.told(RoomSummary)] == [1]


def test_a_service_that_starts_late_does_not_call_the_unseen_time_empty():
    shop = Shop(NINE + timedelta(seconds=400.7))
    shop.at(540)
    assert [fact.cell for fact in shop.told(RoomSummary)] == [Cell(NINE + timedelta(seconds=400), 500)]


def test_a_service_that_stops_tells_what_it_saw_and_that_nobody_came(shop):
    shop.group.arrive(shop.at(50))
    shop.group.press("1", shop.at(100))
    shop.service.stop(shop.at(110), NINE + timedelta(seconds=110))
    assert [fact.outcome for fact in shop.told(CallEnded)] == [CallOutcome.UNANSWERED]
    assert shop.told(RoomSummary) == [RoomSummary("fitting", Cell(NINE, 110), 2, 0, 1, 0)]


def test_before_opening_and_after_closing_there_is_nothing_to_tell():
    shop = Shop(NINE - timedelta(hours=2))
    shop.visit("1", 100, 400)
    shop.service.stop(shop.at(500), shop.start + timedelta(seconds=500))
    assert shop.facts == []


def test_a_closed_day_is_silent():
    closed = OpeningHours("UTC", (None,) * 7)
    facts = []
    service = RoomsService(ROOMS, closed, facts.extend, print, 0.0, NINE)
    for hour in range(200):
        service.tick(hour * 3600.0, NINE + timedelta(hours=hour))
    service.stop(200 * 3600.0, NINE + timedelta(hours=200))
    assert facts == []


def test_a_clock_set_forward_makes_no_quarters_of_time_that_nobody_saw(shop):
    shop.at(100)
    shop.start += timedelta(hours=3)
    shop.at(1800)
    assert [fact.cell for fact in shop.told(RoomSummary)] == [
        Cell(NINE + timedelta(hours=3), 900),
    ]


UNSET = datetime(1970, 1, 1, 0, 0, 20, tzinfo=UTC)


def test_what_was_seen_before_the_clock_was_known_is_told_where_it_was():
    shop = Shop(UNSET)
    shop.group.arrive(shop.at(10))
    shop.visit("1", 20, 800)
    shop.group.arrive(shop.at(905))
    shop.visit("1", 910, 990)
    shop.start = NINE + timedelta(minutes=4) - timedelta(seconds=1000)
    shop.group.arrive(shop.at(1010))
    shop.visit("1", 1020, 1200)
    shop.at(2000)
    told = [(fact.cell, fact.sessions, fact.arrivals) for fact in shop.told(RoomSummary)]
    assert told == [
        (Cell(UNSET, 880), 1, 1),
        (Cell(NINE + timedelta(seconds=120), 780), 2, 2),
    ], "a session that ended ten seconds before is among them, though it was known only after"


def test_what_could_not_be_recorded_before_the_clock_was_known_is_recorded_where_it_was():
    shop = Shop(UNSET)
    shop.full = True
    shop.at(920)
    shop.start = NINE + timedelta(minutes=20) - timedelta(seconds=930)
    shop.at(930)
    shop.full = False
    shop.at(931)
    assert [fact.cell for fact in shop.told(RoomSummary)] == [Cell(NINE + timedelta(minutes=20, seconds=-930), 880)]


def test_sessions_held_back_under_an_unset_clock_go_out_with_their_day():
    shop = Shop(UNSET)
    for start in range(60, 2400, 500):
        shop.visit("1", start, start + 60 + start // 20)
    shop.at(2700)
    assert shop.told(RoomUse) == []
    shop.start = NINE + timedelta(hours=1, minutes=20) - timedelta(seconds=2700)
    shop.at(5200)
    uses = shop.told(RoomUse)
    assert sum(sum(use.sessions) for use in uses) == 5
    assert {use.cell.start.date() for use in uses} == {NINE.date()}


def test_the_summaries_of_all_groups_are_committed_together():
    other = GroupPins("denim", 12, (RoomPins("a", 13, 16),))
    shop = Shop(rooms=Rooms((*ROOMS.group, other)))
    shop.at(930)
    assert (len(shop.told(RoomSummary)), shop.commits) == (2, [2])


def test_a_call_that_nobody_answers_for_a_minute_blinks_until_somebody_does(shop):
    shop.group.presence("1", True, shop.at(5))
    shop.group.press("1", shop.at(10))
    shop.at(69)
    assert shop.lights == [("1", True)]
    shop.at(200)
    assert shop.lights == [("1", True), ("1", "blinks")]
    shop.group.acknowledge("1", shop.at(210))
    shop.at(300)
    assert shop.lights[2:] == [("1", False)]


def test_a_call_made_at_the_kiosk_blinks_in_the_room_too(shop):
    shop.group.kiosk_asks("2", "1f0c9d2ab8e4-7", shop.at(10))
    shop.at(70)
    assert shop.lights == [("2", True), ("2", "blinks")]
    shop.group.kiosk_is_done("1f0c9d2ab8e4-7", shop.at(71))
    assert shop.lights[-1] == ("2", False)


def test_a_clock_set_back_goes_on_at_the_true_time(shop):
    """What it told before is put right by the centre, as the clock's setting is a fact, too."""
    shop.start += timedelta(hours=5)
    shop.service = RoomsService(ROOMS, OPENING, shop.record, print, 1000.0, shop.start)
    shop.group = shop.service.groups["fitting"]
    shop.at(940)
    shop.visit("1", 950, 1000)
    shop.start -= timedelta(hours=3)
    shop.at(1900)
    told = [(fact.cell, fact.sessions) for fact in shop.told(RoomSummary)]
    assert told == [(Cell(NINE + timedelta(hours=5), 900), 0), (Cell(NINE + timedelta(hours=2, minutes=15), 900), 1)]


def test_an_hour_of_visits_reaches_its_record(shop):
    for start in range(60, 3000, 500):
        shop.group.arrive(shop.at(start - 20))
        shop.visit("1", start, start + 60 + start // 20)
    shop.at(3700)
    [use] = shop.told(RoomUse)
    assert use.cell == Cell(NINE, 3600)
    assert (sum(use.sessions), sum(use.waits), use.turned_away) == (6, 6, 0)
    assert use.occupied_seconds == pytest.approx(sum(60 + start // 20 for start in range(60, 3000, 500)), abs=5)
    assert sum(fact.sessions for fact in shop.told(RoomSummary)) == 6


def test_a_service_that_stops_loses_no_record_that_may_go_out(shop):
    for start in range(60, 3000, 500):
        shop.visit("1", start, start + 60 + start // 20)
    shop.service.stop(shop.at(3000), NINE + timedelta(seconds=3000))
    assert [use.cell for use in shop.told(RoomUse)] == [Cell(NINE, 3000)]
