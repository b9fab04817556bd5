"""A kiosk without glass: touches in, facts out, with a clock that the test turns."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

from events.envelope import event_id
from events.facts import Call, CallEnded, EventId, Fact, PressMeans, Tap
from events.survey import Survey
from kiosk.flow import Flow
from kiosk.glass import Contact, Corner, Face, Hit, Said
from kiosk.survey import read_survey
from kiosk.ways import Ways

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Glass:
    """A flow in somebody's hands. Commits come when the test says so, or at once."""

    def __init__(self, commits: bool = True, ways: Ways | None = None, survey: Survey | None = None) -> None:
        self.now = 1000.0
        self.commits = commits
        self.facts: list[Fact] = []
        self.said: list[tuple[Said, EventId | None]] = []
        self._open: list[int] = []
        self._fingers = 0
        tell = lambda said, event: self.said.append((said, event))  # noqa: E731
        self.flow = Flow(survey or read_survey(), self._store, "en", tell, ways)

    @property
    def screen(self) -> str:
        return self.flow.screen

    @property
    def taps(self) -> list[Tap]:
        return [fact for fact in self.facts if isinstance(fact, Tap)]

    @property
    def calls(self) -> list[Call | CallEnded]:
        return [fact for fact in self.facts if isinstance(fact, Call | CallEnded)]

    def touch(
        self, hit: Hit, *, at: tuple[float, float] | None = None, lift: bool = True, corner: Corner | None = None
    ) -> int:
        """A new finger, far from the last one unless a place is given."""
        self._fingers += 1
        x, y = at or (100.0 * self._fingers, 0.0)
        self.flow.touch(hit, Contact(self._fingers, x, y, corner=corner), self.now)
        if lift:
            self.flow.release(self._fingers, self.now)
        return self._fingers

    def press(self, answer: int) -> None:
        self.touch(Face(answer))

    def button(self, number: int) -> None:
        """A physical one, 1 for the first."""
        self.flow.press(number, Contact(("button", number), -1000.0 * number, 0.0, PressMeans.BUTTON), self.now)
        self.flow.release(("button", number), self.now)

    def wait(self, seconds: float) -> None:
        """In frames, as on the glass."""
        for _ in range(round(seconds * 50)):
            self.now += 0.02
            self.flow.tick(self.now)

    def commit(self) -> None:
        for ticket in self._taken():
            self.flow.recorded(ticket, event_id("1f0c9d2ab8e4", ticket), NOON, self.now)

    def fail(self) -> None:
        for ticket in self._taken():
            self.flow.failed(ticket, self.now)

    def _taken(self) -> list[int]:
        taken, self._open = self._open, []
        return taken

    def _store(self, fact: Fact, ticket: int, deadline: float | None) -> None:
        self.facts.append(fact)
        self._open.append(ticket)
        if self.commits:
            self.commit()


def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether it holds before the deadline."""
    deadline = monotonic() + seconds
    while not holds():
        if monotonic() > deadline:
            return False
    return True
