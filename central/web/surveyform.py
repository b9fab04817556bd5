"""A draft as forms and back: what was typed stays as it was typed, what cannot stand is named in one sentence. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from central.drafts import KINDS, Draft, new_question
from events import settings
from events.settings import ConfigError
from events.site import PlaceKind
from events.survey import LANGUAGES, MOST_NEWS, MOST_QUESTIONS, MOST_REASONS, News, Question, Told, Wording
from events.topics import is_segment

Form = Mapping[str, str]
MOST_ANSWERS = 11


def ticked(form: Form, prefix: str, known: Iterable[str]) -> list[str]:
    """Which boxes `PREFIX-NAME` were ticked, in the order of those that are known."""
    return [name for name in known if f"{prefix}-{name}" in form]


def with_settings(draft: Draft, form: Form, stores: Iterable[str]) -> Draft:
    """Languages, and where the survey goes."""
    return {
        **draft,
        "languages": ticked(form, "language", LANGUAGES),
        "stores": ticked(form, "store", stores),
        "places": ticked(form, "place", PlaceKind),
    }


def typed_question(form: Form, before: Mapping[str, Any], languages: Iterable[str]) -> dict[str, Any]:
    """The question as it was typed, be it right or wrong; texts in languages that were not shown stay."""
    kind, _, scale = form.get("kind", "").rpartition("-")
    numbers = [number for number in range(MOST_REASONS) if _text(form, f"reason-{number}")]
    return {
        "name": _text(form, "name"),
        "kind": kind,
        "scale": _number(scale),
        "reasons": [_text(form, f"reason-{number}") for number in numbers],
        "ask_reason": form.get("ask_reason", ""),
        "weight": _number(_text(form, "weight")),
        "hours": _text(form, "hours"),
        "places": ticked(form, "place", PlaceKind),
        "begins": _text(form, "begins"),
        "ends": _text(form, "ends"),
        "text": {**before["text"], **{code: _typed_wording(form, code, numbers) for code in languages}},
    }


def _typed_wording(form: Form, code: str, reasons: Iterable[int]) -> dict[str, Any]:
    answers = [_text(form, f"{code}-answer-{number}") for number in range(MOST_ANSWERS)]
    shown = sum(f"{code}-answer-{number}" in form for number in range(MOST_ANSWERS))
    return {
        "ask": _text(form, f"{code}-ask"),
        "answers": answers[:shown],
        "reasons": [_text(form, f"{code}-reason-{number}") for number in reasons],
        "why_happy": _text(form, f"{code}-why_happy"),
        "why_unhappy": _text(form, f"{code}-why_unhappy"),
    }


def with_question(draft: Draft, index: int, question: Mapping[str, Any]) -> Draft:
    """The draft with one question replaced; ConfigError when it cannot stand there."""
    check_question(question)
    others = [each["name"] for number, each in enumerate(draft["question"]) if number != index]
    if question["name"] in others:
        raise ConfigError(f"There is a question {question['name']!r} already.")
    return {**draft, "question": [*draft["question"][:index], question, *draft["question"][index + 1 :]]}


def index_of(draft: Draft, name: str) -> int:
    """Where a question stands now; ConfigError when somebody has taken it away."""
    for index, question in enumerate(draft["question"]):
        if question["name"] == name:
            return index
    raise ConfigError(f"The question {name!r:.60} is no longer in this survey.")


def with_new_question(draft: Draft, name: str) -> Draft:
    if len(draft["question"]) >= MOST_QUESTIONS:
        raise ConfigError(f"A survey has at most {MOST_QUESTIONS} questions.")
    return with_question(draft, len(draft["question"]), new_question(name))


def without_question(draft: Draft, index: int) -> Draft:
    return {**draft, "question": [*draft["question"][:index], *draft["question"][index + 1 :]]}


def with_question_first(draft: Draft, index: int) -> Draft:
    """The first is asked when none suits."""
    return {**draft, "question": [draft["question"][index], *without_question(draft, index)["question"]]}


def check_question(question: Mapping[str, Any]) -> None:
    """ConfigError, one sentence, for what no text to come can make right. Missing texts are no fault yet."""
    name = question["name"]
    if not is_segment(name):
        raise ConfigError(f"{name!r:.60} is no name for a question: use small letters, digits, - and _, at most 40.")
    if f"{question['kind']}-{question['scale']}" not in KINDS:
        raise ConfigError("A question is of one of the kinds in the list.")
    if type(question["weight"]) is not int:
        raise ConfigError(f"The weight is a whole number from 0 to 100, not {question['weight']!r:.40}.")
    try:
        settings.read(Question, {**question, "text": {}}, name)
        for code, wording in question["text"].items():
            _check_texts(wording, code)
    except ConfigError as error:
        raise ConfigError(_plainly(str(error))) from error


def _check_texts(wording: Mapping[str, Any], code: str) -> None:
    some = {
        key: [text or "-" for text in value] if isinstance(value, list) else value or "-"
        for key, value in wording.items()
    }
    settings.read(Wording, some, LANGUAGES.get(code, code))


def typed_news(form: Form, languages: Iterable[str], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The news as they were typed, without those that were removed or left blank."""
    found = []
    for number in range(MOST_NEWS):
        kept = before[number]["text"] if number < len(before) else {}
        text = {
            code: _typed_told(form, f"{number}-{code}") for code in languages if f"{number}-{code}-you_said" in form
        }
        news = {
            "begins": _text(form, f"{number}-begins"),
            "ends": _text(form, f"{number}-ends"),
            "text": {code: told for code, told in {**kept, **text}.items() if any(told.values())},
        }
        if f"{number}-remove" not in form and (news["text"] or news["begins"] or news["ends"]):
            found.append(news)
    return found


def _typed_told(form: Form, prefix: str) -> dict[str, str]:
    return {name: _text(form, f"{prefix}-{name}") for name in ("you_said", "we_did")}


def with_news(draft: Draft, news: list[dict[str, Any]]) -> Draft:
    """ConfigError, one sentence, for a day or a text that cannot stand."""
    for number, each in enumerate(news, 1):
        try:
            settings.read(News, {**each, "text": {}}, f"News {number}")
            for code, told in each["text"].items():
                some = {name: text or "-" for name, text in told.items()}
                settings.read(Told, some, f"News {number}, {LANGUAGES.get(code, code)}")
        except ConfigError as error:
            raise ConfigError(_plainly(str(error))) from error
    return {**draft, "news": news}


def _plainly(sentence: str) -> str:
    return sentence.replace("Invalid isoformat string:", "a day is written 2026-03-01, not").rstrip(".") + "."


def _text(form: Form, name: str) -> str:
    """On one line: a browser may send what was pasted with its line breaks."""
    return " ".join(form.get(name, "").split())


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() and len(text) < 6 else text
