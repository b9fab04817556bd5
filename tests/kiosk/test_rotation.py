"""One question per shopper: by place and hour, then by weight; and never another one in the middle."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

import pytest

from events.facts import QuestionKind, Reason, Tap
from events.site import PlaceKind
from events.survey import AskReason, News, Question, Survey, Told, Wording
from kiosk.asking import Asking
from kiosk.glass import Control, Face, Screen, Switch, Tile
from kiosk.survey import read_survey
from kiosk.viewing import Viewer
from kiosk.ways import Ways
from kiosk.words import read_words
from tests.kiosk.parts import Glass

NOON = datetime(2026, 3, 2, 12)
SCALES = [(QuestionKind.SMILEY, 4), (QuestionKind.SMILEY, 5), (QuestionKind.CSAT, 5), (QuestionKind.CES, 5),
          (QuestionKind.NPS, 11), (QuestionKind.YES_NO, 2)]  # fmt: skip


def asked(name, kind=QuestionKind.SMILEY, scale=4, **more):
    words = Wording("Well?", tuple(f"answer {i}" for i in range(scale)), ("Queue",), "What?", "Why?")
    return Question(name, {"en": words, "de": words}, kind, scale, ("queue",), AskReason.ALWAYS, **more)


def rotating(*questions, local=lambda: NOON, place=None, pinned=None, dice=None, buttons=0):
    dice = dice or iter([i * 37 % 100 / 100 for i in range(100)] * 50).__next__
    ways = Ways(Asking(local, place, pinned, dice), buttons=buttons)
    return Glass(ways=ways, survey=Survey("pulse", 3, tuple(questions)))


def next_shopper(glass):
    glass.wait(21)
    name = glass.flow.question.name
    glass.press(glass.flow.question.answers[0])
    glass.wait(1)
    glass.touch(Control.SKIP)
    glass.wait(2.1)
    return name


@pytest.mark.parametrize(("kind", "scale"), SCALES, ids=str)
def test_every_kind_of_question_goes_all_the_way_with_each_of_its_answers(kind, scale):
    glass = rotating(asked("q", kind, scale))
    for answer in glass.flow.question.answers:
        glass.wait(61)
        glass.press(answer)
        glass.wait(1)
        glass.touch(Tile("queue"))
        glass.wait(0.3)
        assert glass.screen == Screen.THANKS
        glass.wait(2.1)
    taps = [fact for fact in glass.facts if isinstance(fact, Tap)]
    assert [tap.answer for tap in taps] == list(glass.flow.question.answers)
    assert {(tap.kind, tap.scale, tap.question, tap.survey, tap.version) for tap in taps} == {
        (kind, scale, "q", "pulse", 3)
    }
    assert sum(isinstance(fact, Reason) for fact in glass.facts) == scale


def test_questions_are_asked_as_often_as_they_weigh():
    glass = rotating(asked("often", weight=3), asked("seldom", weight=1), asked("resting", weight=0))
    assert Counter(next_shopper(glass) for _ in range(100)) == {"often": 75, "seldom": 25}


def test_a_question_never_changes_under_a_shoppers_hands():
    glass = rotating(asked("one"), asked("other", QuestionKind.NPS, 11))
    for _ in range(40):
        glass.wait(21)
        before = glass.flow.question
        glass.press(before.answers[-1])
        for _ in range(20):
            glass.wait(0.5)
            assert glass.flow.question == before
        glass.touch(Control.SKIP)
        assert glass.flow.question == before, "also while thanks are shown"
        glass.wait(3)
    assert {tap.question for tap in glass.taps} == {"one", "other"}
    assert all(tap.scale == (4 if tap.question == "one" else 11) for tap in glass.taps)


def test_a_question_that_nobody_answered_stays_for_the_next_one():
    glass = rotating(asked("one"), asked("other"))
    before = glass.flow.question
    glass.wait(300)
    assert glass.flow.question == before


def test_a_question_of_the_evening_waits_for_the_evening():
    clock = [NOON]
    glass = rotating(asked("day", hours="08:00-17:00"), asked("evening", hours="17:00-20:00"), local=lambda: clock[0])
    assert {next_shopper(glass) for _ in range(10)} == {"day"}
    clock[0] = NOON.replace(hour=18)
    glass.wait(25)
    assert glass.flow.question.name == "evening", "it is changed while nobody is there"
    assert {next_shopper(glass) for _ in range(10)} == {"evening"}


def test_a_kiosk_asks_what_suits_the_place_where_it_hangs_or_the_one_it_was_given():
    questions = asked("anywhere"), asked("till", places=(PlaceKind.CHECKOUT,)), asked("door", places=(PlaceKind.EXIT,))
    till = rotating(*questions, place=PlaceKind.CHECKOUT)
    assert {next_shopper(till) for _ in range(50)} == {"anywhere", "till"}
    pinned = rotating(*questions, place=PlaceKind.CHECKOUT, pinned="door")
    assert {next_shopper(pinned) for _ in range(10)} == {"door"}


def test_the_same_dice_ask_the_same_questions():
    one, two = (rotating(asked("a"), asked("b"), asked("c")) for _ in range(2))
    assert [next_shopper(one) for _ in range(30)] == [next_shopper(two) for _ in range(30)]


def test_a_survey_is_swapped_only_when_nobody_has_been_there_for_ten_seconds():
    glass = rotating(asked("old"))
    new = Survey("pulse", 4, (asked("new"),))
    glass.press(1)
    for _ in range(4):
        assert not glass.flow.swap(new, glass.now)
        glass.wait(3)
    assert glass.flow.question.name == "old"
    glass.wait(12)
    assert glass.flow.swap(new, glass.now)
    glass.press(1)
    assert (glass.taps[-1].question, glass.taps[-1].version) == ("new", 4)


@pytest.mark.parametrize(
    ("answers", "buttons", "presses", "answer"),
    [(4, 4, [3], 3), (4, 3, [3, 2], 4), (5, 3, [3, 3, 1], 5), (5, 2, [2, 2, 2, 1], 4), (4, 8, [2], 2)],
)
def test_every_answer_can_be_given_by_buttons_however_few_there_are(answers, buttons, presses, answer):
    glass = rotating(asked("q", scale=answers), buttons=buttons)
    for number in presses:
        glass.wait(1)
        glass.button(number)
    assert [tap.answer for tap in glass.taps] == [answer]


def test_reasons_and_skip_are_on_the_buttons_too():
    glass = Glass(ways=Ways(buttons=4))
    glass.button(1)
    glass.wait(1)
    first = glass.flow.buttons
    assert first == (Tile("service"), Tile("queue"), Tile("fitting_room"), Control.MORE)
    glass.button(4)
    glass.wait(1)
    assert glass.flow.buttons == (Tile("price"), Tile("choice"), Tile("cleanliness"), Control.SKIP)
    glass.button(2)
    assert glass.facts[-1].reason == "choice"
    glass.wait(30)
    assert glass.flow.buttons == (Face(1), Face(2), Face(3), Face(4))


def test_the_attract_loop_tells_news_and_what_is_stored_and_keeps_the_faces():
    survey = replace(read_survey(), news=(News({"en": Told("Too few mirrors", "Four more since Monday")}),))
    glass = Glass(survey=survey)
    viewer = Viewer(read_words())
    seen = []
    for _ in range(60):
        glass.wait(1)
        view = viewer.view(glass.flow, glass.now)
        assert view.screen == Screen.QUESTION, "the first touch is an answer"
        if view.attract and view.attract not in seen:
            seen.append(view.attract)
    assert set(seen) == {Control.NEWS, Control.RECEIPT}
    glass.press(1)
    assert viewer.view(glass.flow, glass.now).attract is None
    assert [tap.answer for tap in glass.taps] == [1]


def test_news_are_one_tap_away_and_go_by_themselves():
    survey = replace(read_survey(), news=(News({"en": Told("Too few mirrors", "Four more since Monday")}),))
    glass, viewer = Glass(survey=survey), Viewer(read_words())
    glass.touch(Control.NEWS)
    assert viewer.view(glass.flow, glass.now).news == ("Too few mirrors", "Four more since Monday")
    glass.wait(20.1)
    assert glass.screen == Screen.QUESTION
    glass.touch(Control.NEWS)
    glass.wait(1)
    glass.touch(Control.BACK)
    assert glass.screen == Screen.QUESTION
    assert glass.facts == []


def test_a_survey_without_news_has_no_news_to_show():
    glass = Glass()
    glass.touch(Control.NEWS)
    assert glass.screen == Screen.QUESTION


def test_three_answers_in_a_row_that_cannot_be_stored_put_the_kiosk_out_of_service_until_one_can():
    glass = Glass(commits=False)
    for number in range(3):
        glass.press(1 + number)
        glass.fail()
        glass.wait(4.1)
    assert glass.screen == Screen.OUT_OF_SERVICE
    glass.touch(None)
    glass.commit()
    assert glass.screen == Screen.QUESTION, "the touch was stored, so answers can be"


def test_out_of_service_lets_somebody_try_again_after_half_a_minute():
    glass = Glass()
    glass.flow.out_of_service(glass.now)
    glass.wait(29)
    assert glass.screen == Screen.OUT_OF_SERVICE
    glass.wait(1.1)
    assert glass.screen == Screen.QUESTION


def test_the_voice_reads_what_the_screen_shows_in_its_language():
    glass, viewer = Glass(), Viewer(read_words())
    assert viewer.read_aloud(glass.flow) == "How was your visit today?. Very good. Good. Poor. Very poor"
    glass.touch(Switch("de"))
    glass.press(4)
    glass.wait(0.3)
    assert viewer.read_aloud(glass.flow).startswith("Was sollen wir besser machen?. Beratung")
    said = []
    Glass(ways=Ways(speak=lambda: said.append(1))).touch(Control.SPEAK)
    assert said == [1]
