"""What the taps say, against worked numbers."""

from random import Random

import pytest

from central.scores import feedback as said
from central.scores.estimate import share
from central.scores.footfall import Hour, footfall_weighted_index, pools
from events.facts import QuestionKind

PUBLISHED = (126, 60, 16, 17)


def test_the_happy_index_is_the_published_one():
    assert said.happy_index(PUBLISHED) == pytest.approx(78.2, abs=0.05)


def test_five_levels_weigh_100_75_50_25_0():
    assert said.weights(5) == (100, 75, 50, 25, 0)
    assert said.happy_index((1, 1, 1, 1, 1)) == 50


def test_no_votes_are_no_index():
    assert said.happy_index((0, 0, 0, 0)) is None
    assert said.net_happiness((0, 0, 0, 0)) is None
    assert said.top2_share((0, 0, 0, 0)).value is None
    assert said.index_interval((0, 0, 0, 0)) is None


def test_net_happiness_leaves_the_middle_of_five_out():
    assert said.net_happiness((4, 2, 10, 3, 1)) == pytest.approx(100 * (6 - 4) / 20)
    assert said.net_happiness(PUBLISHED) == pytest.approx(100 * (186 - 33) / 219)


def test_smoothing_draws_a_quiet_kiosk_to_what_is_expected():
    # W = 30, n = 10 votes of 100: (30 * 50 + 10 * 100) / 40
    estimate = said.smoothed_index((10, 0, 0, 0), (0.25, 0.25, 0.25, 0.25), 30)
    assert estimate.value == pytest.approx(62.5)
    assert estimate.n == 10


def test_the_interval_of_the_smoothed_index_is_the_dirichlet_posteriors():
    # p = (.4375, .1875, .1875, .1875), weights 100, 66.7, 33.3, 0
    estimate = said.smoothed_index((10, 0, 0, 0), (0.25, 0.25, 0.25, 0.25), 30)
    p, w = (0.4375, 0.1875, 0.1875, 0.1875), (100, 200 / 3, 100 / 3, 0)
    variance = sum(share * (weight - 62.5) ** 2 for share, weight in zip(p, w, strict=True))
    half = 1.96 * (variance / 41) ** 0.5
    assert estimate.interval == pytest.approx((62.5 - half, 62.5 + half))


def test_kiosks_that_differ_by_chance_alone_lean_on_the_prior_with_all_its_weight():
    same = [(60, 25, 10, 5)] * 4
    assert said.prior_weight(same, said.weights(4)) == 30
    assert said.prior_weight([(60, 25, 10, 5)], said.weights(4)) == 30


def test_kiosks_that_differ_much_lean_on_it_little():
    # two kiosks, all votes alike in each: nothing varies within, everything between
    assert said.prior_weight([(50, 0, 0, 0), (0, 0, 0, 50)], said.weights(4)) == 0
    # worked: n = 100 each, indices 90 and 10 in two levels, variance of a vote 900;
    # s2 = 200 * 900 / 198, tau2 = (200 * 1600 - s2) / (200 - 100)
    within = 200 * 900 / 198
    expected = within / ((200 * 1600 - within) / 100)
    assert said.prior_weight([(90, 10), (10, 90)], said.weights(2)) == pytest.approx(expected)


def test_the_weight_is_recovered_from_simulated_kiosks():
    dice, kiosks = Random(4), []
    for _ in range(400):  # happy shares from a beta distribution worth a + b = 20 votes
        happy = dice.betavariate(14, 6)
        votes = sum(dice.random() < happy for _ in range(60))
        kiosks.append((votes, 60 - votes))
    assert said.prior_weight(kiosks, said.weights(2)) == pytest.approx(20, rel=0.25)


def test_shares_have_wilsons_interval():
    estimate = share(8, 10)  # textbook: 0.490 .. 0.943
    assert estimate.value == 80
    assert estimate.interval == pytest.approx((49.0, 94.3), abs=0.05)
    assert share(0, 5).interval[0] == 0


@pytest.mark.parametrize(
    ("kind", "counts", "value"),
    [
        (QuestionKind.SMILEY, PUBLISHED, 78.23),  # best first
        (QuestionKind.CSAT, (1, 1, 2, 4, 2), 60.0),  # 1 .. 5, worst first
        (QuestionKind.CES, (0, 0, 5, 3, 2), 50.0),
        (QuestionKind.NPS, (1, 0, 0, 0, 0, 0, 1, 2, 1, 3, 2), 30.0),  # 5 promoters, 2 detractors of 10
        (QuestionKind.YES_NO, (3, 9), 75.0),  # no, yes
    ],
)
def test_each_kind_of_question_has_its_own_score(kind, counts, value):
    assert said.question_score(kind, counts).value == pytest.approx(value, abs=0.005)
    assert said.question_score(kind, (0,) * len(counts)).value is None


def test_the_interval_of_nps_is_the_multinomials():
    low, high = said.nps((0,) * 6 + (20, 0, 0, 0, 80)).interval
    assert (high - low) / 2 == pytest.approx(100 * 1.96 * ((1 - 0.6**2) / 100) ** 0.5)


def test_response_rate_is_votes_per_hundred_who_left():
    assert said.response_rate(12, 240).value == 5
    assert said.response_rate(12, 0).value is None


def test_skip_and_flag_rates():
    assert said.skip_rate(40, 10).value == 75
    assert said.flag_rate(20, 3).value == 15


def test_a_busy_hour_counts_for_its_people_and_not_for_its_taps():
    # 10 people all happy with 10 votes; 90 people all unhappy with 10 votes: the plain index says 50
    index = footfall_weighted_index([[Hour(10, 10, 1000.0), Hour(90, 10, 0.0)]])
    assert index.value == 10
    assert index.pooled == 0
    assert index.interval is None, "one day has no days to draw from"


def test_an_hour_with_few_votes_is_pooled_with_its_weaker_neighbour():
    day = [Hour(10, 9, 900.0), Hour(20, 2, 0.0), Hour(30, 6, 600.0)]
    assert pools(day) == [[day[0]], [day[1], day[2]]]
    index = footfall_weighted_index([day])
    assert index.value == pytest.approx((10 * 100 + 50 * 600 / 8) / 60)
    assert index.pooled == pytest.approx(50 / 60)


def test_pooling_goes_on_until_five_votes_are_together():
    day = [Hour(10, 1, 100.0)] * 4
    assert pools(day) == [day], "one pool with four votes is all there is"
    for pool in pools([Hour(10, 2, 0.0)] * 7):
        assert sum(hour.votes for hour in pool) >= 5


def test_a_day_without_votes_says_nothing_and_counts_as_pooled():
    index = footfall_weighted_index([[Hour(10, 5, 500.0)], [Hour(30, 0, 0.0)]])
    assert index.value == 100
    assert index.pooled == pytest.approx(0.75)
    assert footfall_weighted_index([[Hour(10, 0, 0.0)]]).value is None


def test_the_bootstrap_over_days_is_seeded_and_holds_the_value():
    dice = Random(2)
    days = [[Hour(50, 20, 20 * dice.uniform(60, 90)) for _ in range(8)] for _ in range(20)]
    first, again = footfall_weighted_index(days), footfall_weighted_index(days)
    assert first == again
    low, high = first.interval
    assert low < first.value < high < low + 10
