"""The table `[kiosk]` of a device's TOML."""

import re
from dataclasses import dataclass
from pathlib import Path

from events.facts import GroupName, Name, RoomName
from events.hours import parse_hours
from events.site import PlaceKind
from kiosk.staffdoor import pin_check


@dataclass(frozen=True)
class HelpPoint:
    """The table `[kiosk.help]`: the kiosk hangs in or at this fitting room and can call for help."""

    group: GroupName
    room: RoomName
    button: int | None = None
    """Pin of a physical button that calls."""
    light: int | None = None
    """Pin of a light or buzzer where the staff are: on while a call is open, and blinking once it is urgent."""


@dataclass(frozen=True)
class Settings:
    survey: Path | None = None
    """TOML or JSON; without one the kiosk asks 'How was your visit today?'."""
    question: Name | None = None
    """The one that suits where it hangs, e.g. `rooms` or `checkout` of the built-in survey; the first without it."""
    place: PlaceKind | None = None
    """Where it hangs, for questions of a survey that are asked only at some places, e.g. `checkout`."""
    language: str = "en"
    """The store's; the kiosk returns to it."""
    panel_inches: float = 10.1
    """Diagonal; faces are at least 20 mm on it."""
    motion: bool = True
    """Short movements, all under 200 ms."""
    reach: bool = False
    """Whatever can be touched lies in the lower third, for who sits or is small."""
    contrast: bool = False
    """High contrast."""
    large_text: bool = False
    brand: str = ""
    """The shop's own colour, `#rrggbb`; made lighter or darker as far as reading demands."""
    brand_name: str = ""
    """The shop's, above the question, in Latin letters."""
    sleeps: bool = True
    """Outside the hours of `[hours]` the screen is dark and takes no answers; without that table it is always open."""
    night: str = ""
    """Store time in which the screen is darker, e.g. `19:00-07:00`."""
    speech: bool = True
    """Read the screen aloud when asked, with espeak-ng where it is installed."""
    fonts: Path = Path("/usr/share/fonts/truetype/noto")
    """Folder of Debian's fonts-noto-core; a language whose letters are not there is not offered."""
    touch_device: Path | None = None
    """The panel's `/dev/input/event..`, read with mtdev, so that every finger is seen; the window's pointer without."""
    buttons: tuple[int, ...] = ()
    """Pins of physical buttons, best answer first; none when empty."""
    lights: tuple[int, ...] = ()
    """Pins of their lights, in the same order; none when empty."""

    help: HelpPoint | None = None
    presence_pin: int | None = None
    """Pin of a sensor that sees somebody before the kiosk: it then tells how many came and how many tapped."""
    pin: str = ""
    """The staff's PIN as `floorpulse kiosk --hash-pin` writes it; without one there is no way to the staff's page."""

    def __post_init__(self) -> None:
        if not 7 <= self.panel_inches <= 32:
            raise ValueError("panel_inches lies between 7 and 32")
        if self.lights and len(self.lights) != len(self.buttons):
            raise ValueError("lights are as many as buttons, or none")
        if self.brand and not re.fullmatch("#[0-9a-fA-F]{6}", self.brand):
            raise ValueError(f"brand is a colour like #f6c453, not {self.brand!r:.40}")
        if self.pin:
            pin_check(self.pin)
        if self.night:
            parse_hours(self.night)
