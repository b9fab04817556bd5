"""A call for help from a fitting room: one at a time, and the screen says no more than is true.

A call is open from its commit to its end: answered, withdrawn within 5 s, or unanswered when the session is over, or
after half an hour. The end is a fact that must not be lost: it is handed over again until it is committed.
"""

from collections.abc import Callable

from events.facts import Call, CallEnded, CallOutcome, EventId, GroupName, RoomName
from kiosk.glass import Help

PATIENCE_SECONDS = 0.45
WITHDRAW_SECONDS = 5.0
ESCALATE_SECONDS = 60.0
GIVE_UP_SECONDS = 1800.0
SHOWN_SECONDS = 20.0
"""What became of a call is told for this long; then the button is ready again."""
RETRY_SECONDS = 5.0

Ticket = int
Store = Callable[[Call | CallEnded, Ticket, float | None], None]
"""Hands a fact to the writer, with the second after which to let it be."""


class HelpDesk:
    """The calls of one room. `now` is monotonic seconds."""

    def __init__(self, group: GroupName, room: RoomName, ticket: Callable[[], Ticket], store: Store) -> None:
        self.group, self.room, self._ticket, self._store = group, room, ticket, store
        self.state = Help.READY
        self.call: EventId | None = None
        """The call that is open, once it is committed."""
        self.has_changed = False
        """Since the screen last showed it."""
        self.elsewhere: EventId | None = None
        """A call that somebody made by the room's own button; the rooms' service records its end."""
        self._away = True
        self._since = self._changed = self._tried = float("-inf")
        self._asking: Ticket | None = None
        self._regretted = False
        self._ended: CallEnded | None = None
        self._ending: Ticket | None = None

    @property
    def is_open(self) -> bool:
        return self._asking is not None or self.call is not None or self.elsewhere is not None

    def can_withdraw(self, now: float) -> bool:
        return (
            self.is_open
            and self.elsewhere is None
            and self.state != Help.WITHDRAWN
            and now - self._since <= WITHDRAW_SECONDS
        )

    def press(self, now: float) -> None:
        """Calls; a second press within 5 s takes it back, and a later one opens no second call."""
        if self.can_withdraw(now):
            self.withdraw(now)
        elif not self.is_open and self._ended is None:
            self._since, self._regretted = now, False
            self._become(Help.ASKING, now)
            self._asking = self._ticket()
            self._store(Call(self.group, self.room), self._asking, now + PATIENCE_SECONDS)

    def withdraw(self, now: float) -> None:
        """Takes the call back, while that is still possible."""
        if not self.can_withdraw(now):
            return
        self._regretted = True
        if self.call is None:
            self._become(Help.WITHDRAWN, now)  # its end is told once its commit is known
        else:
            self._end(Help.WITHDRAWN, CallOutcome.WITHDRAWN, now)

    def recorded(self, ticket: Ticket, event: EventId, now: float) -> bool:
        """The writer committed; whether it was a call, or the end of one."""
        if ticket == self._ending:
            self._ending = self._ended = None
        elif ticket == self._asking:
            self._asking, self.call = None, event
            if self._regretted:
                self._end(Help.WITHDRAWN, CallOutcome.WITHDRAWN, now)
            elif self.state == Help.FAILED:  # it came too late: the shopper has been sent to the till
                self._end(Help.FAILED, CallOutcome.UNANSWERED, now)
            else:
                self._become(self._open_state(now), now)
        else:
            return False
        return True

    def failed(self, ticket: Ticket, now: float) -> bool:
        """The writer could not commit; whether it was a call, or the end of one."""
        if ticket == self._ending:
            self._ending, self._tried = None, now
        elif ticket == self._asking:
            self._asking = None
            self._become(Help.WITHDRAWN if self._regretted else Help.FAILED, now)
        else:
            return False
        return True

    def staff_can_be_reached(self, reached: bool, now: float) -> None:
        """Whether the centre hears us."""
        self._away = not reached
        self.tick(now)

    def asked_elsewhere(self, call: EventId, now: float) -> None:
        """Somebody called by the button in the room."""
        if not self.is_open:
            self.elsewhere, self._since = call, now
            self._become(self._open_state(now), now)

    def coming(self, call: EventId, now: float) -> None:
        """Somebody of the staff said so; the call is answered."""
        self._answer(call, Help.COMING, now)

    def answered(self, call: EventId, now: float) -> None:
        """Somebody of the staff is at the room."""
        self._answer(call, Help.ANSWERED, now)

    def over(self, call: EventId, now: float) -> None:
        """The session has ended: a call that is still open was not answered."""
        if call == self.call:
            self._end(Help.READY, CallOutcome.UNANSWERED, now)
        elif call == self.elsewhere:
            self.elsewhere = None
            self._become(Help.READY, now)

    def resume(self, call: EventId, since: float, now: float) -> None:
        """The kiosk was started anew while this call was open."""
        self.call, self._since = call, since
        self._become(self._open_state(now), now)

    def tick(self, now: float) -> None:
        """Let time pass."""
        if self._asking is not None and self.state == Help.ASKING and now - self._since >= PATIENCE_SECONDS:
            self._become(Help.FAILED, now)
        if call := self.call or self.elsewhere:
            if now - self._since >= GIVE_UP_SECONDS:
                self.over(call, now)
            elif self.state != self._open_state(now):
                self._become(self._open_state(now), now)
        elif not self.is_open and self.state != Help.READY and now - self._changed >= SHOWN_SECONDS:
            self.state = Help.READY
        if self._ended is not None and self._ending is None and now - self._tried >= RETRY_SECONDS:
            self._hand_over(self._ended)

    def _answer(self, call: EventId, state: Help, now: float) -> None:
        if call == self.call:
            self._end(state, CallOutcome.ANSWERED, now)
        elif call == self.elsewhere:
            self.elsewhere = None
            self._become(state, now)

    def _open_state(self, now: float) -> Help:
        if self._away:
            return Help.AWAY
        return Help.ESCALATED if now - self._since >= ESCALATE_SECONDS else Help.ASKED

    def _end(self, state: Help, outcome: CallOutcome, now: float) -> None:
        assert self.call is not None
        waited = round(max(0.0, now - self._since), 1)
        self._ended = CallEnded(self.group, self.room, self.call, outcome, waited)
        self.call = None
        self._become(state, now)
        self._hand_over(self._ended)

    def _hand_over(self, ended: CallEnded) -> None:
        self._ending = self._ticket()
        self._store(ended, self._ending, None)

    def _become(self, state: Help, now: float) -> None:
        self.has_changed = self.has_changed or (state != self.state and state != Help.READY)
        self.state, self._changed = state, now
