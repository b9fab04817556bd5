"""Which days a page speaks of, and the ways to the days before and after."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from events.hours import OpeningHours

LENGTHS = {"day": 1, "week": 7, "4weeks": 28}
LABELS = {"day": "Day", "week": "Week", "4weeks": "4 weeks"}
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True)
class Period:
    name: str
    last: date
    today: date

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

    def of_length(self, name: str) -> str:
        return query(name, self.last)


def query(name: str, day: date) -> str:
    return f"day={day}" if name == "day" else f"day={day}&period={name}"


def read_period(name: str, day: str, hours: OpeningHours, now: datetime, last_day: date | None) -> Period:
    """From what stands in the address; ValueError says what is wrong with it.

    Without a day it is today while the store is open and has data, else the last day with data.
    """
    if name not in LENGTHS:
        raise ValueError(f"A period is one of {', '.join(LENGTHS)}, not {name[:20]!r}.")
    today = hours.business_day(now)
    return Period(name, _day(day, today) if day else min(last_day or today, today), today)


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:20]!r} is no date; a date is written 2026-11-21.") from None
    if not EARLIEST <= day <= today:
        raise ValueError(f"{day} lies {'in the future' if day > today else 'before anything was counted'}.")
    return day
