"""The kiosk on a screen in memory: how quickly it answers a touch, how long it takes to start, what it keeps.

The kiosk that is measured runs in a process of its own (`python -m bench.kiosk FLOWS`) and prints its samples as JSON.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

from bench.figures import Figure, at_most
from events.facts import DeviceId, Name, QuestionKind, StoreId, Stream, Tap, TenantId
from events.settings import Device
from sync.outbox import open_outbox

ROOT = Path(__file__).parents[1]
BUSY = 20.0
"""Pressure on the processors, `some avg10` in per cent, above which a time says nothing about the kiosk."""
SIZE = "800x480"
WARM_FLOWS = 50


def figures(full: bool) -> list[Figure]:
    """Times are null on a busy machine; memory and lost answers are judged on any."""
    with TemporaryDirectory() as folder:
        device, config = _configured(Path(folder))
        seen = _flows(config, 10_000 if full else 300)
        commits = _commits(device, 2000 if full else 500)
        return [
            _timed("touch to flipped frame, p99", lambda: _p99(seen["frame_ms"]), 50, "ms"),
            _timed("touch to committed, p99", lambda: _p99(seen["commit_ms"]), 50, "ms"),
            _timed("store commit alone, p99", lambda: _p99(commits), 20, "ms"),
            _timed("launch to first frame, warm, median of 3", lambda: _launch(config), 1.5, "s"),
            _timed("idle CPU, of one core", lambda: _idle(config), 3, "%"),
            at_most("resident memory", seen["resident_mb"], 180, "MB", f"{SIZE}, software GL"),
            _growth(seen),
            _kills(Path(folder), 200 if full else 20),
        ]


def pressure() -> float:
    """Per cent of the last ten seconds in which something waited for a processor; 0 where nobody counts."""
    path = Path("/proc/pressure/cpu")
    return float(path.read_text().split("avg10=")[1].split()[0]) if path.exists() else 0.0


def _timed(name: str, measure: Any, goal: float, unit: str) -> Figure:
    before = pressure()
    value = measure()
    busy = max(before, pressure())
    if busy < BUSY:
        return at_most(name, value, goal, unit)
    note = f"machine busy: CPU pressure {busy:.0f} %; seen {value:.3g} {unit}"
    return Figure(name, None, unit, f"<= {goal:g}", None, note)


def _growth(seen: dict[str, Any]) -> Figure:
    flows, grown = seen["flows"], seen["resident_mb"] - seen["warm_mb"]
    if flows >= 10_000:
        return at_most("growth over 10,000 flows", grown, 8, "MB")
    note = f"{flows} flows; no verdict on 10,000: that is --full"
    return Figure(f"growth over {flows} flows", round(grown, 2), "MB", "<= 8 over 10,000", None, note)


def _p99(samples: list[float]) -> float:
    return quantiles(samples, n=100, method="inclusive")[98]


def _configured(folder: Path) -> tuple[Device, Path]:
    folder.mkdir(exist_ok=True)
    device = Device(TenantId("bench"), StoreId("s1"), DeviceId("door"), folder / "device.db")
    path = folder / "device.toml"
    path.write_text(f'[device]\ntenant = "bench"\nstore = "s1"\ndevice = "door"\nstate = "{device.state}"\n')
    return device, path


def _environment() -> dict[str, str]:
    shown = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return shown | {"SDL_VIDEODRIVER": "offscreen"}


def _flows(config: Path, count: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.kiosk", str(config), str(count)]
    done = subprocess.run(command, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, check=True)
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def _commits(device: Device, count: int) -> list[float]:
    tap = Tap(Name("visit"), 1, Name("visit"), QuestionKind.SMILEY, 1, 4, Name("en"))
    taken = []
    with open_outbox(device) as outbox:
        for _ in range(count):
            since = monotonic()
            outbox.add(tap)
            taken.append(1000 * (monotonic() - since))
    return taken


@contextmanager
def _kiosk(config: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "kiosk", "--config", str(config), "--size", SIZE, "--shoppers", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=_environment(), stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _launch(config: Path) -> float:
    taken = []
    for _ in range(3):
        since = monotonic()
        with _kiosk(config) as process:
            assert process.stdout is not None
            process.stdout.readline()
            taken.append(monotonic() - since)
    return median(taken)


def _idle(config: Path, seconds: float = 10.0) -> float:
    with _kiosk(config) as process:
        assert process.stdout is not None
        process.stdout.readline()
        sleep(2)
        before, since = _cpu_seconds(process.pid), monotonic()
        sleep(seconds)
        return 100 * (_cpu_seconds(process.pid) - before) / (monotonic() - since)


def _cpu_seconds(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _kills(folder: Path, count: int) -> Figure:
    """Kill it at random moments of random flows: every thanked answer must be a row, and each row one answer."""
    device, config = _configured(folder / "killed")
    chance, thanked = random.Random(4), []
    for _ in range(count):
        thanked += _killed(config, chance)
    with open_outbox(device) as outbox:
        rows, after = [], 0
        while batch := outbox.pending(Stream.URGENT, after):
            rows += [f"{row.epoch}-{row.sequence}" for row in batch]
            after = batch[-1].sequence
    lost = len(set(thanked) - set(rows)) + len(thanked) - len(set(thanked))
    note = f"{len(thanked)} thanked, {len(rows)} rows"
    return Figure(f"answers lost or doubled by {count} SIGKILLs", lost, "answers", "0", lost == 0, note)


def _killed(config: Path, chance: random.Random) -> list[str]:
    """The events that were thanked before the kill."""
    with _kiosk(config) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        for _ in range(3):
            process.stdin.write(json.dumps({"press": chance.randint(1, 4), "now": True}) + "\n")
        process.stdin.flush()
        sleep(chance.uniform(0.0, 0.6))
        process.send_signal(signal.SIGKILL)
        said = [json.loads(line) for line in process.stdout if line.endswith("\n")]
    return [line["thanked"] for line in said if "thanked" in line]


if __name__ == "__main__":
    from bench.kiosk_flows import measure

    print(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]), SIZE, WARM_FLOWS)))
