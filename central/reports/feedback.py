"""The feedback report: what was said at each kiosk, raw and clean, by hour, with reasons."""

from contextlib import closing
from datetime import date, datetime

from central.reports.doors import store_entries
from central.reports.measuring import Measures, changed, compared, estimated, with_goal, with_goals
from central.reports.shapes import FeedbackReport, Flag, HourRow, KioskFeedback, Measure, ReasonCount
from central.reports.votes import Votes, smileys, smoothed, taps_of, votes_by_question
from central.reports.window import Quality, Stretch, Window, open_window
from central.scores import feedback as said
from central.scores.estimate import Estimate, share
from central.scores.footfall import Hour, footfall_weighted_index
from central.store import Store
from central.store.families import CROSSINGS, HEARD, IMPRESSIONS, REASONS, TAPS
from events.facts import QuestionKind
from events.hours import Step
from events.site import Kiosk


def feedback_report(
    store: Store, store_id: str, first: date, last: date, now: datetime | None = None
) -> FeedbackReport:
    """Every kiosk of the plan, once for each question it asked; UnknownStore when the plan has no such store."""
    with closing(open_window(store, store_id, first, last, now)) as window:
        taps = window.last_words()
        kiosks = []
        for kiosk in window.shop.kiosks:
            word = taps.get(kiosk.device)
            kiosks += _kiosk(window, kiosk, word.last_tap if word else None)
        return FeedbackReport(store_id, window.shop.name, first, last, tuple(kiosks), overall(window))


def overall(window: Window) -> Measures:
    """All smiley kiosks of the store together."""
    before = [index_measures(week.whole, week.shop.kiosks) for week in window.earlier]
    measures = compared(index_measures(window.whole, window.shop.kiosks), before)
    votes = smileys(taps_of(window.sheet(TAPS), window.shop.kiosks))
    if votes is not None:
        measures["index_smoothed"] = estimated(
            smoothed(window, votes), _quality(window.whole, window.shop.kiosks), "points"
        )
        measures["index_footfall_weighted"] = footfall_weighted(window, window.shop.kiosks)
    return with_goals(measures, window.plan.goals)


def ranked_index(window: Window) -> Measure:
    """The index that rankings use, smoothed; without a smiley vote, the one that says so."""
    votes = smileys(taps_of(window.sheet(TAPS), window.shop.kiosks))
    if votes is None:
        return overall(window)["happy_index"]
    measure = estimated(smoothed(window, votes), _quality(window.whole, window.shop.kiosks), "points")
    return with_goal(measure, window.plan.goals, "index_smoothed")


def index_measures(stretch: Stretch, kiosks: tuple[Kiosk, ...]) -> Measures:
    """`index_raw`, `index_clean`, `happy_index` (the clean one), `net_happiness`, `top2`, `flag_rate`, `votes`."""
    quality = _quality(stretch, kiosks)
    votes = smileys(taps_of(stretch.sheets(TAPS), kiosks))
    return _silent(quality) if votes is None else _smiley_measures(votes, quality)


def _silent(quality: Quality) -> Measures:
    nothing = Estimate(None, 0)
    names = ("index_raw", "index_clean", "happy_index", "net_happiness")
    shares = {name: estimated(nothing, quality) for name in ("top2", "flag_rate")}
    return {name: estimated(nothing, quality, "points") for name in names} | shares | {"votes": _votes(0, quality)}


def _smiley_measures(votes: Votes, quality: Quality) -> Measures:
    raw, clean = votes.levels("raw"), votes.levels()
    index = estimated(Estimate(said.happy_index(clean), sum(clean), said.index_interval(clean)), quality, "points")
    return {
        "index_raw": estimated(Estimate(said.happy_index(raw), sum(raw), said.index_interval(raw)), quality, "points"),
        "index_clean": index,
        "happy_index": index,
        "net_happiness": estimated(Estimate(said.net_happiness(clean), sum(clean)), quality, "points"),
        "top2": estimated(said.top2_share(clean), quality),
        "flag_rate": estimated(said.flag_rate(sum(raw), votes.flagged), quality),
        "votes": _votes(sum(raw), quality),
    }


def _other_measures(votes: Votes, quality: Quality) -> Measures:
    raw, clean = votes.levels("raw"), votes.levels()
    unit = "points" if votes.kind is QuestionKind.NPS else "%"
    return {
        "score": estimated(said.question_score(votes.kind, clean), quality, unit),
        "score_raw": estimated(said.question_score(votes.kind, raw), quality, unit),
        "flag_rate": estimated(said.flag_rate(sum(raw), votes.flagged), quality),
        "votes": _votes(sum(raw), quality),
    }


def _votes(n: int, quality: Quality) -> Measure:
    """All votes, flagged ones too. One is sent as it is cast: none is none, once the kiosk was heard at all."""
    heard = n > 0 or quality.received > 0
    flags = () if heard else (Flag.NO_DATA,)
    return Measure(n if heard else None, n, "votes", completeness=quality.completeness, flags=flags)


def _quality(stretch: Stretch, kiosks: tuple[Kiosk, ...]) -> Quality:
    """Quarters in which the kiosks were heard of; a kiosk that sends no sign of life is judged by its taps alone."""
    heard = stretch.sheets(HEARD)
    each = [stretch.quality(mine, valid=False) for kiosk in kiosks if len(mine := heard.of(device=kiosk.device))]
    return Quality(sum(one.received for one in each), sum(one.due for one in each), is_past=stretch.is_past)


def _kiosk(window: Window, kiosk: Kiosk, last_tap: datetime | None) -> list[KioskFeedback]:
    questions = votes_by_question(window.sheet(TAPS).of(device=kiosk.device))
    if not questions:
        measures = _kiosk_measures(window.whole, kiosk, None)
        return [KioskFeedback(kiosk.device, kiosk.label, "", "", (), measures, (), (), last_tap)]
    return [
        _question(window, kiosk, question, votes, only=len(questions) == 1, last_tap=last_tap)
        for question, votes in questions.items()
    ]


def _question(
    window: Window, kiosk: Kiosk, question: str, votes: Votes, only: bool, last_tap: datetime | None
) -> KioskFeedback:
    before = [_kiosk_measures(week.whole, kiosk, question) for week in window.earlier]
    measures = compared(_kiosk_measures(window.whole, kiosk, question), before)
    if votes.kind is QuestionKind.SMILEY:
        quality = _quality(window.whole, (kiosk,))
        measures["index_smoothed"] = estimated(smoothed(window, votes), quality, "points")
        measures["index_footfall_weighted"] = footfall_weighted(window, (kiosk,))
    return KioskFeedback(
        kiosk.device,
        kiosk.label or kiosk.device,
        question,
        votes.kind.value,
        votes.levels("raw"),
        with_goals(measures, window.plan.goals),
        hours(window, kiosk, question),
        reasons(window, kiosk, None if only else question),
        last_tap,
    )


def _kiosk_measures(stretch: Stretch, kiosk: Kiosk, question: str | None) -> Measures:
    quality = _quality(stretch, (kiosk,))
    taps = stretch.sheets(TAPS).of(device=kiosk.device)
    votes = votes_by_question(taps).get(question or "")
    if votes is None:
        measures = _silent(quality)
    elif votes.kind is QuestionKind.SMILEY:
        measures = _smiley_measures(votes, quality)
    else:
        measures = _other_measures(votes, quality)
    return measures | _reach(stretch, kiosk, sum(votes.levels("raw")) if votes else 0)


def _reach(stretch: Stretch, kiosk: Kiosk, votes: int) -> Measures:
    """`response_rate` where the kiosk is paired with an exit line, `skip_rate` where it has a presence sensor."""
    found = {}
    line = next((line for line in stretch.shop.lines if line.name == kiosk.exit_line), None)
    if line is not None:
        crossings = stretch.sheets(CROSSINGS).of(device=line.device, line=line.name)
        rate = said.response_rate(votes, crossings.sum("outs"))
        found["response_rate"] = estimated(rate, stretch.quality(crossings))
    impressions = stretch.sheets(IMPRESSIONS).of(device=kiosk.device)
    if len(impressions):
        rate = said.skip_rate(impressions.sum("presences"), impressions.sum("tapped"))
        found["skip_rate"] = estimated(rate, stretch.quality(impressions, valid=False))
    return found


def hours(window: Window, kiosk: Kiosk, question: str) -> tuple[HourRow, ...]:
    """The kiosk by open hour."""
    weeks = [{each.label: each for each in week.stretches(Step.HOUR)} for week in window.earlier]
    rows = []
    for stretch in window.stretches(Step.HOUR):
        before = [week[stretch.label] for week in weeks if stretch.label in week]
        earlier = [_kiosk_measures(each, kiosk, question) for each in before]
        measures = compared(_kiosk_measures(stretch, kiosk, question), earlier)
        assert stretch.start is not None
        rows.append(HourRow(stretch.start, stretch.seconds, stretch.label, measures))
    return tuple(rows)


def reasons(window: Window, kiosk: Kiosk, question: str | None) -> tuple[ReasonCount, ...]:
    """Most named first; of every question where `question` is None."""
    sheet = window.sheet(REASONS).of(device=kiosk.device)
    sheet = sheet if question is None else sheet.of(question=question)
    total = sheet.sum("votes")
    quality = _quality(window.whole, (kiosk,))
    counts = [(sheet.of(reason=reason).sum("votes"), reason) for reason in sheet.keys("reason")]
    return tuple(
        ReasonCount(reason, votes, estimated(share(votes, total), quality))
        for votes, reason in sorted(counts, key=lambda each: (-each[0], each[1]))
    )


def footfall_weighted(window: Window, kiosks: tuple[Kiosk, ...]) -> Measure:
    """HI_fw of the clean votes, hours neither smoothed nor rounded; flagged where hours had to be pooled."""
    days = [_footfall_hours(window.day(day), kiosks) for day in window.days]
    found = footfall_weighted_index(days)
    quality = _quality(window.whole, kiosks)
    measure = estimated(Estimate(found.value, found.votes, found.interval), quality, "points")
    if found.pooled and measure.value is not None:
        return changed(measure, flags=(*measure.flags, Flag.POOLED), pooled=found.pooled)
    return measure


def _footfall_hours(day: Window, kiosks: tuple[Kiosk, ...]) -> list[Hour]:
    hours = []
    for stretch in day.stretches(Step.HOUR):
        votes = smileys(taps_of(stretch.sheets(TAPS), kiosks))
        levels = votes.levels() if votes else ()
        index = said.happy_index(levels) if votes else None
        hours.append(Hour(store_entries(stretch), sum(levels), (index or 0.0) * sum(levels)))
    return hours
