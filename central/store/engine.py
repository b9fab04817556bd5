"""Opens the store by its URL, makes the tables, and hands out transactions."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Table, create_engine, event, insert, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from central.store import tables
from events.settings import ConfigError

_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 15000")


class Store:
    """The database of one centre. Safe to share between threads; close it when done, twice if you like."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = engine.execution_options(writes=True)

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection that sees one moment of the store and changes nothing."""
        return self.engine.connect()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its first moment; committed at the end, or not at all."""
        with self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(url: str) -> Store:
    """The store at a database URL, made when it is new; ConfigError, one sentence, when it cannot be used."""
    try:
        engine = create_engine(make_url(url))
    except (ArgumentError, ImportError) as error:
        raise ConfigError(f"{url!r} is no address of a store; write sqlite:///FILE") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        _keep_to_ourselves(engine.url.database)
    try:
        return _made(Store(engine))
    except SQLAlchemyError as error:
        engine.dispose()
        raise ConfigError(f"the store {url} cannot be opened: {getattr(error, 'orig', None) or error}") from error
    except BaseException:
        engine.dispose()
        raise


def _made(store: Store) -> Store:
    with store.writing() as connection:
        tables.schema.create(connection, checkfirst=True)
        found = connection.scalar(select(tables.schema.c.version))
        if found is not None and found > tables.SCHEMA:
            raise ConfigError(
                f"the store was written by a newer floorpulse (schema {found}, this one knows {tables.SCHEMA}): update"
            )
        tables.metadata.create_all(connection)
        if found is None:
            connection.execute(insert(tables.schema).values(version=tables.SCHEMA))
    return store


def _keep_to_ourselves(file: str | None) -> None:
    """A new file is for its owner alone: it will hold password hashes and the key of the sessions."""
    if file and file != ":memory:" and not Path(file).exists() and Path(file).parent.is_dir():
        with suppress(OSError):  # SQLite says in its own words why it cannot be made
            Path(file).touch(mode=0o600)


def upsert(dialect: Dialect, table: Table) -> Any:
    """An INSERT of this dialect, for its `on_conflict_do_update`."""
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours: sqlite3's own would come late and take no lock
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
