"""Everything that a shop sent in seeded weeks, read by somebody who knows too much: no stay is given away."""

from datetime import date, time

import pytest

from events.facts import DwellSummary, OccupancySummary, ZoneName
from events.hours import OpeningHours, Step
from sensors import release
from sensors.release import ZoneRelease
from tests.sensors.attack import CELLS, Reader, Sent, Shopper, TwoZones, read_heat, shoppers_of, told
from tests.sensors.shop_days import Person, quarters

OPENING = OpeningHours("UTC", ((time(9), time(20)),) * 7)
QUARTERS = OPENING.cells(date(2026, 3, 2), Step.QUARTER)
WEEKS = [range(7 * week, 7 * week + 7) for week in range(4)]
ONCE_GIVEN_AWAY = (54, 85, 89, 102)
"""Days on which it was, before the release knew what the counts of the quarters tell."""

LONG_NEXT_DOOR = (51, 75, 76)
"""Days on which somebody stayed long in both zones, one right after the other."""


def sent(people, kind):
    """All records of a kind from one zone's day."""
    gate = ZoneRelease(ZoneName("shelf"), OPENING, 5)
    records = [record for cell, tally in quarters(people, QUARTERS) for record in gate.add(cell, tally)]
    return [record for record in records if isinstance(record, kind)]


def narrowest(shoppers, rounding=10.0):
    return Reader(shoppers, told(sent_presence(shoppers), rounding)).narrowest()


def two_zones(shoppers, *knows, records=True):
    """What a reader of both makes of them; without `records`, of bins and counts alone."""
    zones = [[shopper.here for shopper in shoppers], [shopper.next for shopper in shoppers if shopper.next]]
    sums = [told(sent(people, OccupancySummary)) if records else [] for people in zones]
    return TwoZones(
        shoppers, *(Sent(s, sent(people, DwellSummary)) for s, people in zip(sums, zones, strict=True)), knows
    )


def sent_presence(shoppers):
    return sent([shopper.here for shopper in shoppers], OccupancySummary)


@pytest.mark.parametrize("days", [*WEEKS, ONCE_GIVEN_AWAY], ids=str)
def test_in_a_week_no_stay_can_be_worked_out(days):
    assert min(narrowest(shoppers_of(day)) for day in days) >= 0.999


@pytest.mark.parametrize("attacked", ["here", "there"])
@pytest.mark.parametrize("linger", [False, True], ids=["people pass the zone next door", "people stay next door too"])
@pytest.mark.parametrize("days", [WEEKS[0], ONCE_GIVEN_AWAY, LONG_NEXT_DOOR], ids=str)
def test_nor_by_whoever_reads_the_zone_next_door_too(days, linger, attacked):
    assert min(two_zones(shoppers_of(day, linger), attacked).narrowest() for day in days) >= 0.999


def test_the_attack_succeeds_where_one_is_enough(monkeypatch):
    """So that the test above can fail; so do the next two."""
    monkeypatch.setattr(release, "may_tell_presence", lambda held, k: sum(tally.stays for tally in held) >= 1)
    assert min(narrowest(shoppers_of(day)) for day in WEEKS[0]) < 1


def test_the_attack_succeeds_where_nothing_is_rounded(monkeypatch):
    monkeypatch.setattr(release, "_rounded", round)
    assert narrowest(walkers(14.8, 14.7, 14.9, 14.8, 14.8)) >= 1
    assert narrowest(walkers(14.8, 14.7, 14.9, 14.8, 14.8), rounding=1.0) < 1


def test_the_attack_succeeds_where_nothing_is_held(monkeypatch):
    monkeypatch.setattr(release, "gives_away", lambda parts, told: False)
    days = [shoppers_of(day, linger=True) for day in (*WEEKS[0], *ONCE_GIVEN_AWAY)]
    assert min(map(narrowest, days)) < 1
    assert min(two_zones(day, "here").narrowest() for day in days) < 1
    assert worst_of_records(days)[0] < 1


# ---- who knows more than was sent ------------------------------------------------------------------------------------


def worst_of_records(days):
    """A reader who knows in which bins each person ended up in both zones: the narrowest interval of any stay that was
    told, in halves of what bins and counts leave open, and in halves of its bin.
    """
    shares, bins = [], []
    for shoppers in days:
        read = two_zones(shoppers, "here", "there")
        alone = two_zones(shoppers, "here", "there", records=False)
        read.narrowest(), alone.narrowest()
        for zone, before in zip(read.attacked, alone.attacked, strict=True):
            shares += [zone.width(i) / (before.width(i) / 2) for i in zone.told()]
            bins += [zone.width(i) / (zone.shoppers[i].bin_width / 2) for i in zone.told()]
    return min(shares), min(bins)


def test_to_who_knows_bins_next_door_the_records_tell_less_than_half_of_what_is_left():
    assert worst_of_records([shoppers_of(day, linger=True) for day in (*WEEKS[0], *LONG_NEXT_DOOR)])[0] >= 0.999


def test_who_knows_bins_next_door_may_learn_a_stay_from_bins_and_counts_alone():
    """So says the manual: two long visits in one quarter leave little time for each, whatever the records hold."""
    days = [shoppers_of(day, linger=True) for day in LONG_NEXT_DOOR]
    assert worst_of_records(days)[1] < 1


# ---- why there is no heat map ---------------------------------------------------------------------------------------


def walkers(*lengths, corners=None):
    """People who come one after the other and stand in these cells; in the first one unless said otherwise."""
    corners = corners or [{0: 1.0}] * len(lengths)
    return [
        Shopper(Person(60.0 + 600 * i, seconds), None, tuple(corners[i].get(cell, 0.0) for cell in range(CELLS)))
        for i, seconds in enumerate(lengths)
    ]


def narrowest_with_heat(shoppers, rounding, knows_corners):
    reader = Reader(shoppers, told(sent_presence(shoppers)))
    assert reader.records, "nothing was sent, so nothing can be learnt"
    read_heat(reader, 5, rounding, knows_corners)
    return reader.narrowest()


def test_cells_rounded_to_seconds_undo_the_rounding_of_the_sum():
    """Five people, each just below fifteen seconds: their sum in tens leaves the bin open, their sum in seconds not."""
    family = walkers(14.8, 14.7, 14.9, 14.8, 14.8)
    assert narrowest(family) >= 1
    assert narrowest_with_heat(family, 1.0, knows_corners=False) < 1


def test_cells_rounded_to_tens_tell_of_who_stood_in_a_corner_alone():
    """Others only pass there; whoever knows who stood there knows how long."""
    lengths, passing = (62.0, 70.0, 80.0, 66.0, 75.0, 71.0), {0: 0.005, 1: 0.995}
    shop = walkers(*lengths, corners=[{0: 1.0}, *[passing] * 5])
    assert narrowest(shop) >= 1
    assert narrowest_with_heat(shop, 10.0, knows_corners=True) < 1


@pytest.mark.parametrize("rounding", [1.0, 10.0])
def test_in_some_week_heat_gives_somebody_away(rounding):
    days = [shoppers_of(day) for day in (273, 288)]
    assert min(narrowest(day) for day in days) >= 0.999
    assert min(narrowest_with_heat(day, rounding, knows_corners=True) for day in days) < 1
