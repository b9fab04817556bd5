"""Commits off the interface thread: a disk that is slow must not freeze a face."""

import logging
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import NamedTuple

from events.envelope import NotRecorded
from events.facts import EventId, Fact

STALLED_SECONDS = 2.0
HEAD_START_SECONDS = 0.005
RETRY_SECONDS = 5.0
MOST_KEPT = 1000
log = logging.getLogger(__name__)

Record = Callable[[Fact], EventId]


class Outcome(NamedTuple):
    """What became of a fact that was handed over under this ticket; no event means not recorded."""

    ticket: int
    event: EventId | None
    at: datetime


class _Job(NamedTuple):
    fact: Fact
    ticket: int
    deadline: float | None


class Recorder:
    """The one thread that records. `report` is called on it, once for every fact, in order.

    A fact whose deadline passed while it waited is not written: by then the shopper has been told so. `late` is
    called for each of them, and for one that was being written when its deadline passed.
    """

    def __init__(
        self,
        record: Record,
        report: Callable[[Outcome], None],
        late: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._record, self._report, self._late, self._clock = record, report, late, clock
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._kept: deque[Fact] = deque(maxlen=MOST_KEPT)
        self._tried = float("-inf")
        self._busy_since: float | None = None
        self._idle = Event()
        self._thread = Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def store(self, fact: Fact, ticket: int, deadline: float | None = None) -> None:
        """Hand a fact over; returns within milliseconds, whatever the disk does."""
        self._idle.clear()
        self._jobs.put(_Job(fact, ticket, deadline))
        # Drawing holds the interpreter for a whole frame: a sound disk is done before it begins, a slow one must wait.
        self._idle.wait(HEAD_START_SECONDS)

    def keep(self, fact: Fact) -> None:
        """Record a fact that nobody waits for; what the disk refuses is tried again every 5 s, in order."""
        self._kept.append(fact)

    def is_healthy(self) -> bool:
        """Whether the thread lives and no commit takes longer than 2 s."""
        since = self._busy_since
        return self._thread.is_alive() and (since is None or self._clock() - since < STALLED_SECONDS)

    def close(self, timeout: float = 1.0) -> None:
        """Write what was handed over, for at most `timeout` seconds. May be called twice."""
        self._jobs.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=RETRY_SECONDS / 10)
            except Empty:
                self._record_kept()
                continue
            if job is None:
                self._tried = float("-inf")
                self._record_kept()
                return
            self._busy_since = self._clock()
            self._report(Outcome(job.ticket, self._written(job), datetime.now(UTC)))
            self._busy_since = None
            self._idle.set()

    def _record_kept(self) -> None:
        """What nobody waits for, while nobody waits."""
        if not self._kept or self._clock() - self._tried < RETRY_SECONDS:
            return
        try:
            while self._kept:
                self._record(self._kept[0])
                self._kept.popleft()
        except Exception as error:  # whatever it was, it is tried again
            self._tried = self._clock()
            log.warning("not recorded yet: %s", error)

    def _written(self, job: _Job) -> EventId | None:
        """The event; None when it was too late to begin, or could not be done. Whatever it was, the kiosk goes on."""
        try:
            event = None if self._is_late(job) else self._record(job.fact)
            if self._is_late(job):
                self._late()
            return event
        except NotRecorded as error:
            log.warning("not recorded: %s", error)
        except Exception:
            log.exception("not recorded")
        return None

    def _is_late(self, job: _Job) -> bool:
        return job.deadline is not None and self._clock() > job.deadline
