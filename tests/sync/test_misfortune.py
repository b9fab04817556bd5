"""Days on which everything goes wrong: every thanked tap is counted exactly once, or reported lost with a reason."""

from collections import Counter

import pytest

pytest.importorskip("apsw", reason="not run: needs apsw, of the extra dev")

from bench import days
from bench.brokenrules import BROKEN, first_caught
from bench.days import Lived, live_many
from bench.misfortune import MISFORTUNES, suffer
from central.store import open_store

SCHEDULES = 10_000


@pytest.fixture
def store():
    with open_store("sqlite://") as store:
        yield store


@pytest.mark.timeout(1800)
def test_in_ten_thousand_schedules_of_misfortune_every_thanked_tap_is_counted_once_or_reported_lost():
    lived = live_many(range(SCHEDULES))
    assert lived.broken == []
    assert lived.days == SCHEDULES
    assert lived.thanked > 5 * SCHEDULES
    whatever_can_happen = {happening.__name__ for happening in MISFORTUNES}
    whatever_can_happen |= {"torn writes", "flipped bits", "spoilt pages", "spoilt files", "salvaged", "in doubt"}
    seldom = {name: lived.suffered[name] for name in whatever_can_happen if lived.suffered[name] < SCHEDULES / 50}
    assert not seldom


@pytest.mark.parametrize("seed", [17199, 41676, 90631, 96023])
def test_a_day_that_once_broke_the_promise_keeps_it(store, seed):
    """A page of garbage that claims a row too big to be one, and a full disk that says no to what it has committed."""
    suffer(seed, store)


def test_a_day_can_be_lived_again(store):
    with open_store("sqlite://") as another:
        first, again = suffer(48, store), suffer(48, another)
        assert (first.thanked, first.suffered) == (again.thanked, again.suffered)


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(days, "ProcessPoolExecutor", Here)
    notebook, asked = tmp_path / "days.json", []
    monkeypatch.setattr(days, "live", lambda seeds: asked.extend(seeds) or lived(len(seeds)))
    assert live_many(range(100), notebook).days == 100
    whole = live_many(range(250), notebook)
    assert (whole.thanked, whole.suffered, whole.broken) == (15, {"taps": 10}, [])
    assert asked == list(range(250))


def lived(days: int) -> Lived:
    return Lived(days, 3, Counter(taps=2))


class Here:
    """A pool of processes that is this one."""

    def __init__(self, *_, **__) -> None:
        self.map = map

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        pass


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_that_is_broken_on_purpose_does_not_stay_hidden(store, rule):
    assert first_caught(rule, store, range(200)) is not None
