"""The chain's stores side by side."""

from datetime import date, datetime

from central.reports.day import stops_of
from central.reports.doors import door_measures
from central.reports.feedback import overall
from central.reports.journey import Stops
from central.reports.measuring import compared, with_goal, with_goals
from central.reports.shapes import ChainReport, Flag, Measure, Score, StoreRank
from central.reports.window import Window, open_window
from central.reports.zonescore import goals_of
from central.scores.estimate import mean
from central.store import Store
from central.store.families import HEARD
from central.store.plans import load_plan


def chain_report(store: Store, first: date, last: date, now: datetime | None = None) -> ChainReport:
    """Every store of the plan in the plan's order; a chain without a plan has no stores."""
    plan = load_plan(store)
    if plan is None:
        return ChainReport("", first, last, (), {})
    ranks = tuple(_rank(open_window(store, shop.id, first, last, now)) for shop in plan.stores)
    return ChainReport(plan.chain, first, last, ranks, plan.goals)


def _rank(window: Window) -> StoreRank:
    said, stops = overall(window), stops_of(window)
    doors = compared(door_measures(window.whole), [door_measures(week.whole) for week in window.earlier])
    zones = [score for _, score in stops.zones.values()]
    rooms = [score for _, score in stops.groups.values()]
    return StoreRank(
        window.shop.id,
        window.shop.name,
        window.shop.region,
        said.get("index_smoothed", said["happy_index"]),
        with_goals(doors, window.plan.goals)["entries"],
        with_goal(_together(zones), window.plan.goals, "zone_experience"),
        with_goal(_together(rooms), window.plan.goals, "fitting_rooms"),
        completeness_of(window),
        parts_of(window, stops),
    )


def _together(scores: list[Score]) -> Measure:
    """The plain mean of the scores that there are."""
    known = [score.value.value for score in scores if score.value.value is not None]
    return Measure(mean(known), len(known), "points", flags=() if known else (Flag.NO_DATA,))


def parts_of(window: Window, stops: Stops) -> frozenset[str]:
    """The parts that stand behind the scores; engagement counts as comparable only against a goal."""
    zones = {
        ("engagement against goal" if goals_of(window, zone).get("engagement") else "engagement")
        if part.name == "engagement"
        else part.name
        for zone, (_, score) in stops.zones.items()
        for part in score.parts
        if not part.missing
    }
    rooms = {f"rooms: {part.name}" for _, score in stops.groups.values() for part in score.parts if not part.missing}
    return frozenset(zones | rooms)


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
