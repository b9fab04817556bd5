"""Many rows at once, by each database's own quickest way; SQLAlchemy's takes three to ten times as long a row."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Integer, Table, insert
from sqlalchemy.exc import OperationalError

from central.store.engine import upsert

Rows = Sequence[tuple[Any, ...]]


def insert_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Rows that are new, each with every column of the table in its order."""
    if not rows:
        return
    names = tuple(column.name for column in table.columns)
    if connection.dialect.name == "postgresql":
        _copy(connection, f"COPY {table.name} ({_listed(names)}) FROM STDIN", rows)
    else:
        _each(connection, _inserting(connection.dialect, table, names), names, rows)


def add_rows(connection: Connection, table: Table, keys: tuple[str, ...], sums: tuple[str, ...], rows: Rows) -> None:
    """Insert rows, or add their sums to the rows of the same keys; no two of them have the same."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        columns = zip(*rows, strict=True)
        arrays = [_array(column) for column in columns]
        connection.exec_driver_sql(_adding_arrays(table, keys, sums), tuple(arrays))
    else:
        _each(connection, _adding(connection.dialect, table, keys, sums), (*keys, *sums), rows)


def _copy(connection: Connection, statement: str, rows: Rows) -> None:
    """Through the driver, past SQLAlchemy: what the database refuses is told as SQLAlchemy would tell it."""
    from psycopg import OperationalError as Refused

    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except Refused as error:
        raise OperationalError(statement, None, error) from error


def _array(column: tuple[Any, ...]) -> Any:
    """Numbers as the text of an array, which the driver would make one by one; texts as they are."""
    return f"{{{','.join(map(str, column))}}}" if type(column[0]) is int else list(column)


@cache
def _adding_arrays(table: Table, keys: tuple[str, ...], sums: tuple[str, ...]) -> str:
    """One statement for all rows: an array for each column."""
    kinds = ["bigint" if isinstance(table.c[name].type, Integer) else "text" for name in (*keys, *sums)]
    arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
    added = ", ".join(f'"{name}" = {table.name}."{name}" + excluded."{name}"' for name in sums)
    into = f"{table.name} ({_listed((*keys, *sums))})"
    taken = f"ON CONFLICT ({_listed(keys)}) DO UPDATE SET {added}"
    return f"INSERT INTO {into} SELECT * FROM unnest({arrays}) {taken}"  # noqa: S608 - names of our own tables


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _each(connection: Connection, compiled: Any, names: tuple[str, ...], rows: Rows) -> None:
    assert tuple(compiled.positiontup) == names
    connection.exec_driver_sql(str(compiled), list(rows))


@cache
def _inserting(dialect: Dialect, table: Table, names: tuple[str, ...]) -> Any:
    return insert(table).compile(dialect=dialect, column_keys=list(names))


@cache
def _adding(dialect: Dialect, table: Table, keys: tuple[str, ...], sums: tuple[str, ...]) -> Any:
    """Compiled once for a store: for a commit of one batch that is most of the work."""
    statement = upsert(dialect, table)
    added = {name: table.c[name] + statement.excluded[name] for name in sums}
    adding = statement.on_conflict_do_update(index_elements=keys, set_=added)
    return adding.compile(dialect=dialect, column_keys=[*keys, *sums])
