"""The durable way out: a fact is a committed row before its shopper is thanked, and stays until the centre has it."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

from events.codec import BATCH_EVENTS, body_of
from events.envelope import NotRecorded, Source, Stamp, event_id
from events.facts import EventId, Fact, LossReason, Lost, Stream, Tap
from events.settings import Device
from events.topics import Address
from sync.ballast import drop_ballast, keep_ballast
from sync.clock import bound_to_boot, device_clock
from sync.place import usable
from sync.salvage import Asides, Remains
from sync.sharedfile import (
    PAGE_BYTES,
    QUOTA_BYTES,
    READ_BYTES,
    Row,
    add_to_state,
    checksum,
    connect,
    damaged,
    ends,
    epoch_in,
    first_fact,
    follows,
    is_damage,
    last_minted,
    sql,
    transaction,
    write_row,
)
from sync.upkeep import InPlace, create

__all__ = ["Backlog", "Outbox", "Row", "create", "open_outbox"]

T = TypeVar("T")

ATTEMPTS = 50
DROP_ROWS = 200
"""Dropped at once when there is no room: few enough for the log to hold."""
UNRECORDED_TAPS = "unrecorded_taps"
"""Key in the `state` table: taps that could not be committed since the last health report."""

_READ = "SELECT sequence, body, crc FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?"
_NOWHERE = (0, 0)


class Backlog(NamedTuple):
    """Facts that wait to be sent."""

    urgent: int
    bulk: int

    @property
    def total(self) -> int:
        return self.urgent + self.bulk


def open_outbox(device: Device) -> "Outbox":
    """The outbox of this device with its real clock; the file is made when it is not there yet.

    ConfigError, one sentence, when it cannot be used.
    """
    with usable(device.state):
        return Outbox(device.state, device.address, device_clock().stamp)


class Outbox:
    """Two streams of facts in the device's shared file. Threads and processes may use it at once."""

    def __init__(
        self, path: Path, address: Address, stamp: Callable[[], Stamp], quota_bytes: int = QUOTA_BYTES
    ) -> None:
        self._path, self._address, self._stamp, self._quota = path, address, stamp, quota_bytes
        self._turn = Lock()
        self._unrecorded = 0
        self._db = self._open()
        self._in_place = InPlace(path)
        self._asides = Asides(path, address, stamp)

    def add(self, fact: Fact) -> EventId:
        """The event's identity, minted here and only here, after the commit. NotRecorded when there is none."""
        return self.add_many([fact])[0]

    def add_many(self, facts: Iterable[Fact]) -> list[EventId]:
        """All of them in one commit, or none."""
        facts = list(facts)
        stamp = self._stamp()
        rows = [(fact.stream, body_of(bound_to_boot(fact, stamp), stamp)) for fact in facts]
        try:
            with self._turn:
                return self._retrying(lambda: self._insert(rows))
        except (sqlite3.Error, OSError) as error:
            self._unrecorded += sum(isinstance(fact, Tap) for fact in facts)
            raise NotRecorded(f"{self._path}: {error}") from error

    @property
    def address(self) -> Address:
        return self._address

    def source(self, stream: Stream) -> Source:
        return Source(self._address.tenant, self._address.store, self._address.device, stream)

    def epoch(self, stream: Stream) -> str:
        """12 hexadecimal digits, new with every file."""
        with self._turn:
            epoch: str = self._retrying(lambda: self._epochs[stream])
            return epoch

    def pending(self, stream: Stream, after: int = 0, limit: int = BATCH_EVENTS) -> list[Row]:
        """The oldest rows behind a sequence number, in order; at most `limit` and about a megabyte."""
        with self._turn:
            return self._retrying(lambda: self._read(stream, after, limit))

    def remove(self, stream: Stream, epoch: str, upto: int) -> int:
        """Delete what the centre has committed and return how many; an epoch that is not this file's deletes nothing.

        ValueError for facts that were never recorded here: the file is an old copy, or the centre is mistaken.
        """
        with self._turn:
            return self._retrying(lambda: self._delete(stream, epoch, upto), lambda: drop_ballast(self._path))

    def beginning(self, stream: Stream) -> tuple[str, int]:
        """The epoch, and the sequence number before which nothing will come any more."""
        with self._turn:
            return self._retrying(
                lambda: (self._epochs[stream], ends(self._db, stream)[0] or last_minted(self._db, stream) + 1)
            )

    def remains(self) -> Remains | None:
        """The oldest damaged file of which the centre has not heard everything yet."""
        return self._asides.oldest()

    def backlog(self) -> Backlog:
        """Here, and in damaged files of which the centre has not heard everything yet."""
        streams = (Stream.URGENT, Stream.BULK)
        with self._turn:
            here = self._retrying(lambda: [self._count(stream) for stream in streams])
        return Backlog(*(count + self._asides.waiting(stream) for count, stream in zip(here, streams, strict=True)))

    def close(self) -> None:
        with self._turn:
            self._db.close()
            self._in_place.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _open(self, in_doubt: bool = False) -> sqlite3.Connection:
        create(self._path, self._stamp, in_doubt)
        db = connect(self._path, self._quota)
        self._epochs = {stream: epoch_in(db, stream) for stream in Stream}
        found = self._path.stat()
        self._identity = (found.st_dev, found.st_ino)
        return db

    def _reopen(self, in_doubt: bool = False) -> None:
        self._identity = _NOWHERE  # should it fail, the next one who comes tries again
        with suppress(sqlite3.Error):
            self._db.close()
        self._db = self._open(in_doubt)

    def _was_replaced(self) -> bool:
        """Another process found the file damaged, moved it aside and made a new one."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return True
        return (found.st_dev, found.st_ino) != self._identity

    def _retrying(self, work: Callable[[], T], make_room: Callable[[], bool] | None = None) -> T:
        """Do it in the file that lies there now."""
        for left in reversed(range(ATTEMPTS)):
            try:
                with self._in_place:
                    if not self._was_replaced():
                        return work()
            except sqlite3.DatabaseError as error:
                if not left or not self._mended(error, make_room or self._make_room):
                    raise
            else:
                self._reopen()
        raise sqlite3.OperationalError("the file is being replaced again and again")

    def _mended(self, error: sqlite3.DatabaseError, make_room: Callable[[], bool]) -> bool:
        """Whether another attempt is worth while."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if is_damage(error):
            self._reopen(in_doubt=True)  # moves it aside
            return True
        if code == sqlite3.SQLITE_IOERR:
            # After a failed fsync nobody knows what this connection's pages are worth.
            self._reopen()
        return code == sqlite3.SQLITE_FULL and make_room()

    def _insert(self, rows: Sequence[tuple[Stream, str]]) -> list[EventId]:
        with transaction(self._db):
            last = {stream: last_minted(self._db, stream) for stream in {stream for stream, _ in rows}}
            ids = [self._append(stream, body, last) for stream, body in rows]
            if self._unrecorded:
                add_to_state(self._db, UNRECORDED_TAPS, self._unrecorded)
        self._unrecorded = 0
        return ids

    def _append(self, stream: Stream, body: str, last: dict[Stream, int]) -> EventId:
        last[stream] += 1
        write_row(self._db, stream, last[stream], body)
        return event_id(self._epochs[stream], last[stream])

    def _read(self, stream: Stream, after: int, limit: int) -> list[Row]:
        rows: list[Row] = []
        size, epoch = 0, self._epochs[stream]
        for sequence, body, crc in self._db.execute(sql(stream, _READ), (after, limit)):
            if checksum(sequence, body) != crc:
                raise damaged(f"row {sequence} does not match its checksum")
            if not follows(after, sequence, body):
                raise damaged(f"rows are missing before row {sequence}")
            size += len(body)
            if rows and size > READ_BYTES:
                break
            rows.append(Row(epoch, sequence, body))
            after = sequence
        return rows

    def _delete(self, stream: Stream, epoch: str, upto: int) -> int:
        if epoch != self._epochs[stream]:
            return 0
        with transaction(self._db):
            if upto > (last := last_minted(self._db, stream)):
                raise ValueError(
                    f"{stream} facts up to {upto} of {epoch} are acknowledged, but only {last} were recorded"
                )
            gone = self._db.execute(sql(stream, "DELETE FROM outbox WHERE sequence <= ?"), (upto,)).rowcount
            if 0 < ends(self._db, stream)[0] <= upto:
                raise damaged(f"{stream} facts up to {upto} do not go away")
        keep_ballast(self._path)
        return gone

    def _count(self, stream: Stream) -> int:
        # A sequence has no holes but before its first row, so that counting takes no scan.
        first, last = ends(self._db, stream)
        return last - first + 1 if last else 0

    def _make_room(self) -> bool:
        """Old bulk facts go first, never an urgent one; the ballast lends the log the room that deleting needs."""
        by_quota = self._db.execute("PRAGMA page_count").fetchone()[0] >= self._quota // PAGE_BYTES - 1
        lent = not by_quota and drop_ballast(self._path)
        return self._drop_oldest(LossReason.QUOTA if by_quota else LossReason.DISK_FULL) or lent

    def _drop_oldest(self, reason: LossReason) -> bool:
        """Put one `Lost` in the place of the last of them, so that the watermark can pass."""
        with transaction(self._db):
            oldest = self._read(Stream.BULK, 0, DROP_ROWS)
            if len(oldest) < 2:
                return False
            first, last = first_fact(oldest[0].sequence, oldest[0].body), oldest[-1].sequence
            self._db.execute("DELETE FROM outbox_bulk WHERE sequence <= ?", (last,))
            write_row(self._db, Stream.BULK, last, body_of(Lost(first, last, reason), self._stamp()))
        return True
