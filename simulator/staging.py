"""Puts a shop on the stage: plan, ten weeks of history, a login; each step only once, and whole or not at all."""

import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from events.site import Plan
from simulator.plan import write_plan


class StageError(Exception):
    """The demo cannot go on; the message is one sentence for the person at the terminal."""


def floorpulse(*words: str) -> list[str]:
    """The command line of one of our own programs, in this very environment."""
    return [sys.executable, "-m", "floorpulse", *words]


def run(*words: str, given: str | None = None, failing: str) -> None:
    """One of our own programs, to its end; its progress goes to the terminal. StageError says what failed."""
    done = subprocess.run(floorpulse(*words), input=given, text=True, stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise StageError(f"{failing} (floorpulse {' '.join(words[:2])} ended with {done.returncode})")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refuse_taken_port(port: int) -> None:
    """StageError when something listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise StageError(f"port {port} is in use; choose another with make demo PORT=...") from error


@dataclass(frozen=True)
class Stage:
    """The folder of a demo and what lies in it."""

    folder: Path

    @property
    def store_url(self) -> str:
        return f"sqlite:///{self.folder / 'central.db'}"

    @property
    def plan_file(self) -> Path:
        return self.folder / "plan.json"

    def strike(self) -> None:
        """Forget everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def history_until(self) -> datetime | None:
        """Up to when history was loaded; None on a new stage."""
        try:
            return datetime.fromisoformat((self.folder / "history-until").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None

    def build(self, plan: Plan, weeks: int, seed: int, now: datetime) -> None:
        """Plan and history into a new store, which takes its place only when it is complete."""
        self.strike()
        work = Stage(self.folder.with_name(self.folder.name + ".building"))
        work.strike()
        work.folder.mkdir(parents=True)
        work.load(plan, ("--weeks", str(weeks)), seed, now)
        work.folder.rename(self.folder)

    def load(self, plan: Plan, span: Sequence[str], seed: int, now: datetime) -> None:
        """History through the codec and the collector."""
        batches = self.folder / "history.batches"
        write_plan(plan, self.plan_file)
        run("central", "plan", "load", str(self.plan_file), "--store", self.store_url, failing="the plan was refused")
        run(
            *("simulate", "history", "--plan", str(self.plan_file), *span, "--seed", str(seed)),
            *("--until", now.isoformat(), "--out", str(batches)),
            failing="no history could be simulated",
        )
        run("central", "load", str(batches), "--store", self.store_url, failing="the history could not be loaded")
        batches.unlink()
        (self.folder / "history-until").write_text(now.isoformat(), encoding="utf-8")

    def login(self, name: str) -> str:
        """The password of the demo's user, who is made at the first call."""
        kept = self.folder / "password"
        if not kept.exists():
            password = secrets.token_urlsafe(9)
            run(
                *("central", "user", "add", name, "--role", "admin", "--password-stdin", "--store", self.store_url),
                given=password + "\n",
                failing="the login could not be made",
            )
            kept.touch(mode=0o600)
            kept.write_text(password, encoding="utf-8")
        return kept.read_text(encoding="utf-8")
