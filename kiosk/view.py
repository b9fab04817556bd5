"""What a picture depends on, and what it remembers: what a touch at each place hits."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kiosk.glass import Control, Help, Hit, Screen
from kiosk.layout import Box
from kiosk.palette import Colour


class Looks(NamedTuple):
    """How the store wants it drawn; the same all day."""

    reach: bool = False
    """Whatever can be touched lies in the lower third."""
    contrast: bool = False
    """High contrast."""
    large_text: bool = False
    brand: str = ""
    """`#rrggbb`, the shop's own colour; empty for ours."""
    name: str = ""
    """The shop's, above the question."""


class PinPad(NamedTuple):
    """How far the staff's PIN is entered."""

    entered: int = 0
    is_wrong: bool = False
    """The last six digits were not it."""
    minutes: int = 0
    """To wait, after too many tries; 0 when digits are taken."""


class View(NamedTuple):
    """All that a picture depends on; every text is in the language of the view."""

    screen: Screen
    language: str
    answer: int | None = None
    reason: str | None = None
    locked: bool = False
    last: str | None = None
    """The receipt's sentence about the last answer."""
    question: str = ""
    """Name of the question of the survey that is asked; it changes between shoppers. Empty: the first."""
    news: tuple[str, str] | None = None
    """What shoppers said, and what was done about it; on the question's screen: NEWS can be touched."""
    attract: Control | None = None
    """What the attract loop points at while nobody is there: NEWS or RECEIPT."""
    help: Help | None = None
    """None: this kiosk has no button for help. On the question's screen, too, while a call is open."""
    can_withdraw: bool = False
    """The call can still be taken back."""
    opens: str = ""
    """CLOSED: when the shop opens; empty when it does not open within a week."""
    awake: bool = False
    """CLOSED: somebody has just touched it; it answers a little brighter."""
    night: bool = False
    """It is dark in the shop: less light."""
    pin: PinPad = PinPad()
    staff: tuple[tuple[str, str], ...] = ()
    """STAFF: rows of a label in the language, and a value: in Latin letters, or a word of the language."""
    can_speak: bool = False
    """SPEAK can be touched."""
    speaking: bool = False
    buttons: tuple[Hit, ...] = ()
    """What the physical buttons mean on this screen, in their order; empty without buttons."""


@dataclass
class Picture:
    group: Any
    targets: list[tuple[Box, Hit]] = field(default_factory=list)
    countdown: tuple[Box, Colour] | None = None
    """Where the seconds that are left are shown."""

    def hit(self, x: float, y: float) -> Hit:
        """What a touch at these pixels means."""
        return next((hit for box, hit in self.targets if box.holds(x, y)), None)
