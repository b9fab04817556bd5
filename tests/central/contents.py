"""Looks into a store, for tests."""

from typing import Any

from sqlalchemy import select

from central.store import Store, tables


def rows_of(store: Store, table: Any) -> list[tuple[Any, ...]]:
    with store.reading() as connection:
        return sorted(tuple(row) for row in connection.execute(select(table)))


def ledger(store: Store) -> list[tuple[int, str]]:
    """Sequence and type of every fact, in order."""
    return [(row[1], row[2].split(".")[2]) for row in rows_of(store, tables.ledger)]


def rollups(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All roll-ups and what is known of devices."""
    wanted = (*tables.rollups.values(), tables.device_seen, tables.device_health)
    return {table.name: rows_of(store, table) for table in wanted}


def taps(store: Store) -> int:
    """Raw taps counted."""
    from central.store.families import TAPS

    table = tables.rollups[TAPS]
    with store.reading() as connection:
        return sum(row.raw for row in connection.execute(select(table)))
