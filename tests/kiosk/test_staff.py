"""The way in for staff, and what they can do there; a shopper finds no way in, and no way out."""

import pytest

from events.facts import TapFlag
from kiosk.glass import Control, Corner, Digit, Face, Screen, Switch
from kiosk.staffdoor import hashed, pin_check
from kiosk.ways import CLEANING_SECONDS, Ways
from tests.kiosk.parts import Glass

PIN = "402719"
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
