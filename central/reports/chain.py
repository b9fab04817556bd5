"""The chain's stores side by side."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import date, datetime

from central.reports.doors import door_measures
from central.reports.dwell import customer_zones, engaged, zone_measures
from central.reports.feedback import ranked_index
from central.reports.measuring import compared, with_goal, with_goals
from central.reports.rooms import fitting_room_score, room_measures
from central.reports.shapes import ChainReport, Flag, Measure, Score, StoreRank
from central.reports.window import Window, window_of
from central.reports.zonescore import WAITING, goals_of, zone_score
from central.scores.estimate import mean
from central.store import Store
from central.store.families import HEARD
from central.store.plans import load_plan
from events.site import Zone


def chain_report(store: Store, first: date, last: date, now: datetime | None = None) -> ChainReport:
    """Every store of the plan in the plan's order; a chain without a plan has no stores."""
    plan = load_plan(store)
    if plan is None:
        return ChainReport("", first, last, (), {})
    ranks = []
    for shop in plan.stores:
        with closing(window_of(store, plan, shop, first, last, now)) as window:
            ranks.append(_rank(window))
    return ChainReport(plan.chain, first, last, tuple(ranks), plan.goals)


def _rank(window: Window) -> StoreRank:
    zones, rooms, goals = _zone_scores(window), _room_scores(window), window.plan.goals
    doors = compared(door_measures(window.whole), [door_measures(week.whole) for week in window.earlier])
    return StoreRank(
        window.shop.id,
        window.shop.name,
        window.shop.region,
        ranked_index(window),
        with_goals(doors, goals)["entries"],
        with_goal(_together(zones.values()), goals, "zone_experience"),
        with_goal(_together(rooms), goals, "fitting_rooms"),
        completeness_of(window),
        parts_of(window, zones, rooms),
    )


def _zone_scores(window: Window) -> dict[Zone, Score]:
    """Of each zone; the weeks before are read only where a zone has no goal and is held against itself."""
    scores = {}
    for zone in customer_zones(window):
        held = "engagement" in goals_of(window, zone) or zone.kind in WAITING
        before = [] if held else [{"engagement": engaged(week.whole, zone)} for week in window.earlier]
        scores[zone] = zone_score(window, zone, zone_measures(window.whole, zone), before)
    return scores


def _room_scores(window: Window) -> list[Score]:
    groups = window.shop.room_groups
    return [fitting_room_score(window, group, room_measures(window.whole, group)) for group in groups]


def _together(scores: Iterable[Score]) -> Measure:
    """The plain mean of the scores that there are."""
    known = [score.value.value for score in scores if score.value.value is not None]
    return Measure(mean(known), len(known), "points", flags=() if known else (Flag.NO_DATA,))


def parts_of(window: Window, zones: Mapping[Zone, Score], rooms: Iterable[Score]) -> frozenset[str]:
    """The parts that stand behind the scores; engagement counts as comparable only against a goal."""
    found = {f"rooms: {part.name}" for score in rooms for part in score.parts if not part.missing}
    for zone, score in zones.items():
        against_goal = {"engagement": "engagement against goal"} if goals_of(window, zone).get("engagement") else {}
        found |= {against_goal.get(part.name, part.name) for part in score.parts if not part.missing}
    return frozenset(found)


def completeness_of(window: Window) -> Measure:
    """Quarters heard of / due, over all devices that send each quarter, in per cent; a kiosk need not."""
    sheet, shop = window.sheet(HEARD), window.shop
    devices = {zone.device for zone in shop.zones} | {line.device for line in shop.lines}
    devices |= {group.device for group in shop.room_groups} | set(sheet.keys("device"))
    each = [window.whole.quality(sheet.of(device=device), valid=False) for device in devices]
    received, due = sum(one.received for one in each), sum(one.due for one in each)
    if not due:
        return Measure(None, 0, "%", flags=(Flag.NO_DATA,))
    return Measure(100 * received / due, due, "%", completeness=received / due)
