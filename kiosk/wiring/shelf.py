"""The shared file as the kiosk uses it: its outbox, its inbox and what is kept for the next start."""

import logging
import sqlite3

from events.envelope import NotRecorded
from events.facts import EventId, Fact
from events.settings import ConfigError
from kiosk.command import Plan
from sync.inbox import Inbox
from sync.outbox import UNRECORDED_TAPS, Outbox, open_outbox

_MISTAKES = (IsADirectoryError, NotADirectoryError, FileExistsError, PermissionError)
"""Of a configuration; any other failure of a disk is an ordinary day."""
log = logging.getLogger("kiosk")


class Shelf:
    """The shared file, outbox and inbox; where it cannot be opened today, it is tried again by whoever needs it.

    ConfigError when it never will: the configuration names something that is no file.
    """

    def __init__(self, plan: Plan) -> None:
        self._device = plan.device
        self._outbox: Outbox | None = None
        self._inbox: Inbox | None = None
        self.trouble: str | None = None
        """Why it could not be opened at the start."""
        try:
            self._outbox = open_outbox(self._device)
        except ConfigError as error:
            if isinstance(error.__cause__, _MISTAKES) and "read-only" not in str(error):
                raise
            self.trouble = str(error)
            log.warning("%s", error)

    def record(self, fact: Fact) -> EventId:
        """`Outbox.add`."""
        try:
            self._outbox = self._outbox or open_outbox(self._device)
        except ConfigError as error:
            raise NotRecorded(str(error)) from error
        return self._outbox.add(fact)

    def inbox(self) -> Inbox:
        """ConfigError, which is a ValueError, where it cannot be opened now."""
        self._inbox = self._inbox or Inbox(self._device.state)
        return self._inbox

    def kept(self, key: str) -> str | None:
        """What was kept for this start; None when there is nothing, or it cannot be read."""
        try:
            return self.inbox().state(key)
        except (ValueError, sqlite3.Error) as error:  # a kiosk without memory still serves
            log.warning("the shared file cannot be used now: %s", error)
            return None

    def backlog(self) -> str:
        return str(self._outbox.backlog().total) if self._outbox else ""

    def late(self) -> None:
        """Count a shopper who was told 'sorry'; where even that cannot be kept, it is in the log."""
        try:
            self.inbox().add_to_state(UNRECORDED_TAPS, 1)
        except (ValueError, sqlite3.Error) as error:
            log.warning("not counted: %s", error)

    def close(self) -> None:
        if self._outbox:
            self._outbox.close()
