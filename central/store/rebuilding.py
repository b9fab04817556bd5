"""Makes the roll-ups anew from the ledger: the proof that they hold nothing else."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Row, delete, func, select

from central.store import Store, outward, tables
from central.store.intake import Intake
from events.codec import decode_member
from events.envelope import Event, Source, event_id
from events.facts import DeviceId, StoreId, Stream, TenantId

PAGE = 5_000
_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)


def rebuild(store: Store, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Replace every roll-up by what the ledger says, in one transaction; returns the number of facts read."""
    with store.writing() as connection:
        _keep_collectors_out(connection)
        for table in (*tables.rollups.values(), tables.device_seen, tables.device_health, *outward.FROM_FACTS):
            connection.execute(delete(table))
        total = connection.scalar(select(func.count()).select_from(tables.ledger)) or 0
        done, after = 0, (0, 0)
        while page := _page(connection, after):
            _roll(connection, page)
            done, after = done + len(page), (page[-1].stream_no, page[-1].sequence)
            progress(done, total)
    return done


def _keep_collectors_out(connection: Connection) -> None:
    """Whoever has written to the ledger is waited for, and whoever would do so waits; readers see the old roll-ups."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE ledger IN EXCLUSIVE MODE")


def _page(connection: Connection, after: tuple[int, int]) -> list[Row[tuple[object, ...]]]:
    ledger, streams, sites = tables.ledger, tables.streams, tables.sites
    number, sequence = ledger.c.stream_no, ledger.c.sequence
    wanted = (
        select(
            ledger, streams.c.site, streams.c.device, streams.c.stream, streams.c.epoch, sites.c.tenant, sites.c.store
        )
        .join(streams, streams.c.stream_no == number)
        .join(sites, sites.c.site == streams.c.site)
        .where((number > after[0]) | ((number == after[0]) & (sequence > after[1])))
        .order_by(number, sequence)
        .limit(PAGE)
    )
    return list(connection.execute(wanted))


def _roll(connection: Connection, page: list[Row[tuple[object, ...]]]) -> None:
    intake = Intake(connection, _EPOCH_START)
    for row in page:
        device, event = intake.device(row.site, row.device), event_of(row)
        intake.roll(device, event.fact, row.time, row.received)
        intake.stand(device, event, row.time, row.received)
    intake.flush_rollups()


def moment(micros: int) -> datetime:
    """The instant of a number of microseconds since 1970, exact."""
    return _EPOCH_START + timedelta(microseconds=micros)


def event_of(row: Row[tuple[object, ...]]) -> Event:
    """The event that a ledger row keeps."""
    source = Source(TenantId(row.tenant), StoreId(row.store), DeviceId(row.device), Stream(row.stream))
    return decode_member(
        {
            "specversion": "1.0",
            "id": event_id(row.epoch, row.sequence),
            "source": str(source),
            "type": row.type,
            "time": moment(row.time).isoformat(),
            "bootid": row.boot,
            "monotonicms": row.monotonic_ms,
            "clockquality": row.clock_quality,
            "data": json.loads(row.body),
        }
    )
