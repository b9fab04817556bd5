"""Who is at the glass: adults, children and mashers, by script."""

import pytest

from events.facts import TapFlag
from kiosk.contacts import LOCKOUT_SECONDS
from kiosk.glass import Control, Face, Screen
from tests.kiosk.parts import Glass


def leave(glass: Glass) -> None:
    """Skip the reason and walk on."""
    glass.wait(1)
    glass.touch(Control.SKIP)
    glass.wait(2.1)


def test_adults_who_take_turns_are_never_flagged():
    glass = Glass()
    for answer in (1, 2, 1, 4, 1, 1, 2, 3):
        glass.press(answer)
        leave(glass)
        glass.wait(8)
    assert [tap.flags for tap in glass.taps] == [()] * 8


def test_an_adult_who_misses_first_and_then_hits_is_not_flagged():
    glass = Glass()
    glass.touch(None)
    glass.wait(0.7)
    glass.press(1)
    assert [tap.flags for tap in glass.taps] == [(), ()]


def test_a_child_hammering_a_face_is_one_clean_vote_and_every_touch_is_kept():
    glass = Glass()
    for _ in range(100):  # 20 s; the same spot, whatever is shown there
        glass.touch(Face(1) if glass.screen in (Screen.QUESTION, Screen.PRESSED) else None, at=(50.0, 50.0))
        glass.wait(0.2)
    assert len(glass.taps) == 100
    assert len([tap for tap in glass.taps if not tap.flags]) == 1
    assert glass.taps[0].flags == ()


def test_a_masher_of_all_faces_is_a_burst():
    glass = Glass()
    for answer in (1, 2, 3, 4):
        glass.press(answer)
        leave(glass)
    assert TapFlag.BURST not in glass.taps[1].flags
    assert TapFlag.BURST in glass.taps[2].flags
    assert TapFlag.BURST in glass.taps[3].flags


def test_the_fifth_answer_in_half_a_minute_is_a_burst_and_the_fifth_in_a_minute_is_not():
    quick, calm = Glass(), Glass()
    for _ in range(5):
        quick.press(1)
        leave(quick)
        quick.wait(2.5)
        calm.press(1)
        leave(calm)
        calm.wait(9)
    assert [TapFlag.BURST in tap.flags for tap in quick.taps] == [False] * 4 + [True]
    assert [TapFlag.BURST in tap.flags for tap in calm.taps] == [False] * 5


def test_the_lockout_grows_with_every_burst_and_forgets_after_a_quiet_minute():
    glass = Glass()
    locks = []
    for _ in range(9):
        glass.press(1)
        leave(glass)
        locks.append(glass.flow.is_locked(glass.now))
        glass.wait(0.1)
    assert locks[0] is False
    assert locks[-1] is True
    glass.wait(75)
    glass.press(1)
    assert glass.taps[-1].flags == ()
    glass.wait(LOCKOUT_SECONDS[0] + 0.02)
    assert not glass.flow.is_locked(glass.now)


def test_a_face_touched_during_the_lockout_is_stored_with_its_answer_and_thanked_by_nobody():
    glass = Glass()
    while not glass.flow.is_locked(glass.now):
        glass.press(1)
        leave(glass)
    assert glass.flow.is_locked(glass.now)
    before = len(glass.said)
    glass.press(2)
    assert glass.screen == Screen.QUESTION
    assert glass.taps[-1].answer == 2
    assert TapFlag.LOCKOUT in glass.taps[-1].flags
    assert [said for said, _ in glass.said[before:]] == ["kept"]


@pytest.mark.parametrize(
    ("seconds", "pixels", "stored"),
    [
        (0.06, 15, 1),  # a panel that bounces, or a second driver
        (0.06, 30, 2),  # another finger
        (0.10, 0, 2),  # the same finger once more
    ],
)
def test_the_same_contact_is_within_80_ms_and_20_pixels(seconds, pixels, stored):
    glass = Glass()
    glass.touch(None, at=(500.0, 300.0))
    glass.now += seconds
    glass.touch(None, at=(500.0 + pixels, 300.0))
    assert len(glass.taps) == stored


def test_a_second_finger_is_multitouch_and_a_third_is_a_palm():
    glass = Glass()
    fingers = [glass.touch(None, lift=False) for _ in range(3)]
    assert [tap.flags for tap in glass.taps] == [(), (TapFlag.MULTITOUCH,), (TapFlag.PALM,)]
    for finger in fingers:
        glass.flow.release(finger)
    glass.wait(1)
    glass.touch(None)
    assert glass.taps[-1].flags == ()


def test_a_second_vote_within_five_seconds_is_a_repeat():
    glass = Glass()
    glass.press(1)
    leave(glass)
    glass.press(1)
    leave(glass)
    glass.wait(5)
    glass.press(1)
    assert [tap.flags for tap in glass.taps] == [(), (TapFlag.REPEAT,), ()]
