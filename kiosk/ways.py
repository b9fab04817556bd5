"""How long things last at the kiosk, and how one kiosk differs from another."""

from collections.abc import Callable
from dataclasses import dataclass

from events.facts import Call, CallEnded, GroupName, Reason, RoomName, Tap
from kiosk.asking import Always, Asking
from kiosk.glass import Screen
from kiosk.staffdoor import Tries

PRESSED_SECONDS = 0.2
"""The pressed face stays this long at least, so that it is seen."""
PATIENCE_SECONDS = 0.45
"""Without a commit by then the screen says sorry, and is drawn within the promised 500 ms."""
REASON_SECONDS = 10.0
GUARD_SECONDS = 0.6
"""The reasons open after this long without a touch, so that a hammering hand chooses none."""
CLEANING_SECONDS = 60.0
THANKS_SECONDS = 2.0
SORRY_SECONDS = 4.0
OUT_SECONDS = 30.0
"""Then somebody may try again whether answers can be stored."""
LASTS = {
    Screen.REASON: REASON_SECONDS,
    Screen.THANKS: THANKS_SECONDS,
    Screen.SORRY: SORRY_SECONDS,
    Screen.OUT_OF_SERVICE: OUT_SECONDS,
    Screen.CLEANING: CLEANING_SECONDS,
}
"""How long a screen is shown that goes by itself."""
COUNTED = {Screen.REASON: REASON_SECONDS, Screen.CLEANING: CLEANING_SECONDS}
"""Screens that show how many seconds are left, and of how many."""
FAILURES = 3
"""So many answers in a row could not be stored: the screen says so beforehand."""
IDLE_SECONDS = 20.0
STAFF_SECONDS = 60.0
AWAKE_SECONDS = 10.0
"""A closed kiosk that is touched answers for this long."""
CALM_SECONDS = 10.0
"""Nobody has touched it for so long: a new survey may come, and the day may end."""
ATTRACT_AFTER_SECONDS = 30.0
ATTRACT_STEP_SECONDS = 8.0

Ticket = int
Store = Callable[[Tap | Reason | Call | CallEnded, Ticket, float | None], None]
"""Hands a fact to the writer, with the second after which to let it be; `recorded` or `failed` must follow."""


@dataclass(frozen=True)
class Ways:
    """How this kiosk differs from others."""

    asking: Asking = Always()  # noqa: RUF009 - it holds nothing
    help: tuple[GroupName, RoomName] | None = None
    is_right_pin: Callable[[str], bool] | None = None
    buttons: int = 0
    """Physical ones for answers."""
    speak: Callable[[], None] = lambda: None
    """Reads aloud what the screen shows."""
    keep_tries: Callable[[Tries], None] = lambda tries: None
    """Of the PIN, for the next start."""
    keep_language: Callable[[str], None] = lambda language: None
    """That staff chose."""
