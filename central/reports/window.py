"""A store over some business days: its open hours, the cells that were due, and the roll-up rows of that time."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from central.reports.audits import NOT_AUDITED, Audited, audited_line
from central.scores.quality import completeness, coverage
from central.store import Store
from central.store.families import CROSSINGS, TAPS, Family
from central.store.plans import load_plan
from central.store.reading import LastWord, Row, Sheet, find_site, last_words, read
from events.facts import Cell, DeviceId
from events.hours import OpeningHours, Span, Step, end_of
from events.site import Plan
from events.site import Store as Shop
from events.topics import Address

QUARTER_SECONDS = 900
BASELINE_WEEKS = 8
FEWEST_BASELINES = 3

Quarter = tuple[int, int]


class UnknownStore(LookupError):
    """The plan has no store of that name."""


@dataclass(frozen=True)
class Quality:
    """Quarter cells received and due, and how much of the open time was seen."""

    received: int
    due: int
    valid_seconds: float | None = None
    open_seconds: int = 0
    is_past: bool = False
    """Of a week before, which serves as a baseline alone."""

    @cached_property
    def completeness(self) -> float | None:
        return completeness(self.received, self.due)

    @cached_property
    def coverage(self) -> float | None:
        return None if self.valid_seconds is None else coverage(self.valid_seconds, self.open_seconds)


@dataclass(frozen=True, eq=False)
class Stretch:
    """Some open time of a store and the roll-up rows that lie in it: a window, or one hour of each of its days."""

    shop: Shop
    sheets: Callable[[Family], Sheet]
    due: tuple[Quarter, ...]
    """The quarters that are over by now: start (floored to its UTC quarter) and seconds."""
    label: str = ""
    start: datetime | None = None
    """Store-local, of the first cell."""
    seconds: int = 0
    is_past: bool = False
    """Of a week before."""
    memory: dict[object, Any] = field(default_factory=dict)
    """For what every zone of the stretch asks for."""
    audited: Callable[[str, str], Audited] = lambda device, line: NOT_AUDITED
    """What the audits of a line say, by its device and name."""

    @cached_property
    def open_seconds(self) -> int:
        """Open time that is over by now."""
        return sum([seconds for _, seconds in self.due])

    @cached_property
    def due_starts(self) -> tuple[int, ...]:
        return tuple(start for start, _ in self.due)

    def quality(self, quarters: Sheet, valid: bool = True) -> Quality:
        """Of a sheet of quarter cells; `valid` where it tells valid seconds."""
        known: Quality | None = self.memory.get((quarters, valid))
        if known is None:
            known = self.memory[quarters, valid] = self._quality(quarters, valid)
        return known

    def _quality(self, quarters: Sheet, valid: bool) -> Quality:
        if self.is_past:  # a baseline asks only whether anything was heard
            return Quality(min(len(quarters), len(self.due)), len(self.due), is_past=True)
        starts = {row[0] - row[0] % QUARTER_SECONDS for row in quarters.rows}
        received = sum(map(starts.__contains__, self.due_starts))
        seconds = quarters.sum("valid_seconds") if valid and len(quarters) else None
        return Quality(received, len(self.due), seconds, self.open_seconds, self.is_past)


@dataclass(frozen=True, eq=False)
class Window:
    """One store over a run of business days, open hours only; rows are fetched once per family."""

    store: Store
    plan: Plan
    shop: Shop
    first: date
    last: date
    now: datetime
    hours: OpeningHours
    so_far: bool = False
    """Only cells that were over by `now`: what a day that still runs is compared with."""
    memory: dict[object, Any] = field(default_factory=dict)
    """For what is costly and asked for more than once in a report."""
    common: dict[str, Any] = field(default_factory=dict)
    """What is the same for all windows that were made from one."""
    _together: list["Window"] = field(default_factory=list)
    """This one and those that it is compared with: their rows are read in one go."""
    _sheets: dict[Family, Sheet] = field(default_factory=dict)
    _buckets: dict[tuple[Family, Step], dict[str, Sheet]] = field(default_factory=dict)

    _cut_into: dict[Step, dict[str, list[Cell]]] = field(default_factory=dict)
    _placed: dict[Step, dict[int, tuple[str, int]]] = field(default_factory=dict)
    _stretches: dict[Step, tuple[Stretch, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.common.setdefault("windows", []).append(self)

    def close(self) -> None:
        """Let go of everything, of all windows made from the same: they hold each other, and the memory of a report
        would otherwise wait for the collector of garbage, which stops everybody for a tenth of a second.
        """
        self.common.pop("reading", ExitStack()).close()
        for window in self.common.pop("windows"):
            vars(window).clear()

    @property
    def connection(self) -> Connection:
        """One for all windows that were made from the same: a report sees one moment of the store."""
        if "connection" not in self.common:
            stack = self.common["reading"] = ExitStack()
            self.common["connection"] = stack.enter_context(self.store.reading())
        connection: Connection = self.common["connection"]
        return connection

    @cached_property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Opening and closing of the days that are open."""
        return tuple(span for day in self.days if (span := self.hours.span(day)) is not None)

    @cached_property
    def due(self) -> tuple[Quarter, ...]:
        cells = (cell for day in self.days for cell in self.hours.cells(day, Step.QUARTER) if end_of(cell) <= self.now)
        return tuple((floor_quarter(seconds_of(cell.start)), cell.seconds) for cell in cells)

    @property
    def site(self) -> int | None:
        if "site" not in self.common:
            self.common["site"] = find_site(self.connection, self.plan.tenant, self.shop.id)
        number: int | None = self.common["site"]
        return number

    @cached_property
    def whole(self) -> Stretch:
        return Stretch(self.shop, self.sheet, self.due, is_past=self.so_far, audited=self.audited)

    def sheet(self, family: Family) -> Sheet:
        """The rows of a family that touch open hours."""
        if family not in self._sheets:
            self._sheets[family] = self._read(family)
        return self._sheets[family]

    def _read(self, family: Family) -> Sheet:
        """With the weeks before: who wants the one wants them all."""
        asked = [window for window in self._together or [self] if window.spans and family not in window._sheets]
        if self.site is None or not self.spans:
            return Sheet(family, [])
        found = read(self.connection, family, self.site, [window._bounds for window in asked])
        for window, rows in zip(asked, found, strict=True):
            window._sheets[family] = Sheet(family, window._open(rows))
        return self._sheets[family]

    @property
    def _bounds(self) -> tuple[int, int]:
        return seconds_of(self.spans[0][0]), seconds_of(self.spans[-1][1])

    def _open(self, rows: list[Row]) -> list[Row]:
        """Those that touch open hours, as far as this window has come."""
        if self.so_far and self.now < self.spans[-1][1]:
            rows = [row for row in rows if row[0] + row[1] <= self.now.timestamp()]
        if len(self.spans) == 1:
            return rows
        spans = [(seconds_of(start), seconds_of(end)) for start, end in self.spans]
        return [row for row in rows if _touches(spans, row[0], row[0] + row[1])]

    def audited(self, device: str, line: str) -> Audited:
        """What the audits of a line say until now; what a day is only compared with needs none."""
        if self.so_far:
            return NOT_AUDITED
        key = ("audited", device, line)
        if key not in self.memory:
            address = Address(self.plan.tenant, self.shop.id, DeviceId(device))
            self.memory[key] = audited_line(self.connection, address, line)
        found: Audited = self.memory[key]
        return found

    def last_words(self) -> dict[str, LastWord]:
        if self.site is None:
            return {}
        return last_words(self.connection, self.site)

    def stretches(self, step: Step) -> tuple[Stretch, ...]:
        """The open hours or day parts, in order; those of the same label on several days are put together."""
        if step not in self._stretches:
            self._stretches[step] = self._cut(step)
        return self._stretches[step]

    def _cut(self, step: Step) -> tuple[Stretch, ...]:
        ordered = sorted(self._cells(step).items(), key=lambda item: self._order(item[1][0]))
        return tuple(self._stretch(step, label, cells) for label, cells in ordered)

    def _cells(self, step: Step) -> dict[str, list[Cell]]:
        """Label -> the cells of that label, one a day."""
        if step not in self._cut_into:
            self._cut_into[step] = self._found_cells(step)
        return self._cut_into[step]

    def _found_cells(self, step: Step) -> dict[str, list[Cell]]:
        found: dict[str, list[Cell]] = {}
        for day in self.days:
            for cell in self.hours.cells(day, step):
                found.setdefault(self._label(cell), []).append(cell)
        return found

    def _stretch(self, step: Step, label: str, cells: list[Cell]) -> Stretch:
        def sheet(family: Family) -> Sheet:
            return self._bucketed(family, step)[label]

        quarters = {start for cell in cells for start in _quarters(cell)}
        due = tuple(quarter for quarter in self.due if quarter[0] in quarters)
        start = cells[0].start.astimezone(self.hours.zone)
        seconds = sum(cell.seconds for cell in cells)
        return Stretch(self.shop, sheet, due, label, start, seconds, self.so_far, audited=self.audited)

    def _bucketed(self, family: Family, step: Step) -> dict[str, Sheet]:
        """Rows by the label of the stretch that holds their whole cell; wider rows are in none."""
        if (family, step) not in self._buckets:
            buckets: dict[str, list[Row]] = {label: [] for label in self._cells(step)}
            place_of = self._places(step).get
            for row in self.sheet(family).rows:
                start, last = row[0], row[0] + row[1] - 1
                first = place_of(start - start % QUARTER_SECONDS)
                if first is not None and first == place_of(last - last % QUARTER_SECONDS):
                    buckets[first[0]].append(row)
            self._buckets[family, step] = {label: Sheet(family, rows) for label, rows in buckets.items()}
        return self._buckets[family, step]

    def _places(self, step: Step) -> dict[int, tuple[str, int]]:
        """Quarter -> label and start of the cell that holds it."""
        if step not in self._placed:
            self._placed[step] = {
                quarter: (label, seconds_of(cell.start))
                for label, cells in self._cells(step).items()
                for cell in cells
                for quarter in _quarters(cell)
            }
        return self._placed[step]

    def _label(self, cell: Cell) -> str:
        start, end = cell.start.astimezone(self.hours.zone), end_of(cell).astimezone(self.hours.zone)
        return f"{_clock(start)}-{_clock(end)}"

    def _order(self, cell: Cell) -> float:
        """Seconds since the business day's midnight, so that the small hours come last."""
        local = cell.start.astimezone(self.hours.zone).replace(tzinfo=None)
        midnight = datetime.combine(self.hours.business_day(cell.start), datetime.min.time())
        return (local - midnight).total_seconds()

    def day(self, day: date) -> "Window":
        """One day of this window; it shares the rows that were read."""
        if self.first == self.last == day:
            return self
        span = self.hours.span(day)
        one = self.over(day, day)
        if span is not None:
            start, end = map(seconds_of, span)
            for family in (TAPS, CROSSINGS):
                one._sheets[family] = self.sheet(family).between(start, end)
        return one

    def moved(self, days: int) -> "Window":
        """The same window so many days earlier, and as far as it had come by this time of the day."""
        step = timedelta(days=days)
        now = self.now.astimezone(self.hours.zone) - step
        first, last = self.first - step, self.last - step
        return Window(self.store, self.plan, self.shop, first, last, now, self.hours, True, common=self.common)

    def over(self, first: date, last: date) -> "Window":
        """The same store over other days."""
        return Window(self.store, self.plan, self.shop, first, last, self.now, self.hours, common=self.common)

    def before(self) -> Iterator["Window"]:
        """The same weekdays of the weeks before, up to eight weeks back, not overlapping this window."""
        weeks = -(-len(self.days) // 7)
        for back in range(weeks, BASELINE_WEEKS + 1, weeks):
            yield self.moved(7 * back)

    @cached_property
    def earlier(self) -> tuple["Window", ...]:
        """`before`, each made once, so that its rows are read once."""
        weeks = tuple(self.before())
        for window in (self, *weeks):
            window._together.extend((self, *weeks))
        return weeks


def open_window(store: Store, store_id: str, first: date, last: date, now: datetime | None = None) -> Window:
    """UnknownStore when the plan has no such store; ValueError when the days are the wrong way round."""
    if last < first:
        raise ValueError(f"the last day {last} lies before the first day {first}")
    plan = load_plan(store)
    shop = next((shop for shop in plan.stores if shop.id == store_id), None) if plan else None
    if plan is None or shop is None:
        raise UnknownStore(f"there is no store {store_id!r} in the plan")
    return window_of(store, plan, shop, first, last, now)


def window_of(store: Store, plan: Plan, shop: Shop, first: date, last: date, now: datetime | None = None) -> Window:
    """For who has the plan in hand."""
    return Window(store, plan, shop, first, last, now or datetime.now(UTC), shop.hours.opening)


def seconds_of(moment: datetime) -> int:
    return int(moment.timestamp())


def floor_quarter(seconds: int) -> int:
    return seconds // QUARTER_SECONDS * QUARTER_SECONDS


def _quarters(cell: Cell) -> range:
    """The UTC quarters that a cell touches."""
    start = seconds_of(cell.start)
    return range(floor_quarter(start), start + cell.seconds, QUARTER_SECONDS)


def _touches(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a cell overlaps one of these sorted spans."""
    after = bisect_left(spans, (end, 0))  # every span from here on opens too late
    return after > 0 and spans[after - 1][1] > start


def _clock(local: datetime) -> str:
    return f"{local:%H}" if local.minute == 0 else f"{local:%H:%M}"
