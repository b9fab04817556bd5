"""A kiosk without glass: touches in, facts out, with a clock that the test turns."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

from events.envelope import event_id
from events.facts import EventId, PressMeans, Reason, Tap
from kiosk.flow import Flow
from kiosk.glass import Contact, Face, Hit, Said
from kiosk.survey import read_survey

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Glass:
    """A flow in somebody's hands. Commits come when the test says so, or at once."""

    def __init__(self, commits: bool = True) -> None:
        self.now = 1000.0
        self.commits = commits
        self.facts: list[Tap | Reason] = []
        self.said: list[tuple[Said, EventId | None]] = []
        self._open: list[int] = []
        self._fingers = 0
        self.flow = Flow(read_survey(), self._store, "en", lambda said, event: self.said.append((said, event)))

    @property
    def screen(self) -> str:
        return self.flow.screen

    @property
    def taps(self) -> list[Tap]:
        return [fact for fact in self.facts if isinstance(fact, Tap)]

    def touch(self, hit: Hit, *, at: tuple[float, float] | None = None, lift: bool = True) -> int:
        """A new finger, far from the last one unless a place is given."""
        self._fingers += 1
        x, y = at or (100.0 * self._fingers, 0.0)
        self.flow.touch(hit, Contact(self._fingers, x, y), self.now)
        if lift:
            self.flow.release(self._fingers)
        return self._fingers

    def press(self, answer: int) -> None:
        self.touch(Face(answer))

    def button(self, answer: int) -> None:
        self.flow.touch(Face(answer), Contact("button", -1000.0, 0.0, PressMeans.BUTTON), self.now)
        self.flow.release("button")

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

    def _store(self, fact: Tap | Reason, ticket: int, deadline: float | None) -> None:
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
