"""Which clock a fact was recorded under, and when that clock was set."""

import ctypes
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from events.codec import now_utc
from events.envelope import Stamp
from events.facts import ClockQuality, ClockSync, Fact
from events.hours import FIRST_YEAR

STEP_MS = 500
"""The wall clock moving this far against the monotonic one was set, not slewed."""

_TIME_ERROR = 5


def boot_milliseconds() -> int:
    """Since the machine started, sleep included; the same for every process."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def boot_id() -> str:
    """Random, new with every boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def is_synchronised() -> bool:
    """Whether a time server sets the clock: timesyncd says so, or the kernel does."""
    if Path("/run/systemd/timesync/synchronized").exists():
        return True
    state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(256))
    return 0 <= state < _TIME_ERROR


def has_battery_clock() -> bool:
    """A Pi before the fifth has none: it starts with the time of its last shutdown."""
    return any(Path("/sys/class/rtc").glob("rtc*"))


@dataclass(frozen=True)
class Clock:
    """The clocks of this machine; each part can be replaced."""

    boot_id: str
    wall: Callable[[], datetime] = now_utc
    monotonic_ms: Callable[[], int] = boot_milliseconds
    is_synchronised: Callable[[], bool] = is_synchronised
    has_battery_clock: Callable[[], bool] = has_battery_clock

    def stamp(self) -> Stamp:
        moment = self.wall()
        return Stamp(moment, self.boot_id, self.monotonic_ms(), self._quality(moment))

    def _quality(self, moment: datetime) -> ClockQuality:
        if moment.year < FIRST_YEAR:
            return ClockQuality.UNSET
        if self.is_synchronised():
            return ClockQuality.NTP
        return ClockQuality.RTC if self.has_battery_clock() else ClockQuality.ESTIMATED


def device_clock() -> Clock:
    """The real one."""
    return Clock(boot_id())


def bound_to_boot(fact: Fact, stamp: Stamp) -> Fact:
    """A cell that was cut under an unset clock says when it began on the boot's monotonic one, which is never wrong."""
    cell = getattr(fact, "cell", None)
    if stamp.clock_quality is not ClockQuality.UNSET or cell is None or cell.monotonic_ms is not None:
        return fact
    began = stamp.monotonic_ms - (stamp.time - cell.start) // timedelta(milliseconds=1)
    if began < 0:
        return fact  # it claims to have begun before the boot: nothing better is known of it
    bound: Any = fact
    return cast(Fact, replace(bound, cell=replace(cell, monotonic_ms=began)))


class ClockWatch:
    """Notices that the wall clock was set, also while the process that looks was not running.

    Each boot with a clock that can be trusted is told at least once: facts that were recorded before anybody looked
    find their time by it.
    """

    def __init__(self, clock: Clock, memory: str | None = None) -> None:
        """`memory` is what an earlier watch remembered; one of another boot says nothing."""
        self._clock = clock
        known = _remembered(memory)
        if known.get("boot_id") == clock.boot_id:
            self._base, self._quality = datetime.fromisoformat(known["base"]), ClockQuality(known["quality"])
            self._was_told = bool(known.get("told"))
        else:
            self._base, self._quality = self._reading()
            self._was_told = False

    @property
    def memory(self) -> str:
        """JSON to start the next watch with."""
        known = {"boot_id": self._clock.boot_id, "base": self._base.isoformat(), "quality": self._quality}
        return json.dumps(known | {"told": self._was_told})

    def look(self) -> ClockSync | None:
        """The fact that earlier times of this boot are off, once for each step."""
        began = self._clock.monotonic_ms()
        base, quality = self._reading()
        if self._clock.monotonic_ms() - began > STEP_MS // 5:
            return None  # this process was held up between the two clocks; look again next time
        stepped = abs(base - self._base) >= timedelta(milliseconds=STEP_MS)
        now_right = quality is ClockQuality.NTP and self._quality is not ClockQuality.NTP
        is_first = not self._was_told and quality in (ClockQuality.NTP, ClockQuality.RTC)
        if not (stepped or now_right or is_first):
            return None
        uptime = timedelta(milliseconds=self._clock.monotonic_ms())
        fact = ClockSync(self._base + uptime, base + uptime, quality)
        self._base, self._quality, self._was_told = base, quality, True
        return fact

    def _reading(self) -> tuple[datetime, ClockQuality]:
        """The wall-clock time of the boot, as believed now."""
        stamp = self._clock.stamp()
        return stamp.time - timedelta(milliseconds=stamp.monotonic_ms), stamp.clock_quality


def _remembered(memory: str | None) -> dict[str, Any]:
    try:
        known = json.loads(memory or "{}")
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}
