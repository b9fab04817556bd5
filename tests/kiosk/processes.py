"""The kiosk as a process of its own: what it says, and a way to send it shoppers."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, SimpleQueue

from events.facts import Stream
from sync.outbox import open_outbox

ROOT = Path(__file__).parents[2]


def offscreen() -> dict[str, str]:
    """An environment without a display."""
    shown = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return shown | {"SDL_VIDEODRIVER": "offscreen"}


class Process:
    """A kiosk, what it says, and a way to send it shoppers."""

    def __init__(self, config: Path, *options: str, environment: dict[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kiosk", "--config", str(config), "--size", "800x480", "--shoppers", "-", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment or offscreen(),
        )
        self.pid = self._process.pid
        self._heard: SimpleQueue = SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def say(self, **line) -> None:
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()

    def end_of_shoppers(self) -> None:
        self._process.stdin.close()

    def hears(self, key, seconds=30, otherwise=None):
        """The value of the next line with this key, or with the other one; further lines are passed over."""
        while True:
            try:
                line = self._heard.get(timeout=seconds)
            except Empty:
                raise AssertionError(f"no {key!r} within {seconds} s") from None
            if key in line:
                return line[key]
            if otherwise in line:
                return line[otherwise]

    def end(self, number: int, seconds: float = 10) -> int:
        if self._process.poll() is None:
            self._process.send_signal(number)
        code = self._process.wait(seconds)
        for stream in (self._process.stdin, self._process.stderr):
            stream.close()
        return code

    def _listen(self) -> None:
        with self._process.stdout as lines:
            for line in lines:
                self._heard.put(json.loads(line))


def write(folder, device, kiosk=""):
    path = folder / "device.toml"
    table = f'tenant = "acme"\nstore = "s014"\ndevice = "door"\nstate = "{device.state}"'
    path.write_text(f"[device]\n{table}\n[kiosk]\n{kiosk}\n")
    return path


def rows(device):
    with open_outbox(device) as outbox:
        return [(f"{row.epoch}-{row.sequence}", json.loads(row.body)["data"]) for row in outbox.pending(Stream.URGENT)]
