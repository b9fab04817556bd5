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
from sync.ballast import drop_ballast, keep_ballast
from sync.clock import boot_id, device_clock
from sync.salvage import DAMAGED, left_in, note_unsent, set_aside
from sync.sharedfile import (
    PAGE_BYTES,
    SCHEMA,
    checksum,
    connect,
    connect_to_read,
    ends,
    epoch_in,
    first_fact,
    follows,
    is_damage,
    last_minted,
    set_state,
    sql,
    transaction,
    write_row,
)

MOST_LOST = 10**9
_MOVE = ".move"
_READ_BACK = "read_back"
"""Key of the state: the boot in which every row was last read back."""
# AUTOINCREMENT: without it an emptied outbox counts from 1 again, and new facts pass for duplicates.
_OUTBOX = "CREATE TABLE outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL, crc INTEGER NOT NULL)"
# From the start, so that one that is gone is known to be gone.
_COUNTER = (
    "INSERT INTO sqlite_sequence SELECT 'outbox', 0 WHERE NOT EXISTS "
    "(SELECT 1 FROM sqlite_sequence WHERE name = 'outbox')"
)
_INBOX = "CREATE TABLE inbox (id INTEGER PRIMARY KEY AUTOINCREMENT, part TEXT NOT NULL, body TEXT NOT NULL)"


def create(path: Path, stamp: Callable[[], Stamp] | None = None, in_doubt: bool = True) -> Path | None:
    """Afterwards a sound file lies there. Safe at any time and from several processes at once.

    Reads every row back, unless there is no doubt and somebody has done so since the machine started. A damaged file is
    moved aside, never deleted, and its new name returned; what cannot even be sent from there is announced as lost.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        _finish_moving(path)
        aside = None
        if not path.exists():
            _move_leftovers(path)
            _make(path, {}, stamp or device_clock().stamp).rename(path)
        elif in_doubt or not _was_read_back(path):
            _upgrade(path)
            if damage(path) is None:
                _note_read_back(path)
            else:
                aside = _replace(path, stamp or device_clock().stamp)
        _sync(path.parent)
        keep_ballast(path)
        return aside


class InPlace:
    """While it is held nobody moves the file aside: what is committed lies where its writer believes."""

    def __init__(self, path: Path) -> None:
        self._lock = path.with_name(path.name + _MOVE).open("a")

    def __enter__(self) -> None:
        fcntl.flock(self._lock, fcntl.LOCK_SH)

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._lock, fcntl.LOCK_UN)

    def close(self) -> None:
        self._lock.close()


def damage(path: Path) -> str | None:
    """What is wrong with a file in one sentence; None when every row can be read back."""
    try:
        with closing(connect(path)) as db:
            verdict = db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                return str(verdict)
            for stream in Stream:
                epoch_in(db, stream), last_minted(db, stream)
            rows = sum(len(damaged_rows(db, stream)) for stream in Stream)
    except sqlite3.DatabaseError as error:
        if is_damage(error) or "no such table" in str(error):
            return str(error)
        raise
    return f"{rows} rows do not match their checksums or do not follow each other" if rows else None


def damaged_rows(db: sqlite3.Connection, stream: Stream) -> list[int]:
    """The sequence numbers of rows that do not match their checksums, or before which something is missing."""
    found, before = [], 0
    for sequence, body, crc in db.execute(sql(stream, "SELECT sequence, body, crc FROM outbox ORDER BY sequence")):
        if checksum(sequence, body) != crc or not follows(before, sequence, str(body)):
            found.append(sequence)
        before = sequence
    return found


def _was_read_back(path: Path) -> bool:
    """Whether it was found sound since the machine started: a backlog of weeks takes a Pi a minute to read."""
    try:
        with closing(connect_to_read(path)) as db:
            for stream in Stream:
                epoch_in(db, stream)
            row = db.execute("SELECT 1 FROM state WHERE key = ? AND value = ?", (_READ_BACK, boot_id())).fetchone()
            return row is not None and db.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
    except sqlite3.DatabaseError:
        return False


def _upgrade(path: Path) -> None:
    """Bring a file of an earlier program forward; one too damaged for it is moved aside anyway."""
    with suppress(sqlite3.DatabaseError), closing(connect(path)) as db:
        if db.execute("PRAGMA user_version").fetchone()[0] < SCHEMA:
            with transaction(db):
                for stream in Stream:
                    db.execute(sql(stream, _COUNTER))
                db.execute(f"PRAGMA user_version={SCHEMA}")


def _note_read_back(path: Path) -> None:
    with closing(connect(path)) as db, suppress(sqlite3.OperationalError):
        if db.execute("SELECT value FROM state WHERE key = ?", (_READ_BACK,)).fetchone() != (boot_id(),):
            set_state(db, _READ_BACK, boot_id())


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with _held(path, ".lock", fcntl.LOCK_EX):
        yield


@contextmanager
def _held(path: Path, suffix: str, how: int) -> Iterator[None]:
    with path.with_name(path.name + suffix).open("a") as lock:
        fcntl.flock(lock, how)
        yield


def _replace(path: Path, stamp: Callable[[], Stamp]) -> Path:
    """The new file is whole before the old one leaves: a plug pulled at any moment loses neither."""
    import sqlite_utils  # noqa: F401  so that nobody waits for it below

    drop_ballast(path)  # the disk may be full
    with _held(path, _MOVE, fcntl.LOCK_EX):
        left = left_in(path)
        losses = {stream: count for stream in Stream if stream not in left and (count := _unsent(path, stream))}
        made = _make(path, losses, stamp)
        aside = path.with_name(f"{path.name}{DAMAGED}{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")
        note_unsent(aside, left)
        made.rename(_ready(path))
        _sync(path.parent)
        path.rename(aside)
        _finish_moving(path)
        return aside


def _finish_moving(path: Path) -> None:
    """Also what a plug pulled in the middle of it left undone."""
    ready = _ready(path)
    if path.exists():
        ready.unlink(missing_ok=True)
    elif ready.exists():
        _move_leftovers(path, set_aside(path)[-1])
        ready.rename(path)
        _sync(path.parent)


def _ready(path: Path) -> Path:
    return path.with_name(path.name + ".ready")


def _make(path: Path, losses: Mapping[Stream, int], stamp: Callable[[], Stamp]) -> Path:
    """Under another name: a plug pulled now leaves no half-made file."""
    import sqlite_utils  # takes a fifth of a second, and most starts make no file

    draft = path.with_name(path.name + ".new")
    for leftover in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm")):
        leftover.unlink(missing_ok=True)
    # Every part is a user of its own; SQLite would make a file that their group may only read.
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL, 0o660))
    with closing(sqlite3.connect(draft, isolation_level=None)) as db:
        db.execute(f"PRAGMA page_size={PAGE_BYTES}")
        tables = sqlite_utils.Database(db)
        tables.enable_wal()
        db.execute(_INBOX)
        for stream in Stream:
            db.execute(sql(stream, _OUTBOX))
            db.execute(sql(stream, _COUNTER))
        tables.table("state").create({"key": str, "value": str}, pk="key", not_null={"value"})
        tables.table("state").insert_all({"key": f"epoch.{stream}", "value": token_hex(6)} for stream in Stream)
        for stream, count in losses.items():
            write_row(db, stream, count, body_of(Lost(1, count, LossReason.DAMAGED), stamp()))
        set_state(db, _READ_BACK, boot_id())
        db.execute(f"PRAGMA user_version={SCHEMA}")
    _sync(draft)
    return draft


def _unsent(path: Path, stream: Stream) -> int:
    """How many facts a damaged file still held, 1 where that cannot be told."""
    try:
        with closing(connect(path)) as db:
            return min(_waiting(db, stream), MOST_LOST)
    except (sqlite3.DatabaseError, TypeError):
        return 1


def _waiting(db: sqlite3.Connection, stream: Stream) -> int:
    """Facts that wait, those that a marker stands for among them."""
    first, last = ends(db, stream)
    if not last:
        return 0
    (body,) = db.execute(sql(stream, "SELECT CAST(body AS BLOB) FROM outbox WHERE sequence = ?"), (first,)).fetchone()
    return last - first_fact(first, bytes(body).decode(errors="replace")) + 1


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
