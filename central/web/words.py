"""Measures in words: values with their units, changes with sign and word, intervals, goals and reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from central.reports.shapes import Flag, Measure
from central.web.definitions import ALL, FLAGS, definition, plain_name

FIRST = {
    "day": ("happy_index", "entries", "visits", "median_wait", "assistance", "response_rate"),
    "zones": ("wait_median", "wait_p90", "sla", "abandonment", "visits", "median", "p90", "engagement", "draw"),
    "feedback": ("happy_index", "score", "votes", "response_rate"),
    "rooms": (
        "sla_120", "wait_within_180", "wait_median", "session_median", "sessions", "utilisation", "saturation",
        "turn_away",
    ),
}  # fmt: skip
"""The numbers that a page shows at once, in this order; the others stand under 'More numbers'."""
_WITHOUT_VALUE = {Flag.TOO_FEW: "too few", Flag.NO_DATA: "no data"}
_GREY = (Flag.PARTIAL, Flag.TOO_FEW, Flag.NO_DATA, Flag.FRAGMENTED)
INDICES = ("happy_index", "index_raw", "index_clean", "index_smoothed", "index_footfall_weighted")
"""Numbers from 0 to 100 that a face can stand for."""
_POINTS = ("%", "points")
_OUT_OF_HUNDRED = (*INDICES, "zone_experience", "fitting_rooms")


@dataclass(frozen=True)
class Change:
    """How a value differs from the same weekdays before."""

    arrow: str
    text: str
    """Signed, with unit: `+3.2 points`."""
    mood: str
    """`better`, `worse` or `same`; `other` where neither direction is good in itself."""


def shown(measure: Measure) -> str:
    """The value as a reader would say it, or why there is none."""
    if measure.value is None:
        return next((word for flag, word in _WITHOUT_VALUE.items() if flag in measure.flags), "no data")
    return amount(measure.value, measure.unit)


def amount(value: float, unit: str) -> str:
    """`78.2`, `64%`, `3 min 20 s`, `1 204`."""
    if unit == "s":
        return duration(value)
    if unit == "%":
        return f"{_rounded(value)}%"
    if unit == "points":
        return _rounded(value)
    if unit == "":
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return _grouped(value)


def duration(seconds: float) -> str:
    """`48 s`, `3 min 20 s`, `2 h 05 min`."""
    sign, whole = ("-" if seconds < 0 else ""), round(abs(seconds))
    if whole < 90:
        return f"{sign}{whole} s"
    minutes, rest = divmod(whole, 60)
    if whole < 3600:
        return f"{sign}{minutes} min" + (f" {rest:02} s" if rest else "")
    return f"{sign}{minutes // 60:,} h {minutes % 60:02} min".replace(",", "\N{NARROW NO-BREAK SPACE}")


def share(part: float) -> str:
    """`64%` of a share from 0 to 1."""
    return f"{part * 100:.0f}%"


def plain(value: float | None) -> str:
    """A number for a form field; empty without one."""
    return "" if value is None else f"{value:g}"


def _rounded(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 99.95 else f"{value:.1f}".removesuffix(".0")


def _grouped(value: float) -> str:
    text = f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.1f}"
    return text.replace(",", "\N{NARROW NO-BREAK SPACE}")


def change(metric: str, measure: Measure) -> Change | None:
    """Against the same weekdays; None when there is nothing to compare with."""
    delta = measure.change
    if delta is None:
        return None
    counted = measure.unit not in ("%", "points", "s", "") and measure.value == int(measure.value or 0)
    step = amount(round(abs(delta)) if counted else abs(delta), measure.unit)
    if step in ("0", "0%", "0.0", "0.0%", "0 s"):
        return Change("=", "no change", "same")
    up = delta > 0
    return Change(
        "▲" if up else "▼", ("+" if up else "\N{MINUS SIGN}") + _points(step, measure.unit), _mood(metric, up)
    )


def _points(step: str, unit: str) -> str:
    return step.rstrip("%") + (" points" if unit in _POINTS else "")


def _mood(metric: str, up: bool) -> str:
    better = definition(metric).better
    return "other" if not better else "better" if (better == "more") == up else "worse"


def interval(measure: Measure) -> str:
    """`74.1 to 82.0`, the 95 % interval; empty without one."""
    if measure.interval is None or measure.value is None:
        return ""
    low, high = (amount(end, measure.unit) for end in measure.interval)
    return f"{low} to {high}"


def target(metric: str, value: float) -> str:
    """A goal by itself, in the words of every page: `goal 80`, `goal 90%`, `goal 3 min`."""
    timed = metric.endswith(("median", "p90")) or metric == "median_wait"
    return f"goal {amount(value, 'points' if plain_name(metric) in _OUT_OF_HUNDRED else 's' if timed else '%')}"


def goal(metric: str, measure: Measure) -> str:
    """`goal 80, 1.8 points short`, `goal 80 reached`; empty without a goal."""
    if measure.goal is None:
        return ""
    wanted = target(metric, measure.goal)
    if measure.value is None:
        return wanted
    gap = measure.value - measure.goal
    reached = gap <= 0 if definition(metric).better == "less" else gap >= 0
    missing = _points(amount(abs(gap), measure.unit), measure.unit)
    return f"{wanted} reached" if reached else f"{wanted}, {missing} {'over' if gap > 0 else 'short'}"


def grey(measure: Measure) -> bool:
    """Whether a page shows this value subdued."""
    return measure.value is None or any(flag in _GREY for flag in measure.flags)


def reasons(measure: Measure) -> list[str]:
    """Why the value cannot be trusted fully, in whole sentences."""
    flags = measure.flags or ((Flag.NO_DATA,) if measure.value is None else ())
    return [FLAGS.get(flag, str(flag)) for flag in flags]


def resting_on(parts: Iterable[str]) -> str:
    """`Zones rest on ease, sentiment; fitting rooms on waiting.` from the names of score parts."""
    places: dict[str, list[str]] = {"zones rest on": [], "fitting rooms on": []}
    for part in sorted(parts):
        place, _, name = part.rpartition(": ")
        label = definition(name).label.lower() if name in ALL else name.replace("_", " ")
        places["fitting rooms on" if place == "rooms" else "zones rest on"].append(label)
    return sentence("; ".join(f"{place} {', '.join(names)}" for place, names in places.items() if names))


def long_day(day: date) -> str:
    """`Saturday 21 November 2026`."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def days(first: date, last: date) -> str:
    """`Sat 21 Nov 2026`, or `15 Nov to 21 Nov 2026`."""
    if first == last:
        return f"{last:%a} {last.day} {last:%b %Y}"
    return f"{first.day} {first:%b} to {last.day} {last:%b %Y}"


def ago(moment: datetime | None, now: datetime) -> str:
    """`12 s ago`, `3 min ago`; `never` without a moment."""
    if moment is None:
        return "never"
    seconds = max(0.0, (now - moment).total_seconds())
    if seconds < 90:
        return f"{seconds:.0f} s ago"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min ago"
    return f"{seconds / 3600:.0f} h ago" if seconds < 129_600 else f"{seconds / 86400:.0f} days ago"


def band(value: float | None) -> int:
    """Which of the five faces stands for a score: 1 best .. 5 worst, 0 for no score."""
    if value is None:
        return 0
    return next((face for face, least in enumerate((80, 60, 40, 20), 1) if value >= least), 5)
