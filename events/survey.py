"""What a kiosk asks, in every language it can: the words of a survey, checked whole or refused in one sentence.

The editor at the centre writes them, a file may hold them, and the kiosk reads them. Keys are the field names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from events import checks, settings
from events.facts import Name, QuestionKind
from events.hours import parse_hours
from events.settings import ConfigError
from events.site import PlaceKind

BUILT_IN = Path(__file__).with_name("surveys") / "visit.toml"
"""What a kiosk asks that is given no other survey, and what the editor begins with."""
MOST_REASONS = 6
MOST_QUESTIONS = 20
MOST_NEWS = 6
LONGEST_ASK = 160
LONGEST_CAPTION = 60
LONGEST_NEWS = 240
HEAVIEST = 100

ICONS = ("service", "queue", "fitting_room", "price", "choice", "cleanliness", "payment")
"""Reasons that the kiosk has a sign for; any other gets a speech bubble."""

LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "ar": "العربية",
    "hi": "हिन्दी",
}
"""Those that every kiosk speaks, each by its own name."""

SCALES: Mapping[QuestionKind, tuple[int, ...]] = {
    QuestionKind.SMILEY: (4, 5),
    QuestionKind.CSAT: (5,),
    QuestionKind.CES: (5,),
    QuestionKind.NPS: (11,),
    QuestionKind.YES_NO: (2,),
}
"""How many answers a question of each kind may have."""


class AskReason(StrEnum):
    """After which answers the kiosk asks why."""

    ALWAYS = "always"
    UNHAPPY = "unhappy"
    NEVER = "never"


@dataclass(frozen=True)
class Wording:
    """A question in one language."""

    ask: str
    answers: tuple[str, ...]
    """Captions, best answer first."""
    reasons: tuple[str, ...] = ()
    """In the order of `Question.reasons`."""
    why_happy: str = ""
    why_unhappy: str = ""

    def __post_init__(self) -> None:
        _fits("the question", self.ask, LONGEST_ASK)
        for caption in (*self.answers, *self.reasons):
            _fits("a caption", caption, LONGEST_CAPTION)
        for why in (self.why_happy, self.why_unhappy):
            _fits("the question why", why or "-", LONGEST_ASK)


@dataclass(frozen=True)
class Question:
    name: Name
    text: Mapping[str, Wording]
    """Language code -> wording."""
    kind: QuestionKind = QuestionKind.SMILEY
    scale: int = 4
    reasons: tuple[Name, ...] = ()
    ask_reason: AskReason = AskReason.ALWAYS
    weight: int = 1
    """How often it is asked beside the others that suit, 0 .. 100; 0 lets it rest."""
    hours: str = ""
    """E.g. `17:00-20:00`, store-local: asked only then; at any hour when empty."""
    places: tuple[PlaceKind, ...] = ()
    """Where it suits; everywhere when empty."""
    begins: str = ""
    """First day on which it is asked, e.g. `2026-03-01`; from the start when empty."""
    ends: str = ""
    """Last day on which it is asked; for ever when empty."""

    def __post_init__(self) -> None:
        checks.text(self.name, "a question's name")
        if self.scale not in SCALES[self.kind]:
            allowed = " or ".join(map(str, SCALES[self.kind]))
            raise ValueError(f"a {self.kind} question has {allowed} answers, not {self.scale}")
        if len(self.reasons) > MOST_REASONS or len(set(self.reasons)) < len(self.reasons):
            raise ValueError(f"reasons are at most {MOST_REASONS}, each once")
        for reason in self.reasons:
            checks.text(reason, "a reason's name")
        for language, wording in self.text.items():
            self._check(language, wording)
        if not 0 <= self.weight <= HEAVIEST:
            raise ValueError(f"weight lies between 0 and {HEAVIEST}")
        if self.hours and parse_hours(self.hours) is None:
            raise ValueError("hours are written 09:00-20:00; weight 0 lets a question rest")
        _check_days(self.begins, self.ends)

    def _check(self, language: str, wording: Wording) -> None:
        if len(wording.answers) != self.scale or len(wording.reasons) != len(self.reasons):
            raise ValueError(f"{language} needs {self.scale} answers and {len(self.reasons)} reasons")
        if self.reasons and self.ask_reason != AskReason.NEVER and not (wording.why_happy and wording.why_unhappy):
            raise ValueError(f"{language} needs why_happy and why_unhappy")

    @property
    def answers(self) -> tuple[int, ...]:
        """The values of `Tap.answer`, best first."""
        match self.kind:
            case QuestionKind.SMILEY:
                return tuple(range(1, self.scale + 1))
            case QuestionKind.CSAT | QuestionKind.CES:
                return tuple(range(self.scale, 0, -1))
            case QuestionKind.NPS | QuestionKind.YES_NO:
                return tuple(range(self.scale - 1, -1, -1))

    def goodness(self, answer: int) -> float:
        """1.0 for the best answer, 0.0 for the worst."""
        return 1 - self.answers.index(answer) / (self.scale - 1)

    def asks_why(self, answer: int) -> bool:
        if not self.reasons or self.ask_reason == AskReason.NEVER:
            return False
        return self.ask_reason == AskReason.ALWAYS or self.goodness(answer) < 0.5

    def suits(self, place: PlaceKind | None, local: datetime) -> bool:
        """Whether it may be asked at this place and store-local time; None: nobody said where the kiosk hangs."""
        if self.weight == 0 or (self.places and place not in self.places):
            return False
        return _is_within_hours(self.hours, local) and _is_within_days(self.begins, self.ends, local.date())


@dataclass(frozen=True)
class Told:
    """'You said, we did' in one language."""

    you_said: str
    we_did: str

    def __post_init__(self) -> None:
        _fits("what was said", self.you_said, LONGEST_NEWS)
        _fits("what was done", self.we_did, LONGEST_NEWS)


@dataclass(frozen=True)
class News:
    """What the store changed because shoppers asked for it; shown between shoppers, in the languages it has."""

    text: Mapping[str, Told]
    """Language code -> texts."""
    begins: str = ""
    ends: str = ""
    """First and last day, as for a question."""

    def __post_init__(self) -> None:
        _check_days(self.begins, self.ends)

    def is_fresh(self, day: date) -> bool:
        return _is_within_days(self.begins, self.ends, day)


@dataclass(frozen=True)
class Survey:
    id: Name
    version: int
    question: tuple[Question, ...]
    """At least one; the first is asked when none of them suits."""
    news: tuple[News, ...] = ()

    def __post_init__(self) -> None:
        checks.text(self.id, "a survey's id")
        if not self.question or self.version < 0:
            raise ValueError("a survey has a version and at least one question")
        if len(self.question) > MOST_QUESTIONS or len(self.news) > MOST_NEWS:
            raise ValueError(f"a survey has at most {MOST_QUESTIONS} questions and {MOST_NEWS} news")
        if len({question.name for question in self.question}) < len(self.question):
            raise ValueError("two questions have the same name")
        if not self.languages:
            raise ValueError("no language is worded for every question")

    def asking(self, name: Name) -> "Survey":
        """The same survey with this question first; ConfigError when it has none of this name."""
        asked = next((question for question in self.question if question.name == name), None)
        if asked is None:
            names = ", ".join(question.name for question in self.question)
            raise ConfigError(f"survey {self.id} has no question {name!r}, only {names}")
        others = tuple(question for question in self.question if question is not asked)
        return replace(self, question=(asked, *others))

    def rotation(self, place: PlaceKind | None, local: datetime) -> tuple[Question, ...]:
        """What may be asked at a place and store-local time; the first question when none suits."""
        return tuple(question for question in self.question if question.suits(place, local)) or self.question[:1]

    @property
    def languages(self) -> tuple[str, ...]:
        """Those in which every question is worded, in the order of the file."""
        others = [question.text.keys() for question in self.question[1:]]
        return tuple(code for code in self.question[0].text if all(code in other for other in others))


def survey_from(table: Any, where: str = "survey") -> Survey:
    """A survey from its TOML or JSON form; ConfigError says what is wrong with it."""
    return settings.read(Survey, table, where)


def drawn(questions: tuple[Question, ...], dice: float) -> Question:
    """One question for one shopper, each as often as it weighs; `dice` lies in [0, 1)."""
    left = dice * sum(question.weight for question in questions)
    for question in questions:
        left -= question.weight
        if left < 0:
            return question
    return questions[0]


_JOINERS = dict.fromkeys((0x200C, 0x200D, 0x200E, 0x200F))
"""Signs without a shape that Hindi, Arabic and others are written with."""


def _fits(what: str, text: str, longest: int) -> None:
    if not text.strip() or len(text) > longest or not text.translate(_JOINERS).isprintable():
        raise ValueError(f"{what} is a text of 1 to {longest} letters on one line, not {text!r:.40}")


def _check_days(begins: str, ends: str) -> None:
    for day in (begins, ends):
        if day:
            date.fromisoformat(day)
    if begins and ends and date.fromisoformat(ends) < date.fromisoformat(begins):
        raise ValueError(f"it ends on {ends}, before it begins on {begins}")


def _is_within_days(begins: str, ends: str, day: date) -> bool:
    return (not begins or date.fromisoformat(begins) <= day) and (not ends or day <= date.fromisoformat(ends))


def _is_within_hours(hours: str, local: datetime) -> bool:
    span = parse_hours(hours) if hours else None
    if span is None:
        return True
    start, end = span
    clock = local.timetz().replace(tzinfo=None)
    return start <= clock < end if start < end else clock >= start or clock < end
