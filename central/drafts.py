"""A survey that is being written: it may still lack texts, and says which. Pure.

A draft has the JSON form of a survey, and beside it the languages it shall have and where it shall go:

    {"languages": [..], "stores": [..], "places": [..], "question": [..], "news": [..]}

No stores are all stores, and no places all places.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from events import settings
from events.facts import QuestionKind
from events.site import Kiosk, PlaceKind, Plan, Store
from events.survey import BUILT_IN, LANGUAGES, SCALES, AskReason, Survey, survey_from

Draft = dict[str, Any]


@dataclass(frozen=True)
class Gap:
    """Something that is missing before the draft can be published."""

    question: int | None
    """Its index; None for news."""
    language: str
    words: str
    """A sentence without its full stop."""


@dataclass(frozen=True)
class Goal:
    """A kiosk that a survey goes to."""

    store: Store
    kiosk: Kiosk


def beginning() -> Draft:
    """What every kiosk asks that was told nothing else, in all its languages."""
    built_in = settings.load(BUILT_IN)
    questions = [_whole(question) for question in built_in["question"]]
    return {"languages": list(LANGUAGES), "stores": [], "places": [], "question": questions, "news": []}


def new_question(name: str) -> dict[str, Any]:
    return _whole({"name": name, "text": {}})


def _whole(question: Mapping[str, Any]) -> dict[str, Any]:
    """With every key that a form shows."""
    blank = {
        "name": "", "kind": "smiley", "scale": 4, "reasons": [], "ask_reason": AskReason.ALWAYS.value, "weight": 1,
        "hours": "", "places": [], "begins": "", "ends": "", "text": {},
    }  # fmt: skip
    return {**blank, **question}


def wording_of(question: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The texts of a question in a language, blank where there are none, with a caption for each answer and reason."""
    known = question["text"].get(language, {})
    answers, reasons = int(question["scale"]), len(question["reasons"])
    return {
        "ask": known.get("ask", ""),
        "answers": _padded(known.get("answers", []), answers, _usual(question)),
        "reasons": _padded(known.get("reasons", []), reasons, ()),
        "why_happy": known.get("why_happy", ""),
        "why_unhappy": known.get("why_unhappy", ""),
    }


def _usual(question: Mapping[str, Any]) -> tuple[str, ...]:
    """Numbers caption themselves, in every language."""
    return tuple(str(n) for n in range(10, -1, -1)) if question["kind"] == QuestionKind.NPS else ()


def _padded(texts: list[str], wanted: int, usual: tuple[str, ...]) -> list[str]:
    blank = list(usual) if len(usual) == wanted else [""] * wanted
    return [text or blank[i] for i, text in enumerate([*texts, *blank][:wanted])] if texts else blank


def asks_why(question: Mapping[str, Any]) -> bool:
    return bool(question["reasons"]) and question["ask_reason"] != AskReason.NEVER


def gaps(draft: Draft) -> list[Gap]:
    """What is missing, question by question and language by language; empty when it can be published."""
    found: list[Gap] = []
    if not draft["languages"]:
        found.append(Gap(None, "", "No language is chosen"))
    if not draft["question"]:
        found.append(Gap(None, "", "There is no question"))
    for index, question in enumerate(draft["question"]):
        for language in draft["languages"]:
            missing = list(_missing(question, wording_of(question, language)))
            if missing:
                where = f"{question['name']} in {LANGUAGES.get(language, language)}"
                found.append(Gap(index, language, f"{where}: {_spoken(missing)} missing"))
    for number, news in enumerate(draft["news"], 1):
        found += [Gap(None, language, f"News {number} {words}") for language, words in _missing_news(news)]
    return found


def _missing(question: Mapping[str, Any], wording: Mapping[str, Any]) -> Iterator[str]:
    if not wording["ask"]:
        yield "the question"
    for name, word in (("answers", "caption"), ("reasons", "reason")):
        blank = wording[name].count("")
        if blank:
            yield f"{blank} {word}{'s' if blank > 1 else ''}"
    if asks_why(question) and not (wording["why_happy"] and wording["why_unhappy"]):
        yield "the question why"


def _spoken(missing: list[str]) -> str:
    """`the question and 2 captions are`."""
    few = len(missing) == 1 and not missing[0].endswith("s")
    return f"{', '.join(missing[:-1])}{' and ' if missing[1:] else ''}{missing[-1]} {'is' if few else 'are'}"


def _missing_news(news: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not any(any(told.values()) for told in news["text"].values()):
        yield "", "says nothing in any language"
    for language, told in news["text"].items():
        if bool(told["you_said"]) != bool(told["we_did"]):
            half = "'We did'" if told["you_said"] else "'You said'"
            yield language, f"in {LANGUAGES.get(language, language)}: {half} is missing"


def table_of(draft: Draft, name: str, version: int) -> dict[str, Any]:
    """The survey as kiosks read it, with the draft's languages alone; only of a draft without gaps."""
    languages = draft["languages"]
    questions = [
        {**question, "text": {code: _told(question, code) for code in languages}} for question in draft["question"]
    ]
    news = [
        {**each, "text": {code: told for code, told in each["text"].items() if code in languages and told["you_said"]}}
        for each in draft["news"]
    ]
    return {"id": name, "version": version, "question": questions, "news": [each for each in news if each["text"]]}


def _told(question: Mapping[str, Any], language: str) -> dict[str, Any]:
    wording = wording_of(question, language)
    return wording if asks_why(question) else {**wording, "why_happy": "", "why_unhappy": ""}


def checked(draft: Draft, name: str, version: int) -> Survey:
    """The survey; ConfigError when it would not be read by a kiosk."""
    return survey_from(table_of(draft, name, version))


def fitted(table: Mapping[str, Any], place: PlaceKind) -> dict[str, Any]:
    """What a kiosk at this place is sent: the questions that suit it, so that it need not know where it hangs."""
    questions = [
        {**question, "places": []}
        for question in table["question"]
        if not question["places"] or place in question["places"]
    ]
    return {**table, "question": questions or [{**table["question"][0], "places": []}]}


def mix(draft: Mapping[str, Any], place: PlaceKind) -> list[tuple[str, float]]:
    """How the questions share the shoppers of a touchpoint, hours and days aside: name and share."""
    suiting = fitted({"question": draft["question"]}, place)["question"]
    whole = sum(question["weight"] for question in suiting)
    return [(question["name"], question["weight"] / whole) for question in suiting if whole and question["weight"]]


def goals(draft: Mapping[str, Any], plan: Plan) -> list[Goal]:
    """The kiosks that it goes to, in the order of the plan."""
    return [
        Goal(store, kiosk)
        for store in plan.stores
        if not draft["stores"] or store.id in draft["stores"]
        for kiosk in store.kiosks
        if not draft["places"] or kiosk.place in draft["places"]
    ]


KINDS = {
    "smiley-4": "Four faces",
    "smiley-5": "Five faces",
    "csat-5": "Satisfaction, 5 steps (CSAT)",
    "ces-5": "How easy it was, 5 steps (CES)",
    "nps-11": "Would recommend, 0 to 10 (NPS)",
    "yes_no-2": "Yes or no",
}
"""Kind and number of answers of a question, in words."""

assert set(KINDS) == {f"{kind}-{scale}" for kind, scales in SCALES.items() for scale in scales}
