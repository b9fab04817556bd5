"""Real processes, killed at random without a warning: every thanked tap arrives, and arrives once."""

import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing

import pytest

from tests.brokers import free_port, start_iotcore, start_mosquitto
from tests.sync.parts import outbox_at

KILLS = 12
DRAIN_SECONDS = 60.0
TAPPER = """
import sys, time
from pathlib import Path
from tests.sync.parts import outbox_at, tap
with outbox_at(Path(sys.argv[1])) as outbox, open(sys.argv[2], "a", buffering=1) as thanked:
    first = int(sys.argv[3]) * 1_000_000
    for version in range(first, first + 1_000_000):
        outbox.add(tap(version))
        thanked.write(f"{version}\\n")
        time.sleep(0.005)
"""


class Shop:
    """Four processes; any of them can be killed and started again."""

    def __init__(self, folder, start_broker) -> None:
        self.folder, self.port, self.start_broker, self.tappers = folder, free_port(), start_broker, 0
        self.state, self.central, self.thanked = folder / "device.db", folder / "central.db", folder / "thanked"
        (folder / "device.toml").write_text(
            f'[device]\ntenant = "acme"\nstore = "s014"\ndevice = "door"\nstate = "{self.state}"\n'
            f"[sync]\nport = {self.port}\n"
        )
        self.thanked.touch()
        self.running = {}
        for name in ("broker", "collector", "sync", "tapper"):
            self.start(name)

    def start(self, name: str) -> None:
        match name:
            case "broker":
                self.running[name] = self.start_broker(self.folder, self.port)
            case "collector":
                self.run(name, "-m", "tests.sync.collector", self.central, str(self.port))
            case "sync":
                self.run(name, "-m", "sync", "--config", self.folder / "device.toml")
            case "tapper":
                self.tappers += 1
                self.run(name, "-c", TAPPER, self.state, self.thanked, str(self.tappers))

    def run(self, name: str, *arguments) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        with log:
            self.running[name] = subprocess.Popen([sys.executable, *arguments], stdout=log, stderr=log)

    def kill(self, name: str) -> None:
        self.running[name].kill()
        self.running[name].wait()

    def close(self) -> None:
        for name in self.running:
            self.kill(name)

    def thanked_taps(self) -> list[int]:
        lines = self.thanked.read_text().split("\n")
        return [int(line) for line in lines[:-1]]  # a line without its end was cut by the kill

    def arrived_taps(self) -> list[int]:
        with closing(sqlite3.connect(self.central)) as db:
            facts = db.execute("SELECT fact FROM event WHERE stream = 'urgent' ORDER BY epoch, sequence")
            return [int(fact.split("version=")[1].split(",")[0]) for (fact,) in facts]


@pytest.mark.parametrize("start_broker", [start_iotcore, start_mosquitto], ids=["iotcore", "mosquitto"])
def test_every_thanked_tap_arrives_exactly_once_though_every_process_is_killed(tmp_path, start_broker):
    dice = random.Random(7)
    shop = Shop(tmp_path, start_broker)
    try:
        for victim in dice.sample(["broker", "collector", "sync", "tapper"] * (KILLS // 4), KILLS):
            wait_for_more_taps(shop, dice.randrange(5, 100))
            shop.kill(victim)
            shop.start(victim)
        wait_for_more_taps(shop, 20)
        shop.kill("tapper")
        drain(shop)
    finally:
        shop.close()
    thanked, arrived = Counter(shop.thanked_taps()), Counter(shop.arrived_taps())
    assert len(thanked) > 200
    assert thanked - arrived == Counter()
    assert max(arrived.values()) == 1
    assert len(arrived) - len(thanked) <= shop.tappers  # committed, and killed before the thanks
    assert list(arrived) == sorted(arrived)


def wait_for_more_taps(shop: Shop, count: int) -> None:
    before, deadline = len(shop.thanked_taps()), time.monotonic() + DRAIN_SECONDS
    while len(shop.thanked_taps()) < before + count:
        assert time.monotonic() < deadline, "nobody taps any more"
        time.sleep(0.05)


def drain(shop: Shop) -> None:
    deadline = time.monotonic() + DRAIN_SECONDS
    with outbox_at(shop.state) as outbox:
        while outbox.backlog().urgent:
            assert time.monotonic() < deadline, f"still waiting: {outbox.backlog()}"
            time.sleep(0.05)
