"""The zone experience score of one zone, with what is missing in words."""

from collections.abc import Sequence

from central.reports.measuring import Measures
from central.reports.scoring import part, score_of
from central.reports.shapes import Score, ScorePart
from central.reports.votes import smileys, smoothed, taps_of
from central.reports.window import Window
from central.scores.estimate import Estimate
from central.scores.experience import (
    ZX_WEIGHTS,
    ease_of_crowding,
    engagement_against_goal,
    engagement_against_history,
)
from central.store.families import TAPS
from events.site import Kiosk, PlaceKind, Zone, ZoneKind

WAITING = (ZoneKind.QUEUE, ZoneKind.CHECKOUT)


def zone_score(window: Window, zone: Zone, measures: Measures, before: Sequence[Measures]) -> Score:
    """ZX = sum(w U) / sum(w) over sentiment, ease and engagement."""
    parts = (
        sentiment(window, kiosks_of(window, zone), ZX_WEIGHTS["sentiment"], f"zone {zone.label or zone.name}"),
        _ease(zone, measures),
        _engagement(zone, measures, before, goals_of(window, zone).get("engagement")),
    )
    return score_of("ZX", parts, window.plan.goals)


def goals_of(window: Window, zone: Zone) -> dict[str, float]:
    """The chain's goals, and the zone's own in their place; shares in per cent."""
    own = {} if zone.engagement_goal is None else {"engagement": 100 * zone.engagement_goal}
    return window.plan.goals | own


def kiosks_of(window: Window, zone: Zone) -> list[Kiosk]:
    """Those that ask about the zone; at a queue or a checkout also the checkout's own."""
    at_checkout = zone.kind in WAITING
    return [
        kiosk
        for kiosk in window.shop.kiosks
        if kiosk.at == zone.name or (at_checkout and kiosk.place is PlaceKind.CHECKOUT and not kiosk.at)
    ]


def sentiment(window: Window, kiosks: Sequence[Kiosk], weight: float, place: str) -> ScorePart:
    """U_s = HI_s of the kiosks paired with the place; never filled in from cameras."""
    votes = smileys(taps_of(window.sheet(TAPS), kiosks))
    estimate = Estimate(None, 0) if votes is None else smoothed(window, votes)
    missing = (
        f"pair a smiley kiosk with {place}" if not kiosks else "too few votes: wait for more, or look at a longer time"
    )
    return part("sentiment", weight, estimate, None, missing)


def _ease(zone: Zone, measures: Measures) -> ScorePart:
    weight = ZX_WEIGHTS["ease"]
    if zone.kind is ZoneKind.QUEUE:
        sla = measures["sla"]
        estimate = Estimate(sla.value, sla.n, sla.interval)
        return part("ease", weight, estimate, sla.coverage, "too few people were served to judge the waits")
    crowded = measures["crowding"]
    estimate = ease_of_crowding(None if crowded.value is None else crowded.value / 100, measures["visits"].n)
    return part("ease", weight, estimate, crowded.coverage, "no occupancy was released: too few stays, or no camera")


def _engagement(zone: Zone, measures: Measures, before: Sequence[Measures], goal: float | None) -> ScorePart:
    """`goal` in per cent; without one the zone is held against its own weeks."""
    weight, measure = ZX_WEIGHTS["engagement"], measures["engagement"]
    if zone.kind in WAITING:
        return part("engagement", weight, Estimate(None, 0), None, "a longer stay in a queue is no engagement")
    rate = Estimate(measure.value, measure.n, measure.interval)
    if goal:
        return part("engagement", weight, engagement_against_goal(rate, goal / 100), measure.coverage, _FEW)
    past = [week["engagement"].value for week in before]
    estimate = engagement_against_history(rate, [value for value in past if value is not None])
    return part(
        "engagement", weight, estimate, measure.coverage, "set an engagement goal, or wait for three weeks of history"
    )


_FEW = "too few stays: look at a longer time"
