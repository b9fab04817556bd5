"""The words of the glass: what it can show, what a touch can hit, what became of it. Flow and pictures share them."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from events.facts import Name, PressMeans


class Screen(StrEnum):
    QUESTION = "question"
    """The attract screen, too: the first touch is an answer."""
    PRESSED = "pressed"
    REASON = "reason"
    CHOSEN = "chosen"
    THANKS = "thanks"
    SORRY = "sorry"
    RECEIPT = "receipt"
    NEWS = "news"
    """You said, we did."""
    HELP = "help"
    """What became of a call for help, at a fitting room's kiosk."""
    CLOSED = "closed"
    """Outside opening hours: dim and calm; says when the shop opens."""
    OUT_OF_SERVICE = "out_of_service"
    """Answers cannot be stored just now: the screen says so before anybody tries."""
    PIN = "pin"
    """Staff enter their PIN."""
    STAFF = "staff"
    CLEANING = "cleaning"
    """Touches mean nothing until the seconds are over: the glass can be wiped."""


class Said(StrEnum):
    """What became of a touch, for whoever listens to the kiosk."""

    THANKED = "thanked"
    NOTED = "noted"
    """A reason was committed."""
    KEPT = "kept"
    """A touch that was no vote was committed."""
    CALLED = "called"
    """A call for help was committed."""
    CALL_ENDED = "call_ended"
    SORRY = "sorry"


class Help(StrEnum):
    """How a call for help stands, as the shopper may be told."""

    READY = "ready"
    """Nobody has called; the button is there."""
    ASKING = "asking"
    """The call is being stored."""
    ASKED = "asked"
    """It is stored, and the staff can be reached."""
    ESCALATED = "escalated"
    """Nobody has answered for a minute; the staff are told more loudly."""
    COMING = "coming"
    """Somebody of the staff is on the way."""
    ANSWERED = "answered"
    """Somebody came."""
    WITHDRAWN = "withdrawn"
    AWAY = "away"
    """It is stored, but the staff cannot be reached just now: please ask at the till."""
    FAILED = "failed"
    """It could not be stored: please ask at the till."""


@dataclass(frozen=True, slots=True)
class Face:
    """The touch hit the face of this answer."""

    answer: int


@dataclass(frozen=True, slots=True)
class Tile:
    """The touch hit this reason."""

    reason: Name


@dataclass(frozen=True, slots=True)
class Switch:
    """The touch asked for this language."""

    language: str


@dataclass(frozen=True, slots=True)
class Digit:
    """The touch hit this key of the PIN's pad."""

    number: int


class Control(StrEnum):
    SKIP = "skip"
    RECEIPT = "receipt"
    NEWS = "news"
    HELP = "help"
    """Calls for help, or shows how the call stands."""
    WITHDRAW = "withdraw"
    """Takes a call back, in its first seconds."""
    BACK = "back"
    """To the question; from the PIN and the staff's page, too."""
    MORE = "more"
    """The physical buttons go on to the choices that did not fit."""
    SPEAK = "speak"
    """Reads the screen aloud."""
    ERASE = "erase"
    """The last digit of the PIN."""
    TEST_TAP = "test_tap"
    """Staff try the kiosk: the next answer is stored and never counted."""
    CLEAN = "clean"
    """Locks the screen for cleaning."""


Hit = Face | Tile | Switch | Digit | Control | None


class Corner(StrEnum):
    """Of the glass; a way in for staff that no shopper finds by chance."""

    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"


@dataclass(frozen=True, slots=True)
class Contact:
    """One finger or button coming down at pixels x, y."""

    finger: Hashable
    x: float
    y: float
    means: PressMeans = PressMeans.TOUCH
    corner: Corner | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """The last answer that the kiosk stored, for the privacy receipt."""

    question: Name
    answer: int
    at: datetime
