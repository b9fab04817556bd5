"""Who came up to the kiosk and who tapped: a quarter at a time, zeros included."""

from datetime import UTC, datetime, time, timedelta

import pytest

from events.facts import Cell
from events.hours import OpeningHours
from kiosk.presence import Presence

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
OPENING = OpeningHours("UTC", ((time(9), time(20)),) * 7)


class Kiosk:
    def __init__(self, at=NINE):
        self.begun, self.now, self.told = at, 0.0, []
        self.presence = Presence(OPENING, self.told.append, 0.0, at)

    def at(self, seconds):
        while self.now < seconds:
            self.now = min(self.now + 1.0, seconds)
            self.presence.tick(self.now, self.begun + timedelta(seconds=self.now))
        return self.now

    def comes(self, at, stays, taps_after=None):
        self.presence.sensed(True, self.at(at))
        if taps_after is not None:
            self.presence.touched(self.at(at + taps_after))
        self.presence.sensed(False, self.at(at + stays))


@pytest.fixture
def kiosk():
    return Kiosk()


def test_a_quarter_tells_who_came_who_tapped_and_after_how_long(kiosk):
    kiosk.comes(10, 20, taps_after=1.5)
    kiosk.comes(100, 5)
    kiosk.comes(200, 30, taps_after=9)
    kiosk.at(901)
    [told] = kiosk.told
    assert (told.cell, told.presences, told.tapped) == (Cell(NINE, 900), 3, 2)
    assert told.hesitation == (0, 0, 1, 0, 0, 0, 1, 0, 0)


def test_quarters_without_anybody_are_told_too_and_closed_hours_are_not(kiosk):
    kiosk.at(1801)
    assert [(told.presences, told.tapped) for told in kiosk.told] == [(0, 0), (0, 0)]
    night = Kiosk(NINE - timedelta(hours=3))
    night.comes(10, 20, taps_after=1)
    night.at(7200)
    assert night.told == []


def test_who_passes_at_night_is_not_counted_in_the_morning():
    kiosk = Kiosk(NINE - timedelta(hours=1))
    kiosk.comes(100, 20)
    kiosk.comes(3595, 20, taps_after=10)
    kiosk.comes(3700, 20, taps_after=10)
    kiosk.at(4501)
    [told] = kiosk.told
    assert (told.presences, told.tapped) == (1, 1)


def test_a_second_tap_and_a_sensor_that_flickers_make_no_second_person(kiosk):
    kiosk.presence.sensed(True, kiosk.at(10))
    kiosk.presence.touched(kiosk.at(11))
    kiosk.presence.sensed(False, kiosk.at(12))
    kiosk.presence.sensed(True, kiosk.at(14))
    kiosk.presence.touched(kiosk.at(15))
    kiosk.at(901)
    assert (kiosk.told[0].presences, kiosk.told[0].tapped) == (1, 1)


def test_a_tap_of_somebody_the_sensor_did_not_see_is_no_impression(kiosk):
    kiosk.presence.touched(kiosk.at(10))
    kiosk.at(901)
    assert (kiosk.told[0].presences, kiosk.told[0].tapped) == (0, 0)


def test_a_kiosk_that_stops_tells_what_it_saw_of_the_quarter(kiosk):
    kiosk.comes(10, 20, taps_after=1)
    kiosk.presence.close(NINE + timedelta(seconds=kiosk.at(60)))
    assert [(told.cell, told.presences) for told in kiosk.told] == [(Cell(NINE, 60), 1)]


def test_a_clock_set_forward_makes_no_quarters_of_time_that_nobody_saw(kiosk):
    kiosk.at(100)
    kiosk.begun += timedelta(hours=3)
    kiosk.at(1000)
    assert [told.cell for told in kiosk.told] == [Cell(NINE + timedelta(hours=3), 900)]


def test_a_clock_that_was_years_ahead_and_is_set_back_stops_nothing():
    kiosk = Kiosk(NINE.replace(year=2031))
    kiosk.comes(100, 5)
    kiosk.begun = NINE
    kiosk.at(901)
    assert [(told.cell, told.presences) for told in kiosk.told] == [(Cell(NINE, 900), 1)]


def test_who_came_before_the_clock_was_known_came_at_the_true_time():
    kiosk = Kiosk(datetime(1970, 1, 1, 0, 0, 20, tzinfo=UTC))
    kiosk.comes(10, 20, taps_after=1.5)
    kiosk.at(880)
    kiosk.comes(890, 5)
    kiosk.begun = NINE + timedelta(minutes=20) - timedelta(seconds=900)
    kiosk.comes(910, 5)
    kiosk.at(1600)
    assert [(told.cell, told.presences, told.tapped) for told in kiosk.told] == [
        (Cell(datetime(1970, 1, 1, 0, 0, 20, tzinfo=UTC), 880), 1, 1),
        (Cell(NINE + timedelta(minutes=20, seconds=-20), 620), 2, 0),
    ]
