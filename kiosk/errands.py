"""What the kiosk hears from the device's other services, and tells them, through the shared file, on its own thread.

A file that cannot be used just now is an ordinary day: it is said once, and tried again.
"""

import json
import logging
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Protocol

ROUND_SECONDS = 1.0
AWAY, CALLS, COMMANDS, CONFIGURATION = "away", "calls", "cmd", "cfg"
log = logging.getLogger(__name__)


class Post(Protocol):
    """The shared file's inbox and state."""

    def poll(self, part: str, after: int = 0) -> list[Any]: ...
    def put(self, part: str, body: str) -> int: ...
    def state(self, key: str) -> str | None: ...
    def set_state(self, key: str, value: str) -> None: ...


@dataclass(frozen=True)
class Ears:
    """Who hears what; called on the errands' thread."""

    reached: Callable[[bool], None] = lambda reached: None
    """Whether the centre can be reached."""
    call: Callable[[Mapping[str, Any]], None] = lambda told: None
    """A process of this device tells about a call."""
    command: Callable[[str], None] = lambda text: None
    configuration: Callable[[str], None] = lambda text: None
    """Only the newest is told."""
    round: Callable[[], None] = lambda: None
    """Every round, last."""


class Errands:
    """Goes round every second until it is closed. `post` opens the shared file; ValueError while it cannot."""

    def __init__(self, post: Callable[[], Post], ears: Ears) -> None:
        self._post, self._ears = post, ears
        self._jobs: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._after = dict.fromkeys((CALLS, COMMANDS, CONFIGURATION), 0)
        self._reached: bool | None = None
        self._trouble = ""
        self._thread = Thread(target=self._run, name="errands", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def tell(self, part: str, table: Mapping[str, Any]) -> None:
        """Leave a message for the device's other processes."""
        self._jobs.put(lambda: self._post().put(part, json.dumps(table)))

    def remember(self, key: str, value: str) -> None:
        """Keep a thing for the next start."""
        self._jobs.put(lambda: self._post().set_state(key, value))

    def close(self, timeout: float = 1.0) -> None:
        """Write what is queued, for at most `timeout` seconds. May be called twice."""
        self._jobs.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout)

    def go_round(self) -> None:
        """Look once at everything."""
        reached = self._post().state(AWAY) == "0"
        if reached != self._reached:
            self._reached = reached
            self._ears.reached(reached)
        is_first = not self._after[CALLS]
        for message in map(_table, self._new(CALLS)):
            if not (is_first and message.get("state") == "asked"):  # nobody knows how old it is
                self._ears.call(message)
        for body in self._new(COMMANDS):
            self._ears.command(body)
        for body in self._new(CONFIGURATION)[-1:]:
            self._ears.configuration(body)
        self._ears.round()

    def _new(self, part: str) -> list[str]:
        messages = self._post().poll(part, self._after[part])
        if messages:
            self._after[part] = messages[-1].id
        return [message.body for message in messages]

    def _run(self) -> None:
        while True:
            self._safely(self.go_round)
            try:
                job = self._jobs.get(timeout=ROUND_SECONDS)
            except Empty:
                continue
            if job is None:
                return
            self._safely(job)

    def _safely(self, work: Callable[[], object]) -> None:
        try:
            work()
        except (sqlite3.Error, ValueError, OSError) as error:
            if str(error) != self._trouble:
                log.warning("the shared file cannot be used now: %s", error)
            self._trouble = str(error)


def _table(body: str) -> Mapping[str, Any]:
    """What another process said; empty when it makes no sense."""
    try:
        table = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return table if isinstance(table, dict) else {}
