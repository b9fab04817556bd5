"""Whether the shared file lies where it can be used; if not, the reader is told why in one sentence."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from events.settings import ConfigError

_MAY = os.R_OK | os.W_OK


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """For the first use of the file: whatever the disk or SQLite says against it becomes a ConfigError."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "no file", str(path))
        if path.exists() and not os.access(path, _MAY, effective_ids=True):
            # SQLite would open it for reading alone, and only the first tap would find out.
            raise PermissionError(errno.EACCES, "not for this user", str(path))
        yield
    except (OSError, sqlite3.Error) as error:
        raise ConfigError(f"the outbox {path} {_why(path, error)}") from error


def _why(path: Path, error: Exception) -> str:
    if isinstance(error, IsADirectoryError):
        return "is a directory; the setting device.state names a file"
    if isinstance(error, NotADirectoryError | FileExistsError):
        return f"cannot be made: {error.filename} is a file, not a directory"
    if _is_read_only(path):
        return "lies on a read-only disk"
    if isinstance(error, PermissionError):
        return f"cannot be used: this user may not read and write {error.filename}"
    return f"cannot be used: {error}"


def _is_read_only(path: Path) -> bool:
    """Of the disk that the file lies on, or would lie on."""
    for folder in path.parents:
        try:
            return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
        except OSError:
            continue
    return False
