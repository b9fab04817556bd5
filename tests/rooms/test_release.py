"""What leaves the device about fitting rooms says nothing about anybody."""

from datetime import date, time, timedelta
from random import Random

import pytest

from events.bins import EDGES, histogram
from events.facts import Cell, RoomSummary, RoomUse
from events.hours import OpeningHours, Step, end_of
from sensors.rooms_group import Tally
from sensors.rooms_release import RoomRelease, use

DAY = date(2026, 6, 1)
OPENING = OpeningHours("Europe/Berlin", ((time(9), time(20)),) * 7)
QUARTERS = OPENING.cells(DAY, Step.QUARTER)
NUMBERS = iter(range(10**9))


def tally(*lengths, **more):
    """Sessions that began and ended inside one quarter."""
    sessions = {next(NUMBERS): length for length in lengths}
    return Tally(sessions=sessions, occupied=sessions, **more)


def released(tallies, k=5, quarters=QUARTERS, rooms=4):
    """All facts of a day whose first quarters had these tallies, and whose others were empty."""
    release = RoomRelease("fitting", rooms, OPENING, k)
    rest = [tally()] * (len(quarters) - len(tallies))
    return [fact for cell, item in zip(quarters, [*tallies, *rest], strict=True) for fact in release.add(cell, item)]


def uses(facts):
    return [fact for fact in facts if isinstance(fact, RoomUse)]


FIVE = (70, 130, 200, 250, 330)


def test_counts_go_out_every_quarter_zeros_included():
    facts = released([tally(100, arrivals=3, checks=1)])
    counts = [fact for fact in facts if isinstance(fact, RoomSummary)]
    assert [fact.cell for fact in counts] == list(QUARTERS)
    assert counts[0] == RoomSummary("fitting", QUARTERS[0], 4, 1, 3, 1)
    assert {(fact.sessions, fact.arrivals, fact.checks) for fact in counts[1:]} == {(0, 0, 0)}


def test_five_sessions_in_an_hour_are_told_for_the_hour():
    waits = (0, 2.9, 3, 400)
    facts = released([tally(*FIVE[:2], waits=waits, turned_away=2), tally(*FIVE[2:], saturated_seconds=123)])
    [told] = uses(facts)
    assert told.cell == OPENING.cells(DAY, Step.HOUR)[0]
    assert told.sessions == histogram(FIVE)
    assert (told.occupied_seconds, told.saturated_seconds) == (980, 120)
    assert (told.waits, told.no_wait, told.turned_away) == (histogram((3, 400)), 2, 2)


def test_the_hours_record_follows_the_counts_of_its_last_quarter():
    facts = released([tally(*FIVE)])
    assert [type(fact) for fact in facts[:6]] == [RoomSummary] * 4 + [RoomUse, RoomSummary]


def test_four_sessions_wait_for_the_day_part():
    facts = released([tally(*FIVE[:4]), *[tally()] * 3, tally(FIVE[4])])
    [told] = uses(facts)
    assert told.cell == OPENING.cells(DAY, Step.PART)[0]
    assert sum(told.sessions) == 5


def test_what_no_part_can_hide_waits_for_the_day():
    facts = released([tally(*FIVE[:3]), *[tally()] * 30, tally(*FIVE[3:])])
    [told] = uses(facts)
    assert told.cell == OPENING.cells(DAY, Step.DAY)[0]
    assert facts[-1] == told


def test_what_a_day_cannot_hide_is_never_told():
    assert uses(released([tally(*FIVE[:4])])) == []


def test_the_next_day_starts_empty_handed():
    release = RoomRelease("fitting", 4, OPENING)
    for day in (DAY, DAY + timedelta(days=1)):
        for cell in OPENING.cells(day, Step.QUARTER):
            facts = release.add(cell, tally(*FIVE[:3]) if cell.start.hour == 10 and cell.start.minute == 0 else tally())
            assert uses(facts) == []


def test_a_wider_record_holds_only_what_was_not_told_before():
    hours = [tally(*FIVE), *[tally()] * 3, tally(80, 95, 140), *[tally()] * 24, tally(210, 310, 400)]
    facts = uses(released(hours))
    assert [fact.cell.seconds for fact in facts] == [3600, 10 * 3600]
    assert end_of(facts[0].cell) == facts[1].cell.start
    assert facts[0].sessions == histogram(FIVE)
    assert facts[1].sessions == histogram((80, 95, 140, 210, 310, 400))


def test_one_long_session_is_not_told_by_the_sum():
    long = [tally(5, 6, 7, 8, 1000)]
    assert uses(released(long)) == []
    assert sum(uses(released([*long, *[tally()] * 3, tally(400, 500, 600)]))[0].sessions) == 8


def test_somebody_still_inside_counts_among_the_largest():
    assert uses(released([tally(*FIVE), *[Tally(occupied={-1: 850})] * 2])) == []
    assert len(uses(released([tally(*FIVE), *[Tally(occupied={-1: 450})] * 2]))) == 1


def test_a_session_over_two_quarters_is_one_session_for_the_largest():
    halves = [Tally(occupied={-2: 750}), Tally(sessions={-2: 1500}, occupied={-2: 750}), tally(*FIVE)]
    assert uses(released(halves)) == []
    assert len(uses(released([tally(750), tally(750), tally(*FIVE)]))) == 1


@pytest.mark.parametrize("lengths", [(60.0,) * 5, (89.9,) * 5, (61, 62, 63, 301, 302)])
def test_sessions_that_the_sum_pins_to_an_edge_of_their_bin_are_held_back(lengths):
    assert uses(released([tally(*lengths)])) == []


def test_a_session_that_began_before_the_record_hides_the_others_and_itself():
    """Five sessions at the lower edge are given away by their sum, but not when a sixth brought an unknown part."""
    edge = tally(60, 60, 60, 60, 60)
    assert uses(released([edge, Tally(sessions={-3: 250}, occupied={-3: 60})])) != []
    assert uses(released([edge, Tally(sessions={-3: 60}, occupied={-3: 60})])) == []


def test_what_is_left_of_a_session_after_the_others_is_its_least():
    """The sum less the most of the others leaves nearly all of its bin's upper end to the one that began before."""
    edge = tally(89.9, 89.9, 89.9, 89.9, 4, 4)
    late = Tally(sessions={-3: 90 - 1e-9}, occupied={-3: 89})
    assert uses(released([edge, late])) == []


def test_nobody_was_there_for_longer_than_there_was_anybody():
    crowd = (320,) * 6
    assert len(uses(released([tally(*crowd)], rooms=6))) == 1
    assert uses(released([tally(*crowd, saturated_seconds=320)], rooms=6)) == []


@pytest.mark.parametrize(("lengths", "records"), [(FIVE, 1), (FIVE[:4], 0)])
def test_a_service_that_ends_tells_what_may_be_told_of_the_time_it_saw(lengths, records):
    release = RoomRelease("fitting", 4, OPENING)
    release.add(QUARTERS[0], tally(*lengths))
    release.add(Cell(QUARTERS[1].start, 100), tally())
    assert [fact.cell for fact in release.close()] == [Cell(QUARTERS[0].start, 1000)] * records
    assert release.close() == []


def test_k_is_never_below_three():
    assert len(uses(released([tally(70, 130, 200)], k=3))) == 1
    with pytest.raises(ValueError, match="k is at least 3"):
        RoomRelease("fitting", 4, OPENING, 2)


def test_a_record_does_not_speak_of_the_time_before_the_service_was_up():
    first = Cell(QUARTERS[0].start + timedelta(seconds=300), 600)
    [told] = uses(released([tally(*FIVE)], quarters=[first, *QUARTERS[1:]]))
    assert told.cell == Cell(first.start, 3300)


def test_an_opening_that_cuts_a_quarter_and_a_night_past_midnight_still_end_their_day():
    opening = OpeningHours("Asia/Kolkata", ((time(9, 10), time(1, 5)),) * 7)
    release, found = RoomRelease("fitting", 4, opening), []
    cells = opening.cells(DAY, Step.QUARTER)
    for cell in cells:
        found += uses(release.add(cell, tally(*FIVE) if cell == cells[-1] else tally()))
    assert end_of(found[0].cell) == end_of(cells[-1])
    assert sum(found[0].sessions) == 5


def feasible(record):
    """What a reader can work out about each session of a record: its interval, and the width of its bin."""
    low = [EDGES[i] for i, n in enumerate(record.sessions) for _ in range(n)]
    high = [EDGES[i + 1] for i, n in enumerate(record.sessions) for _ in range(n)]
    for i in range(len(low)):
        least = record.occupied_seconds - 5 - sum(high[:i] + high[i + 1 :])
        most = record.occupied_seconds + 5 - sum(low[:i] + low[i + 1 :])
        yield max(low[i], least), min(high[i], most), min(high[i], 2 * low[i]) - low[i]


def day_of_visits(dice):
    """Quarters of a day: how busy, and how alike the visits, differs from day to day."""
    busy, typical, spread = dice.choice([0.2, 1, 3]), dice.choice([20, 90, 240, 600]), dice.choice([0.02, 0.4, 1.0])
    lengths = lambda: (dice.lognormvariate(0, spread) * typical for _ in range(int(dice.expovariate(1 / busy))))  # noqa: E731
    return [tally(*(length for length in lengths() if length >= 3)) for _ in QUARTERS]


def test_the_attack_learns_no_session_to_half_its_bin():
    told = [record for seed in range(150) for record in uses(released(day_of_visits(Random(seed))))]
    assert len(told) > 500
    for record in told:
        for least, most, width in feasible(record):
            assert most - least >= width / 2


def test_without_the_rule_the_attack_succeeds():
    hours = [hour for seed in range(150) for hour in day_of_visits(Random(seed)) if len(hour.sessions) >= 5]
    told = [use("fitting", 4, QUARTERS[0], [hour]) for hour in hours]
    assert sum(most - least < width / 2 for record in told for least, most, width in feasible(record)) > 20


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_told_twice(seed):
    day = day_of_visits(Random(seed))
    told = [sum(bins) for bins in zip(*(record.sessions for record in uses(released(day))), strict=True)]
    truth = histogram(length for item in day for length in item.sessions.values())
    assert all(ours <= real for ours, real in zip(told, truth, strict=False))
