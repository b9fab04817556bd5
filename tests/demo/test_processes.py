import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from simulator.demo import HOPELESS, _tend
from simulator.processes import Processes

SLEEPER = (sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)",
)


def eventually(holds: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_closing_the_shop_ends_every_program_even_a_stubborn_one_and_nothing_else(tmp_path):
    bystander = subprocess.Popen(SLEEPER, stdout=subprocess.DEVNULL)
    try:
        with Processes(tmp_path) as processes:
            processes.start("sleeper", *SLEEPER)
            processes.start("stubborn", *STUBBORN)
            assert eventually(lambda: "up" in processes.log_of("sleeper") + processes.log_of("stubborn"))
            pids = list(processes.running().values())
            processes.close(patience_seconds=1)
        assert not any(alive(pid) for pid in pids)
        assert alive(bystander.pid)
    finally:
        bystander.kill()
        bystander.wait()


def test_a_program_that_ends_runs_again_and_its_last_words_are_known(tmp_path):
    with Processes(tmp_path, restart_seconds=0) as processes:
        processes.start("short", sys.executable, "-c", "print('no broker there')")
        assert eventually(lambda: not processes.running())
        assert processes.log_of("short") == "no broker there"
        assert processes.revive() == ["short"]


def test_what_is_restarted_too_often_waits(tmp_path):
    now = [0.0]
    with Processes(tmp_path, clock=lambda: now[0], restart_seconds=1) as processes:
        processes.start("short", sys.executable, "-c", "")
        assert eventually(lambda: not processes.running())
        assert processes.revive() == []
        now[0] = 1.0
        assert processes.revive() == ["short"]


def test_a_program_that_keeps_ending_is_told_from_one_that_ended_once(tmp_path):
    now = [0.0]
    with Processes(tmp_path, clock=lambda: now[0], restart_seconds=1) as processes:
        processes.start("short", sys.executable, "-c", "")

        def ended_after(seconds):
            assert eventually(lambda: not processes.running())
            now[0] += seconds
            assert processes.revive() == ["short"]
            return processes.failures("short")

        assert [ended_after(1) for _ in range(3)] == [1, 2, 3]
        assert ended_after(3600) == 1  # it had run well for an hour


def test_a_hopeless_program_is_spoken_of_once(capfd):
    class Hopeless:
        count = 0

        def revive(self):
            self.count += 1
            return ["door"]

        def failures(self, name):
            return self.count

        def log_of(self, name):
            return "no camera"

    hopeless = Hopeless()
    for _ in range(3 * HOPELESS):
        _tend(hopeless)
    said = capfd.readouterr().err
    assert said.count("it runs again") == HOPELESS - 1
    assert said.count("keeps ending") == 1


def test_a_program_reads_from_a_pipe_that_outlives_it(tmp_path):
    reading, writing = os.pipe()
    echo = (sys.executable, "-c", "print(input(), flush=True); import time; time.sleep(600)")
    with Processes(tmp_path, restart_seconds=0) as processes:
        processes.start("echo", *echo, stdin=reading)
        os.write(writing, b"one\n")
        assert eventually(lambda: processes.log_of("echo") == "one")
        os.kill(processes.running()["echo"], signal.SIGKILL)
        assert eventually(lambda: bool(processes.revive()))
        os.write(writing, b"two\n")
        assert eventually(lambda: processes.log_of("echo") == "two")
    os.close(reading)
    os.close(writing)


def test_even_a_killed_demo_leaves_nothing_behind(tmp_path):
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path; from simulator.processes import Processes\n"
            f"p = Processes(Path({str(tmp_path)!r})); p.start('child', *{SLEEPER!r})\n"
            "print(p.running()['child'], flush=True); time.sleep(600)",
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
    assert eventually(lambda: not alive(child))
