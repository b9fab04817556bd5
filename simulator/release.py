"""The release rules of the metrics page, written plainly: what may leave a device, and when.

The product's own k-anonymous release lives in another room; this one is independent, so that each can be held against
the metrics page on its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from events.facts import Cell
from events.hours import OpeningHours, Step, end_of

K = 5
Hours = tuple[int, ...]
"""Indices of hours of a business day."""


@dataclass(frozen=True)
class Release:
    """One record: its cell, and the hours of the day whose content it holds."""

    cell: Cell
    hours: Hours


def releases(opening: OpeningHours, day: date, enough: Callable[[Hours], bool]) -> list[Release]:
    """The hour, else the day part, else the day, whichever first holds enough; no hour is in two records."""
    hours = opening.cells(day, Step.HOUR)
    found: list[Release] = []
    waiting: list[int] = []
    for part in opening.cells(day, Step.PART):
        pending = []
        for index in _inside(hours, part):
            if enough((index,)):
                found.append(Release(hours[index], (index,)))
            else:
                pending.append(index)
        if pending and enough(tuple(pending)):
            found.append(Release(part, tuple(pending)))
        else:
            waiting += pending
    if waiting and enough(tuple(waiting)):
        found += [Release(cell, tuple(waiting)) for cell in opening.cells(day, Step.DAY)]
    return found


def _inside(hours: Sequence[Cell], part: Cell) -> list[int]:
    return [index for index, hour in enumerate(hours) if part.start <= hour.start < end_of(part)]


def shared_out(contributions: Sequence[dict[int, float]]) -> bool:
    """Whether k people make up person-seconds of which none has more than half."""
    totals: dict[int, float] = {}
    for hour in contributions:
        for person, seconds in hour.items():
            totals[person] = totals.get(person, 0.0) + seconds
    return len(totals) >= K and max(totals.values()) <= sum(totals.values()) / 2


def tens(seconds: float) -> int:
    """Rounded to 10 s."""
    return round(seconds / 10) * 10
