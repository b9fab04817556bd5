"""The way in for staff: hold the top left corner for 3 s, touch the top right one within 5 s, enter six digits.

Five wrong PINs shut the door for five minutes, also over a restart. The PIN lies in the configuration as a salted hash.
"""

import hmac
import os
from collections.abc import Callable, Hashable
from hashlib import scrypt
from math import ceil
from typing import NamedTuple

from kiosk.glass import Corner
from kiosk.view import PinPad

HOLD_SECONDS = 3.0
THEN_SECONDS = 5.0
DIGITS = 6
TRIES = 5
BACK_OFF_SECONDS = 300.0
_COST = {"n": 4096, "r": 8, "p": 1, "dklen": 32}


class Tries(NamedTuple):
    """What counts against the next PIN."""

    wrong: int = 0
    """In a row."""
    shut_seconds: float = 0.0
    """For which no PIN is taken from now on."""


class StaffDoor:
    """Knows who knocks; `is_right` holds a PIN against the configuration. `now` is monotonic seconds."""

    def __init__(self, is_right: Callable[[str], bool] | None, keep: Callable[[Tries], None]) -> None:
        """`keep` is told of every try that changes what counts; `resume` takes it back."""
        self._is_right, self._keep = is_right, keep
        self._held: tuple[Hashable, float] | None = None
        self._knocked = float("-inf")
        self._digits = ""
        self._wrong = 0
        self._is_wrong = False
        self._shut_until = float("-inf")

    def resume(self, tries: Tries, now: float) -> None:
        """The kiosk was started anew."""
        self._wrong, self._shut_until = tries.wrong, now + tries.shut_seconds

    def down(self, finger: Hashable, corner: Corner | None, now: float) -> bool:
        """Whether this touch completes the knock."""
        if self._is_right is None:
            return False
        self._notice_hold(now)
        if corner == Corner.TOP_LEFT:
            self._held = (finger, now)
        knocks = corner == Corner.TOP_RIGHT and now - self._knocked <= THEN_SECONDS
        if corner != Corner.TOP_LEFT:
            self._knocked = float("-inf")
        if knocks:
            self._digits, self._is_wrong = "", False
        return knocks

    def up(self, finger: Hashable, now: float) -> None:
        self._notice_hold(now)
        if self._held is not None and self._held[0] == finger:
            self._held = None

    def enter(self, digit: int, now: float) -> bool:
        """Whether the PIN is complete and right."""
        if now < self._shut_until or self._is_right is None:
            return False
        self._digits, self._is_wrong = self._digits + str(digit), False
        if len(self._digits) < DIGITS:
            return False
        entered, self._digits = self._digits, ""
        if self._is_right(entered):
            if self._wrong:
                self._wrong = 0
                self._keep(Tries())
            return True
        self._refuse(now)
        return False

    def erase(self) -> None:
        self._digits = self._digits[:-1]

    def pad(self, now: float) -> PinPad:
        """What the screen may say."""
        left = max(0.0, self._shut_until - now)
        return PinPad(len(self._digits), self._is_wrong, ceil(left / 60))

    def _refuse(self, now: float) -> None:
        self._wrong += 1
        self._is_wrong = True
        if self._wrong >= TRIES:
            self._wrong, self._shut_until = 0, now + BACK_OFF_SECONDS
        self._keep(Tries(self._wrong, max(0.0, self._shut_until - now)))

    def _notice_hold(self, now: float) -> None:
        if self._held is not None and now - self._held[1] >= HOLD_SECONDS:
            self._held, self._knocked = None, now


def hashed(pin: str) -> str:
    """What `[kiosk] pin` holds; ValueError unless it is six digits."""
    if not (len(pin) == DIGITS and pin.isascii() and pin.isdigit()):
        raise ValueError(f"a PIN has {DIGITS} digits")
    salt = os.urandom(16)
    return f"scrypt${salt.hex()}${scrypt(pin.encode(), salt=salt, **_COST).hex()}"


def pin_check(text: str) -> Callable[[str], bool]:
    """Holds PINs against what `hashed` wrote; ValueError when it did not write this."""
    kind, salt, digest = [*text.split("$"), "", ""][:3]
    if kind != "scrypt" or len(salt) != 32 or len(digest) != 64:
        raise ValueError("pin is what `floorpulse kiosk --hash-pin` writes")
    known_salt, known = bytes.fromhex(salt), bytes.fromhex(digest)
    return lambda pin: hmac.compare_digest(scrypt(pin.encode(), salt=known_salt, **_COST), known)
