"""Opens the store by its URL, brings its tables up to date, and hands out transactions."""

import logging
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

from sqlalchemy import URL, Connection, Dialect, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError

from central.store.migrations import bring_up_to_date, is_up_to_date
from events.settings import ConfigError

_PRAGMAS = ("synchronous = FULL", "foreign_keys = ON")
_LOG, _LOG_ATTEMPTS = "PRAGMA journal_mode = WAL", 100
_POSTGRES = "postgresql+psycopg"
ATTEMPTS = 5
AGAIN = ("40001", "40P01")
"""SQLSTATE of a serialisation failure and of a deadlock: nothing was done, and doing it again helps."""

Answer = TypeVar("Answer")
_log = logging.getLogger("floorpulse.central")


class Store:
    """The database of one centre. Safe to share between threads; close it when done, twice if you like."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        if engine.dialect.name == "sqlite":
            self._reading, self._writing = engine, engine.execution_options(writes=True)
        else:
            self._reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._writing = engine.execution_options(isolation_level="READ COMMITTED")

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection that sees one moment of the store and changes nothing."""
        return self._reading.connect()

    @contextmanager
    def writing(self, *turns: str) -> Iterator[Connection]:
        """A transaction; committed at the end, or not at all.

        Of those who name the same turn, e.g. `shard 7`, one at a time is inside, whatever process they are of. SQLite
        has one writer in all. PostgreSQL gives out the turns in one order, so that nobody waits in a ring.
        """
        with self._writing.begin() as connection:
            _take_turns(connection, turns)
            yield connection

    def write(self, work: Callable[[Connection], Answer], *turns: str) -> Answer:
        """What `work` returns, committed; done again from its beginning when the database asks for that."""
        for attempt in range(1, ATTEMPTS):
            try:
                with self.writing(*turns) as connection:
                    return work(connection)
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in AGAIN:
                    raise
                time.sleep(0.02 * attempt)
        with self.writing(*turns) as connection:
            return work(connection)

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(url: str) -> Store:
    """The store at a database URL, made when it is new; ConfigError, one sentence, when it cannot be used."""
    engine = _engine(url)
    try:
        store = Store(engine)
        if not _is_up_to_date(store):  # whoever only opens it need not wait for whoever writes
            with store.writing("schema") as connection:
                bring_up_to_date(connection)
        return store
    except SQLAlchemyError as error:
        engine.dispose()
        raise ConfigError(f"the store {engine.url!r} cannot be opened: {reason_of(error)}") from error
    except BaseException:
        engine.dispose()
        raise


def _is_up_to_date(store: Store) -> bool:
    with store.reading() as connection:
        return is_up_to_date(connection)


def reason_of(error: SQLAlchemyError) -> str:
    """What the database said, on one line."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


def _engine(url: str) -> Engine:
    try:
        known = make_url(url)
        if known.get_backend_name() == "postgresql":
            return _postgres(known)
        engine = create_engine(known)
        if engine.dialect.name != "sqlite":
            raise ArgumentError(engine.dialect.name)
    except (ArgumentError, ImportError, ValueError) as error:
        words = "write sqlite:///FILE or postgresql://USER@HOST/DATABASE"
        raise ConfigError(f"{_without_password(url)!r} is no address of a store; {words}") from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin)
    _keep_to_ourselves(engine.url.database)
    return engine


def _postgres(url: URL) -> Engine:
    # A server that was started again has closed what the pool holds: each connection is tried before it is used.
    engine = create_engine(url.set(drivername=_POSTGRES), pool_pre_ping=True)
    event.listen(engine, "connect", _prepare_postgres)
    return engine


def _without_password(url: str) -> str:
    return re.sub(r"(://[^:/@]*):.*@", r"\1:***@", url)


def _take_turns(connection: Connection, turns: Iterable[str]) -> None:
    if connection.dialect.name == "postgresql":
        for number in sorted(crc32(turn.encode()) for turn in set(turns)):
            connection.execute(_TURN, {"number": number})


_TURN = text("SELECT pg_advisory_xact_lock(:number)")


def _keep_to_ourselves(file: str | None) -> None:
    """A new file is for its owner alone: it will hold password hashes and the key of the sessions."""
    if file and file != ":memory:" and not Path(file).exists() and Path(file).parent.is_dir():
        with suppress(OSError):  # SQLite says in its own words why it cannot be made
            Path(file).touch(mode=0o600)


def upsert(dialect: Dialect, table: Table) -> Any:
    """An INSERT of this dialect, for its `on_conflict_do_update`."""
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours: sqlite3's own would come late and take no lock
    connection.execute("PRAGMA busy_timeout = 60000")
    _keep_a_log(connection)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _keep_a_log(connection: Any) -> None:
    """For this SQLite itself waits for nobody who is just opening or closing the file, whatever its busy time."""
    for _ in range(_LOG_ATTEMPTS):
        try:
            connection.execute(_LOG)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.05)
    connection.execute(_LOG)


def _prepare_postgres(connection: Any, _record: object) -> None:
    """What is acknowledged lies on the disk, whatever the server's own setting says.

    A report asks a dozen small questions: to start helpers for one, or to compile it, takes longer than to answer it.
    """
    connection.execute("SET max_parallel_workers_per_gather = 0")
    connection.execute("SET jit = off")
    sure = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    connection.execute(sure)
    connection.commit()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
