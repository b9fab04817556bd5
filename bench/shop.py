"""A shop of real processes on loopback: broker, centre, sync, and a kiosk's recorder that never tires."""

import json
import os
import random
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.misfortune import tap
from events.codec import type_name
from events.facts import Tap
from events.settings import Device
from simulator.processes import Processes
from simulator.staging import floorpulse, free_port
from sync.outbox import Outbox, open_outbox
from sync.settings import load

RATE = 200
"""Taps a second."""
PATIENCE_SECONDS = 180.0
_DEVICE = '[device]\ntenant = "acme"\nstore = "s014"\ndevice = "door"\nstate = "{state}"\n[sync]\nport = {port}\n'
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Shop:
    folder: Path
    port: int
    processes: Processes

    @property
    def device(self) -> Device:
        return load(self.folder / "device.toml")[0]

    def start(self, *names: str) -> None:
        config, url = str(self.folder / "device.toml"), f"sqlite:///{self.folder}/central.db"
        commands = {
            "broker": floorpulse("central", "broker", "--port", str(self.port)),
            "central": floorpulse("central", "--store", url, "--broker", f"127.0.0.1:{self.port}", "--port", "0"),
            "sync": floorpulse("sync", "--config", config),
            "kiosk": [sys.executable, "-m", "bench.tapper", config, str(self.folder / "thanked"), str(RATE)],
        }
        for name in names:
            self.processes.start(name, *commands[name])

    def thanked(self) -> set[int]:
        book = self.folder / "thanked"
        lines = book.read_text().split("\n") if book.exists() else [""]
        return {int(line) for line in lines[:-1]}  # a line without its end was cut by the kill

    def arrived(self) -> Counter[int]:
        """The numbers of the taps in the centre's ledger; one that came under two identities is there twice."""
        query = "SELECT body FROM ledger WHERE type = ?"
        with closing(sqlite3.connect(f"file:{self.folder}/central.db?mode=ro", uri=True, timeout=30)) as db:
            return Counter(json.loads(body)["version"] for (body,) in db.execute(query, (type_name(Tap),)))


@contextmanager
def shop(*names: str) -> Iterator[Shop]:
    """With these processes running; all of them have ended afterwards."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with Processes(folder / "logs", restart_seconds=0.2) as processes:
            made = Shop(folder, free_port(), processes)
            (folder / "device.toml").write_text(_DEVICE.format(state=folder / "device.db", port=made.port))
            made.start(*names)
            yield made


def wait_for(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain for {what}")
        time.sleep(0.02)


@dataclass
class Killed:
    thanked: int
    lost: int
    double: int


def kill_at_random(kills: int, seed: int) -> Killed:
    """Broker, centre, sync and recorder are killed without a warning, again and again; then everything drains."""
    dice = random.Random(seed)
    with shop("broker", "central", "sync", "kiosk") as running, open_outbox(running.device) as outbox:
        wait_for(lambda: len(running.thanked()) > RATE, "the first taps")
        for _ in range(kills):
            time.sleep(dice.uniform(0.3, 1.5))
            victim = dice.choice(("broker", "central", "sync", "kiosk"))
            if victim in (alive := running.processes.running()):
                os.kill(alive[victim], signal.SIGKILL)
            wait_for(lambda: bool(running.processes.revive()), f"{victim} to come back")
        os.kill(running.processes.running()["kiosk"], signal.SIGKILL)
        wait_for(lambda: outbox.backlog().urgent == 0, "the outbox to drain")
        thanked, arrived = running.thanked(), running.arrived()
    return Killed(len(thanked), len(thanked - set(arrived)), sum(times - 1 for times in arrived.values()))


@dataclass
class Drained:
    facts_per_second: float
    device_cpu_us: float
    """Of the sync process, for each fact."""


def drain(facts: int) -> Drained:
    """A backlog of taps leaves one device, is committed at the centre and deleted at the device."""
    with shop("broker", "central") as running, open_outbox(running.device) as outbox:
        fill(outbox, facts)
        wait_for(lambda: "Reports" in running.processes.log_of("central"), "the centre")
        running.start("sync")
        wait_for(lambda: outbox.backlog().urgent < facts, "the first acknowledgement")
        sync = running.processes.running()["sync"]
        began, spent, left = time.monotonic(), cpu_seconds(sync), outbox.backlog().urgent
        wait_for(lambda: outbox.backlog().urgent == 0, "the outbox to drain")
        seconds, cpu = time.monotonic() - began, cpu_seconds(sync) - spent
    return Drained(left / seconds, cpu / left * 1e6)


def fill(outbox: Outbox, facts: int) -> None:
    for first in range(0, facts, 1000):
        outbox.add_many(tap(number) for number in range(first, min(first + 1000, facts)))


def cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
