"""The shared file is made whole, read back, and moved aside when it is damaged."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from events.codec import body_of
from events.envelope import Stamp
from events.facts import LossReason, Lost, Stream
from sync.ballast import keep_ballast
from sync.clock import boot_id, device_clock
from sync.sharedfile import (
    PAGE_BYTES,
    SCHEMA,
    checksum,
    connect,
    ends,
    first_fact,
    is_damage,
    set_state,
    sql,
    write_row,
)

_READ_BACK = "read_back"
"""Key of the state: the boot in which every row was last read back."""
# AUTOINCREMENT: without it an emptied outbox counts from 1 again, and new facts pass for duplicates.
_OUTBOX = "CREATE TABLE outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL, crc INTEGER NOT NULL)"
_INBOX = "CREATE TABLE inbox (id INTEGER PRIMARY KEY AUTOINCREMENT, part TEXT NOT NULL, body TEXT NOT NULL)"


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


def _unsent(path: Path) -> dict[Stream, int]:
    """How many facts a damaged file still held, at least 1 where that cannot be told."""
    held = {}
    for stream in Stream:
        try:
            with closing(connect(path)) as db:
                held[stream] = _waiting(db, stream)
        except sqlite3.DatabaseError:
            held[stream] = 1
    return {stream: count for stream, count in held.items() if count}


def _waiting(db: sqlite3.Connection, stream: Stream) -> int:
    """Facts that wait, those that a marker stands for among them."""
    first, last = ends(db, stream)
    if not last:
        return 0
    (body,) = db.execute(sql(stream, "SELECT CAST(body AS BLOB) FROM outbox WHERE sequence = ?"), (first,)).fetchone()
    return last - first_fact(first, bytes(body).decode(errors="replace")) + 1


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
