"""The way out: what a commit costs, how fast a backlog leaves, and that nothing is lost and nothing counted twice."""

import os
import random
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench.brokenrules import BROKEN, first_caught
from bench.figures import Figure, at_least, at_most
from bench.misfortune import NOON, Violation, suffer, tap
from bench.outage import outage
from bench.powercuts import ADDRESS, Aftermath, power_cut, stamp
from bench.shop import drain, kill_at_random
from central.store import open_store
from events.codec import member_of, pack
from events.envelope import Stamp
from events.facts import ClockQuality, Name, QuestionKind, Stream, Tap
from sync.outbox import Outbox

CUTS = 400
COMMITS = 500
DAYS_OF_A_STORE = 50
T = TypeVar("T")
Tell = Callable[[int, int], None]


def figures(full: bool) -> list[Figure]:
    """Each thing that issue 5 asks of the way out; a part of some five minutes, of an hour with `full`."""
    return [
        *_commits(),
        _bytes_a_tap(),
        *_drains(100_000 if full else 30_000),
        *_kills(300 if full else 20),
        *_power_cuts(),
        *_misfortunes(100_000 if full else 1000),
        *_broken_rules(),
        *_outage(1_000_000 if full else 100_000),
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
    note = f"{facts} taps, iotcore and SQLite, validation and roll-ups; median of 3; all processes share these cores"
    rate = median(each.facts_per_second for each in drained)
    figure = at_least("drain, commit-acknowledged, end to end", rate, 25_000, "facts/s", note)
    yield replace(figure, holds=None, note=f"machine busy; {note}") if is_busy and not figure.holds else figure
    yield at_most("device CPU while draining", median(each.device_cpu_us for each in drained), 10, "us/fact")


def _kills(kills: int) -> Iterator[Figure]:
    rounds = [kill_at_random(20, seed) for seed in _told("Killing", range(kills // 20))]
    note = f"{kills} SIGKILLs of broker, centre, sync and recorder; {sum(r.thanked for r in rounds)} thanked taps"
    yield at_most("killed processes: lost", sum(r.lost for r in rounds), 0, "taps", note)
    yield at_most("killed processes: counted twice", sum(r.double for r in rounds), 0, "taps", note)


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


def _misfortunes(days: int) -> Iterator[Figure]:
    stretches = [range(first, first + DAYS_OF_A_STORE) for first in range(0, days, DAYS_OF_A_STORE)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        violations = [seed for bad in _told("Days", pool.map(live, stretches), len(stretches)) for seed in bad]
    note = "kills, partitions, duplicates, reordering, power cuts, full disks, damaged files, clock jumps"
    if violations:
        note = f"replay: bench.misfortune.suffer({violations[0]}, store)"
    yield at_most(f"days of misfortune out of {days} that broke the promise", len(violations), 0, "days", note)


def live(days: range) -> list[int]:
    """The seeds of the days in which a tap was lost in silence or counted twice."""
    violations = []
    with open_store("sqlite://") as store:
        for seed in days:
            try:
                suffer(seed, store)
            except Violation:
                violations.append(seed)
    return violations


def _broken_rules() -> Iterator[Figure]:
    caught = []
    for rule in _told("Breaking rules", BROKEN):
        with open_store("sqlite://") as store:
            if first_caught(rule, store, range(200)) is not None:
                caught.append(rule)
    missed = set(BROKEN) - set(caught)
    note = f"not seen: {', '.join(missed)}" if missed else ", ".join(BROKEN)
    yield at_least("rules broken on purpose that are caught", len(caught), len(BROKEN), "rules", note)


def _outage(facts: int) -> Iterator[Figure]:
    with _bar("Draining three days", facts) as tell:
        drained = outage(facts, tell)
    note = f"in {drained.simulated_seconds:.0f} simulated seconds, {'in' if drained.in_order else 'OUT OF'} order"
    committed = drained.committed if drained.in_order else 0
    yield at_least("72 h outage: facts committed in order", committed, facts, "facts", note)


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
