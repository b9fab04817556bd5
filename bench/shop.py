"""A shop of real processes on loopback: broker, centre, sync, and a kiosk's recorder that never tires."""

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from bench.databases import postgres
from bench.misfortune import tap
from central.store import open_store, tables
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
_MOSQUITTO = """
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_interval 1
max_inflight_messages 100
max_queued_messages 100000
max_packet_size 135168
set_tcp_nodelay true
"""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Shop:
    folder: Path
    port: int
    processes: Processes
    broker: list[str]
    """Its command line."""
    url: str
    """Of the centre's store."""

    @property
    def device(self) -> Device:
        return load(self.folder / "device.toml")[0]

    def start(self, *names: str) -> None:
        config = str(self.folder / "device.toml")
        commands = {
            "broker": self.broker,
            "central": floorpulse("central", "--store", self.url, "--broker", f"127.0.0.1:{self.port}", "--port", "0"),
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
        bodies = select(tables.ledger.c.body).where(tables.ledger.c.type == type_name(Tap))
        with open_store(self.url) as store, store.reading() as connection:
            return Counter(json.loads(body)["version"] for body in connection.scalars(bodies))


@contextmanager
def shop(*names: str, mosquitto: str | None = None, url: str | None = None) -> Iterator[Shop]:
    """With these processes running; all of them have ended afterwards.

    On the embedded broker and SQLite, unless there is a mosquitto to run and a store to use.
    """
    with TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        (folder / "device.toml").write_text(_DEVICE.format(state=folder / "device.db", port=port))
        broker = floorpulse("central", "broker", "--port", str(port))
        if mosquitto:
            (folder / "mosquitto.conf").write_text(_MOSQUITTO.format(port=port, folder=folder) + _as_root())
            broker = [mosquitto, "-c", str(folder / "mosquitto.conf")]
        with Processes(folder / "logs", restart_seconds=0.2) as processes:
            made = Shop(folder, port, processes, broker, url or f"sqlite:///{folder}/central.db")
            made.start(*names)
            yield made


def _as_root() -> str:
    return "user root\n" if os.geteuid() == 0 else ""


@contextmanager
def large_shop(*names: str) -> Iterator[Shop]:
    """As one server runs it: mosquitto and PostgreSQL. NoPostgres, or pytest's skip, where they cannot be had."""
    from tests.materials import mosquitto

    program = str(mosquitto())
    with postgres(durable=True) as server, shop(*names, mosquitto=program, url=server.create()) as made:
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


def kill_at_random(kills: int, seed: int, is_large: bool = False) -> Killed:
    """Broker, centre, sync and recorder are killed without a warning, again and again; then everything drains."""
    dice, names = random.Random(seed), ("broker", "central", "sync", "kiosk")
    with (large_shop if is_large else shop)(*names) as running, open_outbox(running.device) as outbox:
        wait_for(lambda: len(running.thanked()) > RATE, "the first taps")
        for _ in range(kills):
            time.sleep(dice.uniform(0.2, 1.0))
            victim = dice.choice(names)
            if process := running.processes.running().get(victim):
                os.kill(process, signal.SIGKILL)
                wait_for(partial(_is_gone, running, victim, process), f"{victim} to die")
            wait_for(partial(_revived, running), f"{victim} to come back")
            if victim == "kiosk":  # a shop in which nobody taps shows nothing
                wait_for(partial(_taps_more_than, running, len(running.thanked())), "the next tap")
        os.kill(running.processes.running()["kiosk"], signal.SIGKILL)
        wait_for(lambda: _revived(running, "kiosk") and outbox.backlog().urgent == 0, "the outbox to drain")
        thanked, arrived = running.thanked(), running.arrived()
    return Killed(len(thanked), len(thanked - set(arrived)), sum(times - 1 for times in arrived.values()))


def _is_gone(running: Shop, name: str, process: int) -> bool:
    """A busy machine takes a while over a kill; whoever is not dead yet would not be revived."""
    return running.processes.running().get(name) != process


def _taps_more_than(running: Shop, taps: int) -> bool:
    return len(running.thanked()) > taps


def _revived(running: Shop, but: str = "") -> bool:
    """Whether all run; but for one that may rest."""
    if not but:
        running.processes.revive()
    return {"broker", "central", "sync", "kiosk"} - {but} <= running.processes.running().keys()


@dataclass
class Drained:
    facts_per_second: float
    device_cpu_us: float
    """Of the sync process, for each fact."""
    busy: dict[str, float]
    """Cores that each process kept busy meanwhile."""


def drain(facts: int) -> Drained:
    """A backlog of taps leaves one device, is committed at the centre and deleted at the device."""
    with shop("broker", "central") as running, open_outbox(running.device) as outbox:
        fill(outbox, facts)
        wait_for(lambda: "Reports" in running.processes.log_of("central"), "the centre")
        running.start("sync")
        wait_for(lambda: outbox.backlog().urgent < facts, "the first acknowledgement")
        before, began, left = _spent(running), time.monotonic(), outbox.backlog().urgent
        wait_for(lambda: outbox.backlog().urgent == 0, "the outbox to drain")
        after, seconds = _spent(running), time.monotonic() - began
    used = {name: after[name] - before[name] for name in after}
    busy = {name: round(cpu / seconds, 2) for name, cpu in used.items()}
    return Drained(left / seconds, used["sync"] / left * 1e6, busy)


def _spent(running: Shop) -> dict[str, float]:
    """Processor seconds by process."""
    return {name: cpu_seconds(process) for name, process in running.processes.running().items()}


def fill(outbox: Outbox, facts: int) -> None:
    for first in range(0, facts, 1000):
        outbox.add_many(tap(number) for number in range(first, min(first + 1000, facts)))


def cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
