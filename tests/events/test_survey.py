"""A survey is read whole, or refused in one sentence; and it says what may be asked where and when."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from events.hours import parse_hours
from events.settings import ConfigError
from events.site import PlaceKind
from events.survey import Question, drawn, survey_from

WORDED = {"en": {"ask": "How was it?", "answers": ["a", "b", "c", "d"]}}


def question(name, **more):
    return {"name": name, "text": WORDED} | more


def survey(*questions, **more):
    return survey_from({"id": "visit", "version": 1, "question": list(questions)} | more)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Kolkata"))


def names(survey, place, moment):
    return [question.name for question in survey.rotation(place, at(moment))]


def test_a_question_is_asked_only_where_it_suits():
    asked = survey(question("visit"), question("rooms", places=["fitting_rooms"]))
    assert names(asked, PlaceKind.FITTING_ROOMS, "2026-03-02T12:00") == ["visit", "rooms"]
    assert names(asked, PlaceKind.EXIT, "2026-03-02T12:00") == ["visit"]
    assert names(asked, None, "2026-03-02T12:00") == ["visit"]


def test_a_question_is_asked_only_in_its_hours_and_on_its_days():
    asked = survey(
        question("visit"),
        question("evening", hours="17:00-20:00"),
        question("night", hours="22:00-02:00"),
        question("offer", begins="2026-03-02", ends="2026-03-03"),
    )
    assert names(asked, None, "2026-03-01T17:00") == ["visit", "evening"]
    assert names(asked, None, "2026-03-02T20:00") == ["visit", "offer"]
    assert names(asked, None, "2026-03-03T01:59") == ["visit", "night", "offer"]
    assert names(asked, None, "2026-03-04T22:00") == ["visit", "night"]


def test_when_nothing_suits_the_first_question_is_asked_all_the_same():
    asked = survey(question("visit", weight=0), question("rooms", places=["fitting_rooms"]))
    assert names(asked, PlaceKind.EXIT, "2026-03-02T12:00") == ["visit"]


def test_questions_are_drawn_as_often_as_they_weigh():
    asked = survey(question("visit", weight=3), question("offer", weight=1)).question
    dice = [drawn(asked, i / 100).name for i in range(100)]
    assert (dice.count("visit"), dice.count("offer")) == (75, 25)
    resting = survey(question("visit", weight=0)).question
    assert drawn(resting, 0.5).name == "visit"


def test_you_said_we_did_is_told_while_it_is_fresh():
    told = {"text": {"en": {"you_said": "Queues are long", "we_did": "We opened a third till"}}, "ends": "2026-03-31"}
    news = survey(question("visit"), news=[told]).news[0]
    assert news.text["en"].we_did == "We opened a third till"
    assert [news.is_fresh(at(day).date()) for day in ("2026-03-31", "2026-04-01")] == [True, False]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"weight": 101}, "weight lies between 0 and 100"),
        ({"hours": "closed"}, "09:00-20:00"),
        ({"hours": "09:00Z-10:00Z"}, "09:00-20:00"),
        ({"places": ["car park"]}, "none of entrance"),
        ({"begins": "soon"}, "soon"),
        ({"begins": "2026-03-02", "ends": "2026-03-01"}, "before it begins"),
        ({"name": ""}, "a question's name"),
        ({"name": "x" * 65}, "a question's name"),
        ({"reasons": ["a\nb"]}, "a reason's name"),
        ({"text": {"en": {"ask": "", "answers": ["a", "b", "c", "d"]}}}, "1 to 160 letters"),
        ({"text": {"en": {"ask": "?", "answers": ["a", "b", "c", " "]}}}, "1 to 60 letters"),
        ({"text": {"en": {"ask": "?\n", "answers": ["a", "b", "c", "d"]}}}, "on one line"),
        ({"loudness": 3}, "unknown key 'loudness'"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_a_sentence(change, sentence):
    with pytest.raises(ConfigError, match=sentence) as refused:
        survey(question("visit") | change)
    assert "\n" not in str(refused.value)


def test_two_questions_cannot_share_a_name():
    with pytest.raises(ConfigError, match="same name"):
        survey(question("visit"), question("visit"))


def test_hours_are_the_stores_own():
    with pytest.raises(ValueError, match="09:00-20:00"):
        parse_hours("09:00+05:30-20:00")


def test_a_question_without_limits_always_suits():
    assert Question("visit", {}).suits(None, at("2026-03-02T03:00"))
