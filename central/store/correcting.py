"""Keeps what is known of each boot's clock, and rolls a boot's facts up anew when its times turn out to be others."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from operator import sub
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select

from central.store import tables
from central.store.clocks import WORTH_SECONDS, Boot, placed, settle
from central.store.engine import upsert
from central.store.families import Family
from central.store.ledger import event_of, pages
from central.store.rolling import Key, Sums, Tally
from events.codec import type_name
from events.envelope import Event
from events.facts import ClockQuality, ClockSync, Stream

BootKey = tuple[int, str, str]
"""site, device, boot."""
Merge = Callable[[Family, dict[Key, Sums]], None]
"""Adds sums to the rows of a roll-up."""


class Clocks:
    """The boots that one transaction meets: asked for every fact, written and settled once, at its end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._boots: dict[BootKey, Boot] = {}
        self._news: set[BootKey] = set()

    def boot(self, site: int, device: str, boot: str) -> Boot:
        """As committed, plus what this transaction heard; its base stays what it was until the end."""
        key = (site, device, boot)
        known = self._boots.get(key)
        if known is None:
            found = _read(self._connection, site, device, boot)
            known = self._boots[key] = found[0] if found else Boot(site, device, boot)
        return known

    def note(self, boot: Boot, stream_no: int, event: Event, recorded: int, received: int) -> None:
        """What one more fact says of the clock of its boot."""
        stamp, news = event.stamp, False
        quality, base = stamp.clock_quality, recorded - stamp.monotonic_ms * 1000
        if boot.quality is not quality:
            news = boot.saw(quality)
        if event.source.stream is Stream.BULK and (boot.first_stream is None or boot.first_stream >= stream_no):
            news = boot.saw_first((stream_no, event.sequence), base, quality) or news
        if quality is ClockQuality.UNSET:
            news = boot.saw_unset(received - stamp.monotonic_ms * 1000, stamp.monotonic_ms) or news
        if type(event.fact) is ClockSync:
            news = boot.saw_sync(event.fact, stamp.monotonic_ms, received) or news
        if news:
            self._news.add((boot.site, boot.device, boot.boot))

    def flush(self, merge: Merge) -> None:
        """Write what is new; where that gives a boot another base, move its facts in the roll-ups."""
        for site, device in sorted({key[:2] for key in self._news}):
            boots = {boot.boot: boot for boot in _read(self._connection, site, device)}
            boots |= {key[2]: self._boots[key] for key in self._news if key[:2] == (site, device)}
            moved = settle(boots.values())
            written = {key[2] for key in self._news if key[:2] == (site, device)} | {boot.boot for boot in moved}
            _write(self._connection, [boots[name] for name in sorted(written)])
            for before in moved:
                _move(self._connection, before, boots[before.boot], merge)
        self._boots, self._news = {}, set()


def derive_boots(connection: Connection) -> None:
    """All that is known of boots, anew from the ledger; roll-ups are left alone."""
    connection.execute(delete(tables.boots))
    boots: dict[BootKey, Boot] = {}
    for row in connection.execute(_summary()):
        boot = boots.setdefault((row.site, row.device, row.boot), Boot(row.site, row.device, row.boot))
        quality = ClockQuality(row.clock_quality)
        boot.saw(quality)
        if quality is ClockQuality.UNSET:
            boot.saw_unset(row.latest, row.last_ms)
        if row.stream == Stream.BULK:
            _see_first(connection, boot, (row.stream_no, row.first))
    for page in pages(connection, tables.ledger.c.type == type_name(ClockSync)):
        for row in page:
            fact = event_of(row).fact
            assert isinstance(fact, ClockSync)
            boots[row.site, row.device, row.boot].saw_sync(fact, row.monotonic_ms, row.received)
    of_device: dict[tuple[int, str], list[Boot]] = {}
    for boot in boots.values():
        of_device.setdefault((boot.site, boot.device), []).append(boot)
    for mine in of_device.values():
        settle(mine)
    _write(connection, list(boots.values()))


def correct_past(connection: Connection, merge: Merge) -> None:
    """For a store whose roll-ups were made by recorded times alone: what is known of boots, and their facts moved."""
    derive_boots(connection)
    wanted = select(tables.boots).where(tables.boots.c.base.is_not(None))
    for row in connection.execute(wanted).all():
        boot = _boot(dict(row._mapping))
        _move(connection, replace(boot, base=None, base_quality=ClockQuality.UNSET), boot, merge)


def _summary() -> Any:
    """Of each stream, boot and quality: what is needed to know its clock without reading every fact."""
    ledger, streams = tables.ledger, tables.streams
    by = (ledger.c.stream_no, streams.c.site, streams.c.device, streams.c.stream, ledger.c.boot, ledger.c.clock_quality)
    found = (
        func.min(ledger.c.sequence).label("first"),
        func.min(ledger.c.received - ledger.c.monotonic_ms * 1000).label("latest"),
        func.max(ledger.c.monotonic_ms).label("last_ms"),
    )
    joined = ledger.join(streams, streams.c.stream_no == ledger.c.stream_no)
    return select(*by, *found).select_from(joined).group_by(*by)


def _see_first(connection: Connection, boot: Boot, place: tuple[int, int]) -> None:
    ledger = tables.ledger.c
    found = select(ledger.time, ledger.monotonic_ms, ledger.clock_quality)
    row = connection.execute(found.where(ledger.stream_no == place[0], ledger.sequence == place[1])).one()
    boot.saw_first(place, row.time - row.monotonic_ms * 1000, ClockQuality(row.clock_quality))


def _move(connection: Connection, before: Boot, now: Boot, merge: Merge) -> None:
    """Take a boot's facts out of the roll-ups where they were, and put them in where they belong."""
    old, new = Tally(), Tally()
    for event, recorded in _moved(connection, before, now):
        for boot, tally in ((before, old), (now, new)):
            _add(tally, boot, event, recorded)
    for family in old.families.keys() | new.families.keys():
        gone, come = old.families.get(family, {}), new.families.get(family, {})
        none = (0,) * len(family.sums)
        changes = {key: tuple(map(sub, come.get(key, none), gone.get(key, none))) for key in gone.keys() | come.keys()}
        changes = {key: change for key, change in changes.items() if any(change) or (key in gone) != (key in come)}
        merge(family, changes)
        _drop_empty(connection, family, [key for key in changes if key not in come])


def _add(tally: Tally, boot: Boot, event: Event, recorded: int) -> None:
    fact, at = placed(boot, event.fact, event.stamp, recorded)
    tally.add(boot.site, boot.device, fact, at // 1_000_000)


def _moved(connection: Connection, before: Boot, now: Boot) -> Iterator[tuple[Event, int]]:
    """The stored facts of a boot that either of its bases places elsewhere, and when they were recorded."""
    ledger, streams = tables.ledger.c, tables.streams.c
    mine = [streams.site == now.site, streams.device == now.device, ledger.boot == now.boot]
    if now.first_stream is not None:  # what a year of other boots sent before need not be looked through
        mine.append((ledger.stream_no != now.first_stream) | (ledger.sequence >= now.first_sequence))
    bases = [base for base in (before.base, now.base) if base is not None]
    off = (func.abs(ledger.monotonic_ms * 1000 + base - ledger.time) for base in bases)
    mine.append(or_(*(each >= WORTH_SECONDS * 1_000_000 for each in off)))
    for page in pages(connection, *mine):
        for row in page:
            yield event_of(row), row.time


def _drop_empty(connection: Connection, family: Family, keys: list[Key]) -> None:
    """Rows from which the last fact was taken: a rebuild would not make them."""
    if keys:
        table, names = tables.rollups[family], ("site", "start", "length", "device", *family.keys)
        mine = and_(*(table.c[name] == bindparam(f"of_{name}") for name in names))
        empty = and_(*(table.c[name] == 0 for name in family.sums))
        connection.execute(
            delete(table).where(mine, empty),
            [{f"of_{name}": value for name, value in zip(names, key, strict=True)} for key in keys],
        )


_COLUMNS = tuple(column.name for column in tables.boots.columns)
_QUALITIES = {"quality", "sync_quality", "base_quality"}


def _read(connection: Connection, site: int, device: str, boot: str | None = None) -> list[Boot]:
    """What is written of a device's boots, or of one of them."""
    boots = tables.boots.c
    wanted = select(tables.boots).where(boots.site == site, boots.device == device)
    if boot is not None:
        wanted = wanted.where(boots.boot == boot)
    return [_boot(dict(row._mapping)) for row in connection.execute(wanted)]


def _boot(row: dict[str, Any]) -> Boot:
    for name in _QUALITIES:
        row[name] = ClockQuality(row[name]) if row[name] else None
    return Boot(**row)


def _write(connection: Connection, boots: list[Boot]) -> None:
    if boots:
        statement = upsert(connection.dialect, tables.boots)
        news = {name: statement.excluded[name] for name in _COLUMNS if name not in ("site", "device", "boot")}
        rows = [{name: getattr(boot, name) for name in _COLUMNS} for boot in boots]
        connection.execute(statement.on_conflict_do_update(index_elements=("site", "device", "boot"), set_=news), rows)
