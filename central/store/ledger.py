"""Reads events back from the ledger, a page at a time."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, tuple_

from central.store import tables
from events.codec import decode_member
from events.envelope import Event, Source, event_id
from events.facts import DeviceId, StoreId, Stream, TenantId

PAGE = 5_000
_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)

LedgerRow = Row[tuple[Any, ...]]


def pages(connection: Connection, *where: ColumnElement[bool]) -> Iterator[list[LedgerRow]]:
    """The rows of the ledger with what is known of their streams, by stream and sequence."""
    ledger, streams, sites = tables.ledger, tables.streams, tables.sites
    place = tuple_(ledger.c.stream_no, ledger.c.sequence)
    wanted = (
        select(
            ledger, streams.c.site, streams.c.device, streams.c.stream, streams.c.epoch, sites.c.tenant, sites.c.store
        )
        .join(streams, streams.c.stream_no == ledger.c.stream_no)
        .join(sites, sites.c.site == streams.c.site)
        .where(*where)
        .order_by(ledger.c.stream_no, ledger.c.sequence)
        .limit(PAGE)
    )
    after = (0, 0)
    while page := list(connection.execute(wanted.where(place > after))):
        yield page
        after = (page[-1].stream_no, page[-1].sequence)


def moment(micros: int) -> datetime:
    """The instant of a number of microseconds since 1970, exact."""
    return _EPOCH_START + timedelta(microseconds=micros)


def event_of(row: LedgerRow) -> Event:
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
