"""What a person counted beside what the camera did: the error, its interval, and the windows it rests on."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from central.collector import Collector
from central.reports import store_day
from central.reports.audits import audited_line
from central.reports.shapes import Flag
from central.scores.audit import FEWEST_AUDITED, audit_error, audited_range, still_needed
from central.store import open_store
from central.store.drawings import Audit, drawn_since, load_layout, save_audit, save_layout
from events.desired import owner
from events.facts import Cell, CrossingCount, DeviceId, StoreId, TenantId
from events.layout import read_layout
from events.topics import Address
from tests.central.sample import AFTER, DAY, Device, at_local, batches, fill

EYES = Address(TenantId("acme"), StoreId("s1"), DeviceId("door-cam"))
NOON = at_local(12, 3)


def test_the_error_is_the_cameras_surplus_over_what_was_counted_by_hand():
    error = audit_error([(40, 42), (60, 63)])
    assert (error.value, error.n) == (5.0, 100)
    low, high = error.interval
    assert low < 5.0 < high
    assert error == audit_error([(40, 42), (60, 63)]), "a page shows the same tomorrow"


def test_misses_and_false_crossings_that_cancel_make_the_interval_wide_not_narrow():
    calm, wild = audit_error([(50, 50), (50, 50)]), audit_error([(50, 65), (50, 35)])
    assert calm.value == wild.value == 0.0
    assert wild.interval[1] - wild.interval[0] > 1.5 * (calm.interval[1] - calm.interval[0])


def test_a_perfect_audit_still_claims_no_perfection_and_more_people_make_it_narrower():
    few, many = audit_error([(50, 50)]), audit_error([(500, 500)])
    assert few.interval[0] < -3
    assert many.interval[0] > -1.7
    assert audit_error([(0, 0)]).value is None


@pytest.mark.parametrize(("missed", "false"), [(0.0, 0.0), (0.03, 0.01), (0.08, 0.04), (0.15, 0.02), (0.02, 0.1)])
@pytest.mark.parametrize("people", [60, 250])
def test_the_interval_holds_the_true_error_nineteen_times_in_twenty(missed, false, people):
    """Windows of a quarter and one way each, as an audit has them; the truth is false - missed."""
    dice, held, rounds = random.Random(7), 0, 300
    for _ in range(rounds):
        windows = []
        for _ in range(people // 15):
            seen = sum(dice.random() > missed for _ in range(15))
            windows.append((15, seen + sum(dice.random() < false for _ in range(15))))
        low, high = audit_error(windows).interval
        held += low <= 100 * (false - missed) <= high
    assert held / rounds >= 0.92


def test_it_says_how_many_crossings_are_still_needed():
    assert (still_needed(0), still_needed(12), still_needed(FEWEST_AUDITED), still_needed(99)) == (50, 38, 0, 0)


def test_a_count_lies_between_what_the_audit_leaves_open():
    low, high = audited_range(105, (0.0, 10.0))
    assert (low, high) == (pytest.approx(95.45, abs=0.01), 105)


@pytest.fixture
def shop(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/central.db") as store:
        fill(store, weeks=1)
        yield store


def cut(store, *cells, epoch="aaaaaaaaaaaa"):
    """Counts of the main door in cells of their own: minutes from noon, seconds, IN, OUT, valid share."""
    device = Device("door-cam", epoch=epoch)
    events = []
    for minute, seconds, ins, outs, valid in cells:
        start = NOON + timedelta(minutes=minute)
        events.append(device.event(CrossingCount("main", Cell(start, seconds), ins, outs, 0, seconds * valid), AFTER))
    for payload in batches(events):
        Collector(store).take(device.topic, payload, AFTER)


def audited(store):
    with store.reading() as connection:
        return audited_line(connection, EYES, "main")


def by_hand(store, ins, outs, minute=0, minutes=12):
    start = int((NOON + timedelta(minutes=minute)).timestamp())
    save_audit(store, EYES, Audit(f"a{minute}", "main", start, start + 60 * minutes, ins, outs, "lea"))


def test_a_line_without_an_audit_says_so(shop):
    assert audited(shop).still_needed == 50
    assert not audited(shop).holds


def test_an_audit_is_held_against_the_cells_that_the_camera_cut_for_it(shop):
    by_hand(shop, 30, 32)
    assert audited(shop).audits[0].why_not == "the camera's count has not come in yet"
    cut(shop, (0, 420, 20, 10, 1), (7, 300, 11, 20, 1), (12, 300, 99, 99, 1))
    found = audited(shop)
    assert (found.audits[0].ins, found.audits[0].outs, found.audits[0].why_not) == (31, 30, "")
    assert found.error.value == pytest.approx(100 * (61 - 62) / 62)
    assert found.holds


def test_a_window_that_the_camera_hardly_saw_says_nothing_of_its_count(shop):
    by_hand(shop, 60, 60)
    cut(shop, (0, 720, 20, 20, 0.5))
    assert audited(shop).audits[0].why_not == "the camera saw only 50 % of the time"
    assert not audited(shop).holds


def test_a_line_that_is_drawn_anew_is_not_audited_any_more(shop):
    by_hand(shop, 60, 60)
    cut(shop, (0, 720, 60, 61, 1))
    drawn = {"line": [{"name": "main", "role": "door", "a": [0.1, 0.1], "b": [0.1, 0.9]}]}
    save_layout(shop, EYES, read_layout(drawn), "lea", NOON - timedelta(days=3))
    assert audited(shop).holds
    save_layout(shop, EYES, read_layout(drawn | {"region": [[0, 0], [1, 0], [1, 1]]}), "lea", AFTER)
    assert audited(shop).holds, "another line or the region was changed, not this one"
    moved = {"line": [{"name": "main", "role": "door", "a": [0.2, 0.1], "b": [0.1, 0.9]}]}
    save_layout(shop, EYES, read_layout(moved), "lea", AFTER)
    assert not audited(shop).audits
    with shop.reading() as connection:
        assert drawn_since(connection, owner(EYES), "main") == AFTER
    assert load_layout(shop, EYES) == read_layout(moved)


def test_the_days_entries_have_an_interval_once_every_door_was_audited(shop):
    assert Flag.NOT_AUDITED in store_day(shop, "s1", DAY, AFTER).tiles["entries"].flags
    by_hand(shop, 60, 60)
    cut(shop, (0, 720, 60, 61, 1))
    entries = store_day(shop, "s1", DAY, AFTER).tiles["entries"]
    assert Flag.NOT_AUDITED not in entries.flags
    low, high = entries.interval
    assert low < entries.value < high


def test_too_few_crossings_leave_the_door_not_audited(shop):
    by_hand(shop, 20, 20)
    cut(shop, (0, 720, 20, 21, 1))
    assert audited(shop).still_needed == 10
    assert Flag.NOT_AUDITED in store_day(shop, "s1", DAY, AFTER).tiles["entries"].flags


def test_the_window_of_an_audit_is_told_in_the_time_of_the_camera(shop):
    by_hand(shop, 20, 20)
    assert audited(shop).audits[0].began == datetime(2026, 9, 29, 10, 3, tzinfo=UTC)
