"""Which question the next shopper is asked: by place, day and hour, and then by weight."""

from collections.abc import Callable
from datetime import datetime
from random import random

from events.facts import Name
from events.site import PlaceKind
from events.survey import Question, Survey, drawn


class Asking:
    """One question for each shopper. `local` tells the store's time; `dice` a number of [0, 1)."""

    def __init__(
        self,
        local: Callable[[], datetime],
        place: PlaceKind | None = None,
        pinned: Name | None = None,
        dice: Callable[[], float] = random,
    ) -> None:
        self._local, self._place, self._pinned, self._dice = local, place, pinned, dice

    def next(self, survey: Survey) -> Question:
        """For the shopper who comes now."""
        return drawn(self._choice(survey), self._dice())

    def suits(self, survey: Survey, question: Question) -> bool:
        """Whether a question that waits for its shopper is still one to be asked."""
        return question in self._choice(survey)

    def _choice(self, survey: Survey) -> tuple[Question, ...]:
        pinned = tuple(question for question in survey.question if question.name == self._pinned)
        return pinned or survey.rotation(self._place, self._local())


class Always(Asking):
    """Whatever the hour: the survey's first question."""

    def __init__(self) -> None:
        super().__init__(datetime.now)

    def _choice(self, survey: Survey) -> tuple[Question, ...]:
        return survey.question[:1]
