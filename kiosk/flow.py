"""What the kiosk shows and what a touch means. No toolkit, no clock, no file: values and time in, facts out.

    QUESTION -> PRESSED -> REASON -> CHOSEN -> THANKS -> QUESTION
                   |                    |
                   '------> SORRY <-----'        and QUESTION <-> RECEIPT

PRESSED and CHOSEN wait for a commit: thanks come after it, and without one within 500 ms the shopper is told the truth.
"""

from collections.abc import Callable, Hashable
from datetime import datetime

from events.facts import EventId, Name, PressMeans, Reason, Tap, TapFlag
from events.survey import Question, Survey
from kiosk.contacts import Contacts
from kiosk.glass import Contact, Control, Face, Hit, Said, Screen, Stored, Switch, Tile

PRESSED_SECONDS = 0.2
"""The pressed face stays this long at least, so that it is seen."""
PATIENCE_SECONDS = 0.45
"""Without a commit by then the screen says sorry, and is drawn within the promised 500 ms."""
REASON_SECONDS = 10.0
GUARD_SECONDS = 0.6
"""The reasons open after this long without a touch, so that a hammering hand chooses none."""
CLEANING_SECONDS = 60.0
COUNTED = {Screen.REASON: REASON_SECONDS, Screen.CLEANING: CLEANING_SECONDS}
"""Screens that show how many seconds are left, and of how many."""
THANKS_SECONDS = 2.0
SORRY_SECONDS = 4.0
IDLE_SECONDS = 20.0


Ticket = int
Store = Callable[[Tap | Reason, Ticket, float | None], None]
"""Hands a fact to the writer, with the second after which to let it be; `recorded` or `failed` must follow."""


class Flow:
    """One question, one answer, a reason perhaps, a moment of thanks, and round again."""

    def __init__(
        self, survey: Survey, store: Store, language: str, tell: Callable[[Said, EventId | None], None] | None = None
    ) -> None:
        self._survey, self._store, self._default = survey, store, language
        self._tell = tell or (lambda said, event: None)
        self._contacts = Contacts()
        self._tickets = 0
        self._waiting: Ticket | None = None
        self._committed: EventId | None = None
        self._locked_until = self._last_down = float("-inf")
        self.language = language
        self.question: Question = survey.question[0]
        self.screen = Screen.QUESTION
        self.since = 0.0
        self.answer: int | None = None
        """The face that was pressed, until the question returns."""
        self.reason: Name | None = None
        self.tap: EventId | None = None
        self.last: Stored | None = None
        self.unrecorded = 0
        """How often a shopper was told 'sorry, that was not recorded'."""

    def touch(self, hit: Hit, contact: Contact, now: float) -> None:
        """A finger came down. The first thing that happens to an answer is that it is handed to the writer."""
        if not self._contacts.down(contact.finger, contact.x, contact.y, now):
            return
        self.tick(now)
        open_for_reasons = not self.is_guarded(now)
        self._last_down = now
        match self.screen, hit:
            case Screen.QUESTION, Face(answer) if not self.is_locked(now):
                self._vote(answer, contact, now)
            case Screen.QUESTION, Switch(language) if language in self._survey.languages:
                self.language = language
            case Screen.QUESTION, Control.RECEIPT:
                self._show(Screen.RECEIPT, now)
            case Screen.RECEIPT, _:
                self._show(Screen.QUESTION, now)
            case Screen.REASON, Tile(reason) if open_for_reasons and reason in self.question.reasons:
                self._choose(reason, now)
            case Screen.REASON, Control.SKIP if open_for_reasons:
                self._show(Screen.THANKS, now)
            case _:
                self._keep(hit, contact, now)

    def release(self, finger: Hashable) -> None:
        self._contacts.up(finger)

    def recorded(self, ticket: Ticket, event: EventId, at: datetime, now: float) -> None:
        """The writer committed."""
        if ticket != self._waiting:
            self._tell(Said.KEPT, event)
            return
        self._waiting, self._committed = None, event
        if self.screen == Screen.PRESSED and self.answer is not None:
            self.last = Stored(self.question.name, self.answer, at)
        self.tick(now)

    def failed(self, ticket: Ticket, now: float) -> None:
        """The writer could not commit, or came too late to try."""
        if ticket == self._waiting:
            self._apologise(now)

    def tick(self, now: float) -> None:
        """Let time pass; call it every frame."""
        for _ in range(self._contacts.held(now)):
            self._send(self._tap(None, PressMeans.TOUCH, (TapFlag.HOLD,)))
        shown = now - self.since
        match self.screen:
            case Screen.PRESSED | Screen.CHOSEN if self._waiting is not None:
                if shown >= PATIENCE_SECONDS:
                    self._apologise(now)
            case Screen.PRESSED | Screen.CHOSEN if shown >= PRESSED_SECONDS:
                self._thank(now)
            case Screen.REASON if shown >= REASON_SECONDS:
                self._show(Screen.THANKS, now)
            case Screen.THANKS if shown >= THANKS_SECONDS:
                self._ask(now)
            case Screen.SORRY if shown >= SORRY_SECONDS:
                self._ask(now)
            case Screen.QUESTION | Screen.RECEIPT if now - max(self._last_down, self.since) >= IDLE_SECONDS:
                self._settle(now)

    def is_locked(self, now: float) -> bool:
        """Whether the faces are taking no answer just now."""
        return now < self._locked_until

    def is_guarded(self, now: float) -> bool:
        """Whether the reasons are not open yet."""
        return self.screen == Screen.REASON and now < max(self.since, self._last_down) + GUARD_SECONDS

    def seconds_left(self, now: float) -> float:
        """Of the time for a reason, or for cleaning, down to 0.0."""
        return max(0.0, COUNTED.get(self.screen, 0.0) - (now - self.since))

    def _vote(self, answer: int, contact: Contact, now: float) -> None:
        tap = self._tap(answer, contact.means, self._contacts.judge(answer, False, now))
        self._locked_until = now + self._contacts.lockout_seconds()
        self.answer = answer
        self._show(Screen.PRESSED, now)
        self._await(tap, now)

    def _choose(self, reason: Name, now: float) -> None:
        assert self.tap is not None, "reasons are asked only after a commit"
        self.reason = reason
        self._show(Screen.CHOSEN, now)
        self._await(Reason(self.tap, self.question.name, reason), now)

    def _keep(self, hit: Hit, contact: Contact, now: float) -> None:
        """A touch that is no vote is stored all the same."""
        answer = hit.answer if isinstance(hit, Face) else None
        locked = self.screen != Screen.QUESTION or self.is_locked(now)
        self._send(self._tap(answer, contact.means, self._contacts.judge(answer, locked, now)))

    def _tap(self, answer: int | None, means: PressMeans, flags: tuple[TapFlag, ...]) -> Tap:
        survey, question = self._survey, self.question
        return Tap(
            survey.id, survey.version, question.name, question.kind, answer, question.scale,
            Name(self.language), means, flags,
        )  # fmt: skip

    def _await(self, fact: Tap | Reason, now: float) -> None:
        self._waiting = self._tickets + 1
        self._send(fact, now + PATIENCE_SECONDS)

    def _send(self, fact: Tap | Reason, deadline: float | None = None) -> None:
        self._tickets += 1
        self._store(fact, self._tickets, deadline)

    def _thank(self, now: float) -> None:
        if self.screen == Screen.CHOSEN:
            self._show(Screen.THANKS, now)
            self._tell(Said.NOTED, self._committed)
            return
        self.tap = self._committed
        asks_why = self.answer is not None and self.question.asks_why(self.answer)
        self._show(Screen.REASON if asks_why else Screen.THANKS, now)
        self._tell(Said.THANKED, self.tap)

    def _apologise(self, now: float) -> None:
        self._waiting = None
        self.unrecorded += 1
        self._show(Screen.SORRY, now)
        self._tell(Said.SORRY, None)

    def _ask(self, now: float) -> None:
        self.answer = self.reason = self.tap = None
        self._show(Screen.QUESTION, now)

    def _settle(self, now: float) -> None:
        """Nobody is there: back to the store's language and question."""
        self.language = self._default
        if self.screen == Screen.RECEIPT:
            self._show(Screen.QUESTION, now)

    def _show(self, screen: Screen, now: float) -> None:
        self.screen, self.since = screen, now
