"""Starts programs, starts those again that end too soon, and ends them all: these and nothing else."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

HEALTHY_SECONDS = 60.0
_PR_SET_PDEATHSIG = 1


@dataclass
class _Program:
    command: Sequence[str]
    log: Path
    stdin: int | None
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    """Restarts in a row, each soon after the one before."""


class Processes:
    """A small stand-in for systemd: every program in a session of its own, with a log file, restarted when it ends."""

    def __init__(self, logs: Path, clock: Callable[[], float] = time.monotonic, restart_seconds: float = 1.0) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._logs, self._clock, self._restart_seconds = logs, clock, restart_seconds
        self._programs: dict[str, _Program] = {}

    def start(self, name: str, *command: str, stdin: int | None = None, **environment: str) -> None:
        """Run a program until `close`; `stdin` is a file descriptor that stays open across restarts."""
        program = _Program(command, self._logs / f"{name}.log", stdin, environment)
        self._programs[name] = program
        self._spawn(program)

    def revive(self) -> list[str]:
        """Start again what has ended; the names of those. Call it about once a second."""
        ended = [
            name for name, program in self._programs.items() if program.process and program.process.poll() is not None
        ]
        ready = [name for name in ended if self._clock() - self._programs[name].started >= self._restart_seconds]
        for name in ready:
            program = self._programs[name]
            program.failures = program.failures + 1 if self._clock() - program.started < HEALTHY_SECONDS else 1
            self._spawn(program)
        return ready

    def failures(self, name: str) -> int:
        """How often in a row a program had to be started again; one that ran for a minute begins at 1."""
        return self._programs[name].failures

    def running(self) -> dict[str, int]:
        """Process ids by name."""
        return {
            name: program.process.pid
            for name, program in self._programs.items()
            if program.process and program.process.poll() is None
        }

    def log_of(self, name: str) -> str:
        """The last lines a program wrote, for an error message."""
        lines = self._programs[name].log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def close(self, patience_seconds: float = 6.0) -> None:
        """Ask all to end, in the order opposite to their start; kill those that do not."""
        processes = [program.process for program in reversed(self._programs.values()) if program.process]
        self._programs.clear()
        for process in processes:
            _signal(process, signal.SIGTERM)
        deadline = self._clock() + patience_seconds
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.05, deadline - self._clock()))
            _signal(process, signal.SIGKILL)
            process.wait()

    def _spawn(self, program: _Program) -> None:
        program.started = self._clock()
        with program.log.open("ab") as log:
            program.process = subprocess.Popen(
                program.command,
                stdin=subprocess.DEVNULL if program.stdin is None else program.stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **program.environment},
                start_new_session=True,  # Ctrl-C in the terminal is ours to pass on
                preexec_fn=_die_with_parent,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _signal(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """To the program and whatever it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _die_with_parent() -> None:
    """Even a SIGKILL of the demo leaves nothing behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
