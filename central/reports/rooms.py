"""The fitting-room report: use, waits, and whether help came."""

from contextlib import closing
from datetime import date, datetime

from central.reports.measuring import Measures, compared, counted, estimated, plain, with_goals
from central.reports.scoring import part, score_of
from central.reports.shapes import HourRow, Measure, RoomsOfGroup, RoomsReport, Score
from central.reports.window import Stretch, Window, open_window
from central.reports.zonescore import sentiment
from central.scores import rooms as served
from central.scores.estimate import Estimate
from central.scores.experience import FX_WEIGHTS, room_to_spare
from central.store import Store
from central.store.families import CALLS, ROOM_USE, ROOMS, Family
from central.store.reading import Sheet
from events.hours import Step
from events.site import Kiosk, PlaceKind, RoomGroup


def rooms_report(store: Store, store_id: str, first: date, last: date, now: datetime | None = None) -> RoomsReport:
    """Every group of fitting rooms; UnknownStore when the plan has no such store."""
    with closing(open_window(store, store_id, first, last, now)) as window:
        groups = tuple(rooms_of_group(window, group) for group in window.shop.room_groups)
        return RoomsReport(store_id, window.shop.name, first, last, groups)


def rooms_of_group(window: Window, group: RoomGroup) -> RoomsOfGroup:
    """One group over the window, against the same weekdays before."""
    measures = compared(
        room_measures(window.whole, group), [room_measures(week.whole, group) for week in window.earlier]
    )
    calls = _sheet(window.whole, CALLS, group)
    ended = calls.sum("answered") + calls.sum("unanswered") + calls.sum("withdrawn")
    return RoomsOfGroup(
        group.name,
        group.label or group.name,
        group.rooms,
        with_goals(measures, window.plan.goals),
        fitting_room_score(window, group, measures),
        _hours(window, group),
        max(0, calls.sum("calls") - ended),
    )


def _hours(window: Window, group: RoomGroup) -> tuple[HourRow, ...]:
    weeks = [{each.label: each for each in week.stretches(Step.HOUR)} for week in window.earlier]
    rows = []
    for stretch in window.stretches(Step.HOUR):
        before = [room_measures(week[stretch.label], group) for week in weeks if stretch.label in week]
        assert stretch.start is not None
        measures = compared(room_measures(stretch, group), before)
        rows.append(HourRow(stretch.start, stretch.seconds, stretch.label, measures))
    return tuple(rows)


def _sheet(stretch: Stretch, family: Family, group: RoomGroup) -> Sheet:
    return stretch.sheets(family).of(device=group.device, room_group=group.name)


def room_measures(stretch: Stretch, group: RoomGroup) -> Measures:
    """All measures of a group over a stretch; see `RoomsOfGroup.measures`. Shares are in per cent."""
    quarters, use = _sheet(stretch, ROOMS, group), _sheet(stretch, ROOM_USE, group)
    quality = stretch.quality(quarters, valid=False)
    sessions, waits, no_wait = use.histogram("session"), use.histogram("wait"), use.sum("no_wait")
    occupied = served.utilisation(use.sum("occupied_seconds"), use.sum("room_seconds"))
    full = served.saturation(use.sum("saturated_seconds"), use.sum("seconds"))
    n = sum(sessions)
    return {
        "sessions": counted(quarters.sum("sessions"), quality, "sessions"),
        "arrivals": counted(quarters.sum("arrivals"), quality, "people"),
        "checks": counted(quarters.sum("checks"), quality, "rooms"),
        "utilisation": plain(_per_cent(occupied), n, quality, "%"),
        "saturation": plain(_per_cent(full), n, quality, "%"),
        "session_median": estimated(served.session_quantile(0.5, sessions), quality, "s"),
        "session_p90": estimated(served.session_quantile(0.9, sessions), quality, "s"),
        "wait_median": estimated(served.room_wait_quantile(0.5, no_wait, waits), quality, "s"),
        "wait_p90": estimated(served.room_wait_quantile(0.9, no_wait, waits), quality, "s"),
        "wait_within_180": estimated(served.wait_within(no_wait, waits), quality),
        "turn_away": estimated(served.turn_away_rate(use.sum("turned_away"), no_wait, waits), quality),
        **_call_measures(stretch, group),
    }


def _call_measures(stretch: Stretch, group: RoomGroup) -> Measures:
    """Calls are deliberate acts: no k is asked of their counts, but of their shares."""
    calls = _sheet(stretch, CALLS, group)
    quality = stretch.quality(_sheet(stretch, ROOMS, group), valid=False)
    answered, unanswered = calls.sum("answered"), calls.sum("unanswered")
    waits = calls.histogram("answer")
    return {
        "calls": counted(calls.sum("calls"), quality, "calls"),
        "answered": counted(answered, quality, "calls"),
        "unanswered": counted(unanswered, quality, "calls"),
        "sla_120": estimated(served.assistance_sla(calls.sum("within_120"), answered, unanswered), quality),
        "answer_median": estimated(served.answer_quantile(0.5, calls.sum("at_once"), waits), quality, "s"),
    }


def _per_cent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def fitting_room_score(window: Window, group: RoomGroup, measures: Measures) -> Score:
    """FX of sentiment at the kiosk, assistance, waits and room to spare."""
    weights, few = FX_WEIGHTS, "too few {}: look at a longer time"
    saturation = measures["saturation"]
    spare = room_to_spare(None if saturation.value is None else saturation.value / 100, saturation.n)
    return score_of(
        "FX",
        (
            sentiment(window, kiosks_of(window, group), weights["sentiment"], "the fitting rooms"),
            part("assistance", weights["assistance"], _estimate(measures["sla_120"]), None, few.format("calls")),
            part("wait", weights["wait"], _estimate(measures["wait_within_180"]), None, few.format("waits")),
            part("room_to_spare", weights["room_to_spare"], spare, None, few.format("sessions")),
        ),
        window.plan.goals,
    )


def kiosks_of(window: Window, group: RoomGroup) -> list[Kiosk]:
    """The kiosks that ask about these rooms; one without a name asks about all."""
    kiosks = (kiosk for kiosk in window.shop.kiosks if kiosk.place is PlaceKind.FITTING_ROOMS)
    return [kiosk for kiosk in kiosks if kiosk.at in ("", group.name)]


def _estimate(measure: Measure) -> Estimate:
    return Estimate(measure.value, measure.n, measure.interval)
