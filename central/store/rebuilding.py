"""Makes the roll-ups anew from the ledger: the proof that they hold nothing else."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, select

from central.store import Store, outward, tables
from central.store.correcting import derive_boots
from central.store.intake import Intake
from central.store.ledger import LedgerRow, event_of, pages

_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)


def rebuild(store: Store, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Replace every roll-up by what the ledger says, in one transaction; returns the number of facts read."""
    with store.writing() as connection:
        _keep_collectors_out(connection)
        for table in (*tables.rollups.values(), tables.device_seen, tables.device_health, *outward.FROM_FACTS):
            connection.execute(delete(table))
        derive_boots(connection)
        total, done = connection.scalar(select(func.count()).select_from(tables.ledger)) or 0, 0
        for page in pages(connection):
            _roll(connection, page)
            done += len(page)
            progress(done, total)
    return done


def _keep_collectors_out(connection: Connection) -> None:
    """Whoever has written to the ledger is waited for, and whoever would do so waits; readers see the old roll-ups."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE ledger IN EXCLUSIVE MODE")


def _roll(connection: Connection, page: Sequence[LedgerRow]) -> None:
    intake = Intake(connection, _EPOCH_START)
    for row in page:
        event, device = event_of(row), intake.device(row.site, row.device)
        intake.roll(device, intake.clocks.boot(row.site, row.device, row.boot), event, row.time, row.received)
        intake.stand(device, event, row.time, row.received)
    intake.flush_rollups()
