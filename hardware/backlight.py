"""The light behind the panel, by the kernel's files; a panel that has none stays as it is."""

import logging
from pathlib import Path

log = logging.getLogger(__name__)
_ON, _OFF = "0", "4"
"""Of `bl_power`: FB_BLANK_UNBLANK and FB_BLANK_POWERDOWN."""


class Backlight:
    """All lights of the machine, on or off together."""

    def __init__(self, system: Path = Path("/sys")) -> None:
        self._switches = sorted((system / "class" / "backlight").glob("*/bl_power"))

    def set(self, on: bool) -> None:
        """What cannot be switched is said in the log, and left as it is."""
        for switch in self._switches:
            try:
                switch.write_text(_ON if on else _OFF)
            except OSError as error:
                log.warning("the backlight cannot be switched: %s", error)
