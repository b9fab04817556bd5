"""The kiosk sleeps when the shop does: by its own hours, whatever summer time or a jumping clock may do."""

from datetime import UTC, datetime, time, timedelta

import pytest

from events.facts import TapFlag
from events.hours import OpeningHours
from kiosk.glass import Face, Said, Screen
from kiosk.viewing import Viewer
from kiosk.words import read_words
from tests.kiosk.parts import Glass

BERLIN = OpeningHours("Europe/Berlin", (*((time(9), time(20)),) * 6, None))
SATURDAY = datetime(2026, 3, 28, 10, tzinfo=UTC)
"""The night after it, summer time begins in Berlin."""


class Shop:
    """A kiosk and a clock on the wall that the test may turn."""

    def __init__(self, at=SATURDAY):
        self.at = at
        self.glass = Glass()
        self.viewer = Viewer(read_words(), BERLIN, at=lambda: self.at)

    def pass_by(self, hours, step=20):
        for _ in range(int(hours * 3600 / step)):
            self.at += timedelta(seconds=step)
            self.glass.now += step
            self.look()
        return self

    def look(self):
        self.glass.flow.opened(self.viewer.is_open(), self.glass.now)

    @property
    def view(self):
        return self.viewer.view(self.glass.flow, self.glass.now)


@pytest.fixture
def shop():
    return Shop()


def test_it_goes_dark_at_closing_and_wakes_at_opening_two_days_later(shop):
    assert shop.glass.screen == Screen.QUESTION
    shop.pass_by(9.2)
    assert shop.glass.screen == Screen.CLOSED
    shop.pass_by(34)
    assert (shop.glass.screen, shop.at) == (Screen.CLOSED, datetime(2026, 3, 30, 5, 12, tzinfo=UTC))
    shop.pass_by(2)
    assert shop.glass.screen == Screen.QUESTION, "09:00 in Berlin is 07:00 UTC now, and was 08:00 on Saturday"


def test_a_kiosk_that_starts_outside_the_hours_is_closed_with_its_first_look():
    shop = Shop(SATURDAY.replace(hour=22))
    shop.glass.flow.tick(shop.glass.now)
    shop.look()
    assert shop.glass.screen == Screen.CLOSED


def test_a_closed_kiosk_says_when_the_shop_opens(shop):
    shop.pass_by(10)
    assert shop.view.opens == "Open again: Monday, 09:00"
    shop.pass_by(20)
    assert shop.view.opens == "Open again: tomorrow, 09:00"
    shop.glass.flow.language = "de"
    assert shop.view.opens == "Wieder geöffnet: morgen, 09:00"


def test_a_shop_that_never_opens_promises_no_hour():
    shop = Shop()
    shop.viewer = Viewer(read_words(), OpeningHours("UTC", (None,) * 7), at=lambda: shop.at)
    shop.pass_by(1)
    assert (shop.glass.screen, shop.view.opens) == (Screen.CLOSED, "")


def test_a_touch_outside_the_hours_is_stored_without_an_answer_and_gets_one(shop):
    shop.pass_by(10)
    assert not shop.view.awake
    shop.glass.touch(None)
    assert shop.view.awake
    assert [(tap.answer, tap.flags) for tap in shop.glass.taps] == [(None, (TapFlag.LOCKOUT,))]
    assert [said for said, _ in shop.glass.said] == [Said.KEPT]
    shop.glass.wait(10.1)
    assert not shop.view.awake


def test_nobody_who_is_answering_is_sent_away_at_closing_time(shop):
    shop.at = datetime(2026, 3, 28, 18, 59, 59, tzinfo=UTC)
    shop.look()
    shop.glass.press(4)
    shop.at += timedelta(seconds=5)
    for _ in range(5):
        shop.glass.wait(1)
        shop.look()
    assert shop.glass.screen == Screen.REASON
    shop.glass.wait(30)
    shop.look()
    assert shop.glass.screen == Screen.CLOSED


@pytest.mark.parametrize("years", [-30, 5])
def test_a_clock_that_jumps_by_years_and_back_leaves_a_kiosk_that_serves(shop, years):
    before = shop.at
    shop.at = shop.at.replace(year=shop.at.year + years)
    shop.pass_by(0.1)
    assert shop.glass.screen in (Screen.QUESTION, Screen.CLOSED)
    shop.at = before
    shop.look()
    assert shop.glass.screen == Screen.QUESTION
    shop.glass.press(1)
    assert shop.glass.taps[-1].answer == 1


def test_it_is_darker_at_night_across_midnight():
    shop = Shop()
    shop.viewer.night = "19:00-07:00"
    seen = []
    for hour in (5, 17, 18, 23):
        shop.at = datetime(2026, 3, 27, hour, 30, tzinfo=UTC)
        seen.append(shop.view.night)
    assert seen == [True, False, True, True]


def test_without_hours_it_never_sleeps():
    glass = Glass()
    viewer = Viewer(read_words())
    glass.flow.opened(viewer.is_open(), glass.now)
    glass.wait(30)
    assert glass.screen == Screen.QUESTION
    glass.touch(Face(1))
    assert glass.screen == Screen.PRESSED
