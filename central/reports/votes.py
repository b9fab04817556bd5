"""Votes of kiosks: by level, and against what the 28 days before lead one to expect."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from sqlalchemy import Connection, func, select

from central.reports.window import Window, seconds_of
from central.scores.estimate import Estimate
from central.scores.feedback import level_shares, prior_weight, smoothed_index, weights
from central.store import tables
from central.store.families import TAPS
from central.store.reading import Sheet
from events.facts import QuestionKind
from events.site import Kiosk

PRIOR_DAYS = 28

Levels = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Votes:
    """The taps of one question at one kiosk (or of several together, when they share the scale)."""

    kind: QuestionKind
    scale: int
    sheet: Sheet

    def levels(self, column: str = "clean") -> Levels:
        """Votes per answer: smileys best first, the others in the order of their numbers."""
        found = dict.fromkeys(answers(self.kind, self.scale), 0)
        answer_at, votes_at = self.sheet.place("answer"), self.sheet.place(column)
        for row in self.sheet.rows:
            if row[answer_at] in found:
                found[row[answer_at]] += row[votes_at]
        return tuple(found.values())

    @cached_property
    def flagged(self) -> int:
        return sum(self.levels("flagged"))


def answers(kind: QuestionKind, scale: int) -> range:
    """The answers that a question can take."""
    match kind:
        case QuestionKind.NPS:
            return range(11)
        case QuestionKind.YES_NO:
            return range(2)
        case _:
            return range(1, scale + 1)


def votes_by_question(taps: Sheet) -> dict[str, Votes]:
    """Question -> its votes; when a question changed its scale, the one with the most taps speaks."""
    found = {}
    for question in taps.keys("question"):
        mine = taps.of(question=question)
        kinds = {
            (kind, scale): mine.of(kind=kind, scale=scale) for kind in mine.keys("kind") for scale in mine.keys("scale")
        }
        (kind, scale), sheet = max(kinds.items(), key=lambda item: item[1].sum("raw"))
        found[question] = Votes(QuestionKind(kind), scale, sheet)
    return found


def smileys(taps: Sheet) -> Votes | None:
    """The smiley votes of a sheet, in the scale with the most taps; None without any."""
    mine = taps.of(kind=QuestionKind.SMILEY.value)
    if not len(mine):
        return None
    scale = max(mine.keys("scale"), key=lambda each: mine.of(scale=each).sum("raw"))
    return Votes(QuestionKind.SMILEY, scale, mine.of(scale=scale))


@dataclass(frozen=True)
class Prior:
    """What is expected before a vote is heard: the level shares p0, and W, how many votes that is worth."""

    shares: tuple[float, ...]
    weight: float


def prior_of(window: Window, scale: int) -> Prior | None:
    """From the 28 days before the window: the store's smileys, else the chain's; None where there were none."""
    if ("prior", scale) not in window.memory:
        window.memory["prior", scale] = _found_prior(window, scale)
    found: Prior | None = window.memory["prior", scale]
    return found


def _found_prior(window: Window, scale: int) -> Prior | None:
    end = window.first
    start = end - timedelta(days=PRIOR_DAYS)
    earlier = window.over(start, end - timedelta(days=1))
    if not earlier.spans:
        return None
    bounds = seconds_of(earlier.spans[0][0]), seconds_of(earlier.spans[-1][1])
    for site in (window.site, None):
        prior = _prior(_kiosks(window.connection, site, bounds, scale))
        if prior is not None:
            return prior
    return None


def _prior(kiosks: Sequence[Levels]) -> Prior | None:
    total = [sum(column) for column in zip(*kiosks, strict=True)]
    shares = level_shares(total)
    return None if shares is None else Prior(shares, prior_weight(kiosks, weights(len(shares))))


def _kiosks(connection: Connection, site: int | None, bounds: tuple[int, int], scale: int) -> list[Levels]:
    """Clean smiley votes per level of each kiosk; of all stores where `site` is None."""
    taps = tables.rollups[TAPS].c
    wanted = (
        select(taps.site, taps.device, taps.answer, func.sum(taps.clean).label("votes"))
        .where(taps.start >= bounds[0], taps.start < bounds[1])
        .where(taps.kind == QuestionKind.SMILEY.value, taps.scale == scale, taps.answer >= 1)
        .group_by(taps.site, taps.device, taps.answer)
        .order_by(taps.site, taps.device, taps.answer)
    )
    if site is not None:
        wanted = wanted.where(taps.site == site)
    kiosks: dict[tuple[int, str], list[int]] = {}
    for row in connection.execute(wanted):
        kiosks.setdefault((row.site, row.device), [0] * scale)[row.answer - 1] += int(row.votes)
    return [tuple(levels) for levels in kiosks.values()]


def smoothed(window: Window, votes: Votes) -> Estimate:
    """HI_s of smiley votes; without a prior, the index as it stands."""
    levels = votes.levels()
    prior = prior_of(window, votes.scale)
    if prior is not None:
        return smoothed_index(levels, prior.shares, prior.weight)
    shares = level_shares(levels)
    return Estimate(None, 0) if shares is None else smoothed_index(levels, shares, 0.0)


def taps_of(taps: Sheet, kiosks: Iterable[Kiosk]) -> Sheet:
    """The taps of these kiosks together."""
    devices = {kiosk.device for kiosk in kiosks}
    return Sheet(taps.family, [row for row in taps.rows if row[2] in devices])
