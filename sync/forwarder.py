"""Sends what waits in the outbox until the centre says it has committed it. No network and no clock of its own."""

import random
import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Protocol

from events.codec import BATCH_BYTES, BATCH_EVENTS, member_of, pack
from events.envelope import Source
from events.facts import Stream
from sync.outbox import Outbox
from sync.salvage import Remains
from sync.sharedfile import Row

WINDOW = 8
"""Batches of a stream on their way at once: the centre has work while this device reads and packs; below a megabyte."""
PATIENCE_SECONDS = 2.0
"""Without an acknowledgement for this long, everything is sent again; then twice as long, and so on."""
LONGEST_PATIENCE_SECONDS = 60.0

Publish = Callable[[bytes], bool]
"""Hand a batch to the network; False when it cannot take it now. A batch taken may still be lost."""


_ORDER = (Stream.URGENT, Stream.BULK)


class Waiting(Protocol):
    """Where facts wait, and how they leave: an outbox, or what is left of a damaged one."""

    def epoch(self, stream: Stream) -> str: ...
    def source(self, stream: Stream) -> Source: ...
    def pending(self, stream: Stream, after: int, limit: int) -> list[Row]: ...
    def remove(self, stream: Stream, epoch: str, upto: int) -> object: ...


class Forwarder:
    """Both streams, the urgent one first; each has its own window, so that taps never queue behind summaries.

    What is whole in a damaged file goes last, one file after the other.
    """

    def __init__(
        self, outbox: Outbox, publish: Publish, window: int = WINDOW, dice: Callable[[], float] = random.random
    ) -> None:
        self._outbox, self._publish, self._window, self._dice = outbox, publish, window, dice
        self._lanes = [self._lane(outbox, stream) for stream in _ORDER]
        self._remains: Remains | None = None
        self._salvage: list[Lane] = []
        self._epoch = ""
        """Of the file for which the damaged ones were last looked for."""
        self._connected = False
        self._collector_is_there = True

    @property
    def is_sending(self) -> bool:
        return self._connected and self._collector_is_there

    def connected(self, now: float) -> None:
        """A new connection: nobody knows what the last one still delivered, nor whether the collector left."""
        self._connected, self._collector_is_there = True, True
        self._start_over(now)

    def disconnected(self) -> None:
        self._connected = False

    def collector_is(self, there: bool, now: float) -> None:
        """Pause while it is away; nothing is dropped."""
        came_back = there and not self._collector_is_there
        self._collector_is_there = there
        if came_back:
            self._start_over(now)

    def acknowledged(self, stream: Stream, epoch: str, sequence: int, now: float) -> None:
        """The collector has committed everything of this epoch up to this sequence number."""
        for lane in (*self._lanes, *self._salvage):
            if lane.stream is stream:
                lane.acknowledged(epoch, sequence, now)
        if self._remains and self._remains.is_sent:
            self._look_for_remains()

    def step(self, now: float) -> None:
        """Send what may be sent now; call it often."""
        if not self.is_sending:
            return
        for lane in self._lanes:
            lane.step(now)
        if self._epoch != self._lanes[0].epoch:  # a new file, and perhaps a damaged one beside it
            self._look_for_remains()
        for lane in self._salvage:
            lane.step(now)

    def _look_for_remains(self) -> None:
        self._epoch, self._remains = self._lanes[0].epoch, self._outbox.remains()
        left = self._remains
        self._salvage = [self._lane(left, stream) for stream in _ORDER if stream in left.streams] if left else []

    def _lane(self, waiting: Waiting, stream: Stream) -> "Lane":
        return Lane(waiting, stream, self._publish, self._window, self._dice)

    def _start_over(self, now: float) -> None:
        for lane in (*self._lanes, *self._salvage):
            lane.start_over(now)


class Lane:
    """Go-back-N for one stream: a window of batches, and back to the last acknowledgement when it falls silent."""

    def __init__(
        self, waiting: Waiting, stream: Stream, publish: Publish, window: int, dice: Callable[[], float]
    ) -> None:
        self._waiting, self.stream, self._publish, self._window, self._dice = waiting, stream, publish, window, dice
        self.epoch = ""
        self._committed = 0
        self._on_their_way: deque[int] = deque()
        """The last sequence number of each batch that was sent and not acknowledged."""
        self._patience = PATIENCE_SECONDS
        self._deadline = 0.0

    def step(self, now: float) -> None:
        if (epoch := self._waiting.epoch(self.stream)) != self.epoch:
            self.epoch, self._committed = epoch, 0
            self.start_over(now)
        if self._on_their_way and now >= self._deadline:
            self._back_off(now)
        while len(self._on_their_way) < self._window and self._send_next(now):
            pass

    def acknowledged(self, epoch: str, sequence: int, now: float) -> None:
        if epoch != self.epoch or sequence <= self._committed:
            return
        try:
            self._waiting.remove(self.stream, epoch, sequence)
        except sqlite3.Error:
            # They may be gone all the same: a full disk says no to what it has just committed. What is there is sent.
            self._committed = 0
            self.start_over(now)
            raise
        self._committed = sequence
        while self._on_their_way and self._on_their_way[0] <= sequence:
            self._on_their_way.popleft()
        self._patience = PATIENCE_SECONDS
        self._wait(now)

    def start_over(self, now: float) -> None:
        self._on_their_way.clear()
        self._patience = PATIENCE_SECONDS
        self._wait(now)

    def _back_off(self, now: float) -> None:
        self._on_their_way.clear()
        self._patience = min(2 * self._patience, LONGEST_PATIENCE_SECONDS)
        self._wait(now)

    def _wait(self, now: float) -> None:
        # Jitter: a thousand devices that lost the same collector must not come back in step.
        self._deadline = now + self._patience * (0.75 + 0.5 * self._dice())

    def _send_next(self, now: float) -> bool:
        sent = self._on_their_way[-1] if self._on_their_way else self._committed
        rows = self._waiting.pending(self.stream, sent, BATCH_EVENTS)
        if not rows or rows[0].epoch != self.epoch:
            return False
        payload, last = self._batch(rows)
        if not self._publish(payload):
            return False
        if not self._on_their_way:
            self._wait(now)
        self._on_their_way.append(last)
        return True

    def _batch(self, rows: list[Row]) -> tuple[bytes, int]:
        """As many of the rows as fit into a batch, and the last one's sequence number."""
        source = self._waiting.source(self.stream)
        payload = pack(member_of(source, *row) for row in rows)
        if len(payload) > BATCH_BYTES and len(rows) > 1:
            return self._batch(rows[: len(rows) // 2])
        return payload, rows[-1].sequence
