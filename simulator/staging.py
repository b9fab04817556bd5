"""Puts a shop on the stage: plan, ten weeks of history, a login; each step only once, and whole or not at all."""

import json
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from events.facts import StoreId
from events.site import Plan
from simulator.plan import plan_table, write_plan

KEEP_HISTORY = timedelta(weeks=3)
"""What is older is made anew rather than topped up: that is quicker, and the weeks before the hole would be few."""


class StageError(Exception):
    """The demo cannot go on; the message is one sentence for the person at the terminal."""


def floorpulse(*words: str) -> list[str]:
    """The command line of one of our own programs, in this very environment."""
    return [sys.executable, "-m", "floorpulse", *words]


def run(*words: str, given: str | None = None, failing: str) -> str:
    """One of our own programs, to its end; returns what it printed, its progress goes to the terminal.

    StageError says what failed.
    """
    done = subprocess.run(floorpulse(*words), input=given, text=True, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise StageError(f"{failing} (floorpulse {' '.join(words[:2])} ended with {done.returncode})")
    return done.stdout


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

    def fits(self, plan: Plan, weeks: int, seed: int, now: datetime) -> bool:
        """Whether there is a history of this very chain that only needs the days since then."""
        try:
            kept = json.loads(self._history.read_text(encoding="utf-8"))
            same = json.loads(self.plan_file.read_text(encoding="utf-8")) == plan_table(plan)
            fresh = now - KEEP_HISTORY <= datetime.fromisoformat(kept["until"]) <= now
            return same and fresh and kept["seed"] == seed and int(kept["weeks"]) >= weeks
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return False

    def build(self, plan: Plan, weeks: int, seed: int, now: datetime) -> None:
        """Plan and history into a new store, which takes its place only when it is complete."""
        self.strike()
        work = Stage(self.folder.with_name(self.folder.name + ".building"))
        work.strike()
        work.folder.mkdir(parents=True)
        write_plan(plan, work.plan_file)
        run("central", "plan", "load", str(work.plan_file), "--store", work.store_url, failing="the plan was refused")
        work._load(("--weeks", str(weeks)), seed, now)
        work._note(weeks, seed, now)
        work.folder.rename(self.folder)

    def top_up(self, live: StoreId, seed: int, now: datetime) -> None:
        """What happened since the last time; the live store's own devices told what happened while they ran."""
        kept = json.loads(self._history.read_text(encoding="utf-8"))
        ran = self._last_run()
        told = ("--told", f"{live}={ran[0].isoformat()}/{ran[1].isoformat()}") if ran else ()
        self._load(("--since", kept["until"], *told), seed, now)
        self._note(kept["weeks"], seed, now)

    def _load(self, span: Sequence[str], seed: int, now: datetime) -> None:
        """History through the codec and the collector."""
        batches = self.folder / "history.batches"
        run(
            *("simulate", "history", "--plan", str(self.plan_file), *span, "--seed", str(seed)),
            *("--until", now.isoformat(), "--out", str(batches)),
            failing="no history could be simulated",
        )
        run("central", "load", str(batches), "--store", self.store_url, failing="the history could not be loaded")
        batches.unlink()

    def _note(self, weeks: int, seed: int, now: datetime) -> None:
        self._history.write_text(json.dumps({"until": now.isoformat(), "weeks": weeks, "seed": seed}), encoding="utf-8")

    @property
    def _history(self) -> Path:
        return self.folder / "history.json"

    @property
    def _running(self) -> Path:
        return self.folder / "running"

    def open_shop(self, now: datetime) -> None:
        """From now on the live store's devices speak for themselves."""
        self._running.write_text(now.isoformat(), encoding="utf-8")

    def still_open(self) -> None:
        """Call it once in a while: a demo that is killed has no last word."""
        self._running.touch()

    def _last_run(self) -> tuple[datetime, datetime] | None:
        try:
            start = datetime.fromisoformat(self._running.read_text(encoding="utf-8"))
            return start, datetime.fromtimestamp(self._running.stat().st_mtime, UTC)
        except (FileNotFoundError, ValueError):
            return None

    def centre_key(self) -> Path:
        """The file with the key that devices check the centre's signature with."""
        file = self.folder / "centre.pub"
        pem = run("central", "key", "--store", self.store_url, failing="the centre has no key")
        file.write_text(pem, encoding="utf-8")
        return file

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
