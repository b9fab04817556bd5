"""Fingers on the glass: which touch is a new one, and which flags a tap earns. Flags lower a tap; nothing drops it.

The rules, all decided at touch-down:

- the same contact: within 80 ms and 20 px of the last one (a bouncing panel, two input drivers): not a second tap
- `multitouch`: another finger is down; `palm`: two or more are
- `lockout`: the screen was not taking answers
- `repeat`: within 5 s of the last answer, or of the last touch during a lockout
- `burst`: the fifth answer in 30 s, or the third different one in 10 s; each makes the lockout longer,
  1.5, 3, 6 and 10 s, until 60 s without a tap
- `hold`: a finger down for 10 s is told once more, as a tap without an answer, and then counts as a finger no longer
"""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from math import hypot

from events.facts import TapFlag

SAME_SECONDS, SAME_PIXELS = 0.080, 20.0
REPEAT_SECONDS = 5.0
BURST_ANSWERS, BURST_SECONDS = 5, 30.0
MASH_ANSWERS, MASH_SECONDS = 3, 10.0
LOCKOUT_SECONDS = (1.5, 3.0, 6.0, 10.0)
QUIET_SECONDS = 60.0
HOLD_SECONDS = 10.0
_LONG_AGO = float("-inf")


@dataclass
class Contacts:
    """Feed it every touch in order; `now` is monotonic seconds."""

    _fingers: dict[Hashable, float] = field(default_factory=dict)
    _last_down: tuple[float, float, float] = (_LONG_AGO, 0.0, 0.0)
    _last_counted: float = _LONG_AGO
    _last_tap: float = _LONG_AGO
    _answers: deque[tuple[float, int]] = field(default_factory=deque)
    _level: int = 0

    def down(self, finger: Hashable, x: float, y: float, now: float) -> bool:
        """Whether this is a new contact, at pixels x, y."""
        then, last_x, last_y = self._last_down
        if now - then <= SAME_SECONDS and hypot(x - last_x, y - last_y) <= SAME_PIXELS:
            return False
        self._last_down = (now, x, y)
        self._fingers[finger] = now
        return True

    def up(self, finger: Hashable) -> None:
        self._fingers.pop(finger, None)

    def held(self, now: float) -> int:
        """How many fingers have just been down for too long; each is told once."""
        stuck = [finger for finger, since in self._fingers.items() if now - since >= HOLD_SECONDS]
        for finger in stuck:
            del self._fingers[finger]
        return len(stuck)

    def judge(self, answer: int | None, locked: bool, now: float) -> tuple[TapFlag, ...]:
        """The flags of a tap whose contact has just come down."""
        flags = self._finger_flags() + [TapFlag.LOCKOUT] * locked
        if answer is not None:
            flags += self._habit_flags(answer, now)
        if answer is not None or locked:
            self._last_counted = now
        self._last_tap = now
        return tuple(flags)

    def lockout_seconds(self) -> float:
        """How long after a vote no other is taken."""
        return LOCKOUT_SECONDS[self._level]

    def _finger_flags(self) -> list[TapFlag]:
        others = len(self._fingers) - 1
        return [TapFlag.PALM] if others >= 2 else [TapFlag.MULTITOUCH] * (others == 1)

    def _habit_flags(self, answer: int, now: float) -> list[TapFlag]:
        if now - self._last_tap >= QUIET_SECONDS:
            self._level = 0
        while self._answers and now - self._answers[0][0] > BURST_SECONDS:
            self._answers.popleft()
        self._answers.append((now, answer))
        flags = [TapFlag.REPEAT] * (now - self._last_counted < REPEAT_SECONDS)
        if self._is_burst(now):
            self._level = min(self._level + 1, len(LOCKOUT_SECONDS) - 1)
            flags.append(TapFlag.BURST)
        return flags

    def _is_burst(self, now: float) -> bool:
        different = {answer for then, answer in self._answers if now - then <= MASH_SECONDS}
        return len(self._answers) >= BURST_ANSWERS or len(different) >= MASH_ANSWERS
