"""Numbers in words: what a reader is told, and what is held back."""

from datetime import date, timedelta

import pytest

from central.reports.shapes import Flag, Measure
from central.web import words
from central.web.periods import read_period
from events.settings import Hours
from tests.web import sample

HOURS = Hours(timezone="Europe/Berlin").opening


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (78.23, "points", "78.2"),
        (64.0, "%", "64%"),
        (100.0, "%", "100%"),
        (0.0, "people", "0"),
        (1204.0, "people", "1\u202f204"),
        (1.42, "", "1.42"),
        (48.4, "s", "48 s"),
        (200.0, "s", "3 min 20 s"),
        (7500.0, "s", "2 h 05 min"),
    ],
)
def test_a_value_reads_as_one_would_say_it(value, unit, shown):
    assert words.shown(Measure(value, 9, unit)) == shown


def test_nothing_is_never_shown_as_zero():
    assert words.shown(Measure(None, 3, "%", flags=(Flag.TOO_FEW,))) == "too few"
    assert words.shown(Measure(None)) == "no data"
    assert words.grey(Measure(None))
    assert words.reasons(Measure(None)) == ["No data: nothing was received for this. That is not a zero."]


@pytest.mark.parametrize(
    ("metric", "value", "baseline", "text", "mood"),
    [
        ("happy_index", 78.0, 74.8, "+3.2 points", "better"),
        ("wait_median", 164.0, 131.0, "+33 s", "worse"),
        ("wait_median", 60.0, 131.0, "\u221271 s", "better"),
        ("entries", 842.0, 790.0, "+52", "other"),
        ("happy_index", 78.0, 78.01, "no change", "same"),
    ],
)
def test_a_change_carries_sign_and_word(metric, value, baseline, text, mood):
    found = words.change(metric, Measure(value, 9, sample_unit(metric), baseline=baseline))
    assert (found.text, found.mood) == (text, mood)


def sample_unit(metric):
    return {"happy_index": "points", "wait_median": "s"}.get(metric, "people")


def test_a_goal_says_how_far_it_is():
    assert words.goal("happy_index", Measure(77.2, 9, "points", goal=80.0)) == "goal 80, 2.8 points short"
    assert words.goal("wait_median", Measure(164.0, 9, "s", goal=180.0)) == "goal 3 min reached"
    assert words.goal("wait_median", Measure(200.0, 9, "s", goal=180.0)) == "goal 3 min, 20 s over"
    assert words.goal("happy_index", Measure(77.2, 9, "points")) == ""
    assert words.goal("ZX", Measure(78.4, 9, "points", goal=75.0)) == "goal 75 reached"
    assert words.goal("response_rate", Measure(9.9, 9, "%", goal=10.0)) == "goal 10%, 0.1 points short"


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("happy_index", 80.0, "goal 80"),
        ("FX", 75.0, "goal 75"),
        ("sla_120", 80.0, "goal 80%"),
        ("p90", 200, "goal 3 min 20 s"),
    ],
)
def test_a_goal_by_itself_is_the_beginning_of_the_goal_beside_a_value(metric, value, text):
    assert words.target(metric, value) == text
    assert words.goal(metric, Measure(None, goal=value)) == text


def test_people_are_counted_in_whole_ones():
    assert words.change("visits", Measure(480.0, 480, "visits", baseline=473.2)).text == "+7"
    assert words.change("visits", Measure(480.0, 480, "visits", baseline=479.8)).text == "no change"
    assert words.change("mean_occupancy", Measure(1.4, 9, "people", baseline=1.1)).text == "+0.3"


def test_a_last_tap_is_told_in_seconds():
    assert words.ago(sample.NOW - timedelta(seconds=12), sample.NOW) == "12 s ago"
    assert words.ago(sample.NOW + timedelta(seconds=12), sample.NOW) == "0 s ago"


def test_the_parts_of_a_ranking_read_as_a_sentence():
    parts = {"sentiment", "ease", "engagement against goal", "rooms: wait"}
    told = "Zones rest on ease, engagement against goal, sentiment; fitting rooms on waiting."
    assert words.resting_on(parts) == told


@pytest.mark.parametrize(("score", "face"), [(100, 1), (80, 1), (79.9, 2), (40, 3), (20, 4), (0, 5), (None, 0)])
def test_five_faces_stand_for_a_score(score, face):
    assert words.band(score) == face


def test_without_a_day_the_page_shows_the_last_day_with_data():
    friday = sample.TODAY - timedelta(days=1)
    assert read_period("day", "", HOURS, sample.NOW, friday).last == friday
    assert read_period("day", "", HOURS, sample.NOW, sample.TODAY).is_today
    assert read_period("day", "", HOURS, sample.NOW, None).last == sample.TODAY


def test_before_four_in_the_morning_it_is_still_yesterday():
    late = sample.NOW.replace(day=22, hour=2)
    assert read_period("day", "", HOURS, late, sample.TODAY).is_today


def test_a_week_ends_with_its_day_and_never_leads_into_the_future():
    week = read_period("week", "2026-11-20", HOURS, sample.NOW, sample.TODAY)
    assert (week.first, week.last) == (date(2026, 11, 14), date(2026, 11, 20))
    assert week.after == "day=2026-11-21&period=week"
    assert read_period("week", "2026-11-21", HOURS, sample.NOW, sample.TODAY).after is None
