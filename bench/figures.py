"""One figure for each thing that must be shown, with its goal and whether it holds."""

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Value = float | int | str | None


@dataclass(frozen=True)
class Figure:
    """A measured value; `holds` is None, with the reason in `note`, where no verdict is possible."""

    name: str
    value: Value
    unit: str = ""
    goal: str = ""
    holds: bool | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """What numpy measured becomes plain: JSON, and `is False`, know no other booleans and numbers."""
        for name in ("value", "holds"):
            plain = getattr(getattr(self, name), "item", None)
            if plain is not None:
                object.__setattr__(self, name, plain())


Part = Callable[[bool], list[Figure]]
"""A part of the benchmarks: takes `full`, returns its figures."""


def at_most(name: str, value: float | None, limit: float, unit: str = "", note: str = "") -> Figure:
    holds = None if value is None else value <= limit
    return Figure(name, _short(value), unit, f"<= {limit:g}", holds, note or ("not run" if value is None else ""))


def at_least(name: str, value: float | None, limit: float, unit: str = "", note: str = "") -> Figure:
    holds = None if value is None else value >= limit
    return Figure(name, _short(value), unit, f">= {limit:g}", holds, note or ("not run" if value is None else ""))


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def machine() -> str:
    """What it ran on, in words."""
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    return f"{cpu}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
