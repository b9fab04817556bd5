"""When things happened, where a device's own clock was wrong: pure rules over what is known of each boot.

A boot's monotonic milliseconds are always right; its wall clock may not be. One number mends all of its times: the
instant at which its monotonic clock stood at 0, here called its base. Recorded times are never rewritten; whoever adds
facts up asks `placed`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from events.envelope import Stamp
from events.facts import Cell, ClockQuality, ClockSync, Fact

WORTH_SECONDS = 60
"""A time that is off by less stands as it was recorded; the finest cell of a report is fifteen times as long."""
AHEAD_SECONDS = 86_400
"""A clock that is set to a time this far ahead of the collector's own is not believed."""

_MICROS = 1_000_000
_RANK = {quality: rank for rank, quality in enumerate(reversed(ClockQuality))}
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 7_258_118_400 * _MICROS
"""The year 2200: what a base would place after it, or before 1970, is not placed."""


@dataclass(slots=True)
class Boot:
    """What is known of one boot of one device. Instants in microseconds since 1970; the fields are the columns."""

    site: int
    device: str
    boot: str
    quality: ClockQuality = ClockQuality.UNSET
    """The best that its clock has ever been."""
    first_stream: int | None = None
    first_sequence: int | None = None
    """Place of its first fact in the bulk stream: the boots of a device follow each other in this order."""
    began: int | None = None
    """The base by that first fact's own time, unless the clock was unset."""
    latest: int | None = None
    """The base is no later: a fact of an unset clock had come to the collector by then."""
    last_ms: int | None = None
    """The last that an unset clock recorded."""
    sync_quality: ClockQuality | None = None
    sync_ms: int | None = None
    sync_base: int | None = None
    """The setting of the clock that is believed, and the base by it."""
    base: int | None = None
    base_quality: ClockQuality = ClockQuality.UNSET
    """What its facts are placed by; None where nothing is better than their own times. By `unset` the base is only
    bounded by the boots before and after it, and mends nothing but times of an unset clock."""

    def saw(self, quality: ClockQuality) -> bool:
        """A fact under a clock of this quality; whether that is news."""
        news = _RANK[quality] > _RANK[self.quality]
        if news:
            self.quality = quality
        return news

    def saw_first(self, place: tuple[int, int], base: int, quality: ClockQuality) -> bool:
        """A fact of the bulk stream; whether it is the first so far."""
        if self.first_stream is not None and (self.first_stream, self.first_sequence or 0) <= place:
            return False
        self.first_stream, self.first_sequence = place
        self.began = None if quality is ClockQuality.UNSET else base
        return True

    def saw_unset(self, latest: int, last_ms: int) -> bool:
        """A fact of an unset clock: received, less its monotonic time; and that time."""
        news = self.latest is None or latest < self.latest or last_ms > (self.last_ms or 0)
        self.latest = latest if self.latest is None else min(self.latest, latest)
        self.last_ms = max(self.last_ms or 0, last_ms)
        return news

    def saw_sync(self, fact: ClockSync, monotonic_ms: int, received: int) -> bool:
        """The clock was set; whether this setting is believed rather than those known: the best, then the last."""
        after = micros(fact.wall_after)
        if fact.quality is ClockQuality.UNSET or after > received + AHEAD_SECONDS * _MICROS:
            return False
        base = after - monotonic_ms * 1000
        known = (-1, 0, 0)
        if self.sync_quality is not None:
            known = (_RANK[self.sync_quality], self.sync_ms or 0, self.sync_base or 0)
        if (_RANK[fact.quality], monotonic_ms, base) <= known:
            return False
        self.sync_quality, self.sync_ms, self.sync_base = fact.quality, monotonic_ms, base
        return True

    def moment(self, recorded: int, monotonic_ms: int, quality: ClockQuality) -> int:
        """When something happened: as recorded, or by the base where that knows better."""
        if self.base is None or _RANK[quality] > _RANK[self.base_quality]:
            return recorded
        right = self.base + monotonic_ms * 1000
        is_off = abs(right - recorded) >= WORTH_SECONDS * _MICROS
        return right if is_off and 0 <= right <= _LAST else recorded


def placed(boot: Boot, fact: Fact, stamp: Stamp, recorded: int) -> tuple[Fact, int]:
    """A fact with its cell where it was, and when it was recorded, as far as that can be known."""
    right = boot.moment(recorded, stamp.monotonic_ms, stamp.clock_quality)
    cell = getattr(fact, "cell", None)
    if right == recorded or cell is None:
        return fact, right
    mended: Any = fact
    return replace(mended, cell=_moved(cell, boot, right - recorded)), right


def _moved(cell: Cell, boot: Boot, step: int) -> Cell:
    start = micros(cell.start) + step
    if cell.monotonic_ms is not None and boot.base is not None:
        start = boot.base + cell.monotonic_ms * 1000
    whole = min(max(start, 0), _LAST) // _MICROS
    return replace(cell, start=_BEGINNING + timedelta(seconds=whole))


def settle(boots: Iterable[Boot]) -> list[Boot]:
    """Give every boot of one device its base; returns those whose base is another than before, as they were."""
    boots = sorted(boots, key=lambda boot: (boot.first_stream or 0, boot.first_sequence or 0, boot.boot))
    moved, ceiling = [], None
    for place in reversed(range(len(boots))):
        boot = boots[place]
        base, quality = _base(boot, ceiling, _latest_beginning(boots[:place]))
        if (base, quality) != (boot.base, boot.base_quality):
            moved.append(replace(boot))
            boot.base, boot.base_quality = base, quality
        if boot.first_stream is not None:
            ceiling = _beginning(boot, ceiling)
    return moved


def _base(boot: Boot, ceiling: int | None, floor: int | None) -> tuple[int | None, ClockQuality]:
    """By the setting of the clock; else the latest that the boots after and before it allow."""
    if boot.sync_base is not None and boot.sync_quality is not None:
        return boot.sync_base, boot.sync_quality
    if boot.latest is None or boot.last_ms is None:
        return None, ClockQuality.UNSET
    base = boot.latest
    if boot.first_stream is not None:
        base = base if ceiling is None else min(base, ceiling - boot.last_ms * 1000)
        base = base if floor is None else max(base, floor)
    return base, ClockQuality.UNSET


def _beginning(boot: Boot, default: int | None) -> int | None:
    known = boot.began if boot.base is None else boot.base
    return default if known is None else known


def _latest_beginning(boots: Sequence[Boot]) -> int | None:
    """When the last of these began that says so by itself."""
    known = (boot.began if boot.sync_base is None else boot.sync_base for boot in reversed(boots) if boot.first_stream)
    return next((began for began in known if began is not None), None)


def micros(moment: datetime) -> int:
    """Whole microseconds since 1970, exact."""
    since = moment - _BEGINNING
    return (since.days * 86_400 + since.seconds) * _MICROS + since.microseconds
