"""Which days a page speaks of, and the ways to the days before and after."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from events.hours import OpeningHours

LENGTHS = {"day": 1, "week": 7, "4weeks": 28}
LABELS = {"day": "Day", "week": "Week", "4weeks": "4 weeks"}
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True)
class Choice:
    """A way to a day that readers often want."""

    label: str
    query: str
    chosen: bool


@dataclass(frozen=True)
class Period:
    name: str
    last: date
    today: date
    open_before: date
    """The last day before today on which the store was open: 'yesterday', or Saturday on a Monday."""
    running: bool = False
    """The store is open now."""

    @property
    def first(self) -> date:
        return self.last - timedelta(days=LENGTHS[self.name] - 1)

    @property
    def query(self) -> str:
        return query(self.name, self.last)

    @property
    def before(self) -> str:
        return query(self.name, self.last - timedelta(days=LENGTHS[self.name]))

    @property
    def after(self) -> str | None:
        """None when it would lie in the future."""
        following = min(self.last + timedelta(days=LENGTHS[self.name]), self.today)
        return query(self.name, following) if following > self.last else None

    @property
    def is_today(self) -> bool:
        return self.name == "day" and self.last == self.today

    @property
    def choices(self) -> tuple[Choice, Choice]:
        """Today and the open day before it."""
        yesterday = self.open_before == self.today - timedelta(days=1)
        labels = {
            self.open_before: "Yesterday" if yesterday else f"{self.open_before:%A}",
            self.today: "Today so far" if self.running else "Today",
        }
        older, newer = (Choice(label, self.of_day(day), day == self.last) for day, label in labels.items())
        return newer, older

    @property
    def weeks(self) -> list[list[date]]:
        """The month of the last day, Monday first, filled up with days of the months beside it."""
        return Calendar().monthdatescalendar(self.last.year, self.last.month)

    @property
    def month_before(self) -> date:
        return self.last.replace(day=1) - timedelta(days=1)

    @property
    def month_after(self) -> date | None:
        """None when it would lie in the future."""
        following = (self.last.replace(day=1) + timedelta(days=31)).replace(day=1)
        return following if following <= self.today else None

    def of_length(self, name: str) -> str:
        return query(name, self.last)

    def of_day(self, day: date) -> str:
        return query(self.name, day)


def query(name: str, day: date) -> str:
    return f"day={day}" if name == "day" else f"day={day}&period={name}"


def read_period(name: str, day: str, hours: OpeningHours, now: datetime, last_day: date | None) -> Period:
    """From what stands in the address; ValueError says what is wrong with it.

    Without a day it is the last day with data; before opening, and on a closed day, the open day before.
    """
    if name not in LENGTHS:
        raise ValueError(f"A period is one of {', '.join(LENGTHS)}, not {name[:20]!r}.")
    today = hours.business_day(now)
    before = _open_before(hours, today)
    usual = min(last_day or today, today if _begun(hours, today, now) else before)
    return Period(name, _day(day, today) if day else usual, today, before, hours.is_open(now))


def _begun(hours: OpeningHours, today: date, now: datetime) -> bool:
    span = hours.span(today)
    return span is not None and now >= span[0]


def _open_before(hours: OpeningHours, today: date) -> date:
    days = [today - timedelta(days=back) for back in range(1, 15)]
    return next((day for day in days if hours.span(day)), days[0])


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:20]!r} is no date; a date is written 2026-11-21.") from None
    if not EARLIEST <= day <= today:
        raise ValueError(f"{day} lies {'in the future' if day > today else 'before anything was counted'}.")
    return day
