"""What a picture depends on, and what it remembers: what a touch at each place hits."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kiosk.flow import Hit, Screen
from kiosk.layout import Box
from kiosk.palette import Colour


class View(NamedTuple):
    """All that a picture depends on."""

    screen: Screen
    language: str
    answer: int | None = None
    reason: str | None = None
    locked: bool = False
    last: str | None = None
    """The receipt's sentence about the last answer."""


@dataclass
class Picture:
    group: Any
    targets: list[tuple[Box, Hit]] = field(default_factory=list)
    countdown: tuple[Box, Colour] | None = None
    """Where the seconds that are left are shown."""

    def hit(self, x: float, y: float) -> Hit:
        """What a touch at these pixels means."""
        return next((hit for box, hit in self.targets if box.holds(x, y)), None)
