"""The way in: messages for the device's other processes, and small things that they tell each other."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from sync.place import usable
from sync.sharedfile import add_to_state, connect, set_state, transaction
from sync.upkeep import create

KEPT_MESSAGES = 100
"""Of each part; who slept through more reads the newest."""
AWAY = "away"
"""Key of the state: `1` while the centre cannot be reached, else `0`."""

_POLL = """
    SELECT id, body FROM inbox WHERE part = :part AND id > iif(
        :after > (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'inbox'), 0, :after
    ) ORDER BY id
"""


class Message(NamedTuple):
    id: int
    body: str


class Inbox:
    """The tables `inbox` and `state` of the shared file, for any thread; sqlite3.Error when it cannot be used.

    ConfigError, one sentence, when it cannot even be made or opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with usable(path):
            create(path, in_doubt=False)

    def put(self, part: str, body: str, states: Mapping[str, str] | None = None) -> int:
        """Leave a message for whoever polls this part, e.g. `cfg` or `cmd`; returns its id.

        What shall be remembered of it, `states`, is committed with it or not at all.
        """
        with self._open() as db, transaction(db):
            for key, value in (states or {}).items():
                set_state(db, key, value)
            (message,) = db.execute(
                "INSERT INTO inbox (part, body) VALUES (?, ?) RETURNING id", (part, body)
            ).fetchone()
            db.execute(
                "DELETE FROM inbox WHERE part = ? AND id NOT IN "
                "(SELECT id FROM inbox WHERE part = ? ORDER BY id DESC LIMIT ?)",
                (part, part, KEPT_MESSAGES),
            )
        return int(message)

    def poll(self, part: str, after: int = 0) -> list[Message]:
        """Messages behind an id, oldest first. An id from a file that was replaced starts from the beginning."""
        with self._open() as db:
            return [Message(*row) for row in db.execute(_POLL, {"part": part, "after": after})]

    def state(self, key: str) -> str | None:
        with self._open() as db:
            row = db.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
            return str(row[0]) if row else None

    def set_state(self, key: str, value: str) -> None:
        with self._open() as db:
            set_state(db, key, value)

    def add_to_state(self, key: str, number: int) -> None:
        """Count something that several processes count."""
        with self._open() as db:
            add_to_state(db, key, number)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        # A connection for each call is 0.2 ms, needs no lock and always finds the file that lies there now.
        with closing(connect(self._path)) as db:
            yield db
