"""What the survey pages ask of the centre, over a real store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from central.drafts import Draft, Goal, beginning, checked, fitted, gaps, goals, table_of
from central.reports.pushes import KioskState, kiosk_states
from central.store import Store, surveys
from central.store.surveys import Edition, Version
from events.desired import KIOSK
from events.settings import ConfigError
from events.site import Plan
from events.topics import Address

Bodies = Callable[[Draft, int], Mapping[Address, Mapping[str, Any]]]


@dataclass(frozen=True)
class Publisher:
    """Every change is made by somebody, named `by`."""

    store: Store
    plan: Callable[[], Plan | None]
    clock: Callable[[], datetime]

    def names(self) -> list[str]:
        return surveys.survey_names(self.store)

    def draft(self, survey: str) -> Edition | None:
        return surveys.draft(self.store, survey)

    def history(self, survey: str) -> list[Version]:
        """Newest first."""
        return surveys.history(self.store, survey)

    def next_version(self, survey: str) -> int:
        return surveys.last_version(self.store, survey) + 1

    def begin(self, survey: str, by: str) -> None:
        """ConfigError says why not."""
        surveys.begin(self.store, survey, beginning(), by, self.clock())

    def change(self, survey: str, edition: str, work: Callable[[Draft], Draft], by: str) -> None:
        """Conflict when somebody was faster; ConfigError when `work` refuses."""
        surveys.change(self.store, survey, edition, work, by, self.clock())

    def undo(self, survey: str, edition: str) -> bool:
        return surveys.undo(self.store, survey, edition)

    def publish(self, survey: str, edition: str, note: str, by: str) -> int:
        """The new version. Conflict, or ConfigError when the draft has gaps or goes nowhere."""
        return surveys.publish(self.store, survey, edition, self._bodies(survey), KIOSK, note, by, self.clock())

    def roll_back(self, survey: str, version: int, by: str) -> int:
        return surveys.roll_back(self.store, survey, version, self._bodies(survey), KIOSK, by, self.clock())

    def states(self, goals: Sequence[Goal]) -> list[KioskState]:
        plan = self.plan()
        return kiosk_states(self.store, plan.tenant, goals, self.clock()) if plan else []

    def _bodies(self, survey: str) -> Bodies:
        def made(draft: Draft, version: int) -> dict[Address, dict[str, Any]]:
            plan = self.plan()
            sent_to = goals(draft, plan) if plan else []
            if plan is None or not sent_to:
                raise ConfigError("There is no kiosk that it would go to.")
            if missing := gaps(draft):
                raise ConfigError(f"{missing[0].words}.")
            checked(draft, survey, version)
            table = table_of(draft, survey, version)
            return {_address(plan, goal): {"survey": fitted(table, goal.kiosk.place)} for goal in sent_to}

        return made


def _address(plan: Plan, goal: Goal) -> Address:
    try:
        return Address(plan.tenant, goal.store.id, goal.kiosk.device)
    except ValueError as error:  # a plan from a file may name what no topic can
        raise ConfigError(str(error)) from error
