"""How the board is: its temperature, and whether power or heat hold it back."""

from dataclasses import dataclass
from pathlib import Path

_TEMPERATURE = "class/thermal/thermal_zone0/temp"
_THROTTLED = "devices/platform/soc/soc:firmware/get_throttled"


@dataclass(frozen=True, slots=True)
class BoardHealth:
    """None where this machine cannot tell."""

    temperature_c: float | None
    under_voltage: bool | None
    """The supply is too weak now."""
    throttled: bool | None
    """The processor runs slower now, for heat or power."""


def board_health(system: Path = Path("/sys")) -> BoardHealth:
    """Read the kernel's files; no program is started."""
    millidegrees = _number(system / _TEMPERATURE, 10)
    bits = _number(system / _THROTTLED, 16)
    return BoardHealth(
        temperature_c=None if millidegrees is None else millidegrees / 1000,
        under_voltage=None if bits is None else bool(bits & 0b001),
        throttled=None if bits is None else bool(bits & 0b110),
    )


def _number(file: Path, base: int) -> int | None:
    try:
        return int(file.read_text().strip(), base)
    except (OSError, ValueError):
        return None
