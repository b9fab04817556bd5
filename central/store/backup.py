"""Copies of a store: a backup is a store in one SQLite file, whatever the store itself is kept in.

So a backup of either database is restored into either: that is also the way from one machine to a server.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Table, func, select

from central.store import Store, open_store, tables
from central.store.bulk import insert_rows
from events.settings import ConfigError

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much."""

ROWS = 5_000
PAGES = 2_000


def backup(store: Store, file: Path, progress: Progress = lambda done, total: None) -> int:
    """One moment of the store into a new file, while others read and write; returns the number of facts in it.

    ConfigError when there is such a file already: a backup overwrites nothing, and one that was broken off leaves none.
    """
    part = file.with_name(f"{file.name}.part-{os.getpid()}")
    if file.exists():
        raise ConfigError(f"{file} is there already; a backup overwrites nothing")
    try:
        part.touch(mode=0o600, exist_ok=False)  # it holds password hashes and keys
        if store.engine.dialect.name == "sqlite":
            _copy_file(store, part, progress)
        else:
            _copy_rows_out(store, part, progress)
        facts = _settled(part)
        os.link(part, file)  # unlike a rename it replaces nothing
        return facts
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror or error}") from error
    finally:
        for leftover in (part, *part.parent.glob(f"{part.name}-*")):
            leftover.unlink(missing_ok=True)


def restore(store: Store, file: Path, progress: Progress = lambda done, total: None) -> int:
    """A backup, of this schema or an older one, into an empty store, all of it or nothing; returns the number of facts.

    ConfigError when the file is no whole backup, or the store holds anything.
    """
    with _opened(file) as copy, copy.reading() as source, store.writing("schema") as target:
        for table in _tables():
            if target.execute(select(table).limit(1)).first() is not None:
                raise ConfigError(f"the store holds something in {table.name}; a backup is restored into an empty one")
        _copy_rows(source, target, progress)
        _verify(source, target)
        _go_on_counting(target)
        return target.scalar(select(func.count()).select_from(tables.ledger)) or 0


def _tables() -> list[Table]:
    """In an order in which what is pointed at comes first."""
    return [table for table in tables.metadata.sorted_tables if table is not tables.schema]


def _copy_file(store: Store, part: Path, progress: Progress) -> None:
    """SQLite's own way; the transaction keeps it at one moment, or each commit would make it begin again."""
    with store.reading() as connection, closing(sqlite3.connect(part)) as target:
        connection.execute(select(tables.schema.c.version)).all()
        source: Any = connection.connection.driver_connection
        source.backup(target, pages=PAGES, progress=lambda _, left, total: progress(total - left, total))


def _copy_rows_out(store: Store, part: Path, progress: Progress) -> None:
    with store.reading() as source, open_store(f"sqlite:///{part}") as copy, copy.writing() as target:
        _copy_rows(source, target, progress)


def _copy_rows(source: Connection, target: Connection, progress: Progress) -> None:
    counts = {table: source.scalar(select(func.count()).select_from(table)) or 0 for table in _tables()}
    done, total = 0, sum(counts.values())
    for table in counts:
        streamed = source.execution_options(stream_results=True, max_row_buffer=ROWS)
        for rows in streamed.execute(select(table)).partitions(ROWS):
            insert_rows(target, table, [tuple(row) for row in rows])
            done += len(rows)
            progress(done, total)


def _verify(source: Connection, target: Connection) -> None:
    """Every table holds as much as it did, and the ledger as much of it."""
    for table in _tables():
        asked: list[Any] = [func.count()]
        if table is tables.ledger:
            asked += [func.max(table.c.sequence), func.sum(func.length(table.c.body))]
        read = [tuple(each.execute(select(*asked).select_from(table)).one()) for each in (source, target)]
        if [*map(_whole, read[0])] != [*map(_whole, read[1])]:
            raise ConfigError(f"{table.name} is not as it was in the backup; nothing was restored")


def _whole(value: Any) -> int:
    return int(value or 0)


def _go_on_counting(target: Connection) -> None:
    """PostgreSQL gives out numbers by itself, and must not begin at 1 again."""
    if target.dialect.name != "postgresql":
        return
    for table in _tables():
        [*keys] = table.primary_key.columns
        if len(keys) == 1 and table.autoincrement_column is keys[0]:
            name = keys[0].name
            target.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', '{name}'), max({name})) FROM {table.name}"  # noqa: S608
            )


def _settled(part: Path) -> int:
    """One file without companions, whole and on the disk; returns the number of facts in it."""
    with closing(sqlite3.connect(part)) as database:
        database.execute("PRAGMA journal_mode = DELETE")
        [(found,)] = database.execute("PRAGMA quick_check(1)").fetchall()
        [(facts,)] = database.execute("SELECT count(*) FROM ledger").fetchall()
    if found != "ok":
        raise ConfigError(f"the store is damaged, and so is its copy: {found}")
    with part.open("rb") as written:
        os.fsync(written.fileno())
    return int(facts)


@contextmanager
def _opened(file: Path) -> Iterator[Store]:
    """The backup as a store of today's schema: a copy of it, for the backup itself is never changed."""
    with TemporaryDirectory(prefix="floorpulse-restore-") as folder:
        copy = Path(folder) / "copy.db"
        try:
            shutil.copyfile(file, copy)
            with closing(sqlite3.connect(copy)) as database:
                [(found,)] = database.execute("PRAGMA quick_check(1)").fetchall()
                database.execute("SELECT version FROM schema_version").fetchone()
        except OSError as error:
            raise ConfigError(f"{file} cannot be read: {error.strerror}") from error
        except sqlite3.Error as error:
            raise ConfigError(f"{file} is no backup of a store: {error}") from error
        if found != "ok":
            raise ConfigError(f"{file} is damaged: {found}")
        with open_store(f"sqlite:///{copy}") as store:
            yield store
