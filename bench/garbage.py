"""What a broken or hostile sender does to the centre: everything is kept aside, nothing is taken, memory is let go."""

import json
import os
import random
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from bench.copies import NOW, SEED, take
from bench.figures import Figure, at_most
from central.collector import Collector
from central.loading import BATCHES_PER_COMMIT
from central.opening import Message
from central.store import Store
from central.store.reading import counts
from events.codec import UNPACKED_BYTES
from events.facts import DeviceId, StoreId, TenantId
from events.topics import Address


def garbage(store: Store, name: str, messages: int) -> Iterator[Figure]:
    """Messages one by one, each of which must raise the count of what was kept aside."""
    collector, dice = Collector(store), random.Random(SEED)
    take(collector, [_junk(dice) for _ in range(BATCHES_PER_COMMIT)])
    before, silent, most = _memory(), 0, 0.0
    for _ in range(messages):
        seen = counts(store)["quarantined"]
        collector.take(*_junk(dice), NOW)
        silent += counts(store)["quarantined"] == seen
        most = max(most, _memory() - before)
    yield at_most(f"{name}, garbage: messages not kept aside", silent, 0, f"of {messages}")
    yield at_most(f"{name}, garbage: facts taken from it", counts(store)["facts"], 0, "facts")
    note = f"a bomb unpacks to {UNPACKED_BYTES // 10**6} MB at most"
    yield at_most(f"{name}, garbage: memory grown", most, 64, "MiB", note)


def _memory() -> float:
    """What the process holds now, MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@cache
def _bomb() -> bytes:
    return zlib.compress(b"[" + b" " * 50_000_000 + b"]")


def _junk(dice: random.Random) -> Message:
    """A message of a kind that a broken or hostile sender makes."""
    address = Address(TenantId("acme"), StoreId("s1"), DeviceId("door"))
    topics = [address.topic("up")] * 6 + [address.topic("cmd"), "v1", "", "v1/../../x/y/up", "\ud7ff" * 50, "a\0b"]
    return dice.choice(topics), dice.choice(_PAYLOADS)(dice)


_FOREIGN = {"specversion": "1.0", "id": "0123456789ab-1", "source": "/acme/s2/door/urgent"}
_PAYLOADS: tuple[Callable[[random.Random], bytes], ...] = (
    lambda dice: dice.randbytes(dice.randrange(2_000)),
    lambda dice: zlib.compress(dice.randbytes(dice.randrange(2_000))),
    lambda dice: _bomb()[: dice.choice((100, len(_bomb())))],
    lambda dice: zlib.compress(b'[{"a":' * dice.randrange(1, 100_000)),
    lambda dice: zlib.compress(json.dumps([_FOREIGN]).encode()[:-2] + _nested(dice.randrange(900, 1_030)) + b"}]"),
    lambda dice: zlib.compress(json.dumps([{**_FOREIGN, "data": "x" * dice.randrange(9_000)}]).encode()),
    lambda dice: zlib.compress(json.dumps([dice.choice((None, 1, "a", [], {}))] * dice.randrange(1, 600)).encode()),
    lambda dice: json.dumps({"on": True, "streams": {"urgent": dice.randrange(9)}}).encode(),
)


def _nested(depth: int) -> bytes:
    """At the depths where one reader of JSON gives up and another does not."""
    return b',"data":' + b"[" * depth + b"]" * depth
