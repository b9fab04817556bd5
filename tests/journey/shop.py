"""A small shop of real processes: broker, centre, sync and kiosk, each of which may be killed and comes back."""

import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from simulator.processes import Processes
from simulator.staging import floorpulse, free_port

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PLAN = {
    "tenant": "acme",
    "chain": "Acme",
    "stores": [
        {
            "id": "corner",
            "name": "Corner shop",
            "hours": dict.fromkeys(WEEK, "04:00-04:00"),
            "kiosks": [{"device": "exit", "place": "exit", "label": "Way out"}],
            "room_groups": [{"name": "fit", "device": "exit", "rooms": 1, "label": "Fitting rooms"}],
        }
    ],
}
DEVICE = """
[device]
tenant = "acme"
store = "corner"
device = "exit"
state = "{state}"

[sync]
port = {broker}
centre_key = "{key}"
"""
PASSWORD = "correct horse battery"


def eventually(holds: Callable[[], object], seconds: float = 30) -> bool:
    """Whether it holds before the deadline."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@dataclass
class Shop:
    """Where everything is, and the processes."""

    folder: Path
    broker: int
    port: int
    processes: Processes
    more: str = ""
    """Further tables of the device's TOML."""

    @property
    def store(self) -> Path:
        return self.folder / "central.db"

    @property
    def outbox(self) -> Path:
        return self.folder / "device.db"

    @property
    def config(self) -> Path:
        return self.folder / "device.toml"

    def furnish(self) -> None:
        """Plan, login and device file."""
        (self.folder / "plan.json").write_text(json.dumps(PLAN))
        self.run("central", "plan", "load", str(self.folder / "plan.json"), "--store", self.url)
        for name, role in (("anna", "manager"), ("lea", "lead")):
            self.run(
                *("central", "user", "add", name, "--role", role, "--password-stdin", "--store", self.url),
                given=PASSWORD + "\n",
            )
        key = self.folder / "centre.pub"
        key.write_text(self.run("central", "key", "--store", self.url))
        self.config.write_text(DEVICE.format(state=self.outbox, broker=self.broker, key=key) + self.more)
        self.run("sync", "create", "--config", str(self.config))

    @property
    def url(self) -> str:
        return f"sqlite:///{self.store}"

    def run(self, *words: str, given: str = "") -> str:
        done = subprocess.run(floorpulse(*words), input=given, text=True, check=True, stdout=subprocess.PIPE)
        return done.stdout

    def open(self) -> None:
        """Start broker, centre and sync."""
        central = ("central", "--store", self.url, "--broker", f"127.0.0.1:{self.broker}", "--port", str(self.port))
        self.processes.start("broker", *floorpulse("central", "broker", "--port", str(self.broker)))
        self.processes.start("central", *floorpulse(*central))
        self.processes.start("sync", *floorpulse("sync", "--config", str(self.config)))

    def kiosk(self, *words: str, stdin: int | None = None, **environment: str) -> None:
        command = floorpulse("kiosk", "--config", str(self.config), *words)
        self.processes.start("kiosk", *command, stdin=stdin, KIVY_HOME=str(self.folder / "kivy"), **environment)

    def versions_of_taps(self) -> list[int]:
        """Which version of the survey each tap answers, in order."""
        query = "SELECT body FROM ledger WHERE type = 'io.floorpulse.tap.v1' ORDER BY time"
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=10)) as db:
            return [json.loads(row[0])["version"] for row in db.execute(query)]

    def taps_at_the_centre(self) -> list[str]:
        """The identities of all taps in the ledger, as often as they are there."""
        if not self.store.exists():
            return []
        query = (
            "SELECT epoch || '-' || sequence FROM ledger JOIN streams USING (stream_no) "
            "WHERE type = 'io.floorpulse.tap.v1'"
        )
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=10)) as db:
            return [row[0] for row in db.execute(query)]


@contextmanager
def shop(folder: Path, more: str = "") -> Iterator[Shop]:
    """Furnished and open; everything it started has ended afterwards."""
    with Processes(folder / "logs", restart_seconds=0.2) as processes:
        made = Shop(folder, free_port(), free_port(), processes, more)
        made.furnish()
        made.open()
        yield made


@contextmanager
def display(size: str = "1280x800") -> Iterator[str]:
    """A virtual screen; yields the DISPLAY."""
    reading, writing = os.pipe()
    xvfb = shutil.which("Xvfb")
    assert xvfb
    server = subprocess.Popen(
        [xvfb, "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with server, os.fdopen(reading) as number:
        try:
            yield f":{number.readline().strip()}"
        finally:
            server.terminate()
