import json
from pathlib import Path

import pytest

from events.facts import QuestionKind
from events.settings import ConfigError, read
from events.survey import ICONS, LANGUAGES, AskReason, Question, Wording
from kiosk import fonts
from kiosk.fonts import fonts_for, letters_of, missing, offered
from kiosk.lettering import fit, shape, wrap
from kiosk.settings import Settings
from kiosk.survey import read_survey
from kiosk.words import Script, read_words

NOTO = Settings().fonts


def wording(answers, reasons=()):
    return Wording("?", tuple("abcdefghijk"[:answers]), tuple(reasons), "happy?", "unhappy?")


def test_without_a_file_the_kiosk_asks_how_the_visit_was_in_six_languages():
    survey = read_survey()
    assert survey.languages == ("en", "de", "fr", "es", "ar", "hi")
    assert survey.question[0].text["en"].ask == "How was your visit today?"
    assert survey.question[0].answers == (1, 2, 3, 4)
    assert len(survey.question[0].reasons) == 6


def test_a_survey_may_come_as_json(tmp_path):
    path = tmp_path / "survey.json"
    text = {"en": {"ask": "Did our team tell you about the offer?", "answers": ["Yes", "No"]}}
    question = {"name": "offer", "kind": "yes_no", "scale": 2, "text": text}
    path.write_text(json.dumps({"id": "offer", "version": 3, "question": [question]}))
    assert read_survey(path).question[0].answers == (1, 0)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"version": -1}, "version"),
        ({"question": []}, "at least one question"),
        ({"colour": "red"}, "unknown key 'colour'"),
    ],
)
def test_a_survey_that_cannot_be_asked_is_refused_with_a_sentence(tmp_path, change, sentence):
    path = tmp_path / "survey.json"
    question = {"name": "q", "text": {"en": {"ask": "?", "answers": ["a", "b", "c", "d"]}}}
    path.write_text(json.dumps({"id": "x", "version": 1, "question": [question]} | change))
    with pytest.raises(ConfigError, match=sentence):
        read_survey(path)


@pytest.mark.parametrize(
    ("kind", "scale", "answers"),
    [
        (QuestionKind.SMILEY, 5, (1, 2, 3, 4, 5)),
        (QuestionKind.CSAT, 5, (5, 4, 3, 2, 1)),
        (QuestionKind.NPS, 11, tuple(range(10, -1, -1))),
        (QuestionKind.YES_NO, 2, (1, 0)),
    ],
)
def test_the_best_answer_comes_first_whatever_its_number(kind, scale, answers):
    question = Question("q", {"en": wording(scale)}, kind, scale)
    assert question.answers == answers
    assert question.goodness(answers[0]) == 1
    assert question.goodness(answers[-1]) == 0


def test_a_scale_that_the_kind_does_not_have_is_refused():
    with pytest.raises(ValueError, match="4 or 5 answers, not 6"):
        Question("q", {"en": wording(6)}, scale=6)


def test_a_caption_or_reason_too_few_is_refused():
    with pytest.raises(ValueError, match="de needs 4 answers"):
        Question("q", {"en": wording(4), "de": wording(3)})
    with pytest.raises(ValueError, match="at most 6"):
        Question("q", {}, reasons=tuple("abcdefg"))


def test_only_the_unhappy_are_asked_why_when_the_store_wants_it_so():
    question = Question("q", {"en": wording(4, "ab")}, reasons=("a", "b"), ask_reason=AskReason.UNHAPPY)
    assert [question.asks_why(answer) for answer in (1, 2, 3, 4)] == [False, False, True, True]


def test_settings_know_their_keys_and_bounds():
    assert read(Settings, {"panel-inches": 7}, "kiosk").panel_inches == 7
    with pytest.raises(ConfigError, match="did you mean 'language'"):
        read(Settings, {"languag": "de"}, "kiosk")
    with pytest.raises(ConfigError, match="lies between 7 and 32"):
        read(Settings, {"panel_inches": 3}, "kiosk")
    with pytest.raises(ConfigError, match="as many as buttons"):
        read(Settings, {"buttons": [5, 6], "lights": [7]}, "kiosk")


def test_every_language_whose_letters_are_here_is_offered():
    if not fonts_for(Script.ARABIC, NOTO) or not fonts_for(Script.DEVANAGARI, NOTO):
        pytest.skip("not run: Debian's package fonts-noto-core is not installed")
    assert list(offered(read_survey(), read_words(), NOTO)) == ["en", "de", "fr", "es", "ar", "hi"]


def test_without_noto_the_languages_in_latin_letters_remain(tmp_path):
    assert list(offered(read_survey(), read_words(), tmp_path)) == ["en", "de", "fr", "es"]


def test_a_font_that_lacks_a_letter_is_found_out(tmp_path):
    latin = fonts_for(Script.LATIN, tmp_path)
    assert missing("Grüß", latin.regular) == set()
    assert missing("शुभ", latin.regular) != set()
    assert ord("A") in letters_of(latin.bold)


def test_arabic_is_joined_and_runs_from_right_to_left():
    drawn = shape("شكرا 12", Script.ARABIC)
    assert drawn[:2] == "12"
    assert all(not "\u0600" <= letter <= "\u06ff" for letter in drawn)


def test_long_lines_break_between_words_and_the_first_stays_on_top():
    by_letters = len
    assert wrap("one two three", 7, Script.LATIN, by_letters) == ("one two", "three")
    assert wrap("Où donc ?", 7, Script.LATIN, by_letters) == ("Où", "donc ?"), "no question mark alone on its line"
    assert wrap("Il dit « oui »", 8, Script.LATIN, by_letters) == ("Il dit", "« oui »")
    arabic = wrap("كيف كانت زيارتك اليوم", 9, Script.ARABIC, by_letters)
    assert arabic[0] == shape("كيف كانت", Script.ARABIC)


def test_a_text_shrinks_until_it_fits_its_box():
    block = fit("How was your visit today?", 200, 40, 60, Script.LATIN, lambda line, size: len(line) * size * 0.5)
    assert block.height <= 40
    assert max(len(line) * block.size * 0.5 for line in block.lines) <= 200
    assert block.size > 8


def test_a_kiosk_asks_what_suits_the_place_where_it_hangs():
    survey = read_survey()
    asked = {name: survey.asking(name).question[0].text["en"].ask for name in ("visit", "rooms", "checkout")}
    assert asked == {
        "visit": "How was your visit today?",
        "rooms": "How was your time in the fitting room?",
        "checkout": "How was paying today?",
    }
    assert survey.asking("rooms").languages == ("en", "de", "fr", "es", "ar", "hi")
    with pytest.raises(ConfigError, match="no question 'parking', only visit, rooms, checkout"):
        survey.asking("parking")


def test_the_editor_offers_the_languages_that_a_kiosk_speaks_and_the_signs_that_it_has():
    assert {code: words.name for code, words in read_words().items()} == LANGUAGES
    signs = Path(fonts.__file__).with_name("icons.py").read_text(encoding="utf-8")  # to import it needs a window
    assert [name for name in ICONS if f'"{name}": _' not in signs] == []


def test_the_lines_of_a_text_are_nearly_of_one_length():
    block = fit("please ask us at the till", 22, 60, 20, Script.LATIN, lambda line, size: float(len(line)))
    assert block.lines == ("please ask us", "at the till"), "not: please ask us at the | till"
