"""A file of nothing beside the shared one: given up when the disk is full, because even deleting needs room."""

import os
from contextlib import suppress
from pathlib import Path

BALLAST_BYTES = 1024 * 1024
"""Well over three times the write-ahead log."""


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
