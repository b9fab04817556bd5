from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.hours import OpeningHours, Step, end_of, parse_hours

BERLIN = OpeningHours("Europe/Berlin", ((time(9), time(20)),) * 6 + (None,))
KOLKATA = OpeningHours("Asia/Kolkata", ((time(9, 10), time(1)),) * 7)
ZONES = st.sampled_from(
    ["Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns", "Pacific/Auckland", "UTC"]
)
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@given(ZONES, CLOCKS, CLOCKS, st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_cells_cover_the_open_hours_without_holes_or_overlaps(zone, opening, closing, day):
    hours = OpeningHours(zone, ((opening, closing),) * 7)
    start, end = hours.span(day)
    for step in Step:
        cells = hours.cells(day, step)
        assert cells[0].start == start
        assert end_of(cells[-1]) == end
        assert all(end_of(one) == two.start for one, two in pairwise(cells))


def test_an_hour_is_a_local_hour_even_where_the_zone_is_half_an_hour_off():
    first, second, *_ = KOLKATA.cells(date(2026, 11, 23), Step.HOUR)
    assert (first.start, first.seconds) == (datetime(2026, 11, 23, 3, 40, tzinfo=UTC), 3000)
    assert second.start.astimezone(KOLKATA.zone).time() == time(10)


def test_the_night_the_clocks_change_has_as_many_quarters_as_it_has_time():
    night = OpeningHours("Europe/Berlin", ((time(22), time(4)),) * 7)
    ordinary, short, long = (len(night.cells(day, Step.QUARTER)) for day in NIGHTS)
    assert (ordinary, short, long) == (24, 20, 28)


NIGHTS = (date(2026, 3, 20), date(2026, 3, 28), date(2026, 10, 24))


def test_after_midnight_is_still_the_business_day_that_opened():
    assert KOLKATA.business_day(datetime(2026, 11, 23, 19, tzinfo=UTC)) == date(2026, 11, 23)  # 00:30 local
    assert KOLKATA.is_open(datetime(2026, 11, 23, 19, tzinfo=UTC))
    assert not KOLKATA.is_open(datetime(2026, 11, 23, 20, tzinfo=UTC))


def test_a_closed_day_has_no_cells_and_a_holiday_overrides_the_week():
    sunday = date(2026, 11, 22)
    assert BERLIN.cells(sunday, Step.DAY) == ()
    assert BERLIN.cell_at(datetime(2026, 11, 22, 12, tzinfo=UTC), Step.HOUR) is None
    special = OpeningHours(BERLIN.timezone, BERLIN.week, {sunday: (time(13), time(18))})
    assert [cell.seconds for cell in special.cells(sunday, Step.PART)] == [3600, 3 * 3600, 3600]


def test_a_moment_lies_in_the_cell_that_begins_at_or_before_it():
    cell = BERLIN.cell_at(datetime(2026, 11, 23, 9, 15, tzinfo=UTC), Step.QUARTER)
    assert cell.start == datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
    before = BERLIN.cell_at(cell.start - timedelta(microseconds=1), Step.QUARTER)
    assert end_of(before) == cell.start


def test_opening_hours_are_read_or_refused_in_words():
    assert parse_hours("09:00-20:30") == (time(9), time(20, 30))
    assert parse_hours("Closed") is None
    with pytest.raises(ValueError, match="opening hours are written"):
        parse_hours("nine to five")


def test_a_clock_that_was_never_set_keeps_no_shop_closed():
    nights = OpeningHours("Europe/Berlin", (None,) * 7)
    booted = datetime(1970, 1, 1, 0, 0, 7, tzinfo=UTC)
    assert all(nights.is_open(booted + timedelta(hours=hours)) for hours in range(72))
    quarters = nights.cells(nights.business_day(booted), Step.QUARTER)
    assert sum(cell.seconds for cell in quarters) == 24 * 3600
    assert not nights.is_open(datetime(2026, 3, 2, 12, tzinfo=UTC))
