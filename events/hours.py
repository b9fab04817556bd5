"""Opening hours and the cells that time is cut into: quarters, hours, day parts and days, all store-local.

A business day is cut at 04:00 local time. Every IANA zone keeps quarter hours, so local quarters are UTC quarters.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from events.facts import Cell

DAY_CUT_HOUR = 4
QUARTER = timedelta(minutes=15)
PART_STARTS = (11, 14, 17)
"""Local hours at which the day parts after 'opening' begin."""
FIRST_YEAR = 2025
"""A clock that says an earlier one was never set. Nobody knows the hour then, so a shop counts as open: what is counted
finds its place once the time is known."""

Span = tuple[datetime, datetime]
_ROUND_THE_CLOCK = time(DAY_CUT_HOUR), time(DAY_CUT_HOUR)


class Step(StrEnum):
    """The lengths that a record may have, narrowest first."""

    QUARTER = "quarter"
    HOUR = "hour"
    PART = "part"
    DAY = "day"


WIDER = (Step.HOUR, Step.PART, Step.DAY)
"""Than a quarter, in the order in which a record may go out."""


@dataclass(frozen=True)
class OpeningHours:
    """When a store is open, on weekdays and on single dates."""

    timezone: str
    """IANA name."""
    week: tuple[tuple[time, time] | None, ...]
    """Opening and closing for Monday to Sunday; None is closed. Closing at or before opening means the next morning."""
    dates: Mapping[date, tuple[time, time] | None] = field(default_factory=dict)
    """Holidays and special days."""

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("opening hours need seven days, Monday first")
        ZoneInfo(self.timezone)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def span(self, day: date) -> Span | None:
        """Opening and closing of a business day in UTC; None when closed. See `FIRST_YEAR`."""
        hours = _ROUND_THE_CLOCK if day.year < FIRST_YEAR else self.dates.get(day, self.week[day.weekday()])
        if hours is None:
            return None
        opening, closing = (datetime.combine(day, clock, self.zone) for clock in hours)
        if closing <= opening:
            closing += timedelta(days=1)
        return opening.astimezone(UTC), closing.astimezone(UTC)

    def business_day(self, moment: datetime) -> date:
        return (moment.astimezone(self.zone) - timedelta(hours=DAY_CUT_HOUR)).date()

    def is_open(self, moment: datetime) -> bool:
        span = self.span(self.business_day(moment))
        return span is not None and span[0] <= moment < span[1]

    def cells(self, day: date, step: Step) -> tuple[Cell, ...]:
        """The cells of a business day, without holes or overlaps, cut at opening and closing."""
        span = self.span(day)
        if span is None:
            return ()
        cuts = [span[0], *(cut for cut in _quarters(span) if self._is_cut(cut, step)), span[1]]
        return tuple(Cell(start, int((end - start).total_seconds())) for start, end in pairwise(cuts))

    def cell_at(self, moment: datetime, step: Step) -> Cell | None:
        """The cell of an open hour that holds this moment; None when the store is closed."""
        for cell in self.cells(self.business_day(moment), step):
            if cell.start <= moment < end_of(cell):
                return cell
        return None

    def _is_cut(self, moment: datetime, step: Step) -> bool:
        local = moment.astimezone(self.zone)
        match step:
            case Step.QUARTER:
                return True
            case Step.HOUR:
                return local.minute == 0
            case Step.PART:
                return local.minute == 0 and local.hour in PART_STARTS
            case Step.DAY:
                return False


def end_of(cell: Cell) -> datetime:
    return cell.start + timedelta(seconds=cell.seconds)


def lies_in(cell: Cell, whole: Cell) -> bool:
    """Whether a cell reaches over neither end of a wider one."""
    return whole.start <= cell.start and end_of(cell) <= end_of(whole)


def wholes_over(opening: OpeningHours, cells: Iterable[Cell], at: datetime) -> list[Cell]:
    """The hours, then day parts, then days in which these cells begin and that are over at an instant."""
    starts, wholes = {cell.start for cell in cells}, list[Cell]()
    for step in WIDER:
        found = {opening.cell_at(start, step) for start in starts}
        wholes += sorted((whole for whole in found if whole and end_of(whole) <= at), key=lambda whole: whole.start)
    return wholes


def moved(cell: Cell, step: timedelta) -> Cell:
    """The same stretch by a clock that was set by `step`, from a whole second on."""
    return replace(cell, start=(cell.start + step).replace(microsecond=0))


def _quarters(span: Span) -> Iterator[datetime]:
    """Quarter boundaries strictly inside a span."""
    start, end = span
    cut = start - (start - datetime.min.replace(tzinfo=UTC)) % QUARTER + QUARTER
    while cut < end:
        yield cut
        cut += QUARTER


def parse_hours(text: str) -> tuple[time, time] | None:
    """`09:00-20:00` or `closed`; ValueError says what is wrong."""
    if text.strip().lower() == "closed":
        return None
    try:
        opening, closing = (time.fromisoformat(part.strip()) for part in text.split("-"))
        if opening.tzinfo or closing.tzinfo:
            raise ValueError("they are store-local")
    except ValueError:
        raise ValueError(f"opening hours are written 09:00-20:00 or closed, not {text!r}") from None
    return opening, closing
