"""The one SQLite file that the services of a device share: how they open it, and the rows of its tables."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from zlib import crc32

from events.codec import type_name
from events.facts import Lost, Stream
from events.settings import ConfigError
from sync.ballast import drop_ballast

SCHEMA = 1
PAGE_BYTES = 4096
CHECKPOINT_PAGES = 32
"""A small write-ahead log, so that a full disk stops little."""
QUOTA_BYTES = 256 * 1024 * 1024
BUSY_SECONDS = 5.0

# Two selects: SQLite looks one end up in the index, but for both at once it reads the whole table.
_ENDS = "SELECT (SELECT min(sequence) FROM outbox), (SELECT max(sequence) FROM outbox)"
_LOST = f'{{"type":"{type_name(Lost)}"'
_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def sql(stream: Stream, statement: str) -> str:
    """A statement about `outbox`, for the table of one stream."""
    return statement.replace("outbox", f"outbox_{stream}")


def checksum(sequence: int, body: str) -> int:
    """Of a row: a flipped bit, or a row in the wrong place, shows."""
    return crc32(body.encode(), sequence & 0xFFFFFFFF)


def connect(path: Path, quota_bytes: int = QUOTA_BYTES) -> sqlite3.Connection:
    """A connection as every service uses it; it never makes a file. Threads must take turns.

    ConfigError when a newer program has changed the tables.
    """
    try:
        return _connected(path, quota_bytes)
    except sqlite3.OperationalError as error:
        # The first to open the file makes its log, which a full disk has no room for.
        if error.sqlite_errorcode not in _NO_ROOM or not drop_ballast(path):
            raise
        return _connected(path, quota_bytes)


def _connected(path: Path, quota_bytes: int) -> sqlite3.Connection:
    address = f"file:{quote(str(path))}?mode=rw"
    db = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
    try:
        if db.execute("PRAGMA user_version").fetchone()[0] > SCHEMA:
            raise ConfigError(f"{path}: written by a newer floorpulse")
        # FULL, not NORMAL: NORMAL takes back the last commits when the plug is pulled, after we said thanks.
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA secure_delete=OFF")  # facts are no secrets; writing zeros over them wears the card
        db.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        db.execute(f"PRAGMA journal_size_limit={CHECKPOINT_PAGES * PAGE_BYTES * 2}")
        db.execute(f"PRAGMA max_page_count={quota_bytes // PAGE_BYTES}")
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Take the write lock at once, so that nobody finds out half-way that somebody else has it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # SQLite rolls back by itself after some errors
            db.execute("ROLLBACK")
        raise


def ends(db: sqlite3.Connection, stream: Stream) -> tuple[int, int]:
    """The first and last sequence number that wait; 0, 0 when none does."""
    first, last = db.execute(sql(stream, _ENDS)).fetchone()
    return first or 0, last or 0


def epoch_in(db: sqlite3.Connection, stream: Stream) -> str:
    return str(db.execute("SELECT value FROM state WHERE key = ?", (f"epoch.{stream}",)).fetchone()[0])


def first_fact(sequence: int, body: str) -> int:
    """The first fact that a waiting row stands for: a marker speaks for all that was lost before it."""
    if not body.startswith(_LOST):
        return sequence
    try:
        return min(int(json.loads(body)["data"]["first"]), sequence)
    except (ValueError, KeyError, TypeError):  # a flipped bit; rather too many are announced as lost than too few
        return 1


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is broken; a busy, full or read-only one is not."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in _DAMAGE or "Could not decode to UTF-8" in str(error)


def write_row(db: sqlite3.Connection, stream: Stream, sequence: int, body: str) -> None:
    db.execute(sql(stream, "INSERT INTO outbox VALUES (?, ?, ?)"), (sequence, body, checksum(sequence, body)))


def set_state(db: sqlite3.Connection, key: str, value: str) -> None:
    db.execute("INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value))


def add_to_state(db: sqlite3.Connection, key: str, number: int) -> None:
    """Count something in the `state` table."""
    counted = "INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value"
    db.execute(counted, (key, number))
