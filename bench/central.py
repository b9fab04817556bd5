"""The centre: how fast facts go in, how fast reports come out of a full store, and what garbage does to it.

One shop of the simulated chain, with its weeks of history, is copied to as many stores as the figure needs: the facts
are what devices send, byte by byte, but for the name of the store.
"""

import io
import json
import os
import random
import time
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.figures import Figure, at_least, at_most
from central.collector import Collector, Message
from central.loading import BATCHES_PER_COMMIT
from central.reports import chain_report, dwell_report, store_day
from central.store import Store, open_store
from central.store.plans import save_plan
from central.store.reading import counts
from events.codec import UNPACKED_BYTES
from events.facts import DeviceId, StoreId, TenantId
from events.site import Plan
from events.topics import Address
from simulator.history import write_history
from simulator.plan import demo_plan

SEED = 11
UNTIL = datetime(2026, 3, 9, 3, tzinfo=UTC)
"""A Monday, before opening."""
NOW = UNTIL + timedelta(hours=1)
LAST_DAY = UNTIL.date() - timedelta(days=1)
"""The last day that is over."""
WEEKS = 10
"""Eight for the baselines, and two to report on."""
DAYS = 14
CHAIN = 4
"""Stores on the page of the chain."""


def figures(full: bool) -> list[Figure]:
    """Ingest and reports of ten stores (fifty in full) beside those of one tenth, and a fuzzer's messages."""
    copies = 50 if full else 10
    with TemporaryDirectory() as folder:
        shop = _shop()
        with ExitStack() as open_stores:
            tenth, _ = open_stores.enter_context(_filled(Path(folder) / "tenth.db", shop, copies // 10))
            whole, taken = open_stores.enter_context(_filled(Path(folder) / "whole.db", shop, copies))
            reports, chain = list(_speeds(whole, tenth, taken.facts)), _chain(whole, shop)
        return [*_ingest(taken, copies), *reports, chain, *_garbage(Path(folder), full)]


@dataclass(frozen=True)
class Shop:
    """A plan of one store, and all that its devices sent."""

    plan: Plan
    batches: Sequence[Message]


@dataclass(frozen=True)
class Taken:
    facts: int
    seconds: float
    cpu_seconds: float


def _shop() -> Shop:
    plan = demo_plan()
    plan = replace(plan, stores=plan.stores[:1])
    batches, truths = io.StringIO(), io.StringIO()
    write_history(plan, WEEKS, UNTIL, SEED, batches, truths, lambda done, total: None)
    lines = (json.loads(line) for line in batches.getvalue().splitlines())
    return Shop(plan, [(line["topic"], b64decode(line["payload"])) for line in lines])


def _named(number: int) -> StoreId:
    return StoreId(f"store-{number:03d}")


def _plan(shop: Shop, copies: int) -> Plan:
    [store] = shop.plan.stores
    return replace(shop.plan, stores=tuple(replace(store, id=_named(n)) for n in range(copies)))


def _copied(shop: Shop, number: int) -> Iterator[Message]:
    """The same messages under the name of another store."""
    old, new = f"/{shop.plan.stores[0].id}/".encode(), f"/{_named(number)}/".encode()
    for topic, payload in shop.batches:
        device = replace(Address.of(topic), store=_named(number))
        yield device.topic("up"), zlib.compress(zlib.decompress(payload).replace(old, new), 6)


@contextmanager
def _filled(path: Path, shop: Shop, copies: int) -> Iterator[tuple[Store, Taken]]:
    with open_store(f"sqlite:///{path}") as store:
        save_plan(store, _plan(shop, copies))
        collector, seconds, cpu = Collector(store), 0.0, 0.0
        for number in range(copies):
            messages = list(_copied(shop, number))  # made before the clock runs: a device packs them
            start, busy = time.perf_counter(), time.process_time()
            _take(collector, messages)
            seconds, cpu = seconds + time.perf_counter() - start, cpu + time.process_time() - busy
        yield store, Taken(counts(store)["facts"], seconds, cpu)


def _take(collector: Collector, messages: Sequence[Message]) -> None:
    left = iter(messages)
    while group := list(islice(left, BATCHES_PER_COMMIT)):
        collector.take_many(group, NOW)


def _ingest(taken: Taken, copies: int) -> list[Figure]:
    note = f"{taken.facts} facts of {copies} stores, SQLite, FULL; one process, validation and roll-ups"
    rate, each = taken.facts / taken.seconds, 1e6 * taken.cpu_seconds / taken.facts
    return [
        at_least("ingest, compressed bytes to commit", rate, 40_000, "facts/s", note),
        Figure("ingest, processor time", float(f"{each:.3g}"), "us/fact", note="of one core"),
    ]


def _speeds(whole: Store, tenth: Store, facts: int) -> Iterator[Figure]:
    """Each of the last days of one store, asked of both stores in turn, so that a busy machine is busy for both."""
    days = [LAST_DAY - timedelta(days=n) for n in range(DAYS)]
    for name, make in _REPORTS.items():
        for store in (whole, tenth):
            make(store, days[0])
        pairs = [tuple(_measured(partial(make, store, day)) for store in (whole, tenth)) for day in days]
        many, few = zip(*pairs, strict=True)
        busy = _p95([each.cpu for each in many])
        note = f"{facts} facts in the store; {DAYS} days; {busy:.0f} ms of processor time"
        yield at_most(f"{name}, p95", _p95([each.wall for each in many]), 150, "ms", note)
        ratio = median(each.cpu for each in many) / median(each.cpu for each in few)
        yield at_most(f"{name}, against a tenth of the data", ratio, 1.2, "times", "medians of processor time")


_REPORTS: dict[str, Callable[[Store, date], object]] = {
    "a store's day": lambda store, day: store_day(store, _named(0), day, NOW),
    "its zone report": lambda store, day: dwell_report(store, _named(0), day, day, NOW),
}


class Milliseconds(NamedTuple):
    wall: float
    cpu: float


def _measured(work: Callable[[], object]) -> Milliseconds:
    start, busy = time.perf_counter(), time.process_time()
    work()
    return Milliseconds(1000 * (time.perf_counter() - start), 1000 * (time.process_time() - busy))


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[max(0, -(-95 * len(values) // 100) - 1)]


def _chain(store: Store, shop: Shop) -> Figure:
    """The page over a week: the plan is cut to a chain of four for it."""
    save_plan(store, _plan(shop, CHAIN))
    first = LAST_DAY - timedelta(days=6)
    values = [_measured(lambda: chain_report(store, first, LAST_DAY, NOW)) for _ in range(5)]
    note = f"{_p95([each.cpu for each in values]):.0f} ms of processor time"
    return at_most(f"the chain's week, {CHAIN} stores, p95", _p95([each.wall for each in values]), 300, "ms", note)


def _garbage(folder: Path, full: bool) -> list[Figure]:
    """Everything is kept aside, nothing is taken, and the memory that it needed is let go."""
    messages, dice = 20_000 if full else 2_000, random.Random(SEED)
    with open_store(f"sqlite:///{folder / 'garbage.db'}") as store:
        collector = Collector(store)
        _take(collector, [_junk(dice) for _ in range(BATCHES_PER_COMMIT)])
        before, silent, most = _memory(), 0, 0.0
        for _ in range(messages):
            seen = counts(store)["quarantined"]
            collector.take(*_junk(dice), NOW)
            silent += counts(store)["quarantined"] == seen
            most = max(most, _memory() - before)
        facts = counts(store)["facts"]
    return [
        at_most("garbage: messages not kept aside", silent, 0, f"of {messages}"),
        at_most("garbage: facts taken from it", facts, 0, "facts"),
        at_most("garbage: memory grown", most, 64, "MiB", f"a bomb unpacks to {UNPACKED_BYTES // 10**6} MB at most"),
    ]


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
    topics = [address.topic("up")] * 6 + [address.topic("cmd"), "v1", "", "v1/../../x/y/up", "\ud7ff" * 50]
    return dice.choice(topics), dice.choice(_PAYLOADS)(dice)


_FOREIGN = {"specversion": "1.0", "id": "0123456789ab-1", "source": "/acme/s2/door/urgent"}
_PAYLOADS: tuple[Callable[[random.Random], bytes], ...] = (
    lambda dice: dice.randbytes(dice.randrange(2_000)),
    lambda dice: zlib.compress(dice.randbytes(dice.randrange(2_000))),
    lambda dice: _bomb()[: dice.choice((100, len(_bomb())))],
    lambda dice: zlib.compress(b'[{"a":' * dice.randrange(1, 100_000)),
    lambda dice: zlib.compress(json.dumps([{**_FOREIGN, "data": "x" * dice.randrange(9_000)}]).encode()),
    lambda dice: zlib.compress(json.dumps([dice.choice((None, 1, "a", [], {}))] * dice.randrange(1, 600)).encode()),
    lambda dice: json.dumps({"on": True, "streams": {"urgent": dice.randrange(9)}}).encode(),
)
