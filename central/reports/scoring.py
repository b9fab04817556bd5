"""Scores as pages show them: value, confidence, and every part with how to get it where it is missing."""

from collections.abc import Mapping, Sequence

from central.reports.measuring import with_goal
from central.reports.shapes import Flag, Measure, Score, ScorePart
from central.scores.estimate import Estimate
from central.scores.experience import Experience, Part, experience
from central.scores.quality import COVERED


def part(name: str, weight: float, utility: Estimate, coverage: float | None, missing: str) -> ScorePart:
    """A part of a score; `missing` is told only when it does not count."""
    counts = Part(weight, utility, coverage).counts
    if utility.value is not None and coverage is not None and coverage < COVERED:
        missing = f"the camera saw only {100 * coverage:.0f} % of the open time"
    flags = () if counts else (Flag.TOO_FEW if utility.n else Flag.NO_DATA,)
    measure = Measure(utility.value, utility.n, "points", utility.interval, coverage, flags=flags)
    return ScorePart(name, weight, measure, "" if counts else missing)


GOALS = {"ZX": "zone_experience", "FX": "fitting_rooms"}
"""Score -> the name under which the chain sets its goal."""


def score_of(name: str, parts: Sequence[ScorePart], goals: Mapping[str, float]) -> Score:
    """The weighted mean of the parts that count, against the chain's goal for it."""
    found = experience([_plain(each) for each in parts])
    return Score(name, with_goal(_measure(found), goals, GOALS[name]), found.confidence, tuple(parts))


def _plain(each: ScorePart) -> Part:
    utility = each.utility
    return Part(each.weight, Estimate(utility.value, utility.n, utility.interval), utility.coverage)


def _measure(found: Experience) -> Measure:
    flags = () if found.value is not None else (Flag.TOO_FEW if found.confidence else Flag.NO_DATA,)
    return Measure(found.value, found.n, "points", found.interval, flags=flags)
