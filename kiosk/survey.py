"""What a kiosk asks, in every language it can: a survey read from a file, whole or not at all."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from events import settings
from events.facts import Name, QuestionKind
from events.settings import ConfigError

BUILT_IN = Path(__file__).with_name("surveys") / "visit.toml"
MOST_REASONS = 6
_SCALES = {
    QuestionKind.SMILEY: (4, 5),
    QuestionKind.CSAT: (5,),
    QuestionKind.CES: (5,),
    QuestionKind.NPS: (11,),
    QuestionKind.YES_NO: (2,),
}


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


@dataclass(frozen=True)
class Question:
    name: Name
    text: Mapping[str, Wording]
    """Language code -> wording."""
    kind: QuestionKind = QuestionKind.SMILEY
    scale: int = 4
    reasons: tuple[Name, ...] = ()
    ask_reason: AskReason = AskReason.ALWAYS

    def __post_init__(self) -> None:
        if self.scale not in _SCALES[self.kind]:
            allowed = " or ".join(map(str, _SCALES[self.kind]))
            raise ValueError(f"a {self.kind} question has {allowed} answers, not {self.scale}")
        if len(self.reasons) > MOST_REASONS or len(set(self.reasons)) < len(self.reasons):
            raise ValueError(f"reasons are at most {MOST_REASONS}, each once")
        for language, wording in self.text.items():
            self._check(language, wording)

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


@dataclass(frozen=True)
class Survey:
    id: Name
    version: int
    question: tuple[Question, ...]
    """At least one; the first is asked."""

    def __post_init__(self) -> None:
        if not self.question or self.version < 0:
            raise ValueError("a survey has a version and at least one question")
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

    @property
    def languages(self) -> tuple[str, ...]:
        """Those in which every question is worded, in the order of the file."""
        others = [question.text.keys() for question in self.question[1:]]
        return tuple(code for code in self.question[0].text if all(code in other for other in others))


def read_survey(path: Path = BUILT_IN) -> Survey:
    """A survey from TOML or, when the name ends in .json, JSON; ConfigError says what is wrong with it."""
    return settings.read(Survey, _json(path) if path.suffix == ".json" else settings.load(path), path.name)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}") from error
