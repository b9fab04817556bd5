"""How the device is, read from the machine."""

import os
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from events.facts import Health, Name
from sync.outbox import Backlog

_MEGABYTE = 1024 * 1024


def software() -> Name:
    """The version of floorpulse that runs here."""
    try:
        return Name(version("floorpulse"))
    except PackageNotFoundError:
        return Name("unpackaged")


def read_health(state: Path, backlog: Backlog, unrecorded_taps: int, machine: Path = Path("/")) -> Health:
    """`machine` is where `proc` and `sys` are; the disk is the one that the shared file lies on."""
    disk = os.statvfs(state.parent)
    return Health(
        software=software(),
        uptime_seconds=float((machine / "proc/uptime").read_text().split()[0]),
        disk_free_mb=disk.f_bavail * disk.f_frsize // _MEGABYTE,
        memory_free_mb=_memory_free_kb(machine / "proc/meminfo") // 1024,
        backlog=backlog.total,
        unrecorded_taps=unrecorded_taps,
        temperature_c=_temperature(machine / "sys/class/thermal"),
    )


def _memory_free_kb(meminfo: Path) -> int:
    fields = dict(line.split(":") for line in meminfo.read_text().splitlines())
    return int(fields["MemAvailable"].split()[0])


def _temperature(zones: Path) -> float | None:
    """Of the first zone, which is the processor on a Pi; None where there is no thermometer."""
    for zone in sorted(zones.glob("thermal_zone*/temp")):
        with suppress(OSError, ValueError):
            return max(-60.0, min(int(zone.read_text()) / 1000, 200.0))
    return None
