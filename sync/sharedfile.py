"""The one SQLite file that the services of a device share: made whole, looked over, moved aside when damaged."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote
from zlib import crc32

from events.codec import body_of
from events.envelope import Stamp
from events.facts import LossReason, Lost, Stream
from events.settings import ConfigError
from sync.clock import boot_id, device_clock

SCHEMA = 1
PAGE_BYTES = 4096
CHECKPOINT_PAGES = 32
"""A small write-ahead log, so that a full disk stops little."""
BALLAST_BYTES = 1024 * 1024
"""Given up when the disk is full: deleting needs room for the log. Well over three times the log."""
QUOTA_BYTES = 256 * 1024 * 1024
BUSY_SECONDS = 5.0

_READ_BACK = "read_back"
"""Key of the state: the boot in which every row was last read back."""
# AUTOINCREMENT: without it an emptied outbox counts from 1 again, and new facts pass for duplicates.
_OUTBOX = "CREATE TABLE outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL, crc INTEGER NOT NULL)"
_INBOX = "CREATE TABLE inbox (id INTEGER PRIMARY KEY AUTOINCREMENT, part TEXT NOT NULL, body TEXT NOT NULL)"
# Two selects: SQLite looks one end up in the index, but for both at once it reads the whole table.
_ENDS = "SELECT (SELECT min(sequence) FROM outbox), (SELECT max(sequence) FROM outbox)"
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
    db = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_SECONDS,
    )
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


def create(path: Path, stamp: Callable[[], Stamp] | None = None, in_doubt: bool = True) -> Path | None:
    """Afterwards a sound file lies there. Safe at any time and from several processes at once.

    Reads every row back, unless there is no doubt and somebody has done so since the machine started. A damaged file is
    moved aside, never deleted, and its new name returned; what it still held is announced as lost.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        aside, losses = None, {}
        if path.exists():
            if (not in_doubt and _was_read_back(path)) or damage(path) is None:
                _note_read_back(path)
                keep_ballast(path)
                return None
            losses = _unsent(path)
            aside = _move_aside(path)
        _move_leftovers(path)
        _make(path, losses, stamp or device_clock().stamp)
        keep_ballast(path)
        return aside


def damage(path: Path) -> str | None:
    """What is wrong with a file in one sentence; None when every row can be read back."""
    try:
        with closing(connect(path)) as db:
            verdict = db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                return str(verdict)
            epochs = db.execute("SELECT count(*) FROM state WHERE key LIKE 'epoch.%'").fetchone()[0]
            rows = sum(len(damaged_rows(db, stream)) for stream in Stream)
    except sqlite3.DatabaseError as error:
        if is_damage(error) or "no such table" in str(error):
            return str(error)
        raise
    if epochs != len(Stream):
        return "the epochs are missing"
    return f"{rows} rows do not match their checksums" if rows else None


def damaged_rows(db: sqlite3.Connection, stream: Stream) -> list[int]:
    """The sequence numbers of rows that do not match their checksums."""
    rows = db.execute(sql(stream, "SELECT sequence, body, crc FROM outbox"))
    return [sequence for sequence, body, crc in rows if checksum(sequence, str(body)) != crc]


def ends(db: sqlite3.Connection, stream: Stream) -> tuple[int, int]:
    """The first and last sequence number that wait; 0, 0 when none does."""
    first, last = db.execute(sql(stream, _ENDS)).fetchone()
    return first or 0, last or 0


def epoch_in(db: sqlite3.Connection, stream: Stream) -> str:
    return str(db.execute("SELECT value FROM state WHERE key = ?", (f"epoch.{stream}",)).fetchone()[0])


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is broken; a busy, full or read-only one is not."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in _DAMAGE or "Could not decode to UTF-8" in str(error)


def ballast_of(path: Path) -> Path:
    return path.with_name(path.name + ".ballast")


def keep_ballast(path: Path) -> None:
    """Lay the ballast down, where there is room to spare."""
    ballast, disk = ballast_of(path), os.statvfs(path.parent)
    if ballast.exists() or disk.f_bavail * disk.f_frsize < 8 * BALLAST_BYTES:
        return
    with ballast.open("wb") as file, suppress(OSError):
        os.posix_fallocate(file.fileno(), 0, BALLAST_BYTES)


def drop_ballast(path: Path) -> bool:
    """Whether there was any."""
    try:
        ballast_of(path).unlink()
    except FileNotFoundError:
        return False
    return True


def _was_read_back(path: Path) -> bool:
    """Whether it was found sound since the machine started: a backlog of weeks takes a Pi a minute to read."""
    try:
        with closing(connect(path)) as db:
            return bool(
                db.execute("SELECT 1 FROM state WHERE key = ? AND value = ?", (_READ_BACK, boot_id())).fetchone()
            )
    except sqlite3.DatabaseError:
        return False


def _note_read_back(path: Path) -> None:
    if not _was_read_back(path):
        with closing(connect(path)) as db, suppress(sqlite3.OperationalError):
            set_state(db, _READ_BACK, boot_id())


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.with_name(path.name + ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(path: Path, losses: Mapping[Stream, int], stamp: Callable[[], Stamp]) -> None:
    """Under another name first: a plug pulled now leaves no half-made file."""
    import sqlite_utils  # takes a fifth of a second, and most starts make no file

    draft = path.with_name(path.name + ".new")
    for leftover in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm")):
        leftover.unlink(missing_ok=True)
    with closing(sqlite3.connect(draft, isolation_level=None)) as db:
        db.execute(f"PRAGMA page_size={PAGE_BYTES}")
        tables = sqlite_utils.Database(db)
        tables.enable_wal()
        for stream in Stream:
            db.execute(sql(stream, _OUTBOX))
        db.execute(_INBOX)
        tables.table("state").create({"key": str, "value": str}, pk="key", not_null={"value"})
        tables.table("state").insert_all({"key": f"epoch.{stream}", "value": token_hex(6)} for stream in Stream)
        for stream, count in losses.items():
            write_row(db, stream, count, body_of(Lost(1, count, LossReason.DAMAGED), stamp()))
        set_state(db, _READ_BACK, boot_id())
        db.execute(f"PRAGMA user_version={SCHEMA}")
    _sync(draft)
    draft.rename(path)
    _sync(path.parent)


def write_row(db: sqlite3.Connection, stream: Stream, sequence: int, body: str) -> None:
    db.execute(sql(stream, "INSERT INTO outbox VALUES (?, ?, ?)"), (sequence, body, checksum(sequence, body)))


def set_state(db: sqlite3.Connection, key: str, value: str) -> None:
    db.execute("INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value))


def add_to_state(db: sqlite3.Connection, key: str, number: int) -> None:
    """Count something in the `state` table."""
    counted = "INSERT INTO state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value"
    db.execute(counted, (key, number))


def _unsent(path: Path) -> dict[Stream, int]:
    """How many facts a damaged file still held, at least 1 where that cannot be told."""
    held = {}
    for stream in Stream:
        try:
            with closing(connect(path)) as db:
                first, last = ends(db, stream)
                held[stream] = last - first + 1 if last else 0
        except sqlite3.DatabaseError:
            held[stream] = 1
    return {stream: count for stream, count in held.items() if count}


def _move_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")
    path.rename(aside)
    _move_leftovers(path, aside)
    return aside


def _move_leftovers(path: Path, aside: Path | None = None) -> None:
    """A log left behind would be replayed into the new file, page by page."""
    aside = aside or path.with_name(f"{path.name}.stray-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")
    for suffix in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
