"""One transaction of ingest: watermarks, ledger rows, losses, quarantine and roll-ups, gathered and then written."""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import Connection, Dialect, Table, bindparam, case, delete, func, insert, select, update

from central.quick_json import dumps
from central.store import tables
from central.store.bulk import add_rows, in_one_go, insert_rows
from central.store.clocks import Boot, micros, placed
from central.store.correcting import Clocks
from central.store.engine import upsert
from central.store.families import Family
from central.store.rolling import Key, Sums, Tally
from central.store.standing import STANDING, Standing
from events.codec import data_of, type_name
from events.envelope import Event, Source
from events.facts import FACTS, ClockQuality, Health, Lost, Tap

QUARANTINE_ROWS = 10_000
"""The oldest go first; how many there ever were is counted."""
RAW_BYTES = 8_000
GONE = "gone"
"""The reason of a loss that no device reports: what an older copy of this store asks for was deleted on the device."""

_TYPES = {kind: type_name(kind) for kind in FACTS}


def _same(table: Table, *names: str) -> list[Any]:
    return [table.c[name] == bindparam(f"the_{name}") for name in names]


# Made once: every batch asks both.
_FIND_SITE = select(tables.sites.c.site).where(*_same(tables.sites, "tenant", "store"))
_FIND_STREAM = (
    select(tables.streams.c.stream_no, tables.streams.c.watermark)
    .where(*_same(tables.streams, "site", "device", "stream", "epoch"))
    .with_for_update()
)


@dataclass(slots=True)
class DeviceState:
    """What this transaction has heard of a device; instants in microseconds, -1 for never."""

    site: int
    device: str
    seen: int = -1
    tapped: int = 0
    health: Health | None = None
    health_at: int = 0


@dataclass(slots=True)
class StreamState:
    """How far one (device, stream, epoch) has come."""

    number: int
    device: DeviceState
    watermark: int
    moved: bool = False
    boot: Boot | None = None
    """Of the fact that came last."""


@dataclass
class Intake:
    """Gathers what one transaction will write; `flush` writes it."""

    connection: Connection
    received: InitVar[datetime]
    tally: Tally = field(default_factory=Tally)
    _streams: dict[tuple[Source, str], StreamState] = field(default_factory=dict)
    _ledger: list[tuple[Any, ...]] = field(default_factory=list)
    _lost: list[dict[str, Any]] = field(default_factory=list)
    _quarantine: list[dict[str, Any]] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)
    _devices: dict[tuple[int, str], DeviceState] = field(default_factory=dict)
    _standing: Standing = field(default_factory=Standing)

    def __post_init__(self, received: datetime) -> None:
        self._received = micros(received)
        self.clocks = Clocks(self.connection)

    def stream(self, source: Source, epoch: str) -> StreamState:
        """The committed state of a stream plus what this transaction added; a new stream starts at 0."""
        state = self._streams.get((source, epoch))
        if state is None:
            number, site, watermark = _stream(self.connection, source, epoch)
            state = self._streams[source, epoch] = StreamState(number, self.device(site, source.device), watermark)
        return state

    def device(self, site: int, name: str) -> DeviceState:
        """What this transaction has heard of a device so far."""
        state = self._devices.get((site, name))
        if state is None:
            state = self._devices[site, name] = DeviceState(site, name)
        return state

    def store(self, state: StreamState, event: Event) -> None:
        """The next fact of a stream, into the ledger and the roll-ups."""
        stamp, fact, sequence, at = event.stamp, event.fact, event.sequence, micros(event.stamp.time)
        body = data_of(fact) if event.data is None else dumps(event.data)
        head = (state.number, sequence, _TYPES[type(fact)], at, self._received)
        self._ledger.append((*head, stamp.boot_id, stamp.monotonic_ms, stamp.clock_quality._value_, body))
        boot = state.boot
        if boot is None or boot.boot != stamp.boot_id:
            boot = state.boot = self.clocks.boot(state.device.site, state.device.device, stamp.boot_id)
        self.clocks.note(boot, state.number, event, at, self._received)
        self.roll(state.device, boot, event, at, self._received)
        if type(fact) in STANDING:
            self.stand(state.device, event, at, self._received)
        if type(fact) is Lost:
            self._note_loss(state, max(fact.first, state.watermark + 1), sequence, fact.reason.value)
        self.advance(state, sequence)

    def roll(self, device: DeviceState, boot: Boot, event: Event, at: int, received: int) -> None:
        """What a fact adds to the roll-ups and to what is known of its device; times in microseconds."""
        fact, happened = event.fact, at
        if boot.base is not None:
            fact, happened = placed(boot, fact, event.stamp, at)
        self.tally.add(device.site, device.device, fact, happened // 1_000_000)
        at = _heard(event, at, received)
        if at > device.seen:
            device.seen = at
        if type(fact) is Tap and at > device.tapped:
            device.tapped = at
        if type(fact) is Health and at >= device.health_at:
            device.health, device.health_at = fact, at

    def stand(self, device: DeviceState, event: Event, at: int, received: int) -> None:
        """What a fact says of something that is not over; times in microseconds."""
        self._standing.add(device.site, event, _heard(event, at, received))

    def advance(self, state: StreamState, sequence: int) -> None:
        state.watermark, state.moved = sequence, True

    def refuse(self, topic: str, why: str, raw: bytes) -> None:
        """Keep aside what could not be taken, with the reason; counted."""
        words = {"topic": topic[:400].replace("\0", "\ufffd"), "why": why[:400].replace("\0", "\ufffd")}
        row = {"received": self._received, **words, "raw": raw[:RAW_BYTES]}  # PostgreSQL keeps no NUL in a text
        self._quarantine.append(row)
        self.count("quarantined")

    def count(self, name: str, by: int = 1) -> None:
        """Raise a counter that survives restarts; `central.store.reading.counts` reads it."""
        self._counts[name] = self._counts.get(name, 0) + by

    def flush(self) -> None:
        """Write everything gathered; the caller commits."""
        if self._ledger:
            self.count("facts", len(self._ledger))
            insert_rows(self.connection, tables.ledger, self._ledger)
        self._write(tables.lost, self._lost)
        self._flush_watermarks()
        self._flush_quarantine()
        self.flush_rollups()
        self.clocks.flush(partial(merge, self.connection))
        # Last, and in one order: every collector raises these few rows, and none may wait for them long or in a ring.
        add_rows(self.connection, tables.counts, ("name",), ("value",), sorted(self._counts.items()))

    def flush_rollups(self) -> None:
        with in_one_go(self.connection):
            for family, rows in self.tally.families.items():
                merge(self.connection, family, rows)
            self._flush_devices()
            self._standing.flush(self.connection)
        self.tally = Tally()

    def lose(self, state: StreamState, last: int) -> None:
        """Pass the hole after the watermark: the device has nothing before `last` + 1 any more."""
        self._note_loss(state, state.watermark + 1, last, GONE)
        self.advance(state, last)

    def _note_loss(self, state: StreamState, first: int, last: int, reason: str) -> None:
        names = ("stream_no", "first", "last", "reason", "received")
        values = (state.number, first, last, reason, self._received)
        self._lost.append(dict(zip(names, values, strict=True)))
        self.count("lost", last - first + 1)

    def _write(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            self.connection.execute(insert(table), rows)

    def _flush_watermarks(self) -> None:
        moved = [{"no": s.number, "mark": s.watermark} for s in self._streams.values() if s.moved]
        if moved:
            streams = tables.streams
            change = update(streams).where(streams.c.stream_no == bindparam("no")).values(watermark=bindparam("mark"))
            self.connection.execute(change, moved)

    def _flush_quarantine(self) -> None:
        if not self._quarantine:
            return
        self._write(tables.quarantine, self._quarantine)
        number = tables.quarantine.c.number
        newest = self.connection.scalar(select(func.max(number))) or 0
        self.connection.execute(delete(tables.quarantine).where(number <= newest - QUARANTINE_ROWS))

    def _flush_devices(self) -> None:
        devices = self._devices.values()
        _keep_newest_seen(self.connection, [device for device in devices if device.seen >= 0])
        _keep_newest_health(self.connection, [device for device in devices if device.health])
        for device in devices:
            device.seen, device.tapped, device.health, device.health_at = -1, 0, None, 0


def _heard(event: Event, at: int, received: int) -> int:
    """A clock that runs ahead does not keep a dead device alive, and one that was never set does not kill it."""
    if at > received or event.stamp.clock_quality is ClockQuality.UNSET:
        return received
    return at if at > 0 else 0


def _stream(connection: Connection, source: Source, epoch: str) -> tuple[int, int, int]:
    """The numbers of a stream and of its site, and the committed watermark."""
    site = site_of(connection, source.tenant, source.store)
    key = {"site": site, "device": source.device, "stream": source.stream.value, "epoch": epoch}
    found = connection.execute(_FIND_STREAM, {f"the_{name}": value for name, value in key.items()}).first()
    if found is not None:
        return found.stream_no, site, found.watermark
    made = connection.execute(insert(tables.streams).values(**key, watermark=0))
    return _only_key(made.inserted_primary_key), site, 0


def site_of(connection: Connection, tenant: str, store: str) -> int:
    """The number of a store, given on first sight."""
    found = connection.scalar(_FIND_SITE, {"the_tenant": tenant, "the_store": store})
    if found is not None:
        return int(found)
    return _only_key(connection.execute(insert(tables.sites).values(tenant=tenant, store=store)).inserted_primary_key)


def _only_key(key: Sequence[Any] | None) -> int:
    assert key is not None
    return int(key[0])


def merge(connection: Connection, family: Family, rows: dict[Key, Sums]) -> None:
    """Add sums to the rows of a roll-up."""
    keys = ("site", "start", "length", "device", *family.keys)
    add_rows(connection, tables.rollups[family], keys, family.sums, [(*key, *sums) for key, sums in rows.items()])


def _keep_newest_seen(connection: Connection, devices: list[DeviceState]) -> None:
    rows = [{"site": d.site, "device": d.device, "last_seen": d.seen, "last_tap": d.tapped} for d in devices]
    if rows:
        connection.execute(_newest_seen(connection.dialect), rows)


def _keep_newest_health(connection: Connection, devices: list[DeviceState]) -> None:
    said = [c.name for c in tables.device_health.columns if not c.primary_key and c.name != "at"]
    rows = [
        {"site": d.site, "device": d.device, "at": d.health_at} | {name: getattr(d.health, name) for name in said}
        for d in devices
    ]
    if rows:
        connection.execute(_newest_health(connection.dialect), rows)


@cache
def _newest_seen(dialect: Dialect) -> Any:
    """Made once for a store: for a commit of one tap that is a quarter of the work."""
    table = tables.device_seen
    statement = upsert(dialect, table)
    later = {
        name: case((statement.excluded[name] > table.c[name], statement.excluded[name]), else_=table.c[name])
        for name in ("last_seen", "last_tap")
    }
    return statement.on_conflict_do_update(index_elements=("site", "device"), set_=later)


@cache
def _newest_health(dialect: Dialect) -> Any:
    table = tables.device_health
    statement = upsert(dialect, table)
    return statement.on_conflict_do_update(
        index_elements=("site", "device"),
        set_={c.name: statement.excluded[c.name] for c in table.columns if not c.primary_key},
        where=statement.excluded.at >= table.c.at,
    )
