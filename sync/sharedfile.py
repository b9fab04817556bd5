"""The one SQLite file that the services of a device share: how they open it, and the rows of its tables."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from zlib import crc32

from events.codec import type_name
from events.facts import Lost, Stream
from events.settings import ConfigError
from sync.ballast import drop_ballast

SCHEMA = 2
PAGE_BYTES = 4096
CHECKPOINT_PAGES = 32
"""A small write-ahead log, so that a full disk stops little."""
QUOTA_BYTES = 256 * 1024 * 1024
BUSY_SECONDS = 5.0
READ_BYTES = 1_000_000
"""What is read of a stream at once, at most: memory stays bounded whatever the rows hold."""

# Two selects: SQLite looks one end up in the index, but for both at once it reads the whole table.
_ENDS = "SELECT (SELECT min(sequence) FROM outbox), (SELECT max(sequence) FROM outbox)"
_LAST = "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"
_LOST = f'{{"type":"{type_name(Lost)}"'
_EPOCH = re.compile(r"[0-9a-f]{12}")
_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_TOOBIG)
"""A row that claims to be larger than any may be lies on a page of garbage: we write none of that size."""


class Row(NamedTuple):
    """A fact that waits: what `events.codec.member_of` takes."""

    epoch: str
    sequence: int
    body: str


def sql(stream: Stream, statement: str) -> str:
    """A statement about `outbox`, for the table of one stream."""
    return statement.replace("outbox", f"outbox_{stream}")


def checksum(sequence: int, body: object) -> int:
    """Of a row: a flipped bit, a row in the wrong place, or something else than a text shows."""
    return crc32(str(body).encode(), sequence & 0xFFFFFFFF)


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


def connect_to_read(path: Path) -> sqlite3.Connection:
    """For looking only, also at a file that is damaged: nothing is written, and no log is folded in."""
    address = f"file:{quote(str(path))}?mode=ro"
    return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)


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
    if first is not None and not 1 <= first <= last:
        raise damaged(f"no facts of {stream} have the numbers {first} to {last}")
    return first or 0, last or 0


def last_minted(db: sqlite3.Connection, stream: Stream) -> int:
    """The last sequence number ever given to a fact of this file; it may have been deleted since."""
    row = db.execute(sql(stream, _LAST)).fetchone()
    if row is None or type(row[0]) is not int:
        raise damaged(f"the counter of {stream} is missing")  # counting from 1 again, new facts pass for duplicates
    return int(row[0])


def epoch_in(db: sqlite3.Connection, stream: Stream) -> str:
    row = db.execute("SELECT value FROM state WHERE key = ?", (f"epoch.{stream}",)).fetchone()
    if row is None or not _EPOCH.fullmatch(str(row[0])):
        raise damaged(f"the epoch of {stream} is missing")
    return str(row[0])


def follows(before: int, sequence: int, body: str) -> bool:
    """Whether no fact is missing between a sequence number, 0 for any, and the next row."""
    return sequence == before + 1 or not before or first_fact(sequence, body) <= before + 1


def first_fact(sequence: int, body: str) -> int:
    """The first fact that a waiting row stands for: a marker speaks for all that was lost before it."""
    if not body.startswith(_LOST):
        return sequence
    try:
        return min(int(json.loads(body)["data"]["first"]), sequence)
    except (ValueError, KeyError, TypeError):  # a flipped bit; rather too many are announced as lost than too few
        return 1


def damaged(sentence: str) -> sqlite3.DatabaseError:
    """As SQLite would say it, had it known."""
    error = sqlite3.DatabaseError(sentence)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


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
