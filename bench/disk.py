"""A disk that loses its power: what was not synced is dropped or torn. The real outbox runs on it, by apsw's VFS."""

import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import apsw

from sync.ballast import BALLAST_BYTES
from sync.sharedfile import PAGE_BYTES

SECTOR = 512
"""Bytes that a disk writes whole or not at all."""
_numbers = count(1)

Write = tuple[int, int, bytes | None]
"""Which file (its inode), where, and what; None cuts the file off there."""


class Disk:
    """What would be on the platters of a folder: a write is safe once its file was synced after it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._safe: dict[int, bytearray] = {}
        self._unsafe: list[Write] = []
        self.writes_left: int | None = None
        """Until the power goes; None when it stays."""
        self.is_full = False
        self._borrowed = 0

    @property
    def is_dead(self) -> bool:
        return self.writes_left is not None and self.writes_left <= 0

    def opened(self, path: Path) -> int:
        """The inode; a file that was never seen is as it lies there, made and synced by others."""
        inode = path.stat().st_ino
        self._safe.setdefault(inode, bytearray(path.read_bytes()))
        return inode

    def has_room(self, size: int) -> bool:
        """Whether a file may grow: on a full disk by what the ballast leaves, once it was given up."""
        if not self.is_full:
            self._borrowed = 0
        elif any(self._folder.glob("*.ballast")) or self._borrowed + size > BALLAST_BYTES:
            return False
        else:
            self._borrowed += size
        return True

    def wrote(self, write: Write) -> None:
        self._unsafe.append(write)

    def synced(self, inode: int) -> None:
        for write in self._unsafe:
            if write[0] == inode:
                self._apply(write)
        self._unsafe = [write for write in self._unsafe if write[0] != inode]

    def touch(self) -> None:
        """Before each write, truncation and sync: apsw.IOError without power."""
        if self.writes_left is not None:
            self.writes_left -= 1
        if self.is_dead:
            raise apsw.IOError("no power")

    def rot(self, path: Path, holding: bytes, dice: random.Random) -> bool:
        """A sector of a page that holds these bytes turns into garbage, unless there is no such page."""
        content = path.read_bytes()
        pages = [at for at in range(0, len(content), PAGE_BYTES) if holding in content[at : at + PAGE_BYTES]]
        if not pages:
            return False
        at = dice.choice(pages)
        if at:  # of the first page it is the header that matters
            at += dice.randrange(PAGE_BYTES // SECTOR) * SECTOR
        garbage = dice.randbytes(SECTOR)
        with path.open("r+b") as file:
            file.seek(at)
            file.write(garbage)
        self._apply((self.opened(path), at, garbage))
        return True

    def lose_power(self, dice: random.Random) -> int:
        """Leave in the folder what a disk may hold after a cut: of the unsynced writes a part, some of them torn.

        Answers how many writes were lost or torn.
        """
        spoilt = len(self._unsafe)
        for write in self._unsafe:
            if dice.random() < 0.5:
                self._tear(write, dice)
        for path in [path for path in self._folder.iterdir() if path.is_file()]:
            if path.name.endswith("-shm"):
                path.unlink()
            elif (safe := self._safe.get(path.stat().st_ino)) is not None:
                path.write_bytes(safe)
        return spoilt

    def _tear(self, write: Write, dice: random.Random) -> None:
        inode, offset, data = write
        if data is None:
            self._apply(write)
            return
        for start in range(0, len(data), SECTOR):
            if dice.random() < 0.8:
                self._apply((inode, offset + start, data[start : start + SECTOR]))

    def _apply(self, write: Write) -> None:
        inode, offset, data = write
        file = self._safe.setdefault(inode, bytearray())
        if data is None:
            del file[offset:]
            return
        file.extend(bytes(max(0, offset + len(data) - len(file))))
        file[offset : offset + len(data)] = data


class _Vfs(apsw.VFS):
    def __init__(self, disk: Disk) -> None:
        self.name = f"powercut{next(_numbers)}"
        self._disk = disk
        super().__init__(self.name, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return apsw.VFSFile("", name, flags) if name is None else _File(self._disk, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self._disk.touch()
        super().xDelete(filename, syncdir)


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._path = Path(name.filename() if hasattr(name, "filename") else name)
        self._disk, self._inode = disk, disk.opened(self._path)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.touch()
        if (growth := offset + len(data) - self.xFileSize()) > 0 and not self._disk.has_room(growth):
            raise apsw.FullError("no room")
        super().xWrite(data, offset)
        self._disk.wrote((self._inode, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._disk.touch()
        super().xTruncate(newsize)
        self._disk.wrote((self._inode, newsize, None))

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.touch()
        self._disk.synced(self._inode)


class _Cursor:
    """As much of sqlite3's as the outbox uses."""

    def __init__(self, rows: Any, rowcount: int) -> None:
        self._rows, self.rowcount = rows, rowcount

    def __iter__(self) -> Iterator[Any]:
        with _translated():
            yield from self._rows

    def fetchone(self) -> Any:
        with _translated():
            return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self)


class _Connection:
    """An apsw connection in the clothes of sqlite3's."""

    def __init__(self, address: str, vfs: str, synchronous: str) -> None:
        self._synchronous = synchronous
        with _translated():
            self._db = apsw.Connection(address, flags=apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READWRITE, vfs=vfs)

    @property
    def in_transaction(self) -> bool:
        return self._db.in_transaction

    def execute(self, statement: str, bindings: Any = ()) -> _Cursor:
        with _translated():
            rows = self._db.execute(statement.replace("synchronous=FULL", f"synchronous={self._synchronous}"), bindings)
            return _Cursor(rows, self._db.changes())

    def close(self) -> None:
        with suppress(apsw.Error):  # sqlite3 keeps quiet about it too
            self._db.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except apsw.Error as error:
        known = sqlite3.OperationalError(str(error))
        known.sqlite_errorcode = getattr(error, "extendedresult", 0)
        raise known from error
    except UnicodeDecodeError as error:
        raise sqlite3.OperationalError("Could not decode to UTF-8") from error


@contextmanager
def powered(disk: Disk, synchronous: str = "FULL") -> Iterator[None]:
    """Whatever opens the shared file in this block opens it on this disk. `synchronous` is there to be weakened."""
    vfs = _Vfs(disk)

    def connect(address: str, **_: object) -> _Connection:
        return _Connection(address, vfs.name, synchronous)

    with patch("sync.sharedfile.sqlite3.connect", _only_shared(connect)):
        try:
            yield
        finally:
            with suppress(apsw.Error):
                vfs.unregister()


def _only_shared(connect: Any) -> Any:
    """`sqlite3` is one module for all: a new file is still made by the real one."""
    real = sqlite3.connect

    def chosen(address: Any, **keywords: Any) -> Any:
        return connect(address, **keywords) if str(address).startswith("file:") else real(address, **keywords)

    return chosen


def memory_folder() -> str | None:
    """Where thousands of simulated disks need not wait for a real one."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
