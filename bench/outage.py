"""Three days without a network, on a simulated clock; then everything drains, in order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.disk import memory_folder
from bench.misfortune import NOON, tap
from central.collector import Ack, Collector
from central.store import open_store
from events.envelope import Stamp
from events.facts import ClockQuality, DeviceId, StoreId, Stream, TenantId
from events.topics import Address
from sync.forwarder import Forwarder
from sync.outbox import Outbox

HOURS = 72
QUOTA_BYTES = 2**30
"""Four times a device's: its own holds some 700,000 taps."""
_CHUNK = 500


@dataclass
class Drained:
    recorded: int
    committed: int
    in_order: bool
    simulated_seconds: float
    """From the return of the network to the empty outbox."""


def outage(facts: int, progress: Callable[[int, int], None] = lambda done, total: None) -> Drained:
    """Recorded evenly over the outage, with the real outbox, forwarder, collector and store."""
    address, now = Address(TenantId("acme"), StoreId("s014"), DeviceId("door")), 0.0
    up: list[bytes] = []
    acks: list[Ack] = []

    def stamp() -> Stamp:
        return Stamp(NOON + timedelta(seconds=now), "boot-1", int(now * 1000), ClockQuality.NTP)

    def publish(payload: bytes) -> bool:
        up.append(payload)
        return True

    with (
        TemporaryDirectory(dir=memory_folder()) as folder,
        open_store("sqlite://") as store,
        Outbox(Path(folder) / "device.db", address, stamp, QUOTA_BYTES) as outbox,
    ):
        sender, collector = Forwarder(outbox, publish), Collector(store)
        for first in range(0, facts, _CHUNK):
            outbox.add_many(tap(number) for number in range(first, min(first + _CHUNK, facts)))
            now += HOURS * 3600 * _CHUNK / facts
            sender.step(now)
        assert not up, "nothing is sent without a network"
        back = now
        sender.connected(now)
        while outbox.backlog().total:
            now += 0.05
            sender.step(now)
            for payload in up:
                acks += collector.take(address.topic("up"), payload, NOON + timedelta(seconds=now))
                sender.acknowledged(Stream.URGENT, acks[-1].epoch, acks[-1].sequence, now)
            up.clear()
            progress(acks[-1].sequence, facts)
    marks = [ack.sequence for ack in acks]
    return Drained(facts, marks[-1], marks == sorted(set(marks)), now - back)
