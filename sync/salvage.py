"""What is still whole in a damaged file that was moved aside: it goes to the centre under the identities it has."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from events.codec import BATCH_EVENTS, body_of
from events.envelope import Source, Stamp
from events.facts import LossReason, Lost, Stream
from events.topics import Address
from sync.sharedfile import READ_BYTES, Row, checksum, connect_to_read, ends, epoch_in, is_damage, last_minted, sql

DAMAGED = ".damaged-"
UNSENT, SENT = ".unsent", ".sent"
"""Beside a damaged file lies one of these: what is in it, and whether the centre has heard all of it."""

_LARGEST_SEQUENCE = 10**9
_READ = "SELECT sequence, CAST(body AS BLOB), crc FROM outbox WHERE sequence BETWEEN ? AND ? ORDER BY sequence LIMIT ?"


class Left(NamedTuple):
    """A stream of a damaged file that still says whose it is, and how far it went."""

    epoch: str
    last: int


def left_in(path: Path) -> dict[Stream, Left]:
    """The streams that can be sent from a damaged file, whole rows and holes alike; the others cannot be named."""
    found = {stream: _left(path, stream) for stream in Stream}
    return {stream: left for stream, left in found.items() if left}


def note_unsent(aside: Path, left: dict[Stream, Left]) -> None:
    """Before the file is moved there, so that nothing forgets it."""
    if not (owed := {stream: known._asdict() for stream, known in left.items() if known.last}):
        return
    with _beside(aside, UNSENT).open("w", encoding="utf-8") as note:
        note.write(json.dumps(owed))
        note.flush()
        os.fsync(note.fileno())


def set_aside(path: Path) -> list[Path]:
    """The damaged files that were moved aside, oldest first."""
    found = path.parent.glob(f"{path.name}{DAMAGED}*")
    return sorted(file for file in found if not file.name.endswith(("-wal", "-shm", UNSENT, SENT)))


def is_unsent(aside: Path) -> bool:
    return _beside(aside, UNSENT).exists()


class Asides:
    """All damaged files beside a shared file of which the centre has not heard everything yet."""

    def __init__(self, path: Path, address: Address, stamp: Callable[[], Stamp]) -> None:
        self._path, self._address, self._stamp = path, address, stamp
        self._found: dict[Path, Remains] = {}

    def oldest(self) -> "Remains | None":
        for aside, remains in self._look().items():
            if not remains.is_sent:
                return remains
            _mark_sent(aside)  # neither the note nor the file says any more what is in it
        return None

    def waiting(self, stream: Stream) -> int:
        """How many rows the centre is not known to have."""
        return sum(remains.waiting(stream) for remains in self._look().values())

    def _look(self) -> "dict[Path, Remains]":
        """Oldest first; what is known of one that is being sent is kept."""
        unsent = [aside for aside in set_aside(self._path) if is_unsent(aside)]
        self._found = {aside: self._found.get(aside) or Remains(aside, self._address, self._stamp) for aside in unsent}
        return self._found


class Remains:
    """A damaged file as a forwarder wants it: without a hole, whole rows as they were and all others as `Lost`.

    Every sequence number from 1 on is spoken of; the centre takes what it does not have. The file is never changed.
    """

    def __init__(self, aside: Path, address: Address, stamp: Callable[[], Stamp]) -> None:
        self._aside, self._address, self._stamp = aside, address, stamp
        self._owed = _noted(aside)
        self._sent: set[Stream] = set()
        self._heard: dict[Stream, int] = {}
        """How far the centre has each stream."""

    @property
    def streams(self) -> Iterable[Stream]:
        return self._owed

    @property
    def is_sent(self) -> bool:
        return self._owed.keys() <= self._sent

    def epoch(self, stream: Stream) -> str:
        return self._owed[stream].epoch

    def source(self, stream: Stream) -> Source:
        return Source(self._address.tenant, self._address.store, self._address.device, stream)

    def pending(self, stream: Stream, after: int = 0, limit: int = BATCH_EVENTS) -> list[Row]:
        """What follows a sequence number: rows and, for all that cannot be read back, `Lost`."""
        epoch, last = self._owed[stream]
        if after >= last:
            return []
        # Half of the rows that fit, as a hole may lie before each of them.
        with closing(connect_to_read(self._aside)) as db:
            found, end = _whole(db, stream, after, last, limit // 2 - 1)
        return [Row(epoch, *row) for row in self._filled(found, after, end)]

    def waiting(self, stream: Stream) -> int:
        """How many rows the centre is not known to have; 1 where nobody can tell."""
        if stream not in self._owed or stream in self._sent:
            return 0
        try:
            with closing(connect_to_read(self._aside)) as db:
                first, last = ends(db, stream)  # rows have no holes but before the first
        except sqlite3.DatabaseError:
            return 1
        return last - max(first - 1, self._heard.get(stream, 0)) if last else 0

    def remove(self, stream: Stream, epoch: str, upto: int) -> None:
        """The centre has it up to here. Nothing is deleted; once it has all, the file is marked as sent."""
        if epoch == self._owed[stream].epoch:
            self._heard[stream] = max(upto, self._heard.get(stream, 0))
            if upto >= self._owed[stream].last:
                self._sent.add(stream)
        if self.is_sent:
            _mark_sent(self._aside)

    def _filled(self, found: list[tuple[int, str]], after: int, end: int) -> Iterator[tuple[int, str]]:
        for sequence, body in found:
            if sequence > after + 1:
                yield sequence - 1, self._lost(after + 1, sequence - 1)
            yield sequence, body
            after = sequence
        if end > after:
            yield end, self._lost(after + 1, end)

    def _lost(self, first: int, last: int) -> str:
        return body_of(Lost(first, last, LossReason.DAMAGED), self._stamp())


def whole_rows(path: Path, stream: Stream, last: int) -> int:
    """How many rows of a stream can still be read back."""
    count = after = 0
    with closing(connect_to_read(path)) as db:
        while after < last:
            found, after = _whole(db, stream, after, last, BATCH_EVENTS)
            count += len(found)
    return count


def _left(path: Path, stream: Stream) -> Left | None:
    try:
        with closing(connect_to_read(path)) as db:
            epoch, last = epoch_in(db, stream), last_minted(db, stream)
    except sqlite3.DatabaseError:
        return None
    return Left(epoch, last) if 0 <= last <= _LARGEST_SEQUENCE else None


def _whole(
    db: sqlite3.Connection, stream: Stream, after: int, last: int, limit: int
) -> tuple[list[tuple[int, str]], int]:
    """Rows that match their checksums, in order, and the sequence number up to which there are no others."""
    try:
        found, end = _read(db, stream, after, last, limit)
        return list(_sound(found, after)), end
    except sqlite3.DatabaseError as error:
        if not _is_hopeless(error):
            raise
    end = min(after + limit, last)  # a broken page among them: one by one
    singly = (row for sequence in range(after + 1, end + 1) for row in _one(db, stream, sequence))
    return list(_sound(singly, after)), end


def _read(db: sqlite3.Connection, stream: Stream, after: int, last: int, limit: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    size = 0
    for row in db.execute(sql(stream, _READ), (after + 1, last, limit)):
        found.append(row)
        size += len(row[1] or b"")
        if len(found) == limit or size > READ_BYTES:
            return found, row[0]
    return found, last


def _one(db: sqlite3.Connection, stream: Stream, sequence: int) -> list[Any]:
    try:
        return db.execute(sql(stream, _READ), (sequence, sequence, 1)).fetchall()
    except sqlite3.DatabaseError as error:
        if not _is_hopeless(error):
            raise
        return []


def _is_hopeless(error: sqlite3.DatabaseError) -> bool:
    """Trying again later will not help."""
    return is_damage(error) or "no such table" in str(error)


def _sound(rows: Iterable[Any], after: int) -> Iterator[tuple[int, str]]:
    for sequence, raw, crc in rows:
        body = bytes(raw or b"").decode(errors="replace")
        if sequence > after and checksum(sequence, body) == crc:
            yield sequence, body
            after = sequence


def _noted(aside: Path) -> dict[Stream, Left]:
    try:
        owed = json.loads(_beside(aside, UNSENT).read_text(encoding="utf-8"))
        return {Stream(stream): Left(**left) for stream, left in owed.items()}
    except FileNotFoundError:  # another process has just heard that all of it is there
        return {}
    except (ValueError, TypeError, AttributeError):  # the note itself was hit; the file may still tell
        return left_in(aside)


def _mark_sent(aside: Path) -> None:
    _beside(aside, UNSENT).rename(_beside(aside, SENT))


def _beside(aside: Path, suffix: str) -> Path:
    return aside.with_name(aside.name + suffix)
