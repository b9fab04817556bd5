"""A demo that was away for a while gets the days since then: all of them, once, and nothing its own devices told."""

import base64
import io
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from events.codec import decode
from events.facts import CallEnded, CrossingCount, Reason, StoreId
from events.hours import end_of
from simulator.__main__ import main
from simulator.history import last_quarter, write_history
from simulator.plan import demo_plan
from tests.simulator.shops import NOON

AWAY = timedelta(days=1, hours=3, minutes=20)
PLAN = replace(demo_plan(), stores=tuple(one for one in demo_plan().stores if one.id == "terminal"))


def events(since=None, until=NOON, told=None):
    out = io.StringIO()
    write_history(PLAN, 1, until, 5, out, since=since, told=told or {})
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    return [event for line in lines for event in decode(base64.b64decode(line["payload"]))]


@pytest.fixture(scope="module")
def topped_up():
    return events(since=NOON - AWAY)


def spoken(found):
    """What was said, but for the identities that differ from run to run."""
    kept = [one for one in found if not isinstance(one.fact, Reason | CallEnded)]
    return Counter((one.source, one.stamp.time, one.fact) for one in kept)


def test_the_history_before_and_the_top_up_are_one_history(topped_up):
    before, whole = events(until=NOON - AWAY), events()
    start = min(one.stamp.time for one in whole)
    both = spoken(before) + spoken(topped_up)
    expected = spoken(whole)
    assert max(both.values()) == 1
    assert {key for key in both if key[1] >= start} >= set(expected)
    assert all(key[1] < start for key in set(both) - set(expected))


def test_a_top_up_is_no_duplicate_of_what_was_sent_and_is_numbered_from_one(topped_up):
    before = events(until=NOON - AWAY)
    known = {(one.source, one.epoch) for one in before}
    assert not known & {(one.source, one.epoch) for one in topped_up}
    first = {}
    for one in topped_up:
        first.setdefault(one.source, one.sequence)
    assert set(first.values()) == {1}
    assert min(one.stamp.time for one in topped_up) > last_quarter(NOON - AWAY)


def test_what_the_live_devices_told_is_left_out(topped_up):
    ran = (NOON - timedelta(hours=5), NOON - timedelta(hours=3, minutes=10))
    spared = events(since=NOON - AWAY, told={StoreId("terminal"): ran})
    cells = [one.fact.cell for one in spared if hasattr(one.fact, "cell")]
    assert not any(cell.start < ran[1] and end_of(cell) > ran[0] for cell in cells)
    assert not any(ran[0] < one.stamp.time < ran[1] for one in spared if not hasattr(one.fact, "cell"))
    counts = [sum(isinstance(one.fact, CrossingCount) for one in found) for found in (topped_up, spared)]
    quarters = 8  # 07:07 to 08:57 touches these
    assert counts[0] - counts[1] == len(PLAN.stores[0].lines) * quarters


def test_the_command_tops_up_and_refuses_what_it_cannot_read(tmp_path, capsys):
    out = tmp_path / "top-up.jsonl"
    words = ["history", "--until", NOON.isoformat(), "--out", str(out), "--json"]
    since = ["--since", (NOON - timedelta(hours=2)).isoformat()]
    assert main([*words, *since]) == 0
    assert json.loads(capsys.readouterr().out)["facts"] > 100
    with pytest.raises(SystemExit):
        main([*words, "--told", "terminal"])
    assert "STORE=ISO/ISO" in capsys.readouterr().err
