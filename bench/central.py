"""The centre: how fast facts go in, how fast reports come out of a full store, and what garbage does to it.

Each on SQLite and on a PostgreSQL of our own; both commit as they would in a shop.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench.copies import NOW, UNTIL, Shop, Taken, fill, named, plan_of, simulated_shop
from bench.databases import NoPostgres, postgres
from bench.figures import Figure, at_least, at_most
from bench.garbage import garbage
from central.memory import settle
from central.reports import chain_report, dwell_report, store_day
from central.store import Store, open_store
from central.store.plans import save_plan

LAST_DAY = UNTIL.date() - timedelta(days=1)
"""The last day that is over."""
DAYS = 14
ASKED = 42
"""Days of stores. Of fourteen the 95th percentile would be the slowest: whatever else the machine did just then."""
CHAIN = 4
"""Stores on the page of the chain."""
FACTS, FACTS_FULL = 5_000_000, 50_000_000
FILL_SECONDS, FILL_SECONDS_FULL = 240.0, 5_400.0
"""A slow machine fills a store as far as it comes in this time."""

NewUrl = Callable[[str], str]
"""The URL of an empty store, or of one that an earlier run has filled in part."""


def figures(full: bool) -> list[Figure]:
    """Ingest, reports of a full store beside those of one tenth, and a fuzzer's messages; some ten minutes."""
    shop = simulated_shop()
    settle()  # as the centre does when it starts
    with _folder(full) as folder:
        found = list(_of_one("SQLite", lambda name: f"sqlite:///{folder / name}.db", shop, full))
    try:
        with postgres(durable=True) as server:
            found += _of_one("PostgreSQL", lambda name: server.create(), shop, full)
    except NoPostgres as reason:
        found += [replace(figure, name=_renamed(figure), value=None, holds=None, note=str(reason)) for figure in found]
    return found


def _renamed(figure: Figure) -> str:
    return figure.name.replace("SQLite", "PostgreSQL")


@contextmanager
def _folder(full: bool) -> Iterator[Path]:
    """Ten times the facts take half an hour: they stay in the cache, and the next run goes on with them."""
    if full:
        kept = Path(os.environ.get("FLOORPULSE_CACHE", ".cache")) / "bench" / "central"
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
    else:
        with TemporaryDirectory() as folder:
            yield Path(folder)


def _of_one(name: str, new_url: NewUrl, shop: Shop, full: bool) -> Iterator[Figure]:
    wanted, seconds = (FACTS_FULL, FILL_SECONDS_FULL) if full else (FACTS, FILL_SECONDS)
    copies = -(-wanted // shop.facts)
    with ExitStack() as open_stores:
        tenth, whole = (open_stores.enter_context(open_store(new_url(size))) for size in ("tenth", "whole"))
        few = fill(tenth, shop, copies // 10, seconds)
        taken = fill(whole, shop, copies, seconds)
        yield from _ingest(name, taken if taken.rate else few, wanted, copies)
        yield from _speeds(name, whole, tenth, taken, min(taken.facts, few.facts) // shop.facts)
        yield _chain(name, whole, shop)
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/garbage.db" if name == "SQLite" else new_url("garbage")
        with open_store(url) as store:
            yield from garbage(store, name, 20_000 if full else 1_000)


def _ingest(name: str, taken: Taken, wanted: int, copies: int) -> Iterator[Figure]:
    note = f"{copies} stores; one process, validation and roll-ups; {taken.cpu_us:.3g} us of its core a fact"
    rate = taken.rate or None  # an earlier run had filled it
    yield _unless_busy(at_least(f"{name}, ingest: compressed bytes to commit", rate, 40_000, "facts/s", note))
    filled = at_least(f"{name}, facts in the store", taken.facts, wanted, "facts", f"of {copies} stores")
    yield filled if filled.holds else replace(filled, holds=None, note="no more could be taken in the time allowed")


def _speeds(name: str, whole: Store, tenth: Store, taken: Taken, stores: int) -> Iterator[Figure]:
    """The last days of several stores, asked of both in turn, so that a busy machine is busy for both."""
    asked = [(named(n % stores), LAST_DAY - timedelta(days=n % DAYS)) for n in range(ASKED)]
    for report, make in _REPORTS.items():
        for store in (whole, tenth):
            make(store, *asked[1])  # a process asks each question anew only once; the first day is a Sunday
        pairs = [tuple(_measured(partial(make, store, *each)) for store in (whole, tenth)) for each in asked]
        many, few = zip(*pairs, strict=True)
        busy = _p95([each.cpu for each in many])
        note = f"{taken.facts} facts in the store; {ASKED} days of stores; {busy:.0f} ms of processor time"
        yield _unless_busy(at_most(f"{name}, {report}, p95", _p95([each.wall for each in many]), 150, "ms", note))
        ratio = median(each.wall / other.wall for each, other in zip(many, few, strict=True))
        note = "the same days of the same stores in turn, median"
        yield _unless_busy(at_most(f"{name}, {report}, against a tenth of the data", ratio, 1.2, "times", note))


_REPORTS: dict[str, Callable[[Store, str, date], object]] = {
    "a store's day": lambda store, shop, day: store_day(store, shop, day, NOW),
    "its zone report": lambda store, shop, day: dwell_report(store, shop, day, day, NOW),
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


def _unless_busy(figure: Figure) -> Figure:
    """A goal that is missed while others use the machine is no verdict."""
    if figure.holds is False and os.getloadavg()[0] > (os.cpu_count() or 1):
        return replace(figure, holds=None, note=f"machine busy; {figure.note}")
    return figure


def _chain(name: str, store: Store, shop: Shop) -> Figure:
    """The page over a week: the plan is cut to a chain of four for it."""
    save_plan(store, plan_of(shop, CHAIN))
    first = LAST_DAY - timedelta(days=6)
    values = [_measured(lambda: chain_report(store, first, LAST_DAY, NOW)) for _ in range(5)]
    note = f"{_p95([each.cpu for each in values]):.0f} ms of processor time"
    wall = _p95([each.wall for each in values])
    return _unless_busy(at_most(f"{name}, the chain's week, {CHAIN} stores, p95", wall, 300, "ms", note))
