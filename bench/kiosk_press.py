"""From a press of the X server's pointer to a changed pixel in its frame buffer: the whole way, kernel's share aside.

Xvfb keeps its frame buffer in a file (`-fbdir`), which is read here while the kiosk draws into it.
"""

import mmap
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep

ROOT = Path(__file__).parents[1]
WIDTH, HEIGHT = 800, 480
TOGGLES, VOTES = 100, 6
"""Pages that are opened or closed, and faces that are pressed; votes are rare, or the rules against mashers wake."""
RECEIPT, ANYWHERE = (WIDTH // 2, 441), (WIDTH // 2, 160)
VOTE_PAUSE_SECONDS = 8.0
LOST_SECONDS = 5.0


def why_not() -> str | None:
    """Why it cannot be measured here; None when it can."""
    absent = [program for program in ("Xvfb", "xdotool") if shutil.which(program) is None]
    return f"not run: {' and '.join(absent)} not installed" if absent else None


def presses(config: Path, folder: Path) -> list[float]:
    """Milliseconds of each press."""
    with ExitStack() as stack:
        display, screen = stack.enter_context(_server(folder))
        environment = {**os.environ, "DISPLAY": display, "SDL_VIDEODRIVER": "x11"}
        stack.enter_context(_kiosk(config, environment))
        hand = stack.enter_context(_hand(environment))
        sleep(1.5)
        taken = []
        for number in range(TOGGLES):
            taken.append(_press(hand, screen, *(RECEIPT if number % 2 == 0 else ANYWHERE)))
            sleep(0.35)
        for _ in range(VOTES):
            sleep(VOTE_PAUSE_SECONDS)
            taken.append(_press(hand, screen, WIDTH // 6, HEIGHT // 2))
        return taken


def _press(hand: "subprocess.Popen[bytes]", screen: mmap.mmap, x: int, y: int) -> float:
    """Move there, let it settle, press, and look until the picture differs."""
    assert hand.stdin is not None
    hand.stdin.write(f"mousemove {x} {y}\n".encode())
    hand.stdin.flush()
    sleep(0.15)
    before, since = bytes(screen), monotonic()
    hand.stdin.write(b"mousedown 1\n")
    hand.stdin.flush()
    while screen[:] == before and monotonic() - since < LOST_SECONDS:
        sleep(0.0005)
    if monotonic() - since >= LOST_SECONDS:
        raise RuntimeError(f"nothing changed after a press at {x}, {y}: has the picture been laid out anew?")
    taken = 1000 * (monotonic() - since)
    hand.stdin.write(b"mouseup 1\n")
    hand.stdin.flush()
    return taken


@contextmanager
def _server(folder: Path) -> Iterator[tuple[str, mmap.mmap]]:
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp",
               "-fbdir", str(folder)]  # fmt: skip
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as process:
        os.close(writing)
        try:
            display = os.read(reading, 20).decode().strip()
            with (folder / "Xvfb_screen0").open("rb") as file:
                yield f":{display}", mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        finally:
            process.terminate()
            process.wait(10)
            os.close(reading)


@contextmanager
def _kiosk(config: Path, environment: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "kiosk", "--config", str(config), "--size", f"{WIDTH}x{HEIGHT}", "--fullscreen"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield
        finally:
            process.kill()


@contextmanager
def _hand(environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["xdotool", "-"], env=environment, stdin=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()
