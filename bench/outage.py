"""Three days without a network, on a simulated clock; then everything drains, in order."""

import resource
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.disk import memory_folder
from bench.misfortune import NOON, crossings, tap
from central.collector import Collector
from central.store import Store, open_store
from central.store.reading import counts
from events.envelope import Stamp
from events.facts import ClockQuality, DeviceId, Fact, StoreId, Stream, TenantId
from events.topics import Address
from sync.forwarder import Forwarder
from sync.outbox import Outbox

HOURS = 72
QUOTA_BYTES = 2**30
"""Four times a device's: its own holds some 700,000 facts."""
TAP_EVERY = 5
_CHUNK = 500


@dataclass
class Drained:
    recorded: int
    taps: int
    committed: int
    in_order: bool
    """Each stream, without a hole."""
    simulated_seconds: float
    """From the return of the network to the empty outbox."""
    peak_mb: float
    """What the process grew by while draining."""


def outage(facts: int, progress: Callable[[int, int], None] = lambda done, total: None) -> Drained:
    """Recorded evenly over the outage, a fifth of them taps; only network and clock are not the real ones."""
    address, now = Address(TenantId("acme"), StoreId("s014"), DeviceId("door")), 0.0
    up: list[bytes] = []
    marks: dict[Stream, list[int]] = {stream: [0] for stream in Stream}

    def stamp() -> Stamp:
        return Stamp(NOON + timedelta(seconds=now), "boot-1", int(now * 1000), ClockQuality.NTP)

    def publish(payload: bytes) -> bool:
        up.append(payload)
        return True

    with (
        TemporaryDirectory(dir=memory_folder()) as folder,
        open_store(f"sqlite:///{folder}/central.db") as store,
        Outbox(Path(folder) / "device.db", address, stamp, QUOTA_BYTES) as outbox,
    ):
        sender, collector = Forwarder(outbox, publish), Collector(store)
        for first in range(0, facts, _CHUNK):
            outbox.add_many(_fact(number) for number in range(first, min(first + _CHUNK, facts)))
            now += HOURS * 3600 * _CHUNK / facts
            sender.step(now)
        assert not up, "nothing is sent without a network"
        back, before = now, _memory_mb()
        sender.connected(now)
        while outbox.backlog().total:
            now += 0.05
            sender.step(now)
            batches, up[:] = [(address.topic("up"), payload) for payload in up], []
            for ack in collector.take_many(batches, NOON + timedelta(seconds=now)):
                marks[ack.stream].append(ack.sequence)
                sender.acknowledged(ack.stream, ack.epoch, ack.sequence, now)
            progress(sum(mark[-1] for mark in marks.values()), facts)
        in_order = all(mark == sorted(set(mark)) for mark in marks.values()) and not _trouble(store)
        grown = _memory_mb() - before
    taps, committed = marks[Stream.URGENT][-1], sum(mark[-1] for mark in marks.values())
    return Drained(facts, taps, committed, in_order, now - back, grown)


def _fact(number: int) -> Fact:
    return tap(number) if number % TAP_EVERY == 0 else crossings(number)


def _trouble(store: Store) -> int:
    """What arrived out of its place, or was no fact."""
    return sum(times for name, times in counts(store).items() if name != "facts")


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
