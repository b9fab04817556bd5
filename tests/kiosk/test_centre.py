"""A survey from the centre: whole or not at all, shown when nobody is there, and kept."""

import json

import pytest

from events.facts import ConfigApplied
from kiosk.centre import SEEN, SURVEY, Centre
from kiosk.fitting import why_not
from kiosk.layout import Panel
from kiosk.pushes import Letterbox, kept_push
from kiosk.settings import Settings
from kiosk.survey import read_survey
from kiosk.words import read_words

PANEL = Panel(800, 480, 7)
NOTO = Settings().fonts
ASK = {"ask": "Did our team tell you about the offer?", "answers": ["Yes", "No"]}


def survey(text=None, kind="yes_no", scale=2, **more):
    question = {"name": "offer", "kind": kind, "scale": scale, "text": text or {"en": ASK}}
    return {"id": "offer", "version": 3, "question": [question], **more}


def push(version, content=None, **body):
    part = {"version": version, "body": {"survey": content or survey(), **body}}
    return json.dumps({"device": "acme/s014/door", "version": version, "parts": {"kiosk": part}})


class Desk:
    """The centre's end of a kiosk on a seven inch panel."""

    def __init__(self, seen=-1):
        self.offered, self.reports, self.state, self.settled = [], [], {}, []
        fits = lambda survey: why_not(survey, PANEL, read_words(), NOTO, "en")  # noqa: E731
        self.centre = Centre(Letterbox(fits, seen), self.offer, self.reports.append, self.state.__setitem__)

    def offer(self, survey, settled):
        self.offered.append(survey)
        self.settled.append(settled)


def test_a_good_survey_is_offered_reported_once_it_shows_and_kept_for_the_next_start():
    desk = Desk()
    desk.centre.hear(push(7))
    assert [survey.id for survey in desk.offered] == ["offer"]
    assert (desk.reports, desk.state) == ([], {}), "nothing is said before it shows"
    desk.settled[0](None)
    assert desk.reports == [ConfigApplied("kiosk", 7, True)]
    assert desk.state[SEEN] == "7"
    kept = kept_push(desk.state[SURVEY])
    assert (kept.version, kept.survey.question[0].name) == (7, "offer")


def test_a_version_that_was_looked_at_is_not_looked_at_again_but_a_newer_one_with_the_older_content_is():
    desk = Desk(seen=7)
    desk.centre.hear(push(7))
    desk.centre.hear(push(6))
    assert desk.offered == []
    desk.centre.hear(push(8))
    assert len(desk.offered) == 1, "that is how the centre rolls back"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"id": "x"}, "missing"),
        (survey(colour="red"), "unknown key"),
        (survey({"de": ASK}), "it has no en, the language of this kiosk"),
        (survey({"en": ASK, "tlh": ASK}), "this kiosk does not speak tlh"),
        (survey({"en": ASK | {"answers": ["Yes"]}}), "needs 2 answers"),
        (survey({"en": ASK | {"ask": "Did 我们 tell you?"}}), "no sign for"),
        (survey({"en": {"ask": "So?", "answers": ["Donaudampfschiffahrtskapitänin", *"abcd"]}}, "csat", 5), "too long"),
    ],
)  # fmt: skip
def test_a_broken_survey_changes_nothing_and_its_refusal_names_the_reason(content, why):
    desk = Desk()
    desk.centre.hear(push(9, content))
    assert desk.offered == []
    [report] = desk.reports
    assert (report.part, report.version, report.applied) == ("kiosk", 9, False)
    assert why in report.why
    assert len(report.why) <= 64
    assert SURVEY not in desk.state
    assert desk.state[SEEN] == "9"


def test_a_survey_that_cannot_be_drawn_is_refused_too():
    desk = Desk()
    desk.centre.hear(push(9))
    desk.settled[0]("no such picture")
    assert desk.reports == [ConfigApplied("kiosk", 9, False, "no such picture")]
    assert SURVEY not in desk.state


def test_an_unknown_key_beside_the_survey_is_refused():
    desk = Desk()
    desk.centre.hear(push(9, colour="red"))
    assert desk.reports == [ConfigApplied("kiosk", 9, False, "unknown key 'colour'")]


CAMERA = {"device": "acme/s014/door", "version": 3, "parts": {"camera": {"version": 3, "body": {}}}}


@pytest.mark.parametrize("text", ["rubbish", "[]", json.dumps(CAMERA)])
def test_what_is_not_for_kiosks_is_left_alone(text):
    desk = Desk()
    desk.centre.hear(text)
    assert (desk.offered, desk.reports, desk.state) == ([], [], {})


@pytest.mark.parametrize("text", [None, "", "rubbish", "[]", '{"version": "x", "body": {}}', '{"version": 1}'])
def test_what_was_kept_and_cannot_be_read_is_nothing(text):
    assert kept_push(text) is None


@pytest.mark.parametrize(
    "panel", [(800, 480, 7), (480, 800, 7), (1280, 800, 10.1), (1920, 1080, 15.6), (3840, 2160, 22)], ids=str
)
@pytest.mark.parametrize("reach", [False, True])
def test_the_survey_that_every_kiosk_knows_fits_every_panel(panel, reach):
    if not NOTO.exists():
        pytest.skip("not run: Debian's package fonts-noto-core is not installed")
    assert why_not(read_survey(), Panel(*panel), read_words(), NOTO, "en", reach) is None
