"""The call button of one fitting room: one call at a time, and every call ends in one of three ways."""

from dataclasses import dataclass

from events.facts import CallOutcome

WITHDRAW_SECONDS = 5
URGENT_SECONDS = 60
"""As on the kiosk's screen and on the staff's phones."""


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody asks for help."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Someone came, nobody came, or it was taken back."""

    outcome: CallOutcome
    waited_seconds: float


class CallBell:
    """Seconds are monotonic; a method returns what happened, or None when nothing did."""

    def __init__(self) -> None:
        self._since: float | None = None

    @property
    def is_open(self) -> bool:
        return self._since is not None

    def is_urgent(self, now: float) -> bool:
        """Whether nobody has come for a minute."""
        return self._since is not None and now - self._since >= URGENT_SECONDS

    def press(self, now: float) -> Called | Ended | None:
        """The first press calls, a second within 5 s takes it back; later ones change nothing: help was asked for."""
        if self._since is None:
            self._since = now
            return Called()
        return self._end(CallOutcome.WITHDRAWN, now) if now - self._since <= WITHDRAW_SECONDS else None

    def acknowledge(self, now: float) -> Ended | None:
        """Staff came, or pressed the button that says so."""
        return self._end(CallOutcome.ANSWERED, now)

    def give_up(self, now: float) -> Ended | None:
        """The session is over, or the service stops, and nobody came."""
        return self._end(CallOutcome.UNANSWERED, now)

    def _end(self, outcome: CallOutcome, now: float) -> Ended | None:
        if self._since is None:
            return None
        waited, self._since = max(0.0, now - self._since), None
        return Ended(outcome, round(waited, 1))
