"""Many rows at once, by each database's own quickest way; SQLAlchemy's takes three to ten times as long a row."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Connection, Dialect, Integer, Table, insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import TypeEngine

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
        added = ", ".join(f'"{name}" = {table.name}."{name}" + excluded."{name}"' for name in sums)
        connection.exec_driver_sql(_upserting_arrays(table, keys, (*keys, *sums), added), tuple(arrays))
    else:
        _each(connection, _adding(connection.dialect, table, keys, sums), (*keys, *sums), rows)


def replace_rows(
    connection: Connection, table: Table, keys: tuple[str, ...], kept: tuple[str, ...], rows: Sequence[dict[str, Any]]
) -> None:
    """Insert rows of the same columns, or write them over the rows of the same keys, but for what is kept of those.

    No two of them have the same keys.
    """
    if not rows:
        return
    names = tuple(column.name for column in table.columns if column.name in rows[0])
    told = tuple(name for name in names if name not in (*keys, *kept))
    values = [tuple(map(row.__getitem__, names)) for row in rows]
    if connection.dialect.name == "postgresql":
        replaced = ", ".join(f'"{name}" = excluded."{name}"' for name in told)
        arrays = [_array(column) for column in zip(*values, strict=True)]
        connection.exec_driver_sql(_upserting_arrays(table, keys, names, replaced), tuple(arrays))
    else:
        _each(connection, _replacing(connection.dialect, table, keys, names, told), names, values)


@contextmanager
def in_one_go(connection: Connection) -> Iterator[None]:
    """Statements without an answer are sent one after another; PostgreSQL works on one while we write the next."""
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection
    with _as_sqlalchemy("in one go"), driver.pipeline():
        yield


def _copy(connection: Connection, statement: str, rows: Rows) -> None:
    driver: Any = connection.connection.driver_connection
    with _as_sqlalchemy(statement), driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


@contextmanager
def _as_sqlalchemy(statement: str) -> Iterator[None]:
    """What the database refuses the driver is told as SQLAlchemy would tell it."""
    from psycopg import OperationalError as Refused

    try:
        yield
    except Refused as error:
        raise OperationalError(statement, None, error) from error


def _array(column: tuple[Any, ...]) -> Any:
    """Numbers as the text of an array, which the driver would make one by one; texts as they are."""
    return f"{{{','.join(map(str, column))}}}" if type(column[0]) is int else list(column)


@cache
def _upserting_arrays(table: Table, keys: tuple[str, ...], names: tuple[str, ...], change: str) -> str:
    """One statement for all rows: an array for each column."""
    arrays = ", ".join(f"%s::{_kind(table.c[name].type)}[]" for name in names)
    into = f"{table.name} ({_listed(names)})"
    taken = f"ON CONFLICT ({_listed(keys)}) DO UPDATE SET {change}"
    return f"INSERT INTO {into} SELECT * FROM unnest({arrays}) {taken}"  # noqa: S608 - names of our own tables


def _kind(column: TypeEngine[Any]) -> str:
    if isinstance(column, Integer):
        return "bigint"
    return "boolean" if isinstance(column, Boolean) else "text"


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


@cache
def _replacing(
    dialect: Dialect, table: Table, keys: tuple[str, ...], names: tuple[str, ...], told: tuple[str, ...]
) -> Any:
    statement = upsert(dialect, table)
    replaced = {name: statement.excluded[name] for name in told}
    replacing = statement.on_conflict_do_update(index_elements=keys, set_=replaced)
    return replacing.compile(dialect=dialect, column_keys=list(names))
