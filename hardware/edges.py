"""The bounce of contacts, taken out in our own code: mock pins and some pin drivers ignore `bounce_time`."""

from math import inf

QUIET_SECONDS = 0.05
"""A contact that has not moved for this long has stopped bouncing."""


class EdgeFilter:
    """A level without its bounces: the first edge after a quiet time counts at once, then the level it settles at."""

    def __init__(self, active: bool = False) -> None:
        self.active = active
        """What was last believed."""
        self._level = active
        self._moved = -inf

    def edge(self, active: bool, now: float) -> tuple[bool, ...]:
        """What to believe, in order, when the wire moved to this level: nothing, or up to two changes."""
        quiet = now - self._moved >= QUIET_SECONDS
        settled = self._believe() if quiet else ()
        self._level, self._moved = active, now
        return settled + (self._believe() if quiet else ())

    def settle(self, level: bool, now: float) -> tuple[bool, ...]:
        """What to believe when the wire is read at this level: a change only after a quiet time."""
        if now - self._moved < QUIET_SECONDS:
            return ()
        self._level = level
        return self._believe()

    def _believe(self) -> tuple[bool, ...]:
        if self._level == self.active:
            return ()
        self.active = self._level
        return (self.active,)
