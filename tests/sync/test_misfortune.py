"""Days on which everything goes wrong: every thanked tap is counted exactly once, or reported lost with a reason."""

import pytest

pytest.importorskip("apsw", reason="not run: needs apsw, of the extra dev")

from bench.brokenrules import BROKEN, first_caught
from bench.misfortune import suffer
from central.store import open_store

DAYS = 60


@pytest.fixture
def store():
    with open_store("sqlite://") as store:
        yield store


def test_whatever_happens_in_a_day_every_thanked_tap_is_counted_once_or_reported_lost(store):
    days = [suffer(seed, store) for seed in range(DAYS)]
    assert sum(len(day.thanked) for day in days) > 5 * DAYS
    assert sum(day.was_damaged for day in days) > DAYS / 10
    assert sum(bool(day.in_doubt) for day in days) > DAYS / 20


def test_a_day_can_be_lived_again(store):
    with open_store("sqlite://") as another:
        assert suffer(48, store).thanked == suffer(48, another).thanked


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_that_is_broken_on_purpose_does_not_stay_hidden(store, rule):
    assert first_caught(rule, store, range(120)) is not None
