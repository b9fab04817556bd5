"""What the kiosk shows and what a touch means. No toolkit, no clock, no file: values and time in, facts out.

    QUESTION -> PRESSED -> REASON -> CHOSEN -> THANKS -> QUESTION        QUESTION <-> RECEIPT, NEWS, HELP
                   |                    |                                QUESTION <-> CLOSED, by the hours
                   '------> SORRY <-----'  -> OUT_OF_SERVICE             anywhere -> PIN -> STAFF -> CLEANING

PRESSED and CHOSEN wait for a commit: thanks come after it, and without one within 500 ms the shopper is told the truth.
"""

from collections.abc import Callable, Hashable
from datetime import datetime

from events.facts import EventId, Name, PressMeans, Reason, Tap, TapFlag
from events.survey import Question, Survey
from kiosk.buttonrow import meanings
from kiosk.contacts import Contacts
from kiosk.glass import Contact, Control, Digit, Face, Hit, Said, Screen, Stored, Switch, Tile
from kiosk.helping import HelpDesk
from kiosk.staffdoor import StaffDoor
from kiosk.ways import (
    ATTRACT_AFTER_SECONDS,
    ATTRACT_STEP_SECONDS,
    AWAKE_SECONDS,
    CALM_SECONDS,
    COUNTED,
    FAILURES,
    GUARD_SECONDS,
    IDLE_SECONDS,
    LASTS,
    PATIENCE_SECONDS,
    PRESSED_SECONDS,
    STAFF_SECONDS,
    Store,
    Ticket,
    Ways,
)

ASIDE = (Screen.RECEIPT, Screen.NEWS, Screen.HELP)
INNER = (Screen.PIN, Screen.STAFF, Screen.CLEANING)
"""The staff's screens: touches there are no taps."""


class Flow:
    """One question, one answer, a reason perhaps, a moment of thanks, and round again."""

    def __init__(
        self,
        survey: Survey,
        store: Store,
        language: str,
        tell: Callable[[Said, EventId | None], None] | None = None,
        ways: Ways | None = None,
    ) -> None:
        ways = ways or Ways()
        self.survey, self._store, self._default, self._ways = survey, store, language, ways
        self._tell = tell or (lambda said, event: None)
        self._contacts = Contacts()
        self._door = StaffDoor(ways.is_right_pin, ways.keep_tries)
        self.desk = HelpDesk(*ways.help, self._ticket, store) if ways.help else None
        self._tickets = self._failures = 0
        self._waiting: Ticket | None = None
        self._committed: EventId | None = None
        self._locked_until = self._last_down = self._settled = float("-inf")
        self._is_open, self._testing = True, False
        self.language = language
        self.question: Question = ways.asking.next(survey)
        self.screen = Screen.QUESTION
        self.since = 0.0
        self.page = 0
        """Of the physical buttons."""
        self.answer: int | None = None
        """The face that was pressed, until the question returns."""
        self.reason: Name | None = None
        self.tap: EventId | None = None
        self.last: Stored | None = None
        self.unrecorded = 0
        """How often a shopper was told 'sorry, that was not recorded'."""

    # ---- what happens to it -----------------------------------------------------------------------------------------

    def touch(self, hit: Hit, contact: Contact, now: float) -> None:
        """A finger came down. The first thing that happens to an answer is that it is handed to the writer."""
        if not self._contacts.down(contact.finger, contact.x, contact.y, now):
            return
        self.tick(now)
        open_for_reasons = not self.is_guarded(now)
        self._last_down = now
        if self.screen in INNER:
            self._touch_of_staff(hit, now)
            return
        match self.screen, hit:
            case Screen.QUESTION, Face(answer) if not self.is_locked(now):
                self._vote(answer, contact, now)
            case Screen.REASON, Tile(reason) if open_for_reasons and reason in self.question.reasons:
                self._choose(reason, now)
            case Screen.REASON, Control.SKIP if open_for_reasons:
                self._show(Screen.THANKS, now)
            case _:
                if not self._turn(hit, now):
                    self._keep(hit, contact, now)
        if self._door.down(contact.finger, contact.corner, now):
            self._show(Screen.PIN, now)

    def press(self, number: int, contact: Contact, now: float) -> None:
        """A physical button, 1 for the first; what it means stands in `buttons`."""
        row = self.buttons
        self.touch(row[number - 1] if 1 <= number <= len(row) else None, contact, now)

    def release(self, finger: Hashable, now: float | None = None) -> None:
        self._contacts.up(finger)
        self._door.up(finger, self._last_down if now is None else now)

    def recorded(self, ticket: Ticket, event: EventId, at: datetime, now: float) -> None:
        """The writer committed."""
        self._failures = 0
        if self.desk and self.desk.recorded(ticket, event, now):
            self._tell(Said.CALLED if self.desk.call == event else Said.CALL_ENDED, event)
        elif ticket != self._waiting:
            self._tell(Said.KEPT, event)
        else:
            self._waiting, self._committed = None, event
            if self.screen == Screen.PRESSED and self.answer is not None:
                self.last = Stored(self.question.name, self.answer, at)
        if self.screen == Screen.OUT_OF_SERVICE:
            self._ask(now)
        self.tick(now)

    def failed(self, ticket: Ticket, now: float) -> None:
        """The writer could not commit, or came too late to try."""
        if ticket == self._waiting:
            self._apologise(now)
        elif self.desk:
            self.desk.failed(ticket, now)

    def out_of_service(self, now: float) -> None:
        """Nothing can be stored at all; the screen says so."""
        self._failures = FAILURES
        self._show(Screen.OUT_OF_SERVICE, now)

    def opened(self, is_open: bool, now: float) -> None:
        """Whether these are opening hours; may be told as often as one likes."""
        self._is_open = is_open
        self.tick(now)

    def swap(self, survey: Survey, now: float) -> bool:
        """Ask this from now on. Whether it was taken: not while somebody is there."""
        if not self.is_idle(now):
            return False
        self.survey = survey
        self.question = self._ways.asking.next(survey)
        if self.language not in survey.languages:
            self.language = self._default
        return True

    def tick(self, now: float) -> None:
        """Let time pass; call it every frame."""
        for _ in range(self._contacts.held(now)):
            if self.screen not in INNER:
                self._store(self._tap(None, PressMeans.TOUCH, (TapFlag.HOLD,)), self._ticket(), None)
        if self.desk:
            self.desk.tick(now)
        if self.screen in (Screen.PRESSED, Screen.CHOSEN):
            self._await_commit(now)
        elif self.screen not in LASTS:
            self._wait(now)
        elif now - self.since >= LASTS[self.screen]:
            self._move_on(now)

    # ---- what may be asked of it ------------------------------------------------------------------------------------

    @property
    def buttons(self) -> tuple[Hit, ...]:
        """What each physical button means on this screen; empty where there are none."""
        count = self._ways.buttons
        match self.screen:
            case Screen.QUESTION:
                return meanings([Face(answer) for answer in self.question.answers], count, self.page)
            case Screen.REASON:
                return meanings([Tile(reason) for reason in self.question.reasons], count, self.page, Control.SKIP)
            case Screen.RECEIPT | Screen.NEWS | Screen.HELP:
                return (Control.BACK,) * count
            case _:
                return (None,) * count

    @property
    def pin_door(self) -> StaffDoor:
        return self._door

    def mark(self, now: float) -> Hashable:
        """Differs whenever time has changed what the picture shows; cheap enough to be asked in every frame."""
        return self.screen, self.since, self.page, self.language, self.is_locked(now), self.desk and self.desk.state

    def is_locked(self, now: float) -> bool:
        """Whether the faces are taking no answer just now."""
        return now < self._locked_until

    def is_guarded(self, now: float) -> bool:
        """Whether the reasons are not open yet."""
        return self.screen == Screen.REASON and now < max(self.since, self._last_down) + GUARD_SECONDS

    def is_idle(self, now: float) -> bool:
        """Whether nobody has been there for a while."""
        calm = now - max(self._last_down, self.since) >= CALM_SECONDS
        return self.screen in (Screen.QUESTION, Screen.CLOSED) and calm and not self._testing

    def is_awake(self, now: float) -> bool:
        """Whether a closed kiosk answers somebody."""
        return self.screen == Screen.CLOSED and now - self._last_down < AWAKE_SECONDS

    def seconds_left(self, now: float) -> float:
        """Of the time for a reason, or for cleaning, down to 0.0."""
        return max(0.0, COUNTED.get(self.screen, 0.0) - (now - self.since))

    def attract(self, now: float) -> tuple[Control | None, int]:
        """What the attract loop points at while nobody is there, and how often it has come round."""
        idle = now - max(self._last_down, self.since) - ATTRACT_AFTER_SECONDS
        if self.screen != Screen.QUESTION or idle < 0:
            return None, 0
        turn, step = divmod(int(idle // ATTRACT_STEP_SECONDS), 4)
        return (Control.NEWS, None, Control.RECEIPT, None)[step], turn

    # ---- votes and reasons ------------------------------------------------------------------------------------------

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
        tap = self._tap(answer, contact.means, self._contacts.judge(answer, locked, now))
        self._store(tap, self._ticket(), None)

    def _tap(self, answer: int | None, means: PressMeans, flags: tuple[TapFlag, ...]) -> Tap:
        survey, question = self.survey, self.question
        return Tap(
            survey.id, survey.version, question.name, question.kind, answer, question.scale,
            Name(self.language), means, (*flags, TapFlag.TEST) if self._testing else flags,
        )  # fmt: skip

    def _await(self, fact: Tap | Reason, now: float) -> None:
        self._waiting = self._ticket()
        self._store(fact, self._waiting, now + PATIENCE_SECONDS)

    def _ticket(self) -> Ticket:
        self._tickets += 1
        return self._tickets

    def _await_commit(self, now: float) -> None:
        shown = now - self.since
        if self._waiting is not None:
            if shown >= PATIENCE_SECONDS:
                self._apologise(now)
        elif shown >= PRESSED_SECONDS:
            self._thank(now)

    def _move_on(self, now: float) -> None:
        """The screen has been shown for as long as it lasts."""
        match self.screen:
            case Screen.REASON:
                self._show(Screen.THANKS, now)
            case Screen.SORRY if self._failures >= FAILURES:
                self.answer = self.reason = self.tap = None
                self._show(Screen.OUT_OF_SERVICE, now)
            case _:
                self._ask(now)

    def _thank(self, now: float) -> None:
        if self.screen == Screen.CHOSEN:
            self._show(Screen.THANKS, now)
            self._tell(Said.NOTED, self._committed)
            return
        self.tap = self._committed
        asks_why = self.answer is not None and self.question.asks_why(self.answer) and not self._testing
        self._show(Screen.REASON if asks_why else Screen.THANKS, now)
        self._tell(Said.THANKED, self.tap)

    def _apologise(self, now: float) -> None:
        self._waiting = None
        self.unrecorded += 1
        self._failures += 1
        self._show(Screen.SORRY, now)
        self._tell(Said.SORRY, None)

    def _ask(self, now: float) -> None:
        """Round again, with a question for the next shopper; or back to the staff who tried a tap."""
        self.answer = self.reason = self.tap = None
        if self._testing:
            self._testing = False
            self._show(Screen.STAFF, now)
            return
        self.question = self._ways.asking.next(self.survey)
        self._show(Screen.QUESTION if self._is_open else Screen.CLOSED, now)

    # ---- everything beside votes ------------------------------------------------------------------------------------

    def _turn(self, hit: Hit, now: float) -> bool:
        """Leaf to another screen, language or page; whether the touch meant that."""
        match self.screen, hit:
            case _, Control.SPEAK:
                self._ways.speak()
            case Screen.QUESTION, Switch(language) if language in self.survey.languages:
                self.language = language
            case Screen.QUESTION | Screen.REASON, Control.MORE:
                self.page += 1
            case Screen.QUESTION, Control.RECEIPT:
                self._show(Screen.RECEIPT, now)
            case Screen.QUESTION, Control.NEWS if self.survey.news:
                self._show(Screen.NEWS, now)
            case (Screen.QUESTION | Screen.HELP | Screen.REASON | Screen.THANKS, Control.HELP) if self.desk:
                self._help(self.desk, now)
            case Screen.HELP, Control.WITHDRAW if self.desk:
                self.desk.withdraw(now)
            case Screen.RECEIPT | Screen.NEWS | Screen.HELP, _:
                self._ask(now) if self.answer is not None else self._show(Screen.QUESTION, now)
            case _:
                return False
        return True

    def _help(self, desk: HelpDesk, now: float) -> None:
        desk.press(now)
        desk.has_changed = False
        self._show(Screen.HELP, now)

    def _wait(self, now: float) -> None:
        """Screens that stay until somebody touches them, or nobody does."""
        quiet = now - max(self._last_down, self.since)
        if self.screen in INNER:
            if quiet >= STAFF_SECONDS:
                self._leave(now)
        elif self.screen == Screen.CLOSED:
            if self._is_open:
                self._ask(now)
        elif self.screen == Screen.QUESTION and self.desk and self.desk.has_changed and quiet >= PRESSED_SECONDS:
            self.desk.has_changed = False
            self._show(Screen.HELP, now)
        elif not self._is_open and self.is_idle(now):
            self.language = self._default
            self._show(Screen.CLOSED, now)
        elif quiet >= IDLE_SECONDS:
            self._nobody(quiet, now)

    def _nobody(self, quiet: float, now: float) -> None:
        """Nobody is there any more; looked at now and then, not in every frame of a long night."""
        if self._testing:
            self._ask(now)
        elif self._settled < now - quiet or now - self._settled >= CALM_SECONDS:
            self._settle(now)

    def _settle(self, now: float) -> None:
        """Nobody is there: back to the store's language and to a question that suits the hour."""
        self.language, self.page, self._settled = self._default, 0, now
        if self.screen in ASIDE:
            self._ask(now) if self.answer is not None else self._show(Screen.QUESTION, now)
        elif self.screen == Screen.QUESTION and not self._ways.asking.suits(self.survey, self.question):
            self.question = self._ways.asking.next(self.survey)

    def _touch_of_staff(self, hit: Hit, now: float) -> None:
        match self.screen, hit:
            case Screen.PIN, Digit(number) if self._door.enter(number, now):
                self._show(Screen.STAFF, now)
            case Screen.PIN, Control.ERASE:
                self._door.erase()
            case Screen.STAFF, Control.TEST_TAP:
                self._testing = True
                self._locked_until = now
                self._show(Screen.QUESTION, now)
            case Screen.STAFF, Control.CLEAN:
                self._show(Screen.CLEANING, now)
            case Screen.STAFF, Switch(language) if language in self.survey.languages:
                self.language = self._default = language
                self._ways.keep_language(language)
            case Screen.PIN | Screen.STAFF, Control.BACK:
                self._leave(now)

    def _leave(self, now: float) -> None:
        self.language = self._default
        self._ask(now)

    def _show(self, screen: Screen, now: float) -> None:
        self.screen, self.since, self.page = screen, now, 0
