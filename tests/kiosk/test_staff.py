"""The way in for staff, and what they can do there; a shopper finds no way in, and no way out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from events.facts import TapFlag
from kiosk.glass import Control, Corner, Digit, Face, Screen, Switch
from kiosk.remembered import kept_language, kept_tries, read_language, read_tries
from kiosk.staffdoor import Tries, hashed, pin_check
from kiosk.ways import CLEANING_SECONDS, Ways
from tests.kiosk.parts import NOON, Glass

PIN = "402719"
UNSET = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
WAYS = Ways(is_right_pin=lambda pin: pin == PIN)


class Wall(Glass):
    def __init__(self, ways=WAYS):
        super().__init__(ways=ways)

    def knock(self, hold=3.1, then=1.0):
        finger = self.touch(None, lift=False, corner=Corner.TOP_LEFT)
        self.wait(hold)
        self.flow.release(finger, self.now)
        self.wait(then)
        self.touch(None, corner=Corner.TOP_RIGHT)

    def enter(self, digits=PIN):
        for digit in digits:
            self.wait(0.1)
            self.touch(Digit(int(digit)))

    def inside(self):
        self.knock()
        self.enter()
        assert self.screen == Screen.STAFF
        return self


@pytest.fixture
def wall():
    return Wall()


def test_a_held_corner_the_other_one_and_six_digits_open_the_door(wall):
    wall.knock()
    assert wall.screen == Screen.PIN
    wall.enter()
    assert wall.screen == Screen.STAFF


@pytest.mark.parametrize(("hold", "then"), [(2.5, 1.0), (3.1, 5.5)])
def test_too_short_or_too_slow_opens_nothing(wall, hold, then):
    wall.knock(hold, then)
    assert wall.screen == Screen.QUESTION


def test_a_touch_elsewhere_in_between_opens_nothing(wall):
    finger = wall.touch(None, lift=False, corner=Corner.TOP_LEFT)
    wall.wait(3.1)
    wall.flow.release(finger, wall.now)
    wall.touch(None)
    wall.wait(0.2)
    wall.touch(None, corner=Corner.TOP_RIGHT)
    assert wall.screen == Screen.QUESTION


def test_without_a_pin_in_the_configuration_there_is_no_door():
    wall = Wall(Ways())
    wall.knock()
    assert wall.screen == Screen.QUESTION


def test_five_wrong_pins_shut_the_door_for_five_minutes(wall):
    wall.knock()
    for _ in range(5):
        wall.enter("000000")
        assert wall.screen == Screen.PIN
    assert wall.flow.pin_door.pad(wall.now).minutes == 5
    wall.enter()
    assert wall.screen == Screen.PIN, "not even the right one"
    wall.wait(61)
    assert wall.screen == Screen.QUESTION
    wall.knock()
    wall.enter()
    assert wall.screen == Screen.PIN
    wall.now += 300
    wall.flow.tick(wall.now)
    wall.knock()
    wall.enter()
    assert wall.screen == Screen.STAFF


class Plug:
    """Pulls a kiosk's plug and puts it back; what it remembered by then comes back with it."""

    def __init__(self):
        self.kept, self.at = None, NOON

    def back(self, passed=timedelta(seconds=30)):
        self.at += passed
        self.wall = Wall(replace(WAYS, keep_tries=self._keep))
        self.wall.flow.pin_door.resume(read_tries(self.kept, self.at), self.wall.now)
        self.wall.knock()
        return self.wall

    def _keep(self, tries):
        self.kept = kept_tries(tries, self.at)


def test_a_plug_that_is_pulled_after_each_wrong_pin_gives_no_free_try():
    plug = Plug()
    for _ in range(5):
        plug.back().enter("000000")
    for _ in range(3):
        plug.back().enter()
        assert plug.wall.screen == Screen.PIN, "the right one, in the five minutes"
    plug.back(timedelta(seconds=300)).enter()
    assert plug.wall.screen == Screen.STAFF
    plug.back().enter("000000")
    assert read_tries(plug.kept, plug.at).wrong == 1, "the right one made good for the others"
    plug.back().enter()
    assert read_tries(plug.kept, plug.at) == Tries()


@pytest.mark.parametrize(
    ("then", "now", "minutes"),
    [
        (NOON, NOON + timedelta(minutes=2), 3),
        (NOON, NOON + timedelta(hours=5), 0),
        (NOON, NOON - timedelta(hours=5), 5),
        (NOON, UNSET, 5),
        (UNSET, NOON, 5),
        (UNSET, UNSET + timedelta(minutes=2), 5),
    ],
    ids=["soon", "long after", "set back", "never set now", "never set then", "never set"],
)
def test_no_clock_shortens_the_five_minutes(then, now, minutes):
    assert read_tries(kept_tries(Tries(0, 300.0), then), now).shut_seconds == 60 * minutes


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"wrong": "x", "shut_seconds": 3, "at": "noon"}', "\x00"])
def test_what_is_no_memory_counts_nothing_and_changes_no_language(text):
    assert read_tries(text, NOON) == Tries()
    assert read_language(text, "en", {"en", "de"}) == "en"


@pytest.mark.parametrize(
    ("configured", "offered", "language"),
    [("en", {"en", "de"}, "de"), ("en", {"en"}, "en"), ("fr", {"en", "de", "fr"}, "fr")],
    ids=["chosen", "cannot be shown", "configured anew"],
)
def test_the_language_that_staff_chose_outlasts_a_restart(configured, offered, language):
    chosen = []
    wall = Wall(replace(WAYS, keep_language=chosen.append)).inside()
    wall.touch(Switch("de"))
    assert read_language(kept_language(chosen[-1], "en"), configured, offered) == language


def test_a_wrong_digit_can_be_erased(wall):
    wall.knock()
    wall.enter("4027")
    wall.touch(Control.ERASE)
    wall.enter("719")
    assert wall.screen == Screen.STAFF


def test_a_test_tap_is_stored_flagged_and_leads_back_to_the_staff(wall):
    wall.inside()
    wall.touch(Control.TEST_TAP)
    assert wall.screen == Screen.QUESTION
    wall.wait(1)
    wall.press(4)
    tap = wall.taps[-1]
    assert (tap.answer, TapFlag.TEST in tap.flags) == (4, True)
    wall.wait(0.3)
    assert wall.screen == Screen.THANKS, "a test is asked for no reason"
    wall.wait(2.1)
    assert wall.screen == Screen.STAFF
    wall.touch(Control.BACK)
    wall.wait(70)
    wall.press(1)
    assert TapFlag.TEST not in wall.taps[-1].flags


def test_staff_who_walk_away_from_a_test_leave_no_test_for_the_next_shopper(wall):
    wall.inside()
    wall.touch(Control.TEST_TAP)
    wall.wait(20.1)
    assert wall.screen == Screen.STAFF
    wall.wait(60.1)
    assert wall.screen == Screen.QUESTION
    wall.press(2)
    assert wall.taps[-1].flags == ()


def test_while_the_screen_is_cleaned_touches_mean_nothing(wall):
    wall.inside()
    wall.touch(Control.CLEAN)
    before = len(wall.facts)
    for _ in range(30):
        wall.wait(0.2)
        wall.touch(Face(1))
    assert (wall.screen, len(wall.facts)) == (Screen.CLEANING, before)
    assert 0 < wall.flow.seconds_left(wall.now) < CLEANING_SECONDS
    wall.wait(CLEANING_SECONDS)
    assert wall.screen == Screen.QUESTION


def test_the_staffs_page_closes_after_a_minute_and_its_touches_are_no_taps(wall):
    wall.inside()
    before = len(wall.taps)
    wall.touch(None)
    wall.wait(59)
    assert wall.screen == Screen.STAFF
    wall.wait(1.1)
    assert wall.screen == Screen.QUESTION
    assert len(wall.taps) == before


def test_staff_choose_the_language_that_the_kiosk_returns_to(wall):
    wall.inside()
    wall.touch(Switch("de"))
    wall.touch(Control.BACK)
    wall.touch(Switch("fr"))
    wall.wait(21)
    assert wall.flow.language == "de"


def test_a_pin_lies_in_the_configuration_as_a_salted_hash():
    kept = hashed(PIN)
    assert PIN not in kept
    assert kept != hashed(PIN)
    assert pin_check(kept)(PIN)
    assert not pin_check(kept)("402718")


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "\u0661" * 6])
def test_a_pin_has_six_digits(pin):
    with pytest.raises(ValueError, match="6 digits"):
        hashed(pin)


@pytest.mark.parametrize("text", ["402719", "scrypt$00$11", ""])
def test_what_is_no_hash_is_refused(text):
    with pytest.raises(ValueError, match="--hash-pin"):
        pin_check(text)
