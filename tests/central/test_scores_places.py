"""Dwell, doors, queues, rooms and scores, against worked numbers."""

from itertools import pairwise
from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.scores import door, dwell, experience, quality, rooms, zone
from central.scores.estimate import Estimate, share
from events.bins import BINS, EDGES, edge_index, histogram

NONE = (0,) * BINS


def in_bins(**counts: int) -> tuple[int, ...]:
    """`s30=4` puts four stays into the bin that begins at 30 s."""
    found = [0] * BINS
    for edge, count in counts.items():
        found[edge_index(int(edge[1:]))] = count
    return tuple(found)


def test_the_median_is_linear_inside_its_bin():
    # 10 stays of 3-5 s, 10 of 5-10 s: half are over at 5 s; 15 of 20 at 7.5 s
    stays = in_bins(s3=10, s5=10)
    assert dwell.median(stays).value == pytest.approx(5.0)
    assert dwell.quantile(0.75, stays).value == pytest.approx(7.5)


def test_a_life_table_counts_half_of_the_lost_as_at_risk():
    # 20 enter; 3-5 s: 4 end, 2 are lost: q = 4/19. 5-10 s: 14 at risk, 7 end: q = 1/2.
    table = dwell.life_table(in_bins(s3=4, s5=7), in_bins(s3=2, s10=7))
    assert [row.share for row in table[:3]] == pytest.approx([1.0, 15 / 19, 15 / 38])
    greenwood = 4 / (19 * 15) + 7 / (14 * 7)
    assert table[2].error == pytest.approx(15 / 38 * greenwood**0.5)
    # S falls to 1/2 inside 5-10 s
    expected = 5 + 5 * (15 / 19 - 0.5) / (15 / 19 - 15 / 38)
    assert dwell.median(in_bins(s3=4, s5=7), in_bins(s3=2, s10=7)).value == pytest.approx(expected)


def test_lost_stays_lengthen_the_median_instead_of_shortening_it():
    ended, lost = histogram([20] * 10 + [100] * 10), histogram([20] * 10)
    treated_as_ended = tuple(a + b for a, b in zip(ended, lost, strict=True))
    assert dwell.median(ended, lost).value > dwell.median(treated_as_ended).value


def test_the_true_median_lies_in_greenwoods_interval():
    dice, inside = Random(7), 0
    for _ in range(60):
        stays = [3 + dice.expovariate(1 / 60) for _ in range(120)]
        lost_at = [3 + dice.expovariate(1 / 200) for _ in range(120)]
        ended = [stay for stay, lost in zip(stays, lost_at, strict=True) if stay <= lost]
        lost = [lost for stay, lost in zip(stays, lost_at, strict=True) if stay > lost]
        low, high = dwell.median(histogram(ended), histogram(lost)).interval
        inside += low <= 3 + 60 * 0.6931 <= high
    assert 53 <= inside <= 60, "about 95 in 100"


def test_a_quantile_in_the_open_last_bin_is_not_made_up():
    assert dwell.p90(in_bins(s1800=10)).value is None
    assert dwell.median(in_bins(s3=6, s1800=4)).value is not None
    assert dwell.median(NONE, in_bins(s3=10)).value is None, "everybody was lost at once"
    assert dwell.median(NONE) == Estimate(None, 0)


@given(
    st.lists(st.integers(0, 50), min_size=BINS, max_size=BINS),
    st.lists(st.integers(0, 50), min_size=BINS, max_size=BINS),
)
def test_survival_never_rises_and_the_p90_never_lies_below_the_median(completed, censored):
    shares = [row.share for row in dwell.life_table(completed, censored)]
    assert all(0 <= later <= earlier <= 1 for earlier, later in pairwise(shares))
    median, p90 = dwell.median(completed, censored), dwell.p90(completed, censored)
    if p90.value is not None:
        assert EDGES[0] <= median.value <= p90.value < inf
    if median.interval is not None:
        assert median.interval[0] <= median.value <= median.interval[1]


@given(
    st.floats(0.01, 0.99),
    st.lists(st.integers(0, 50), min_size=BINS, max_size=BINS),
    st.lists(st.integers(0, 50), min_size=BINS, max_size=BINS),
)
def test_a_quantile_asked_for_alone_is_the_same(q, completed, censored):
    alone, whole = (dwell.quantile(q, completed, censored, interval=asked) for asked in (False, True))
    assert alone == Estimate(whole.value, whole.n)


def test_engaged_bounced_and_passed_by():
    ended, lost = in_bins(s3=2, s5=3, s10=1, s30=4), in_bins(s5=1, s60=1)
    assert dwell.pass_by_rate(ended, lost).value == pytest.approx(100 * 2 / 12)
    assert dwell.bounce_rate(ended, lost).value == pytest.approx(100 * 5 / 12)
    assert dwell.engagement_rate(ended, lost).value == pytest.approx(100 * 5 / 12)
    assert dwell.engagement_rate(ended, lost, 60).value == pytest.approx(100 * 1 / 12)
    assert dwell.engagement_rate(ended, lost).interval == share(5, 12).interval


def test_fragmentation_and_boundary_dwell():
    assert dwell.fragmentation(26, 20) == pytest.approx(1.3)
    assert dwell.fragmentation(5, 0) is None
    assert dwell.boundary_dwell(1200, 40) == 30


def test_occupancy_crowding_and_draw():
    assert zone.mean_occupancy(1800, 900) == 2
    assert zone.mean_occupancy(0, 0) is None
    assert zone.crowding((100, 200, 300, 200, 100, 50, 30, 10, 10), 4) == pytest.approx(0.1)
    assert zone.draw(150, 100) == 150, "may exceed 100"
    assert zone.draw(3, 0) is None


def test_a_queue_keeps_its_promise_to_some_and_loses_others():
    served, left = in_bins(s10=2, s60=4, s180=4), in_bins(s10=5, s20=2)
    assert zone.queue_sla(served, 180).value == 60
    assert zone.abandonment(served, left).value == pytest.approx(100 * 2 / 10), "stays under 20 s are none of either"
    assert zone.wait_quantile(0.5, served).value == pytest.approx(60 + 30 * 3 / 4)
    assert zone.queue_length_by_littles_law(60, 3600, 120) == pytest.approx(2)


def test_doors():
    assert door.entries(50, 4) == 46
    assert door.door_closure(100, 90) == pytest.approx(0.1)
    assert door.door_closure(0, 0) == 0
    assert door.capture_rate(25, 75).value == 25
    assert door.crossing_error(95, 100) == pytest.approx(-0.05)


def test_rooms():
    assert rooms.utilisation(5400, 4 * 3600) == pytest.approx(0.375)
    assert rooms.saturation(360, 3600) == pytest.approx(0.1)
    assert rooms.session_quantile(0.5, in_bins(s300=4, s420=4)).value == pytest.approx(420)
    assert rooms.wait_within(6, in_bins(s60=2, s180=2)).value == 80
    assert rooms.turn_away_rate(2, 6, in_bins(s60=2)).value == 20
    assert rooms.assistance_sla(7, 8, 2).value == 70, "a call that nobody answered is a failure"
    assert rooms.assistance_sla(0, 0, 0).value is None


def test_who_did_not_wait_pulls_the_median_wait_down():
    assert rooms.room_wait_quantile(0.5, 10, in_bins(s60=2)).value == pytest.approx(3 * 6 / 10)
    assert rooms.answer_quantile(0.5, 0, in_bins(s60=4)).value == pytest.approx(75)


def part(weight: float, value: float | None, n: int = 50, **more: float) -> experience.Part:
    return experience.Part(weight, Estimate(value, n, None if value is None else (value - 9.8, value + 9.8)), **more)


def test_a_score_is_the_weighted_mean_of_its_parts():
    found = experience.experience([part(0.5, 80), part(0.3, 60), part(0.2, 40)])
    assert found.value == pytest.approx(0.5 * 80 + 0.3 * 60 + 0.2 * 40)
    assert found.confidence == pytest.approx(1)
    half = 1.96 * ((0.5 * 5) ** 2 + (0.3 * 5) ** 2 + (0.2 * 5) ** 2) ** 0.5
    assert found.interval == pytest.approx((found.value - half, found.value + half))


def test_a_missing_part_lowers_the_confidence_and_is_not_filled_in():
    found = experience.experience([part(0.5, 80), part(0.3, None), part(0.2, 40)])
    assert found.value == pytest.approx((40 + 8) / 0.7)
    assert found.confidence == pytest.approx(0.7)


def test_below_half_of_the_weights_there_is_no_score():
    assert experience.experience([part(0.5, None), part(0.3, 60), part(0.2, 40)]).value is not None
    assert experience.experience([part(0.5, None), part(0.3, None), part(0.2, 40)]).value is None


def test_a_part_with_few_or_badly_covered_data_does_not_count():
    few, blind = part(0.5, 80, n=4), part(0.5, 80, coverage=0.69)
    assert not few.counts
    assert not blind.counts
    assert part(0.5, 80, n=5, coverage=0.7).counts


def test_engagement_against_a_goal_is_full_at_the_goal():
    assert experience.engagement_against_goal(Estimate(30.0, 50), 0.6).value == pytest.approx(50)
    assert experience.engagement_against_goal(Estimate(90.0, 50), 0.6).value == 100
    assert experience.engagement_against_goal(Estimate(None, 2), 0.6) == Estimate(None, 2)


def test_engagement_against_history_is_a_place_in_the_normal_curve():
    past = [40.0, 50.0, 60.0]  # mean 50, standard deviation 10
    assert experience.engagement_against_history(Estimate(50.0, 50), past).value == pytest.approx(50)
    assert experience.engagement_against_history(Estimate(60.0, 50), past).value == pytest.approx(84.13, abs=0.01)
    assert experience.engagement_against_history(Estimate(60.0, 50), past[:2]).value is None
    assert experience.engagement_against_history(Estimate(60.0, 50), [50.0] * 5).value is None


def test_ease_and_room_to_spare():
    assert experience.ease_of_crowding(0.25, 9) == Estimate(75.0, 9)
    assert experience.ease_of_crowding(None, 9).value is None
    assert experience.room_to_spare(0.1, 9).value == pytest.approx(90)


def test_quality():
    assert quality.completeness(38, 40) == pytest.approx(0.95)
    assert quality.completeness(0, 0) is None
    assert quality.completeness(41, 40) == 1
    assert quality.coverage(630, 900) == pytest.approx(0.7)
    assert quality.is_partial(0.94, 1.0)
    assert quality.is_partial(1.0, 0.69)
    assert not quality.is_partial(0.95, 0.7)
    assert not quality.is_partial(None, None)
