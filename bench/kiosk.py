"""The kiosk: how quickly it answers a touch, how long it takes to start, what it keeps, and whom it flags.

The kiosk that is measured runs in a process of its own (`python -m bench.kiosk FLOWS`) and prints its samples as JSON.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

from bench import kiosk_press
from bench.figures import Figure, at_least, at_most
from bench.hands import MIXTURE, flagged, played
from bench.supervisor import Supervisor
from events.facts import DeviceId, Name, QuestionKind, StoreId, Stream, Tap, TenantId
from events.settings import Device
from sync.outbox import open_outbox

ROOT = Path(__file__).parents[1]
BUSY = 20.0
"""Pressure on the processors, `some avg10` in per cent, above which a time says nothing about the kiosk."""
SIZE = "800x480"
WARM_FLOWS = 200
FLOWS, FLOWS_SECONDS = 10_000, 420.0
KILLS, KILLS_SECONDS = 200, 200.0
FREEZES = 2


def figures(full: bool) -> list[Figure]:
    """Times are null on a busy machine; memory and lost answers are judged on any."""
    with TemporaryDirectory() as folder:
        device, config = _configured(Path(folder))
        before = pressure()
        seen = _flows(config, FLOWS, 3600.0 if full else FLOWS_SECONDS)
        commits = _commits(device, 2000)
        return [
            _timed("touch to flipped frame, p99", lambda: _p99(seen["frame_ms"]), 50, "ms", before),
            _timed("touch to committed, p99", lambda: _p99(seen["commit_ms"]), 50, "ms", before),
            _timed("store commit alone, p99", lambda: _p99(commits), 20, "ms"),
            _pressed(Path(folder)),
            _timed("launch to first frame, warm, median of 3", lambda: _launch(config), 1.5, "s"),
            _timed("idle CPU, of one core", lambda: _idle(config), 3, "%"),
            at_most("resident memory", seen["resident_mb"], 180, "MB", f"{SIZE}, software GL"),
            _growth(seen),
            _kills(Path(folder), KILLS, 3600.0 if full else KILLS_SECONDS),
            _frozen(Path(folder)),
            *_flags(20_000 if full else 4000),
        ]


def pressure() -> float:
    """Per cent of the last ten seconds in which something waited for a processor; 0 where nobody counts."""
    path = Path("/proc/pressure/cpu")
    return float(path.read_text().split("avg10=")[1].split()[0]) if path.exists() else 0.0


def _timed(name: str, measure: Any, goal: float, unit: str, before: float = 0.0) -> Figure:
    """`before` is the pressure when what is only read here began."""
    before = max(before, pressure())
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
    note = f"{flows} flows in the time there was; no verdict on 10,000: that is --full, or a quieter machine"
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


def _flows(config: Path, count: int, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.kiosk", str(config), str(count), str(seconds)]
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


def _pressed(folder: Path) -> Figure:
    name, goal = "Xvfb: press to changed pixel, p99", 100
    if why := kiosk_press.why_not():
        return Figure(name, None, "ms", f"<= {goal}", None, why)
    _, config = _configured(folder / "pressed")
    screen = folder / "screen"
    screen.mkdir()
    return _timed(name, lambda: _p99(kiosk_press.presses(config, screen)), goal, "ms")


def _kills(folder: Path, count: int, seconds: float) -> Figure:
    """Kill kiosks at random moments of random flows: every thanked answer must be a row, and each row one answer."""
    with ThreadPoolExecutor(2) as both:
        walls = [both.submit(_killing, folder / f"killed-{n}", Random(n), count // 2, seconds) for n in (4, 5)]
        seen = [wall.result() for wall in walls]
    done, said, lost = (sum(part) for part in zip(*seen, strict=True))
    note = f"{said} facts were called safe"
    if done < count:
        note += f"; {done} kills in the time there was: --full, or a quieter machine, does all"
        return Figure(
            f"answers lost or doubled by {count} SIGKILLs", lost, "answers", "0", False if lost else None, note
        )
    return Figure(f"answers lost or doubled by {count} SIGKILLs", lost, "answers", "0", lost == 0, note)


def _killing(folder: Path, chance: Random, count: int, seconds: float) -> tuple[int, int, int]:
    """Kills, facts that were called safe, and how many of them are missing or double."""
    device, config = _configured(folder)
    safe: list[str] = []
    end, done = monotonic() + seconds, 0
    while done < count and monotonic() < end:
        safe += _killed(config, chance)
        done += 1
    with open_outbox(device) as outbox:
        rows, after = [], 0
        while batch := outbox.pending(Stream.URGENT, after):
            rows += [f"{row.epoch}-{row.sequence}" for row in batch]
            after = batch[-1].sequence
    return done, len(safe), len(set(safe) - set(rows)) + len(safe) - len(set(safe)) + len(rows) - len(set(rows))


def _killed(config: Path, chance: Random) -> list[str]:
    """The events of votes, reasons and touches that were called safe before the kill."""
    with _kiosk(config) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        for line in _random_flow(chance):
            process.stdin.write(json.dumps(line) + "\n")
        process.stdin.flush()
        sleep(chance.uniform(0.0, 1.5))
        process.send_signal(signal.SIGKILL)
        said = [json.loads(line) for line in process.stdout if line.endswith("\n")]
    return [line[word] for line in said for word in ("thanked", "noted", "kept") if word in line]


def _random_flow(chance: Random) -> list[dict[str, Any]]:
    first: list[dict[str, Any]] = [{"language": "de"}] * (chance.random() < 0.3)
    reason = chance.choice(["skip", "queue", "price"])
    face = {"press": chance.randint(1, 4)}
    return chance.choice(
        [
            [*first, face, {"reason": reason}, {"press": chance.randint(1, 4)}],
            [{"press": chance.randint(1, 4), "now": True} for _ in range(3)],
            [face, {"x": chance.random(), "y": chance.random()}, {"reason": reason}],
        ]
    )


def _frozen(folder: Path) -> Figure:
    """Stop a supervised kiosk and take the time until it serves again; what was thanked before must be there."""
    device, config = _configured(folder / "frozen")
    command = [sys.executable, "-m", "kiosk", "--config", str(config), "--size", SIZE, "--shoppers", "-"]

    def measured() -> float:
        supervisor = Supervisor(command, folder / "frozen", _environment(), ROOT)
        taken = []
        try:
            for life in range(1, FREEZES + 1):
                _until(lambda life=life: len(supervisor.ready) >= life)
                supervisor.say('{"press": 1}')
                _until(lambda life=life: supervisor.said.read_text().count("thanked") >= life)
                since = monotonic()
                os.kill(supervisor.process.pid, signal.SIGSTOP)
                _until(lambda life=life: len(supervisor.ready) > life)
                taken.append(supervisor.ready[-1] - since)
        finally:
            supervisor.close()
        with open_outbox(device) as outbox:
            assert len(outbox.pending(Stream.URGENT)) == FREEZES, "a thanked vote is missing"
        return max(taken)

    return _timed(f"frozen interface back, longest of {FREEZES}", measured, 15, "s")


def _until(holds: Any, seconds: float = 120.0) -> None:
    end = monotonic() + seconds
    while not holds():
        if monotonic() > end:
            raise TimeoutError("the kiosk did not come back")
        sleep(0.02)


def _flags(visits: int) -> list[Figure]:
    scripts = {"adult": 1, "mixed": 1, "child": 10, "masher": 40}
    adults, mixed, children, mashers = (played(script, visits // share) for script, share in scripts.items())
    return [
        at_most("honest votes of adults flagged", flagged(adults.first), 2, "%", f"{len(adults.first)} visits"),
        at_most("honest votes flagged among children and mashers", flagged(mixed.first), 5, "%", MIXTURE),
        Figure(
            "first votes flagged where only children come",
            round(flagged(children.first), 1),
            "%",
            note="no goal: one comes seconds after the other",
        ),
        at_least("children's further votes flagged", flagged(children.later), 75, "%", f"{len(children.later)} votes"),
        at_least("mashers' further votes flagged", flagged(mashers.later), 99, "%", f"{len(mashers.later)} votes"),
    ]


if __name__ == "__main__":
    from bench.kiosk_flows import measure

    print(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]), SIZE, WARM_FLOWS, float(sys.argv[3]))))
