"""What the tests need from outside: fetched once into the cache, by hash; what cannot be had is reported as not run."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CACHE = Path(os.environ.get("FLOORPULSE_CACHE", ROOT / ".cache"))
SHARED = ROOT.parent / "shared"
VTEST_SHA256 = "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf"


def shared(path: str) -> Path:
    """A file of the folder of test data beside the checkout."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"not run: needs the test data {path}")
    return found


def vtest() -> Path:
    """795 frames of pedestrians, from Debian's package opencv-doc."""
    clip = CACHE / "vtest.avi"
    with _alone("vtest"):
        if not clip.exists():
            _unpack(["opencv-doc"], CACHE / "opencv-doc", only="*/vtest.avi")
            found = next((CACHE / "opencv-doc").rglob("vtest.avi"), None)
            if found is None:
                pytest.skip("not run: Debian's package opencv-doc cannot be had here")
            found.rename(clip)
            shutil.rmtree(CACHE / "opencv-doc")
    assert hashlib.sha256(clip.read_bytes()).hexdigest() == VTEST_SHA256, f"{clip} is not the clip we know"
    return clip


def mosquitto() -> Path:
    """The broker, unpacked from its Debian package with the libraries that are missing here; never installed."""
    program, folder = CACHE / "mosquitto" / "mosquitto.sh", CACHE / "mosquitto"
    with _alone("mosquitto"):
        if not program.exists():
            _unpack(_not_installed("mosquitto") or ["mosquitto"], folder)
            if not (folder / "usr/sbin/mosquitto").exists():
                pytest.skip("not run: Debian's package mosquitto cannot be had here")
            libraries = ":".join(str(path) for path in folder.glob("usr/lib/*-linux-gnu*"))
            program.write_text(
                f'#!/bin/sh\nLD_LIBRARY_PATH="{libraries}" exec "{folder}/usr/sbin/mosquitto" "$@"\n', encoding="utf-8"
            )
            program.chmod(0o755)
    return program


def another_clock() -> Path:
    """libfaketime, unpacked from its Debian package: a wall clock that a test sets for a process it starts."""
    folder = CACHE / "libfaketime"
    with _alone("libfaketime"):
        if not any(folder.rglob("libfaketimeMT.so.1")):  # the one for programs with threads
            _unpack(["libfaketime"], folder)
        found = next(folder.rglob("libfaketimeMT.so.1"), None)
    if found is None:
        pytest.skip("not run: Debian's package libfaketime cannot be had here")
    return found


def bubblewrap() -> Path:
    """Draws sandboxes; installed, or unpacked from its Debian package."""
    folder = CACHE / "bubblewrap"
    with _alone("bubblewrap"):
        program = Path(shutil.which("bwrap") or folder / "usr/bin/bwrap")
        if not program.exists():
            _unpack(["bubblewrap"], folder)
    if not program.exists():
        pytest.skip("not run: Debian's package bubblewrap cannot be had here")
    try_it = [str(program), "--ro-bind", "/", "/", "--unshare-all", "true"]
    tried = subprocess.run(try_it, capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"not run: this machine allows no namespaces: {tried.stderr.strip()}")
    return program


def model(name: str) -> Path:
    """A person detector of the catalogue, fetched and verified once."""
    from edge_models.errors import ModelUnavailable
    from edge_models.fetch import fetch

    with _alone("model"):
        try:
            return fetch(name)
        except ModelUnavailable as error:
            pytest.skip(f"not run: {error}")


def program(*names: str) -> str:
    """The first of these programs that is on this machine."""
    for name in names:
        if path := shutil.which(name):
            return path
    pytest.skip(f"not run: {names[0]} is not installed")


def _not_installed(package: str) -> list[str]:
    """The package and what it needs, as far as this machine lacks it."""
    plan = subprocess.run(
        ["apt-get", "-s", "--no-install-recommends", "install", package], capture_output=True, text=True, check=False
    )
    return re.findall(r"^Inst (\S+)", plan.stdout, re.MULTILINE)


def _unpack(packages: list[str], into: Path, only: str = "") -> None:
    """Download Debian packages and unpack them; leaves nothing where that is impossible."""
    if not shutil.which("apt-get"):
        return
    into.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "-qq", "download", *packages], cwd=into, capture_output=True, check=False)
    for package in into.glob("*.deb"):
        tar = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], capture_output=True, check=True).stdout
        wanted = ["--wildcards", only] if only else []
        subprocess.run(["tar", "-x", "-C", into, *wanted], input=tar, capture_output=True, check=False)
        package.unlink()


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """One test process at a time fetches one thing."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
