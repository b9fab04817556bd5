"""Models on this machine. A file's name holds its hash: every opening checks it, converted models included."""

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from edge_models.catalogue import CATALOGUE, Entry
from edge_models.errors import ModelError, ModelMismatch

DIGEST = "[0-9a-f]" * 64
WORKPLACE = ".fetching-"
ABANDONED_SECONDS = 24 * 3600


def folder() -> Path:
    """`$FLOORPULSE_CACHE/models`, else `floorpulse/models` in the user's cache; it may not exist."""
    chosen = os.environ.get("FLOORPULSE_CACHE")
    if chosen:
        return Path(chosen) / "models"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "floorpulse" / "models"


def find(entry: Entry) -> Path | None:
    """The model's file, checked; a damaged one is set aside and raises `ModelMismatch`.

    One that is shipped stays where it came with the program.
    """
    if entry.shipped:
        return _shipped(entry, entry.shipped)
    for path in sorted(folder().glob(f"{entry.name}-{DIGEST}.onnx")):
        _check(entry, path)
        return path
    return None


def _shipped(entry: Entry, path: Path) -> Path:
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() not in entry.sha256:
        raise ModelMismatch(f"{entry.name} came with floorpulse and is damaged or gone; install floorpulse again")
    return path


def is_known(file: Path) -> bool:
    """Whether a file, wherever it lies, is a model of the catalogue."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
    return any(digest in entry.sha256 for entry in CATALOGUE.values())


def keep(entry: Entry, content: bytes) -> Path:
    """Store a model; it becomes visible whole and checked, or not at all."""
    digest = hashlib.sha256(content).hexdigest()
    if entry.sha256 and digest not in entry.sha256:
        raise ModelMismatch(f"this is not {entry.name}: its hash begins {digest[:8]}, which is not in the catalogue")
    target = folder() / f"{entry.name}-{digest}.onnx"
    with workplace() as place:
        try:
            _write(target, content, place)
        except OSError as error:
            raise ModelError(f"{entry.name} cannot be kept in {folder()}: {error.strerror}") from error
    for older in set(folder().glob(f"{entry.name}-{DIGEST}.onnx")) - {target}:
        older.unlink(missing_ok=True)
    return target


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """An empty folder on the cache's own disk, gone afterwards; models are made in it and then moved."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        _sweep()
        place = tempfile.TemporaryDirectory(prefix=WORKPLACE, dir=folder(), ignore_cleanup_errors=True)
    except OSError as error:
        raise ModelError(f"models cannot be kept in {folder()}: {error.strerror}") from error
    with place:
        yield Path(place.name)


def _sweep() -> None:
    """Remove what a plug that was pulled in the middle left behind; up to 300 MB."""
    for place in folder().glob(f"{WORKPLACE}*"):
        with contextlib.suppress(FileNotFoundError):  # another fetch has just finished
            if time.time() - place.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(place, ignore_errors=True)


def _check(entry: Entry, path: Path) -> None:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if path.stem == f"{entry.name}-{digest}" and (not entry.sha256 or digest in entry.sha256):
        return
    aside = path.with_suffix(".rejected")
    with contextlib.suppress(OSError):  # a cache that cannot be written: it is refused all the same
        path.replace(aside)
    raise ModelMismatch(f"{entry.name} on this machine was damaged and is not used; fetch it again")


def _write(target: Path, content: bytes, place: Path) -> None:
    fresh = place / target.name
    fresh.write_bytes(content)
    _to_disk(fresh)
    fresh.replace(target)
    _to_disk(target.parent)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
