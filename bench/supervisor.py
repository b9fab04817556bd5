"""What systemd does for the kiosk, in tests and benchmarks: Type=notify, WatchdogSec=10, Restart=always, RestartSec=1.

A kiosk that has not said it is alive for ten seconds is aborted, and a second after its end it is started again.
"""

import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event, Thread
from time import monotonic

WATCHDOG_SECONDS = 10.0
RESTART_SECONDS = 1.0
STOP_SECONDS = 5.0
_LOOK_SECONDS = 0.1


class Supervisor:
    """Keeps a command running until it is closed. `ready` has the monotonic second of each READY=1."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str], cwd: Path) -> None:
        self._command, self._cwd = list(command), cwd
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / "notify"))
        self._socket.settimeout(_LOOK_SECONDS)
        self._environment = {
            **environment,
            "NOTIFY_SOCKET": str(folder / "notify"),
            "WATCHDOG_USEC": str(int(WATCHDOG_SECONDS * 1e6)),
        }
        self._log = (folder / "said.jsonl").open("ab")
        self.said = folder / "said.jsonl"
        """What all its lives have said."""
        self.ready: list[float] = []
        self._stopping = Event()
        self.process = self._start()
        self._thread = Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()

    def say(self, line: str) -> None:
        """To the life that runs now."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def close(self) -> None:
        self._stopping.set()
        self._thread.join(STOP_SECONDS)
        self._end(signal.SIGKILL)
        self._log.close()
        self._socket.close()

    def _start(self) -> "subprocess.Popen[bytes]":
        self._heard = monotonic()
        return subprocess.Popen(
            self._command, cwd=self._cwd, env=self._environment, stdin=subprocess.PIPE, stdout=self._log,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self._listen()
            # Until it is ready nobody counts, as with systemd's TimeoutStartSec.
            is_up = len(self.ready) > 0 and self._heard >= self.ready[-1]
            if is_up and monotonic() - self._heard > WATCHDOG_SECONDS:
                self._end(signal.SIGABRT)
            if self.process.poll() is not None and not self._stopping.wait(RESTART_SECONDS):
                self._close_input()
                self.process = self._start()
                self._heard = float("-inf")

    def _listen(self) -> None:
        try:
            word = self._socket.recv(200)
        except TimeoutError:
            return
        if b"READY=1" in word:
            self.ready.append(monotonic())
        if b"READY=1" in word or b"WATCHDOG=1" in word:
            self._heard = monotonic()

    def _end(self, number: int) -> None:
        if self.process.poll() is None:
            os.kill(self.process.pid, number)
            os.kill(self.process.pid, signal.SIGCONT)  # systemd wakes what is stopped, so that it can end
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._close_input()

    def _close_input(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
