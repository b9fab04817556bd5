"""The way out: what a commit costs, how fast a backlog leaves, and that nothing is lost and nothing counted twice."""

import os
import random
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from multiprocessing import get_context
from operator import attrgetter
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench.brokenrules import BROKEN, is_caught
from bench.databases import NoPostgres
from bench.days import live_many
from bench.figures import Figure, at_least, at_most
from bench.misfortune import NOON, tap
from bench.outage import outage
from bench.powercuts import ADDRESS, Aftermath, power_cut, stamp
from bench.shop import RATE, drain, kill_at_random
from events.codec import member_of, pack
from events.envelope import Stamp
from events.facts import ClockQuality, Name, QuestionKind, Stream, Tap
from sync.outbox import Outbox

CUTS = 400
COMMITS = 500
KILLS_OF_A_SHOP = 30
Skipped = pytest.skip.Exception
T = TypeVar("T")
Tell = Callable[[int, int], None]


def figures(full: bool) -> list[Figure]:
    """Each thing that issue 5 asks of the way out; a part of some five minutes, of an hour with `full`."""
    return [
        *_commits(),
        _bytes_a_tap(),
        *_drains(100_000 if full else 30_000),
        *_kills(300 if full else 60),
        *_power_cuts(),
        _misfortunes(100_000 if full else 10_000, keep=full),
        _broken_rules(),
        *_outage(1_000_000),
    ]


def _commits() -> Iterator[Figure]:
    seconds = []
    with TemporaryDirectory() as folder, Outbox(Path(folder) / "device.db", ADDRESS, stamp) as outbox:
        for number in range(COMMITS):
            began = time.perf_counter()
            outbox.add(tap(number))
            seconds.append(time.perf_counter() - began)
    note = f"{COMMITS} taps, one full commit each; the disk's fsync decides"
    yield Figure("add() to commit, p50", float(f"{median(seconds) * 1000:.3g}"), "ms", note=note)
    p99 = quantiles(seconds, n=100)[98] * 1000
    yield at_most("add() to commit, p99", p99, 500, "ms", "after 500 ms the kiosk says that it could not record")


def _bytes_a_tap() -> Figure:
    dice, now = random.Random(1), 0.0

    def clock() -> Stamp:
        moment = NOON + timedelta(milliseconds=int(now * 1000))
        return Stamp(moment, "0b1f3a6e-7d52-4c6e-9a51-4f1f0d2c8e11", int(now * 1000), ClockQuality.NTP)

    with TemporaryDirectory() as folder, Outbox(Path(folder) / "device.db", ADDRESS, clock) as outbox:
        for _ in range(100):
            now += dice.expovariate(1 / 60)
            outbox.add(Tap(Name("service"), 3, Name("today"), QuestionKind.SMILEY, dice.randint(1, 4), 4, Name("en")))
        rows = outbox.pending(Stream.URGENT)
        payload = pack(member_of(outbox.source(Stream.URGENT), *row) for row in rows)
    note = "one a minute, any of four answers"
    return at_most("a tap on the wire, in batches of 100", len(payload) / len(rows), 45, "bytes", note)


def _drains(facts: int) -> Iterator[Figure]:
    is_busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    drained = [drain(facts) for _ in _told("Draining", range(3))]
    drained.sort(key=attrgetter("facts_per_second"))
    rate, busy = drained[1].facts_per_second, drained[1].busy
    cores = ", ".join(f"{name} {share:.2f}" for name, share in busy.items())
    note = f"{facts} taps, iotcore and SQLite, validation and roll-ups; median of 3; cores kept busy: {cores}"
    figure = at_least("drain, commit-acknowledged, end to end", rate, 25_000, "facts/s", note)
    yield replace(figure, holds=None, note=f"machine busy; {note}") if is_busy and not figure.holds else figure
    yield at_most("device CPU while draining", median(each.device_cpu_us for each in drained), 10, "us/fact")


def _kills(kills: int) -> Iterator[Figure]:
    rounds = range(kills // KILLS_OF_A_SHOP)
    for is_large, where in ((False, "iotcore + SQLite"), (True, "mosquitto + PostgreSQL")):
        try:
            killed = [kill_at_random(KILLS_OF_A_SHOP, seed, is_large) for seed in _told(f"Killing on {where}", rounds)]
        except (NoPostgres, Skipped) as why:
            yield Figure(f"killed processes on {where}: lost or counted twice", None, "taps", "<= 0", note=str(why))
            continue
        thanked = sum(each.thanked for each in killed)
        note = f"{kills} SIGKILLs of broker, centre, sync and recorder at {RATE}/s; {thanked} thanked taps"
        yield at_most(f"killed processes on {where}: lost", sum(each.lost for each in killed), 0, "taps", note)
        yield at_most(f"killed processes on {where}: counted twice", sum(each.double for each in killed), 0, "taps")


def _power_cuts() -> Iterator[Figure]:
    honest = [power_cut(seed) for seed in _told("Pulling the plug", range(CUTS))]
    weak = [power_cut(seed, "NORMAL") for seed in range(CUTS // 4)]
    note = f"{CUTS} cuts, unsynced writes dropped or torn; {sum(cut.acknowledged for cut in honest)} acknowledged rows"
    yield at_most("power cuts: acknowledged rows lost", _lost(honest), 0, "rows", note)
    yield at_most("power cuts: files damaged", sum(cut.damage is not None for cut in honest), 0, "files", note)
    yield at_most("power cuts: numbers given twice", sum(cut.reused for cut in honest), 0, "cuts", note)
    note = f"{len(weak)} of the same cuts with synchronous=NORMAL: the harness sees what it should"
    yield at_least("power cuts, control: rows lost", _lost(weak), 1, "rows", note)


def _lost(cuts: Iterable[Aftermath]) -> int:
    return sum(cut.lost for cut in cuts)


def _misfortunes(days: int, keep: bool) -> Figure:
    """A long run writes down how far it came, and goes on there as long as the program is the same."""
    notebook = _notebook() if keep else None
    with _bar("Days", days) as tell:
        lived = live_many(range(days), notebook, tell)
    if notebook:
        notebook.unlink()
    happenings = ", ".join(f"{times} {name.replace('_', ' ')}" for name, times in lived.suffered.most_common())
    note = f"{lived.thanked} thanked taps; {happenings}"
    if lived.broken:
        note = f"live it again: python -m bench.misfortune {lived.broken[0]}; {note}"
    return at_most(f"schedules of misfortune out of {days} that broke the promise", len(lived.broken), 0, "", note)


def _notebook() -> Path:
    """Named by the program, so that no run goes on where another program stopped."""
    root = Path(__file__).parent.parent
    sources = sorted(file for room in ("bench", "central", "events", "sync") for file in (root / room).rglob("*.py"))
    program = sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()[:16]
    cache = Path(os.environ.get("FLOORPULSE_CACHE", root / ".cache"))
    cache.mkdir(parents=True, exist_ok=True)
    return cache / f"misfortune-{program}.json"


def _broken_rules() -> Figure:
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        caught = dict(zip(BROKEN, _told("Breaking rules", pool.map(is_caught, BROKEN), len(BROKEN)), strict=True))
    missed = [rule for rule, seen in caught.items() if not seen]
    note = f"not seen: {', '.join(missed)}" if missed else ", ".join(BROKEN)
    return at_least("rules broken on purpose that are caught", len(BROKEN) - len(missed), len(BROKEN), "rules", note)


def _outage(facts: int) -> Iterator[Figure]:
    with _bar("Draining three days", facts) as tell:
        drained = outage(facts, tell)
    order = "each stream in order" if drained.in_order else "OUT OF ORDER"
    note = f"{drained.taps} taps among them; in {drained.simulated_seconds:.0f} simulated seconds, {order}"
    committed = drained.committed if drained.in_order else 0
    yield at_least("72 h outage: facts committed in order", committed, facts, "facts", note)
    yield at_most("72 h outage: memory of the device's part while draining", drained.peak_mb, 100, "MB")


@contextmanager
def _bar(words: str, total: int) -> Iterator[Tell]:
    """On standard error, where that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(words, total=total)
        yield lambda done, _: progress.update(task, completed=done)


def _told(words: str, items: Iterable[T], total: int | None = None) -> Iterator[T]:
    """Pass the items on, and show how many have been."""
    known = list(items) if total is None else items
    with _bar(words, total or len(list(known))) as tell:
        for done, item in enumerate(known, 1):
            yield item
            tell(done, 0)
