"""The table `[kiosk]` of a device's TOML."""

from dataclasses import dataclass
from pathlib import Path

from events.facts import Name


@dataclass(frozen=True)
class Settings:
    survey: Path | None = None
    """TOML or JSON; without one the kiosk asks 'How was your visit today?'."""
    question: Name | None = None
    """The one that suits where it hangs, e.g. `rooms` or `checkout` of the built-in survey; the first without it."""
    language: str = "en"
    """The store's; the kiosk returns to it."""
    panel_inches: float = 10.1
    """Diagonal; faces are at least 20 mm on it."""
    motion: bool = True
    """Short movements, all under 200 ms."""
    fonts: Path = Path("/usr/share/fonts/truetype/noto")
    """Folder of Debian's fonts-noto-core; a language whose letters are not there is not offered."""
    touch_device: Path | None = None
    """The panel's `/dev/input/event..`, read with mtdev, so that every finger is seen; the window's pointer without."""
    buttons: tuple[int, ...] = ()
    """Pins of physical buttons, best answer first; none when empty."""
    lights: tuple[int, ...] = ()
    """Pins of their lights, in the same order; none when empty."""

    def __post_init__(self) -> None:
        if not 7 <= self.panel_inches <= 32:
            raise ValueError("panel_inches lies between 7 and 32")
        if self.lights and len(self.lights) != len(self.buttons):
            raise ValueError("lights are as many as buttons, or none")
