"""Roll-ups hold what the ledger says, add up in any length, and reports cut them at the shop's own hours."""

import gc
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from central.collector import Collector
from central.reports import dwell_report, feedback_report, store_day
from central.reports.shapes import Flag
from central.reports.window import UnknownStore, open_window
from central.store.plans import save_plan
from central.store.rebuilding import rebuild
from events.bins import histogram
from events.codec import encode
from events.facts import Cell, CrossingCount, DwellSummary, Health, OccupancySummary, ZoneSummary
from events.hours import Step
from events.site import read_plan
from tests.central import sample
from tests.central.contents import rollups
from tests.central.sample import Device, tap


def test_rebuilt_from_the_ledger_the_rollups_are_the_same(store):
    sample.fill(store, weeks=2)
    before = rollups(store)
    assert len(before["roll_taps"]) > 100
    seen: list[tuple[int, int]] = []
    facts = rebuild(store, lambda done, total: seen.append((done, total)))
    assert rollups(store) == before
    assert seen[-1] == (facts, facts)


def test_a_rebuild_mends_rollups_that_were_damaged(store):
    sample.fill(store, weeks=1)
    before = rollups(store)
    with store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM roll_crossings")
        connection.exec_driver_sql("UPDATE roll_taps SET raw = raw + 1")
    assert rollups(store) != before
    rebuild(store)
    assert rollups(store) == before


def shop_in(store, zone: str, hours: str, **days: str) -> None:
    """One shop with a door, a zone and a kiosk in a time zone."""
    week = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    shop = {
        "id": "s1",
        "name": "Shop",
        "hours": {"timezone": zone} | dict.fromkeys(week, hours) | days,
        "zones": [{"name": "foyer", "kind": "display", "device": "cam"}],
        "lines": [{"name": "main", "role": "door", "device": "cam"}],
        "kiosks": [{"device": "kiosk", "place": "exit", "exit_line": "main"}],
    }
    save_plan(store, read_plan({"tenant": "acme", "chain": "Chain", "stores": [shop]}))


def tell(store, name: str, facts, now: datetime) -> None:
    device = Device(name)
    for payload in sample.batches(device.events(facts)):
        Collector(store).take(device.topic, payload, now)


def test_a_shop_at_plus_five_thirty_is_cut_at_its_own_hours(store):
    shop_in(store, "Asia/Kolkata", "10:00-13:00")
    day, kolkata = date(2026, 3, 3), ZoneInfo("Asia/Kolkata")
    opening = datetime(2026, 3, 3, 10, tzinfo=kolkata)
    at = [opening + timedelta(minutes=15 * n) for n in range(12)]
    tell(store, "cam", [(a, CrossingCount("main", Cell(a.astimezone(UTC), 900), 1, 0, 0, 900.0)) for a in at], opening)
    tell(store, "kiosk", [(opening - timedelta(seconds=1), tap(4))] + [(a, tap(1)) for a in at], opening)
    report = store_day(store, "s1", day, opening + timedelta(hours=4))
    assert report.opening == opening
    assert [(row.label, row.measures["in"].value) for row in report.footfall] == [
        ("10-11", 4),
        ("11-12", 4),
        ("12-13", 4),
    ]
    assert report.footfall[0].start.hour == 10
    assert report.tiles["happy_index"].value == 100, "the tap before opening is not of this day's open hours"
    assert report.tiles["in"].completeness == 1


@pytest.mark.parametrize(
    ("day", "quarters", "hours"),
    [
        (date(2026, 3, 29), 4 * 4, ["23-00", "00-01", "01-03", "03-04"]),
        (date(2026, 10, 25), 4 * 6, ["23-00", "00-01", "01-02", "02-03", "03-04"]),
    ],
    ids=["spring", "autumn"],
)
def test_a_night_when_the_clocks_change_has_the_hours_it_has(store, day, quarters, hours):
    berlin = ZoneInfo("Europe/Berlin")
    shop_in(store, "Europe/Berlin", "23:00-04:00")
    eve = day - timedelta(days=1)
    opening = datetime.combine(eve, datetime.min.time(), berlin).replace(hour=23).astimezone(UTC)
    cells = [Cell(opening + timedelta(minutes=15 * n), 900) for n in range(quarters)]
    tell(store, "cam", [(cell.start, CrossingCount("main", cell, 1, 1, 0, 900.0)) for cell in cells], opening)
    report = store_day(store, "s1", eve, opening + timedelta(hours=12))
    assert report.tiles["in"].value == quarters
    assert report.tiles["in"].completeness == 1
    assert [row.label for row in report.footfall][:2] == hours[:2]
    assert sum(row.measures["in"].value for row in report.footfall) == quarters
    assert sum(row.seconds for row in report.footfall) == quarters * 900


def test_a_record_wider_than_an_hour_is_in_the_part_or_day_and_in_the_total(store):
    shop_in(store, "UTC", "09:00-15:00")
    day, opening = date(2026, 3, 3), datetime(2026, 3, 3, 9, tzinfo=UTC)

    def stays(hour: int, hours: int, seconds: float, people: int) -> tuple[datetime, DwellSummary]:
        cell = Cell(opening.replace(hour=hour), 3600 * hours)
        return cell.start, DwellSummary("foyer", cell, histogram([seconds] * people), sample.EMPTY, 0, people)

    quarters = [Cell(opening + timedelta(minutes=15 * n), 900) for n in range(24)]
    told = [(cell.start, ZoneSummary("foyer", cell, 900.0, 2, 2)) for cell in quarters]
    tell(store, "cam", [*told, stays(9, 1, 40, 6), stays(11, 3, 100, 7), stays(9, 6, 400, 8)], opening)
    [zone] = dwell_report(store, "s1", day, day, opening + timedelta(hours=9)).zones
    hours = {row.label: row.measures["median"] for row in zone.hours}
    parts = {row.label: row.measures["median"] for row in zone.parts}
    assert hours["09-10"].n == 6
    assert hours["10-11"].value is None
    assert hours["10-11"].flags == (Flag.TOO_FEW,)
    assert hours["11-12"].flags == (Flag.TOO_FEW,)
    assert parts["09-11"].n == 6
    assert parts["11-14"].n == 7
    assert parts["14-15"].flags == (Flag.TOO_FEW,)
    assert zone.measures["median"].n == 6 + 7 + 8, "totals add all lengths"
    assert sum(zone.completed) == 21


def test_nothing_heard_is_no_data_and_not_zero(store):
    shop_in(store, "UTC", "09:00-15:00")
    report = store_day(store, "s1", date(2026, 3, 3), datetime(2026, 3, 3, 20, tzinfo=UTC))
    assert report.tiles["in"].value is None
    assert Flag.NO_DATA in report.tiles["in"].flags
    assert report.tiles["happy_index"].flags == (Flag.NO_DATA,)
    assert [device.words for device in report.devices] == ["never heard of"] * 2


def test_an_empty_shop_that_reported_all_day_has_zero(store):
    shop_in(store, "UTC", "09:00-10:00")
    opening = datetime(2026, 3, 3, 9, tzinfo=UTC)
    cells = [Cell(opening + timedelta(minutes=15 * n), 900) for n in range(4)]
    tell(store, "cam", [(cell.start, CrossingCount("main", cell, 0, 0, 0, 900.0)) for cell in cells], opening)
    report = store_day(store, "s1", opening.date(), opening + timedelta(hours=2))
    assert report.tiles["in"].value == 0
    assert Flag.NO_DATA not in report.tiles["in"].flags


def test_a_day_in_progress_is_complete_as_far_as_it_has_gone(store):
    shop_in(store, "UTC", "09:00-17:00")
    opening = datetime(2026, 3, 3, 9, tzinfo=UTC)
    cells = [Cell(opening + timedelta(minutes=15 * n), 900) for n in range(4)]
    tell(store, "cam", [(cell.start, CrossingCount("main", cell, 2, 1, 0, 900.0)) for cell in cells], opening)
    assert store_day(store, "s1", opening.date(), opening + timedelta(hours=1)).tiles["in"].completeness == 1
    late = store_day(store, "s1", opening.date(), opening + timedelta(hours=2)).tiles["in"]
    assert late.completeness == 0.5
    assert Flag.PARTIAL in late.flags


def test_a_half_blind_camera_makes_its_numbers_partial(store):
    shop_in(store, "UTC", "09:00-10:00")
    opening = datetime(2026, 3, 3, 9, tzinfo=UTC)
    cells = [Cell(opening + timedelta(minutes=15 * n), 900) for n in range(4)]
    told = [(cell.start, ZoneSummary("foyer", cell, 500.0, 3, 3)) for cell in cells]
    people = OccupancySummary("foyer", Cell(opening, 3600), 2000.0, 1000, (1500, 300, 200, 0, 0, 0, 0, 0, 0))
    tell(store, "cam", [*told, (opening, people)], opening)
    [zone] = dwell_report(store, "s1", opening.date(), opening.date(), opening + timedelta(hours=2)).zones
    assert zone.measures["visits"].coverage == pytest.approx(2000 / 3600)
    assert Flag.PARTIAL in zone.measures["visits"].flags
    assert zone.measures["mean_occupancy"].value == pytest.approx(0.5), "per second that was seen"


def test_a_silent_device_is_named(store):
    shop_in(store, "UTC", "09:00-17:00")
    opening = datetime(2026, 3, 3, 9, tzinfo=UTC)
    tell(store, "kiosk", [(opening, Health("0.1", 1.0, 1, 1, 3, 0))], opening)
    report = store_day(store, "s1", opening.date(), opening + timedelta(minutes=40))
    kiosk = next(device for device in report.devices if device.device == "kiosk")
    assert (kiosk.words, kiosk.backlog) == ("silent for 40 min", 3)
    assert any("kiosk" in note and "silent for 40 min" in note for note in report.notes)


def test_until_the_first_quarter_is_overdue_a_device_owes_nothing_and_after_a_day_without_a_word_it_does(store):
    shop_in(store, "UTC", "09:00-17:00")
    opening = datetime(2026, 3, 3, 9, tzinfo=UTC)
    cell = Cell(opening, 900)
    tell(store, "cam", [(opening, CrossingCount("main", cell, 2, 1, 0, 900.0))], opening)
    early = store_day(store, "s1", date(2026, 3, 4), datetime(2026, 3, 4, 7, tzinfo=UTC))
    cam = next(device for device in early.devices if device.device == "cam")
    assert (cam.words, cam.completeness, cam.owes_nothing) == ("the store is closed", None, True)
    begun = store_day(store, "s1", date(2026, 3, 4), datetime(2026, 3, 4, 9, 5, tzinfo=UTC))
    cam = next(device for device in begun.devices if device.device == "cam")
    assert (cam.words, cam.owes_nothing) == ("the store has just opened", True)
    assert not any("cam" in note for note in begun.notes)
    overdue = store_day(store, "s1", date(2026, 3, 4), datetime(2026, 3, 4, 9, 20, tzinfo=UTC))
    cam = next(device for device in overdue.devices if device.device == "cam")
    assert (cam.words, cam.owes_nothing) == ("silent for 24 h", False)
    late = store_day(store, "s1", date(2026, 3, 4), datetime(2026, 3, 4, 20, tzinfo=UTC))
    cam = next(device for device in late.devices if device.device == "cam")
    assert (cam.words, cam.owes_nothing) == ("nothing arrived", False)
    assert any("cam" in note and "nothing of what was due" in note for note in late.notes)


def test_a_closed_day_says_so(store):
    shop_in(store, "UTC", "09:00-17:00", tuesday="closed")
    report = store_day(store, "s1", date(2026, 3, 3), datetime(2026, 3, 4, tzinfo=UTC))
    assert report.notes == ("The store was closed.",)
    assert report.opening is None
    assert report.footfall == ()


def test_a_store_that_is_not_in_the_plan_is_unknown(store):
    with pytest.raises(UnknownStore):
        store_day(store, "nowhere", date(2026, 3, 3))
    shop_in(store, "UTC", "09:00-17:00")
    with pytest.raises(UnknownStore):
        feedback_report(store, "nowhere", date(2026, 3, 3), date(2026, 3, 3))


def test_the_weeks_before_do_not_overlap_the_window(store):
    shop_in(store, "UTC", "09:00-17:00")
    day = open_window(store, "s1", date(2026, 3, 3), date(2026, 3, 3))  # reads nothing: nothing is to be closed
    assert [week.first for week in day.earlier][:2] == [date(2026, 2, 24), date(2026, 2, 17)]
    assert len(day.earlier) == 8
    ten_days = open_window(store, "s1", date(2026, 3, 1), date(2026, 3, 10))
    assert [week.last for week in ten_days.earlier] == [
        date(2026, 2, 24),
        date(2026, 2, 10),
        date(2026, 1, 27),
        date(2026, 1, 13),
    ]


def test_hours_of_several_days_are_put_together(store):
    shop_in(store, "UTC", "09:00-11:00")
    opening = datetime(2026, 3, 3, 9, tzinfo=UTC)
    cells = [Cell(opening + timedelta(days=day, minutes=15 * n), 900) for day in range(3) for n in range(8)]
    tell(store, "cam", [(cell.start, CrossingCount("main", cell, 1, 1, 0, 900.0)) for cell in cells], opening)
    with closing(open_window(store, "s1", date(2026, 3, 3), date(2026, 3, 5), opening + timedelta(days=4))) as window:
        stretches = window.stretches(Step.HOUR)
        assert [stretch.label for stretch in stretches] == ["09-10", "10-11"]
        assert [stretch.open_seconds for stretch in stretches] == [3 * 3600] * 2


def test_stores_of_two_tenants_with_one_name_stay_apart(store):
    sample.fill(store, weeks=1)
    before = store_day(store, "s1", sample.DAY, sample.AFTER)
    other = Device("kiosk-exit", tenant="rival")
    Collector(store).take(
        other.topic, encode([other.event(tap(4), sample.at_local(12)) for _ in range(50)]), sample.AFTER
    )
    assert store_day(store, "s1", sample.DAY, sample.AFTER) == before


def test_a_report_leaves_nothing_to_the_collector_of_garbage(store):
    sample.fill(store, weeks=2)
    for report in (store_day, lambda store, shop, day, now: dwell_report(store, shop, day, day, now)):
        report(store, "s1", sample.DAY, sample.AFTER)
        gc.collect()
        gc.disable()
        try:
            report(store, "s1", sample.DAY, sample.AFTER)
            assert gc.collect() < 300, "the windows of a report hold each other, unless they are closed"
        finally:
            gc.enable()
