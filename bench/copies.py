"""Stores full of history: one shop of the simulated chain, with its weeks, under the names of as many as are needed.

The facts are what devices send, byte by byte, but for the name of the store.
"""

import io
import json
import time
import zlib
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from central.collector import Collector
from central.loading import BATCHES_PER_COMMIT, take_groups
from central.opening import Message
from central.store import Store
from central.store.plans import save_plan
from central.store.reading import counts
from events.facts import StoreId
from events.site import Plan
from events.topics import Address
from simulator.history import write_history
from simulator.plan import demo_plan

SEED = 11
UNTIL = datetime(2026, 3, 9, 3, tzinfo=UTC)
"""A Monday, before opening."""
NOW = UNTIL + timedelta(hours=1)
WEEKS = 10
"""Eight for the baselines, and two to report on."""


@dataclass(frozen=True)
class Shop:
    """A plan of one store, all that its devices sent, and how many facts that is."""

    plan: Plan
    batches: Sequence[Message]
    facts: int


@dataclass(frozen=True)
class Taken:
    facts: int
    """In the store now."""
    rate: float
    """Facts a second, from compressed bytes to commit."""
    cpu_us: float
    """Of one core, for each fact."""


def simulated_shop() -> Shop:
    plan = demo_plan()
    plan = replace(plan, stores=plan.stores[:1])
    batches, truths = io.StringIO(), io.StringIO()
    write_history(plan, WEEKS, UNTIL, SEED, batches, truths, lambda done, total: None)
    lines = (json.loads(line) for line in batches.getvalue().splitlines())
    messages = [(line["topic"], b64decode(line["payload"])) for line in lines]
    return Shop(plan, messages, sum(len(json.loads(zlib.decompress(payload))) for _, payload in messages))


def named(number: int) -> StoreId:
    return StoreId(f"store-{number:03d}")


def plan_of(shop: Shop, copies: int) -> Plan:
    [store] = shop.plan.stores
    return replace(shop.plan, stores=tuple(replace(store, id=named(n)) for n in range(copies)))


def copied(shop: Shop, number: int) -> Iterator[Message]:
    """The same messages under the name of another store."""
    old, new = f"/{shop.plan.stores[0].id}/".encode(), f"/{named(number)}/".encode()
    for topic, payload in shop.batches:
        device = replace(Address.of(topic), store=named(number))
        yield device.topic("up"), zlib.compress(zlib.decompress(payload).replace(old, new), 6)


def fill(store: Store, shop: Shop, copies: int, seconds: float) -> Taken:
    """Take the facts of so many stores, or of as many as this time allows; goes on where it was stopped."""
    save_plan(store, plan_of(shop, copies))
    collector, deadline = Collector(store), time.monotonic() + seconds
    before = counts(store)["facts"]
    spent, busy = 0.0, 0.0
    for number in range(before // shop.facts, copies):
        messages = list(copied(shop, number))  # made before the clock runs: a device packs them
        start, cpu = time.perf_counter(), time.process_time()
        take(collector, messages)
        spent, busy = spent + time.perf_counter() - start, busy + time.process_time() - cpu
        if time.monotonic() > deadline:
            break
    facts = counts(store)["facts"]
    new = facts - before
    return Taken(facts, new / spent if spent else 0.0, 1e6 * busy / new if new else 0.0)


def take(collector: Collector, messages: Sequence[Message]) -> None:
    groups = (messages[at : at + BATCHES_PER_COMMIT] for at in range(0, len(messages), BATCHES_PER_COMMIT))
    take_groups(collector, groups, lambda: NOW)
