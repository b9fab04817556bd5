"""The simulator's truth against the reports of the same run, metric by metric, through codec, collector and store.

The facts are exact, so what differs is what the path itself does: binning, k-anonymous release, rounding. Then the
truth of simulated clips against what the real detector, tracker and counters saw.
"""

import io
import json
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

from bench.coverage import coverage
from bench.figures import Figure
from bench.mishaps import mishaps
from bench.sight import sight
from bench.views import views
from central.collector import Collector
from central.reports.day import store_day
from central.reports.dwell import dwell_report
from central.reports.feedback import feedback_report
from central.reports.rooms import rooms_report
from central.reports.shapes import Measure
from central.store import Store, open_store
from central.store.plans import save_plan
from simulator.history import write_history
from simulator.plan import demo_plan

STORE = "harbour"
SEED = 11
UNTIL = datetime(2026, 3, 9, 3, tzinfo=UTC)
"""A Monday, before opening: the week before is whole."""
DAY = date(2026, 3, 7)
TENTHS = 0.02
"""The truth is written in tenths of a second: some stays just below 3 s look like 3 s there."""

Truth = dict[str, Any]
Row = tuple[str, str, float, Measure | None, float]
"""Metric, unit, truth, reported, tolerance as a share of the truth."""


def figures(full: bool) -> list[Figure]:
    """One figure per metric: the reported value, the truth in the note, and whether it lies within the tolerance."""
    with TemporaryDirectory() as folder:
        store, truth = _played(Path(folder), weeks=8 if full else 2)
        try:
            reported = [_figure(*row) for row in _rows(store, truth)]
        finally:
            store.close()
    return [*reported, *coverage(), *mishaps(), *views(full), *sight(full)]


def _played(folder: Path, weeks: int) -> tuple[Store, Truth]:
    """A store filled by the seeded chain, and the truth of one of its days."""
    batches, truths = io.StringIO(), io.StringIO()
    plan = demo_plan()
    write_history(plan, weeks, UNTIL, SEED, batches, truths, lambda done, total: None)
    store = open_store(f"sqlite:///{folder / 'central.db'}")
    save_plan(store, plan)
    collector = Collector(store)
    for line in batches.getvalue().splitlines():
        batch = json.loads(line)
        collector.take(batch["topic"], b64decode(batch["payload"]), UNTIL)
    days = (json.loads(line) for line in truths.getvalue().splitlines())
    return store, next(day for day in days if (day["store"], day["day"]) == (STORE, DAY.isoformat()))


def _figure(name: str, unit: str, true: float, reported: Measure | None, tolerance: float) -> Figure:
    if reported is None or reported.value is None:
        return Figure(
            name, None, unit, f"{true:.4g}", None, "not released: " + ", ".join(reported.flags if reported else ())
        )
    holds = abs(reported.value - true) <= tolerance * max(abs(true), 1e-9) + 1e-9
    note = "exact" if tolerance == 0 else f"within {tolerance:.0%}"
    if tolerance and reported.interval:  # a quantile is read off a histogram: its own interval says how far
        holds |= reported.interval[0] <= true <= reported.interval[1]
        note += f", or its interval {reported.interval[0]:.4g} to {reported.interval[1]:.4g} holds the truth"
    return Figure(name, float(f"{reported.value:.5g}"), unit, f"truth {true:.5g}", holds, note)


def _rows(store: Store, truth: Truth) -> Iterable[Row]:
    now = UNTIL + timedelta(hours=1)
    yield from _door(store, truth, now)
    yield from _zones(store, truth, now)
    yield from _rooms(store, truth, now)
    yield from _feedback(store, truth, now)


def _door(store: Store, truth: Truth, now: datetime) -> Iterable[Row]:
    day = store_day(store, STORE, DAY, now)
    door = truth["lines"]["door"]
    yield "entries (IN less U-turns)", "people", len(door["in"]) - truth["uturns"], day.tiles.get("entries"), 0.0
    closure = abs(len(door["in"]) - len(door["out"])) / max(len(door["in"]), len(door["out"]), 1)
    yield "door closure error", "%", 100 * closure, day.tiles.get("door_closure"), 0.0


def _zones(store: Store, truth: Truth, now: datetime) -> Iterable[Row]:
    for zone in dwell_report(store, STORE, DAY, DAY, now).zones:
        lengths = [end - start for start, end in truth["zones"][zone.zone]]
        stays = sorted(length for length in lengths if length >= 3)
        tenths = quantiles(stays, n=10, method="inclusive")
        get = zone.measures.get
        yield f"{zone.zone}: visits", "stays", len(stays), get("visits"), TENTHS
        yield f"{zone.zone}: boundary entries", "people", len(lengths), get("entries"), 0.0
        yield f"{zone.zone}: median stay", "s", tenths[4], get("median"), 0.1
        yield f"{zone.zone}: p90 stay", "s", tenths[8], get("p90"), 0.1
        yield f"{zone.zone}: person-seconds", "s", sum(lengths), get("person_seconds"), 0.02
        if zone.kind == "display":
            engaged = 100 * sum(length >= 30 for length in stays) / len(stays)
            yield f"{zone.zone}: engagement", "%", engaged, get("engagement"), 0.02
        if zone.kind == "queue":
            yield from _queue(zone.zone, truth, get)


def _queue(zone: str, truth: Truth, get: Callable[[str], Measure | None]) -> Iterable[Row]:
    served = [end - start for start, end, done in truth["waits"] if done]
    left = [end - start for start, end, done in truth["waits"] if not done]
    long = sum(wait >= 20 for wait in served + left)
    yield f"{zone}: abandonment", "%", 100 * sum(wait >= 20 for wait in left) / max(long, 1), get("abandonment"), 0.05
    within = [wait for wait in served if wait >= 3]
    yield (
        f"{zone}: served within target",
        "%",
        100 * sum(w < 180 for w in within) / max(len(within), 1),
        get("sla"),
        0.05,
    )


def _rooms(store: Store, truth: Truth, now: datetime) -> Iterable[Row]:
    [group] = rooms_report(store, STORE, DAY, DAY, now).groups
    lengths = sorted(end - start for _, _, start, end in truth["sessions"])
    seconds = (datetime.fromisoformat(truth["closing"]) - datetime.fromisoformat(truth["opening"])).total_seconds()
    asked = [call for call in truth["calls"] if call["outcome"] != "withdrawn"]
    soon = sum(call["outcome"] == "answered" and call["ended"] - call["pressed"] <= 120 for call in asked)
    get = group.measures.get
    yield "rooms: sessions", "sessions", len(lengths), get("sessions"), 0.0
    yield "rooms: median session", "s", quantiles(lengths, n=2, method="inclusive")[0], get("session_median"), 0.1
    yield "rooms: utilisation", "%", 100 * sum(lengths) / (group.rooms * seconds), get("utilisation"), 0.02
    yield "rooms: turned away", "%", 100 * truth["turned_away"] / len(truth["lobby"]), get("turn_away"), 0.05
    yield "rooms: calls", "calls", len(truth["calls"]), get("calls"), 0.0
    yield "rooms: answered within 120 s", "%", 100 * soon / max(len(asked), 1), get("sla_120"), 0.0


def _feedback(store: Store, truth: Truth, now: datetime) -> Iterable[Row]:
    for kiosk in feedback_report(store, STORE, DAY, DAY, now).kiosks:
        votes = [(answer, flags) for _, device, answer, flags, _ in truth["presses"] if device == kiosk.device]
        votes = [(answer, flags) for answer, flags in votes if "test" not in flags]
        clean = [answer for answer, flags in votes if not flags]
        get = kiosk.measures.get
        yield f"{kiosk.device}: votes", "votes", len(votes), get("votes"), 0.0
        yield (
            f"{kiosk.device}: index, all votes",
            "points",
            _index(answer for answer, _ in votes),
            get("index_raw"),
            0.0,
        )
        yield f"{kiosk.device}: index, clean", "points", _index(clean), get("index_clean"), 0.0
        yield f"{kiosk.device}: flagged", "%", 100 * (1 - len(clean) / len(votes)), get("flag_rate"), 0.0


def _index(answers: Iterable[int]) -> float:
    """Four faces, 1 best: 100, 66.7, 33.3, 0."""
    counts = Counter(answers)
    return sum(100 * (4 - level) / 3 * n for level, n in counts.items()) / max(counts.total(), 1)
