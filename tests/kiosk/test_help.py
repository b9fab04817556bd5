"""A shopper in a fitting room asks for help, and is told no more than is true."""

import pytest

from events.facts import Call, CallEnded, CallOutcome
from kiosk.glass import Control, Help, Said, Screen
from kiosk.ways import Ways
from tests.kiosk.parts import Glass

WAYS = Ways(help=("fitting", "2"))


class Room(Glass):
    """A fitting room's kiosk, whose staff can be reached unless a test says otherwise."""

    def __init__(self, commits=True, reached=True):
        super().__init__(commits, WAYS)
        self.desk = self.flow.desk
        self.desk.staff_can_be_reached(reached, self.now)

    @property
    def ends(self):
        return [(fact.outcome, fact.waited_seconds) for fact in self.facts if isinstance(fact, CallEnded)]


def test_a_call_is_a_fact_at_once_and_told_only_after_its_commit():
    room = Room(commits=False)
    room.touch(Control.HELP)
    assert room.facts == [Call("fitting", "2")]
    assert (room.screen, room.desk.state) == (Screen.HELP, Help.ASKING)
    room.commit()
    assert room.desk.state == Help.ASKED
    assert [said for said, _ in room.said] == [Said.CALLED]


def test_without_a_commit_within_half_a_second_the_shopper_is_sent_to_the_till():
    room = Room(commits=False)
    room.touch(Control.HELP)
    room.wait(0.48)
    assert room.desk.state == Help.FAILED
    room.commit()
    assert room.desk.state == Help.FAILED, "it came too late, and nobody is called twice"
    assert room.ends == [(CallOutcome.UNANSWERED, 0.5)]


def test_a_call_that_is_refused_sends_the_shopper_to_the_till_at_once():
    room = Room(commits=False)
    room.touch(Control.HELP)
    room.fail()
    assert room.desk.state == Help.FAILED
    assert room.ends == []


def test_while_the_staff_cannot_be_reached_the_screen_says_so():
    room = Room(reached=False)
    room.touch(Control.HELP)
    assert room.desk.state == Help.AWAY
    room.wait(70)
    assert room.desk.state == Help.AWAY
    room.desk.staff_can_be_reached(True, room.now)
    assert room.desk.state == Help.ESCALATED
    room.desk.staff_can_be_reached(False, room.now)
    assert room.desk.state == Help.AWAY


def test_a_device_that_has_never_heard_of_its_centre_promises_nothing():
    glass = Glass(ways=WAYS)
    glass.touch(Control.HELP)
    assert glass.flow.desk.state == Help.AWAY


def test_a_second_press_within_five_seconds_takes_it_back():
    room = Room()
    room.touch(Control.HELP)
    room.wait(4.9)
    assert room.desk.can_withdraw(room.now)
    room.touch(Control.HELP)
    assert room.desk.state == Help.WITHDRAWN
    assert room.ends == [(CallOutcome.WITHDRAWN, 4.9)]


def test_a_call_taken_back_before_its_commit_is_withdrawn_once_it_is_known():
    room = Room(commits=False)
    room.touch(Control.HELP)
    room.wait(0.2)
    room.touch(Control.WITHDRAW)
    assert room.desk.state == Help.WITHDRAWN
    room.commit()
    assert room.desk.state == Help.WITHDRAWN
    assert [outcome for outcome, _ in room.ends] == [CallOutcome.WITHDRAWN]


def test_pressing_again_later_opens_no_second_call():
    room = Room()
    for _ in range(5):
        room.touch(Control.HELP)
        room.wait(6)
    assert room.calls == [Call("fitting", "2")]
    assert room.desk.state == Help.ASKED


def test_after_a_minute_it_is_urgent_and_the_screen_says_so():
    room = Room()
    room.touch(Control.HELP)
    room.wait(59.9)
    assert room.desk.state == Help.ASKED
    room.wait(0.4)
    assert room.desk.state == Help.ESCALATED
    assert room.screen == Screen.HELP, "what changes is shown to a shopper who waits"


@pytest.mark.parametrize(("heard", "state"), [("coming", Help.COMING), ("answered", Help.ANSWERED)])
def test_whoever_answers_ends_the_call_and_is_announced(heard, state):
    room = Room()
    room.touch(Control.HELP)
    room.wait(30)
    assert room.screen == Screen.QUESTION, "the shopper may rate meanwhile"
    getattr(room.desk, heard)(room.desk.call, room.now)
    room.wait(0.1)
    assert (room.screen, room.desk.state) == (Screen.HELP, state)
    assert room.ends == [(CallOutcome.ANSWERED, 30.0)]
    room.wait(21)
    assert (room.screen, room.desk.state) == (Screen.QUESTION, Help.READY)


def test_an_answer_to_another_call_changes_nothing():
    room = Room()
    room.touch(Control.HELP)
    room.desk.coming("ffffffffffff-9", room.now)
    assert room.desk.state == Help.ASKED


def test_nobody_is_interrupted_in_the_middle_of_an_answer():
    room = Room()
    room.touch(Control.HELP)
    room.wait(1)
    room.touch(Control.BACK)
    room.wait(1)
    room.press(1)
    room.desk.coming(room.desk.call, room.now)
    room.wait(1)
    assert room.screen == Screen.REASON
    room.touch(Control.SKIP)
    room.wait(2.5)
    assert room.screen == Screen.HELP


def test_a_session_that_ends_with_its_call_open_was_not_answered():
    room = Room()
    room.touch(Control.HELP)
    room.wait(10)
    room.desk.over(room.desk.call, room.now)
    assert room.ends == [(CallOutcome.UNANSWERED, 10.0)]
    assert room.desk.state == Help.READY


def test_a_call_that_nobody_ends_is_given_up_after_half_an_hour():
    room = Room()
    room.touch(Control.HELP)
    for _ in range(190):
        room.now += 10
        room.flow.tick(room.now)
    assert [outcome for outcome, _ in room.ends] == [CallOutcome.UNANSWERED]


def test_the_end_of_a_call_is_tried_again_until_it_is_on_the_disk():
    room = Room()
    room.touch(Control.HELP)
    room.commits = False
    room.wait(1)
    room.touch(Control.WITHDRAW)
    for _ in range(3):
        room.fail()
        room.wait(5.1)
    room.commit()
    room.wait(20)
    assert len(room.ends) == 4, "handed over four times"
    assert [said for said, _ in room.said] == [Said.CALLED, Said.CALL_ENDED]


def test_a_kiosk_that_starts_anew_goes_on_with_the_call_that_was_open():
    room = Room()
    room.desk.resume("1f0c9d2ab8e4-7", room.now - 65, room.now)
    assert room.desk.state == Help.ESCALATED
    room.touch(Control.HELP)
    assert room.calls == []
    room.desk.answered("1f0c9d2ab8e4-7", room.now)
    assert room.ends == [(CallOutcome.ANSWERED, 65.0)]


def test_a_call_made_by_the_rooms_own_button_is_shown_and_ended_by_the_room():
    room = Room()
    room.desk.asked_elsewhere("aaaaaaaaaaaa-3", room.now)
    room.wait(0.3)
    assert (room.screen, room.desk.state) == (Screen.HELP, Help.ASKED)
    room.touch(Control.HELP)
    assert room.desk.state == Help.ASKED, "nobody takes back here what was called there"
    room.desk.coming("aaaaaaaaaaaa-3", room.now)
    assert room.desk.state == Help.COMING
    assert room.calls == []


def test_a_kiosk_without_a_room_has_no_such_button():
    glass = Glass()
    glass.touch(Control.HELP)
    assert glass.screen == Screen.QUESTION
    assert glass.calls == []
