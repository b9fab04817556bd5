"""What the reports say of the sample shop: a Tuesday whose last hour is spoiled by the queue."""

from dataclasses import replace

import pytest

from central.reports import chain_report, dwell_report, feedback_report, rooms_report, store_day
from central.reports.shapes import Flag
from central.scores.feedback import happy_index
from central.store.plans import save_plan
from events.facts import Tap
from events.site import PlaceKind
from simulator.plan import demo_plan
from tests.central.sample import AFTER, DAY, PLAN, facts_of_day, fill, plan


@pytest.fixture(scope="module")
def day(shop):
    return store_day(shop, "s1", DAY, AFTER)


def test_the_journey_walks_through_the_store(day):
    assert [(station.kind, station.name) for station in day.stations] == [
        (PlaceKind.ENTRANCE, "entrance"),
        (PlaceKind.ZONE, "foyer"),
        (PlaceKind.ZONE, "shirts"),
        (PlaceKind.FITTING_ROOMS, "fit"),
        (PlaceKind.CHECKOUT, "queue"),
        (PlaceKind.EXIT, "kiosk-exit"),
    ]


def test_the_unhappy_hour_is_held_against_the_queue_in_it(day):
    [note] = [note for note in day.notes if "unhappiest" in note]
    assert "17 to 18 o'clock" in note
    assert "the wait at Checkout queue was 7 min" in note
    assert "over the day" in note


def test_the_entries_are_what_the_doors_counted(day):
    counted = [fact for _, fact in facts_of_day(DAY)["door-cam"] if type(fact).__name__ == "CrossingCount"]
    entries = day.tiles["entries"]
    assert entries.value == sum(fact.ins - fact.uturns for fact in counted)
    assert sum(row.measures["entries"].value for row in day.footfall) == entries.value
    assert entries.flags == (Flag.NOT_AUDITED,)


def test_the_day_is_held_against_the_same_weekday_of_the_weeks_before(day):
    entries = day.tiles["entries"]
    assert entries.baseline is not None
    assert entries.change == pytest.approx(entries.value - entries.baseline)
    assert all(row.measures["entries"].baseline is not None for row in day.footfall)


def test_a_day_that_still_runs_is_held_against_the_weeks_before_at_the_same_hour(day, shop):
    noon = day.footfall[5].start
    so_far = store_day(shop, "s1", DAY, noon).tiles["entries"].baseline
    hours = [row.measures["entries"].baseline for row in day.footfall if row.start < noon]
    assert so_far == pytest.approx(sum(hours))
    assert so_far < day.tiles["entries"].baseline


def test_two_weeks_before_are_too_few_for_a_baseline(store):
    from tests.central import sample

    sample.fill(store, weeks=3)  # the day and two before it
    assert store_day(store, "s1", DAY, AFTER).tiles["entries"].baseline is None


def test_the_goals_of_the_chain_stand_beside_their_metrics(day, shop):
    assert day.tiles["happy_index"].goal == 80
    [group] = rooms_report(shop, "s1", DAY, DAY, AFTER).groups
    assert group.measures["sla_120"].goal == 90
    shirts = dwell_report(shop, "s1", DAY, DAY, AFTER).zones[1]
    assert shirts.measures["engagement"].goal == 60


def test_a_goal_reads_the_same_on_every_page(shop, day):
    """The day, the reports behind it and the chain: one target, in the unit of what it is set for."""
    stations = {station.name: station.score.value for station in day.stations if station.score}
    zones = dwell_report(shop, "s1", DAY, DAY, AFTER).zones
    [rooms] = rooms_report(shop, "s1", DAY, DAY, AFTER).groups
    exits = feedback_report(shop, "s1", DAY, DAY, AFTER).kiosks[0].measures
    first = chain_report(shop, DAY, DAY, AFTER).stores[0]
    scores = [stations["shirts"], *(zone.score.value for zone in zones), first.zone_experience]
    assert {(score.goal, score.unit) for score in scores} == {(75, "points")}
    scores = [stations["fit"], rooms.score.value, first.fitting_rooms]
    assert {(score.goal, score.unit) for score in scores} == {(70, "points")}
    indices = [day.tiles["happy_index"], exits["index_clean"], exits["index_smoothed"], first.happy_index]
    assert {(index.goal, index.unit) for index in indices} == {(80, "points")}
    calls = [day.tiles["assistance"], rooms.measures["sla_120"]]
    assert {(call.goal, call.unit) for call in calls} == {(90, "%")}
    assert (exits["response_rate"].goal, exits["response_rate"].unit) == (10, "%")
    waits = [day.tiles["median_wait"], zones[2].measures["wait_median"]]
    assert {(wait.goal, wait.unit) for wait in waits} == {(120, "s")}


def test_a_chain_wide_goal_for_engagement_is_what_zones_without_their_own_are_held_against(store):
    fill(store, weeks=1)
    assert engagement(store, "foyer").utility.value is None, "neither a goal nor three weeks of history"
    save_plan(store, replace(plan(), goals={"engagement": 80}))
    zone = dwell_report(store, "s1", DAY, DAY, AFTER).zones[0]
    assert zone.measures["engagement"].goal == 80
    part = engagement(store, "foyer")
    assert part.utility.value == pytest.approx(100 * zone.measures["engagement"].value / 80)
    assert "engagement against goal" in chain_report(store, DAY, DAY, AFTER).stores[0].parts


def engagement(store, name):
    zones = dwell_report(store, "s1", DAY, DAY, AFTER).zones
    score = next(zone.score for zone in zones if zone.zone == name)
    return next(part for part in score.parts if part.name == "engagement")


def test_the_goals_of_the_demo_are_in_the_units_of_their_measures(shop):
    """A share is set in per cent, as it stands on the page: 10 and not 0.1."""
    assert all(1 <= target <= 100 for target in demo_plan().goals.values())
    reported = {"happy_index", "zone_experience", "fitting_rooms", "sla_120", "response_rate"}
    assert set(demo_plan().goals) <= reported


def test_repeated_taps_are_in_the_raw_index_and_not_in_the_clean_one(shop):
    exits = feedback_report(shop, "s1", DAY, DAY, AFTER).kiosks[0]
    said = [fact for _, fact in facts_of_day(DAY, long_queue=True)["kiosk-exit"] if isinstance(fact, Tap)]
    raw = [sum(tap.answer == level for tap in said) for level in (1, 2, 3, 4)]
    clean = [sum(tap.answer == level and not tap.flags for tap in said) for level in (1, 2, 3, 4)]
    assert exits.levels == tuple(raw)
    assert exits.measures["index_raw"].value == pytest.approx(happy_index(raw))
    assert exits.measures["index_clean"].value == pytest.approx(happy_index(clean))
    assert exits.measures["flag_rate"].value == pytest.approx(100 * 9 / sum(raw))
    assert exits.measures["votes"].value == sum(raw), "a flagged vote is kept, and a vote"


def test_the_response_rate_is_of_those_who_left(shop):
    exits = feedback_report(shop, "s1", DAY, DAY, AFTER).kiosks[0]
    rate = exits.measures["response_rate"]
    assert rate.value == pytest.approx(100 * exits.measures["votes"].value / rate.n)
    assert exits.measures["votes"].value > exits.measures["index_clean"].n, "flagged votes are votes"
    others = feedback_report(shop, "s1", DAY, DAY, AFTER).kiosks[1]
    assert "response_rate" not in others.measures, "not paired with a line"


def test_the_smoothed_index_lies_between_the_kiosk_and_what_was_expected(shop):
    exits = feedback_report(shop, "s1", DAY, DAY, AFTER).kiosks[0].measures
    assert exits["index_clean"].value < exits["index_smoothed"].value < exits["index_clean"].baseline


def test_reasons_are_counted_and_the_commonest_comes_first(shop):
    reasons = feedback_report(shop, "s1", DAY, DAY, AFTER).kiosks[0].reasons
    assert [reason.votes for reason in reasons] == sorted((reason.votes for reason in reasons), reverse=True)
    assert reasons[0].share.value == pytest.approx(100 * reasons[0].votes / sum(reason.votes for reason in reasons))


def test_a_footfall_weighted_index_of_several_days_has_an_interval(shop):
    from datetime import timedelta

    one = feedback_report(shop, "s1", DAY, DAY, AFTER).overall["index_footfall_weighted"]
    assert one.interval is None
    several = feedback_report(shop, "s1", DAY - timedelta(weeks=3), DAY, AFTER).overall["index_footfall_weighted"]
    assert several.interval[0] <= several.value <= several.interval[1]


def test_the_zone_score_names_the_kiosk_that_is_missing(day):
    foyer = day.stations[1].score
    assert foyer.confidence == pytest.approx(0.5)
    assert foyer.parts[0].missing == "pair a smiley kiosk with zone Foyer"
    assert foyer.parts[0].utility.value is None, "never filled in from the camera"
    shirts = day.stations[2].score
    assert shirts.confidence == pytest.approx(1)
    assert shirts.value.interval[0] < shirts.value.value < shirts.value.interval[1]


def test_the_queue_is_judged_by_its_waits_and_its_kiosk(day):
    queue = next(station for station in day.stations if station.name == "queue")
    parts = {part.name: part for part in queue.score.parts}
    assert parts["sentiment"].utility.n > 0
    assert parts["ease"].utility.value == pytest.approx(100 * 8 / 9, abs=3), "eight good hours of nine"
    assert parts["engagement"].missing


def test_the_fitting_rooms_have_all_parts_of_their_score(shop):
    [group] = rooms_report(shop, "s1", DAY, DAY, AFTER).groups
    assert [part.missing for part in group.score.parts] == [""] * 4
    assert group.score.confidence == pytest.approx(1)
    assert group.measures["utilisation"].value == pytest.approx(100 * 4300 / (4 * 3600))
    assert group.measures["saturation"].value == pytest.approx(100 * 120 / 3600)
    assert group.measures["turn_away"].value == pytest.approx(100 * 1 / 13)
    assert group.calls_open == 0
    assert len(group.hours) == 9


def test_the_dwell_report_tells_hours_parts_and_the_whole(shop):
    shirts = dwell_report(shop, "s1", DAY, DAY, AFTER).zones[1]
    assert [row.label for row in shirts.hours][:2] == ["09-10", "10-11"]
    assert [row.label for row in shirts.parts] == ["09-11", "11-14", "14-17", "17-18"]
    assert sum(row.measures["median"].n for row in shirts.hours) == shirts.measures["median"].n == 9 * 22
    assert 30 < shirts.measures["median"].value < 60, "3 s and an exponential with a mean of 60 s"
    assert shirts.measures["mean_occupancy"].value == pytest.approx(1350 / 3600)
    assert shirts.measures["crowding"].value == pytest.approx(100 * 10 / 3600)


def test_the_chain_ranks_only_what_it_can_compare(shop):
    chain = chain_report(shop, DAY, DAY, AFTER)
    first, second = chain.stores
    assert chain.goals == PLAN["goals"]
    assert first.completeness.value == 100
    assert "sentiment" in first.parts
    assert "engagement against goal" in first.parts
    assert second.happy_index.value is None
    assert second.parts == frozenset()


def test_a_chain_without_a_plan_has_no_stores(store):
    assert chain_report(store, DAY, DAY, AFTER).stores == ()
