from events.facts import EventId, PressMeans, Reason, TapFlag
from kiosk.glass import Control, Face, Said, Screen, Switch, Tile
from kiosk.ways import Ways
from tests.kiosk.parts import NOON, Glass


def test_a_happy_shopper_walks_through_question_reason_thanks_and_round_again():
    glass = Glass()
    assert glass.screen == Screen.QUESTION
    glass.press(1)
    assert glass.screen == Screen.PRESSED
    glass.wait(0.22)
    assert glass.screen == Screen.REASON
    glass.wait(1)
    glass.touch(Tile("queue"))
    assert glass.screen == Screen.CHOSEN
    glass.wait(0.22)
    assert glass.screen == Screen.THANKS
    glass.wait(1.9)
    assert glass.screen == Screen.THANKS
    glass.wait(0.2)
    assert glass.screen == Screen.QUESTION
    tap, reason = glass.facts
    assert (tap.answer, tap.scale, tap.flags, tap.means) == (1, 4, (), PressMeans.TOUCH)
    assert reason == Reason(EventId("1f0c9d2ab8e4-1"), "visit", "queue")
    assert [said for said, _ in glass.said] == [Said.THANKED, Said.NOTED]


def test_the_tap_is_handed_over_at_touch_down_before_anything_else_is_asked():
    glass = Glass(commits=False)
    glass.touch(Face(3), lift=False)
    assert [tap.answer for tap in glass.taps] == [3]
    assert glass.screen == Screen.PRESSED


def test_nobody_is_thanked_before_the_commit():
    glass = Glass(commits=False)
    glass.press(1)
    glass.wait(0.4)
    assert glass.screen == Screen.PRESSED
    assert glass.said == []
    glass.commit()
    assert glass.screen == Screen.REASON
    assert glass.said == [(Said.THANKED, EventId("1f0c9d2ab8e4-1"))]


def test_without_a_commit_the_screen_says_sorry_within_half_a_second_and_counts_it():
    glass = Glass(commits=False)
    glass.press(1)
    glass.wait(0.48)
    assert glass.screen == Screen.SORRY
    assert glass.flow.unrecorded == 1
    assert glass.said == [(Said.SORRY, None)]


def test_a_commit_after_the_apology_thanks_nobody():
    glass = Glass(commits=False)
    glass.press(1)
    glass.wait(0.6)
    glass.commit()
    glass.wait(0.1)
    assert glass.screen == Screen.SORRY
    glass.wait(4)
    assert glass.screen == Screen.QUESTION
    assert Said.THANKED not in [said for said, _ in glass.said]


def test_a_refused_commit_says_sorry_at_once():
    glass = Glass(commits=False)
    glass.press(2)
    glass.fail()
    assert glass.screen == Screen.SORRY
    assert glass.flow.unrecorded == 1


def test_a_reason_that_cannot_be_stored_says_sorry_too():
    glass = Glass()
    glass.press(4)
    glass.wait(1)
    glass.commits = False
    glass.touch(Tile("price"))
    glass.wait(0.5)
    assert glass.screen == Screen.SORRY


def test_a_shopper_who_walks_on_keeps_the_answer_and_the_reasons_close_after_ten_seconds():
    glass = Glass()
    glass.press(4)
    glass.wait(0.22)
    assert 9.9 < glass.flow.seconds_left(glass.now) <= 10
    glass.wait(5)
    assert 4.9 < glass.flow.seconds_left(glass.now) < 5.1
    glass.wait(4.9)
    assert glass.screen == Screen.REASON
    glass.wait(0.2)
    assert glass.screen == Screen.THANKS
    assert [tap.answer for tap in glass.taps] == [4]


def test_skip_leads_to_thanks_without_a_reason():
    glass = Glass()
    glass.press(1)
    glass.wait(1)
    glass.touch(Control.SKIP)
    assert glass.screen == Screen.THANKS
    assert glass.facts == glass.taps


def test_a_hammering_hand_chooses_no_reason():
    glass = Glass()
    glass.press(1)
    for _ in range(20):
        glass.wait(0.3)
        glass.touch(Tile("queue"))
    assert glass.screen == Screen.REASON
    assert glass.facts == glass.taps


def test_the_language_returns_to_the_stores_after_twenty_seconds():
    glass = Glass()
    glass.touch(Switch("de"))
    assert glass.flow.language == "de"
    glass.wait(19.9)
    assert glass.flow.language == "de"
    glass.wait(0.2)
    assert glass.flow.language == "en"
    assert glass.facts == []


def test_the_answer_names_the_language_it_was_given_in():
    glass = Glass()
    glass.touch(Switch("hi"))
    glass.wait(1)
    glass.press(2)
    assert glass.taps[0].language == "hi"


def test_a_language_that_the_survey_lacks_is_ignored():
    glass = Glass()
    glass.touch(Switch("xx"))
    assert glass.flow.language == "en"


def test_the_receipt_tells_the_last_answer_and_closes_by_a_touch_or_by_itself():
    glass = Glass()
    glass.press(2)
    glass.wait(15)
    glass.touch(Control.RECEIPT)
    assert glass.screen == Screen.RECEIPT
    assert (glass.flow.last.answer, glass.flow.last.at) == (2, NOON)
    glass.wait(1)
    glass.touch(None)
    assert glass.screen == Screen.QUESTION
    glass.touch(Control.RECEIPT, at=(5.0, 5.0))
    glass.wait(21)
    assert glass.screen == Screen.QUESTION
    assert len(glass.taps) == 1


def test_an_answer_that_was_not_stored_is_on_no_receipt():
    glass = Glass(commits=False)
    glass.press(2)
    glass.wait(1)
    assert glass.flow.last is None


def test_a_press_beside_the_faces_is_stored_without_an_answer():
    glass = Glass()
    glass.touch(None)
    assert [(tap.answer, tap.flags) for tap in glass.taps] == [(None, ())]
    assert glass.screen == Screen.QUESTION
    assert [said for said, _ in glass.said] == [Said.KEPT]


def test_a_touch_while_thanks_are_shown_is_stored_and_flagged_and_changes_nothing():
    glass = Glass()
    glass.press(1)
    glass.wait(1)
    glass.touch(Control.SKIP)
    glass.wait(1)
    glass.touch(None)
    assert glass.screen == Screen.THANKS
    assert glass.taps[-1].flags == (TapFlag.LOCKOUT,)


def test_a_physical_button_is_an_answer_like_any_other():
    glass = Glass(ways=Ways(buttons=4))
    glass.button(3)
    assert [(tap.answer, tap.means) for tap in glass.taps] == [(3, PressMeans.BUTTON)]
    assert glass.screen == Screen.PRESSED


def test_a_finger_that_stays_is_told_once_and_no_longer_disturbs_the_others():
    glass = Glass()
    glass.touch(None, lift=False)
    glass.wait(30)
    assert [tap.flags for tap in glass.taps] == [(), (TapFlag.HOLD,)]
    glass.press(1)
    assert glass.taps[-1].flags == ()
