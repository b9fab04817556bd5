"""Turns estimates into released measures: with their quality, 'too few' and 'no data', baselines and goals."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from central.reports.shapes import Flag, Measure
from central.reports.window import FEWEST_BASELINES, Quality
from central.scores.estimate import Estimate, Interval, mean
from central.scores.experience import FEWEST
from central.scores.quality import is_partial

Measures = dict[str, Measure]


def counted(value: float, quality: Quality, unit: str = "") -> Measure:
    """A count that every quarter tells, zeros included; no data when no quarter did."""
    heard = quality.received > 0
    shown, n = (value, int(value)) if heard else (None, 0)
    if quality.is_past:
        return _past(shown, n)
    return _measure(shown, n, unit, None, quality, heard, True)


def estimated(estimate: Estimate, quality: Quality, unit: str = "%", fewest: int = FEWEST) -> Measure:
    """An estimate, held back below k; 'too few' where something was heard, else 'no data'."""
    value, n, interval = estimate
    if quality.is_past:
        return _past(None if n < fewest else value, n)
    if value is None or n < fewest:
        return _measure(None, n, unit, None, quality, quality.received > 0 or n > 0, False)
    return _measure(value, n, unit, interval, quality, quality.received > 0 or n > 0, True)


def plain(value: float | None, n: int, quality: Quality, unit: str, fewest: int = FEWEST) -> Measure:
    """An estimate without an interval."""
    return estimated(Estimate(value, n), quality, unit, fewest)


def flagged(measure: Measure, flag: Flag, when: bool = True) -> Measure:
    return changed(measure, flags=(*measure.flags, flag)) if when else measure


def _past(value: float | None, n: int) -> Measure:
    """Of a week before nothing but the value is ever asked for, and there are eight of them."""
    return _made(value=value, n=n)


def _measure(
    value: float | None,
    n: int,
    unit: str,
    interval: Interval | None,
    quality: Quality,
    heard: bool,
    enough: bool,
) -> Measure:
    flags, coverage = _flags(quality, heard, enough), quality.coverage
    return _made(
        value=value,
        n=n,
        unit=unit,
        interval=interval,
        coverage=coverage,
        completeness=quality.completeness,
        flags=flags,
    )


def _made(**fields: Any) -> Measure:
    """A measure with these fields. A page has ten thousand, and a frozen dataclass is slow to set them one by one."""
    measure = _new(Measure)
    measure.__dict__.update(fields)
    return measure


_new: Callable[[type[Measure]], Measure] = object.__new__


def changed(measure: Measure, **fields: Any) -> Measure:
    """The same but for these fields."""
    return _made(**measure.__dict__ | fields)


def _flags(quality: Quality, heard: bool, enough: bool) -> tuple[Flag, ...]:
    if not heard:
        return (Flag.NO_DATA,)
    partial = (Flag.PARTIAL,) if is_partial(quality.completeness, quality.coverage) else ()
    return partial if enough else (*partial, Flag.TOO_FEW)


def compared(now: Measures, before: Iterable[Mapping[str, Measure]]) -> Measures:
    """Each measure with its baseline: its mean over the weeks before, where at least three of them have it."""
    weeks = list(before)
    return {name: changed(measure, baseline=_baseline(name, weeks)) for name, measure in now.items()}


def _baseline(name: str, weeks: Sequence[Mapping[str, Measure]]) -> float | None:
    values = [week[name].value for week in weeks if name in week]
    known = [value for value in values if value is not None]
    return mean(known) if len(known) >= FEWEST_BASELINES else None


_GOAL_OF = {"index_clean": "happy_index", "index_smoothed": "happy_index", "assistance": "sla_120"}
"""Measures that are another one under a name of their own, or its better estimate."""


def with_goals(measures: Measures, goals: Mapping[str, float]) -> Measures:
    """The chain's target beside each measure that has one, in the measure's own unit."""
    return {name: with_goal(each, goals, name) for name, each in measures.items()}


def with_goal(measure: Measure, goals: Mapping[str, float], name: str) -> Measure:
    """The target that is set under this name."""
    goal = goals.get(name, goals.get(_GOAL_OF.get(name, ""), measure.goal))
    return changed(measure, goal=goal)
