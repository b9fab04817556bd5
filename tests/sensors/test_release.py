"""Who could be recognised in what leaves the device: nobody."""

from datetime import UTC, date, datetime, time, timedelta
from math import inf

import pytest

from events.bins import EDGES, bin_of, histogram
from events.facts import Cell, DwellSummary, OccupancySummary, QueueSummary, ZoneName
from events.hours import OpeningHours, Step, end_of
from sensors.release import ZoneRelease
from tests.sensors.shop_days import Person, day_of_people, quarters

OPENING = OpeningHours("UTC", ((time(9), time(20)),) * 7)
DAY = date(2026, 3, 2)
ZONE = ZoneName("shelf")
CELLS = OPENING.cells(DAY, Step.QUARTER)


def released(people, k=5, is_queue=False):
    """All records of a day."""
    gate = ZoneRelease(ZONE, OPENING, k, is_queue)
    return [record for cell, tally in quarters(people, CELLS) for record in gate.add(cell, tally)]


def at(hour, minute=0.0):
    return (datetime(2026, 3, 2, hour, tzinfo=UTC) - CELLS[0].start).total_seconds() + 60 * minute


def stays(hour, *seconds):
    """People who come one after the other in this hour."""
    return [Person(at(hour, 1 + 2 * i), length) for i, length in enumerate(seconds)]


def cells_of(records, kind):
    return [(record.cell.start.hour, record.cell.seconds // 3600) for record in records if isinstance(record, kind)]


@pytest.mark.parametrize(
    ("story", "people", "expected"),
    [
        ("five in an hour are told for the hour", stays(12, 10, 20, 30, 40, 50), [(12, 1)]),
        ("two and three are told for the day part", stays(11, 10, 20) + stays(13, 30, 40, 50), [(11, 3)]),
        ("two, two and one are told for the day", stays(9, 9, 9) + stays(12, 9, 9) + stays(18, 9), [(9, 11)]),
        ("four are never told", stays(12, 10, 20, 30, 40), []),
        ("nobody is never told", [], []),
        (
            "a wider record holds only what was not told before",
            stays(11, 10, 20) + stays(12, *[15] * 6) + stays(13, 30, 40, 50),
            [(12, 1), (11, 3)],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_how_long_people_stayed(story, people, expected):
    records = released(people)
    assert cells_of(records, DwellSummary) == expected
    told = [sum(record.completed) for record in records if isinstance(record, DwellSummary)]
    assert sum(told) <= len(people)


def test_what_is_told_adds_up_to_what_was_seen():
    people = stays(11, 10, 20) + stays(12, *[15] * 6) + stays(13, 30, 40, 50)
    records = [record for record in released(people) if isinstance(record, DwellSummary)]
    total = [sum(column) for column in zip(*(record.completed for record in records), strict=True)]
    assert tuple(total) == histogram(person.seconds for person in people)


def test_one_who_makes_up_more_than_half_is_held_on_to_the_next_step():
    lonely = [Person(at(12, 1), 1500), *stays(12, 8, 8, 8, 8, 8)[1:], Person(at(12, 40), 9), Person(at(12, 45), 9)]
    assert cells_of(released(lonely), DwellSummary) == [(12, 1)]
    assert cells_of(released(lonely), OccupancySummary) == []
    crowd = [Person(at(13, 1 + i), 700 + 37 * i) for i in range(6)]
    assert cells_of(released(lonely + crowd), OccupancySummary) == [(13, 1)]


def test_more_than_half_is_held_even_where_the_sum_leaves_the_bin_wide_open():
    assert cells_of(released(stays(12, 75, 4, 4, 4, 4)), OccupancySummary) == []
    assert cells_of(released(stays(12, 75, 80, 4, 4, 4)), OccupancySummary) == [(12, 1)]


def test_one_who_stands_there_for_hours_and_ends_no_stay_is_hidden_too():
    """The stays of the hour are short; the person-seconds are of somebody who has not left yet."""
    people = [Person(at(12), 7000), *stays(12, 5, 5, 5, 5, 5)]
    assert (12, 1) not in cells_of(released(people), OccupancySummary)


def test_person_seconds_and_occupancy_are_rounded_to_ten_seconds():
    records = [r for r in released(stays(12, *range(11, 71, 3))) if isinstance(r, OccupancySummary)]
    assert records
    for record in records:
        assert record.person_seconds % 10 == 0
        assert all(seconds % 10 == 0 for seconds in record.occupancy_seconds)


def test_people_at_the_very_top_of_their_bins_are_held_because_their_sum_gives_them_away():
    assert (12, 1) in cells_of(released(stays(12, *[100] * 5)), OccupancySummary)
    assert (12, 1) not in cells_of(released(stays(12, *[119.5] * 5)), OccupancySummary)
    assert (12, 1) not in cells_of(released(stays(12, *[90.5] * 5)), OccupancySummary)


def test_a_queue_tells_how_stays_ended_once_there_are_enough():
    people = [Person(at(12, 5 * i), 40 + i, served=i % 2 == 0) for i in range(6)]
    (record,) = [r for r in released(people, is_queue=True) if isinstance(r, QueueSummary)]
    assert (sum(record.served), sum(record.left)) == (3, 3)


def test_k_is_never_below_three():
    with pytest.raises(ValueError, match="at least 3"):
        ZoneRelease(ZONE, OPENING, 2)


def test_when_the_service_ends_what_may_be_told_is_told_and_the_rest_is_forgotten():
    gate = ZoneRelease(ZONE, OPENING, 5)
    people = stays(9, 10, 20, 30) + stays(10, 10, 20, 30)
    for cell, tally in quarters(people, CELLS):
        if end_of(cell) <= CELLS[0].start + timedelta(hours=1.75):
            gate.add(cell, tally)
    assert [sum(r.completed) for r in gate.close() if isinstance(r, DwellSummary)] == [6]
    assert gate.close() == []


# ---- the attack -----------------------------------------------------------------------------------------------------


def narrowest(people, records) -> float:
    """The width of the narrowest feasible interval of any stay, in halves of its bin; below 1 the attack succeeded.

    The attacker has every record of presence and is told, for each, who was in it, in which bin each visit ended up and
    how long it had lasted before. They try every length on a grid: could it be, so that the others make up the rest?
    """
    widths = []
    for record in records:
        if isinstance(record, OccupancySummary):
            parts = _parts(people, record, records)
            ranges = [_open_to(so_far, seconds) for seconds, so_far in parts]
            widths += [
                _width(part, mine, ranges, record)
                for part, mine in zip(parts, ranges, strict=True)
                if part[1] >= EDGES[0]
            ]
    return min(widths, default=inf)


def _width(part, mine, ranges, record) -> float:
    (seconds, so_far), (low, high) = part, mine
    assert low - 1e-6 <= seconds <= high + 1e-6
    low_sum, high_sum = _sum_bounds(record)
    least = sum(low for low, _ in ranges) - low
    unbounded = sum(high == inf for _, high in ranges) > (high == inf)
    most = inf if unbounded else sum(high for _, high in ranges if high < inf) - (high if high < inf else 0)
    top, grid = min(high, record.valid_seconds - max(0, record.occupancy_seconds[0] - 5), 20000), 400
    points = [low + (top - low) * i / grid for i in range(grid + 1)]
    feasible = [d for d in points if least <= high_sum - d and most >= low_sum - d]
    width = EDGES[bin_of(so_far) + 1] - EDGES[bin_of(so_far)] if so_far < 1800 else 1800
    return (max(feasible) - min(feasible) + (top - low) / grid) / (width / 2) if feasible else inf


def _sum_bounds(record):
    by_occupancy = record.occupancy_seconds
    least = sum(n * max(0, s - 5) for n, s in enumerate(by_occupancy))
    most = sum(n * (s + 5) for n, s in enumerate(by_occupancy)) if by_occupancy[8] == 0 else inf
    return max(record.person_seconds - 5, least), min(record.person_seconds + 5, most)


def _open_to(so_far, seconds):
    earlier = so_far - seconds
    if so_far < EDGES[0]:
        return 0.0, EDGES[0] - earlier
    i = bin_of(so_far)
    return max(0.0, EDGES[i] - earlier), EDGES[i + 1] - earlier


def _parts(people, record, records):
    """(seconds within the record, seconds up to the end of them) of everybody present in it."""
    covered = _covered(record, records)
    parts = []
    for person in people:
        inside = [(max(person.at, start), min(person.end, end)) for start, end in covered]
        inside = [(start, end) for start, end in inside if end > start]
        if inside:
            parts.append((sum(end - start for start, end in inside), inside[-1][1] - person.at))
    return parts


def _covered(record, records):
    """The stretches of time that a record speaks of: its cell without what narrower ones told."""
    told = [r.cell for r in records if isinstance(r, OccupancySummary) and r.cell.seconds < record.cell.seconds]
    whole = record.cell
    mine = [c for c in CELLS if whole.start <= c.start < end_of(whole)]
    mine = [c for c in mine if not any(t.start <= c.start < end_of(t) for t in told)]
    return [_seconds(c) for c in mine]


def _seconds(cell: Cell):
    start = (cell.start - CELLS[0].start).total_seconds()
    return start, start + cell.seconds


@pytest.mark.parametrize("seed", range(30))
def test_no_stay_can_be_worked_out_from_all_that_a_day_sent(seed):
    people = day_of_people(seed)
    records = released(people)
    assert narrowest(people, records) >= 0.99


def test_the_attack_succeeds_where_nothing_is_held():
    """So that the test above can fail."""
    people = stays(12, *[119.5] * 5)
    careless = OccupancySummary(ZONE, Cell(CELLS[12].start, 3600), 3600.0, 600, (3000, 600, 0, 0, 0, 0, 0, 0, 0))
    assert narrowest(people, [careless]) < 1


def test_every_quarter_is_told_at_most_once():
    for seed in range(20):
        records = [r for r in released(day_of_people(seed)) if isinstance(r, OccupancySummary)]
        assert sum(record.valid_seconds for record in records) <= 11 * 3600 + 1e-6
        quarters_told = [start for record in records for start in _covered(record, records)]
        assert len(quarters_told) == len(set(quarters_told))
