"""The service's round: network, batches, the clock, a health report each minute, and what comes in for the others."""

import json
import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from events.desired import COMMAND, CONFIGURATION, LONGEST_MESSAGE
from events.envelope import NotRecorded
from events.facts import Fact, Stream
from sync.clock import Clock, ClockWatch
from sync.forecast import BACKLOG, Forecast
from sync.forwarder import Forwarder
from sync.health import read_health, software
from sync.inbox import AWAY, Inbox
from sync.mqtt import Link
from sync.outbox import UNRECORDED_TAPS, Outbox
from sync.results import Results
from sync.settings import Sync
from sync.signed import Gate, read_key

HEALTH_SECONDS = 60.0
CLOCK_SECONDS = 5.0
AWAY_SECONDS = 0.5
BACKLOG_SECONDS = 10.0
POLL_SECONDS = 0.05
"""How long a fact of another process waits at most before it is seen here."""
CLOCK = "clock"
"""Key of the state: what the watch of the clock remembers."""
LONGEST_ACK = 1000
"""Bytes; a true one has some 70."""
WAITING_ORDERS = 20
"""Messages of the centre that the disk may keep waiting; the newest stay."""

_log = logging.getLogger("floorpulse.sync")


class Service:
    """Wires outbox, forwarder, connection and inbox together; everything happens in `step`, in one thread."""

    def __init__(
        self, outbox: Outbox, inbox: Inbox, settings: Sync, clock: Clock, state: Path, results: Path | None = None
    ) -> None:
        self._outbox, self._inbox, self._state, self._now = outbox, inbox, state, 0.0
        self._gate = Gate(read_key(settings.centre_key), outbox.address, inbox, clock.wall)
        self._orders: deque[tuple[str, bytes]] = deque(maxlen=WAITING_ORDERS)
        self._link = Link(settings, outbox.address, self._birth, self)
        self._forwarder = Forwarder(outbox, self._link.publish)
        self._clock, self._watch = clock, ClockWatch(clock, inbox.state(CLOCK))
        self._forecast = Forecast()
        self._acknowledged: dict[tuple[Stream, str], int] = {}
        """How far each stream and epoch is committed, as heard in this round."""
        self._results = Results(results, self._link.tell) if results else None
        self._trouble = ""
        self._chores = [
            Chore(AWAY_SECONDS, self._tell_whether_away),
            Chore(BACKLOG_SECONDS, self._tell_backlog),
            Chore(CLOCK_SECONDS, self._look_at_clock),
            Chore(HEALTH_SECONDS, self._report_health),
        ]

    def step(self, now: float) -> None:
        """One round of at most about `POLL_SECONDS` of waiting; `now` is monotonic."""
        self._now = now
        self._link.poll(now, POLL_SECONDS)
        with self._surviving():
            self._remove_acknowledged()
        with self._surviving():
            self._forwarder.step(now)
        with self._surviving():
            self._take_orders()
        if self._results:
            self._results.step()
        for chore in self._chores:
            with self._surviving():
                chore.step(now)

    def close(self) -> None:
        self._link.close()
        if self._results:
            self._results.close()

    def connected(self) -> None:
        self._forwarder.connected(self._now)

    def disconnected(self) -> None:
        self._forwarder.disconnected()

    def received(self, leaf: str, body: bytes) -> None:
        """What a broker delivers is checked before anything relies on it."""
        with self._surviving():
            if leaf == "ack":
                self._hear(body)
            elif leaf == "collector":
                self._forwarder.collector_is(body != b"off", self._now)
            elif leaf in (CONFIGURATION, COMMAND):
                self._orders.append((leaf, body[: LONGEST_MESSAGE + 1]))  # one too many is refused like a thousand

    def _take_orders(self) -> None:
        """What the disk cannot take now stays in hand: a broker delivers it once."""
        while self._orders:
            answer = self._gate.take(*self._orders[0])
            self._orders.popleft()
            self._link.answer(*answer)

    def _hear(self, body: bytes) -> None:
        try:
            if len(body) > LONGEST_ACK:
                raise ValueError(f"{len(body)} bytes are too many")
            ack = json.loads(body)
            key, sequence = (Stream(ack["stream"]), str(ack["epoch"])), ack["sequence"]
            if type(sequence) is not int:  # neither 1.9 nor true is a sequence number
                raise ValueError(f"{sequence!r:.40} is no sequence number")
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            _log.warning("an acknowledgement makes no sense and is left aside: %s", error)
        else:
            self._acknowledged[key] = max(sequence, self._acknowledged.get(key, 0))

    def _remove_acknowledged(self) -> None:
        """All that was heard of in this round at once: each removal is a full commit."""
        heard, self._acknowledged = self._acknowledged, {}
        for (stream, epoch), sequence in heard.items():
            try:
                self._forwarder.acknowledged(stream, epoch, sequence, self._now)
            except (ValueError, OverflowError) as error:
                _log.warning("an acknowledgement makes no sense and is left aside: %s", error)

    def _birth(self) -> str:
        """Where each stream begins: nothing before it will come any more, so that the centre need not wait for it."""
        status: dict[str, Any] = {"on": True, "software": software()}
        with self._surviving():
            beginnings = {stream: self._outbox.beginning(stream) for stream in Stream}
            status["streams"] = {
                stream: {"epoch": epoch, "first": first} for stream, (epoch, first) in beginnings.items()
            }
            status["backlog"] = self._outbox.backlog().total
            status["configuration"] = self._gate.version
        return json.dumps(status)

    def _tell_whether_away(self) -> None:
        self._tell(AWAY, str(int(not self._forwarder.is_sending)))

    def _tell_backlog(self) -> None:
        self._tell(BACKLOG, self._forecast.told(self._outbox.backlog(), self._forwarder.is_sending, self._now))

    def _tell(self, key: str, value: str) -> None:
        if self._inbox.state(key) != value:  # asked each time: the file may be a new one
            self._inbox.set_state(key, value)

    def _look_at_clock(self) -> None:
        before = self._watch.memory
        fact = self._watch.look()
        if fact and not self._record(fact):
            self._watch = ClockWatch(self._clock, before)  # it must be told: look again
        elif fact or not self._inbox.state(CLOCK):
            self._inbox.set_state(CLOCK, self._watch.memory)

    def _report_health(self) -> None:
        unrecorded = int(self._inbox.state(UNRECORDED_TAPS) or 0)
        if self._record(read_health(self._state, self._outbox.backlog(), unrecorded)):
            self._inbox.add_to_state(UNRECORDED_TAPS, -unrecorded)

    def _record(self, fact: Fact) -> bool:
        try:
            self._outbox.add(fact)
        except NotRecorded as error:
            _log.warning("%s could not be recorded: %s", type(fact).__name__, error)
            return False
        return True

    @contextmanager
    def _surviving(self) -> Iterator[None]:
        """A full, busy or failing disk must not stop what empties it; it is named once, not twenty times a second."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if str(error) != self._trouble:
                _log.warning("the shared file cannot be used now: %s", error)
            self._trouble = str(error)


class Chore:
    """Something to do now and then, first at once."""

    def __init__(self, seconds: float, work: Callable[[], None]) -> None:
        self._seconds, self._work, self._due = seconds, work, 0.0

    def step(self, now: float) -> None:
        if now >= self._due:
            self._due = now + self._seconds
            self._work()
