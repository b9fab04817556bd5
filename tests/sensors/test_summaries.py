"""From what a view learns to the facts of each quarter."""

from datetime import UTC, datetime, time, timedelta

import pytest

from events.bins import bin_of
from events.codec import decode, encode
from events.envelope import Event, Source, Stamp
from events.facts import (
    CameraHealth,
    CameraState,
    Cell,
    ClockQuality,
    CrossingCount,
    DeviceId,
    DwellSummary,
    FlowMatrix,
    LineName,
    OccupancySummary,
    QueueSummary,
    StoreId,
    Stream,
    TenantId,
    ZoneName,
    ZoneSummary,
)
from events.hours import OpeningHours
from sensors.flows import Move
from sensors.lines import Crossing, Way
from sensors.queues import Ending
from sensors.settings import read_camera
from sensors.summaries import Summaries
from sensors.view import News, ZoneNews
from sensors.zones import Presence, Stay

KOLKATA = OpeningHours("Asia/Kolkata", ((time(9), time(20)),) * 6 + (None,))
OPENING = datetime(2026, 3, 2, 3, 30, tzinfo=UTC)  # a Monday, 09:00 at +5:30
DOOR, FOYER = LineName("door"), ZoneName("foyer")
CAMERA = read_camera(
    {
        "view": "entrance",
        "line": [{"name": "door", "role": "door", "a": [0.5, 0.1], "b": [0.5, 0.9]}],
        "zone": [
            {"name": "foyer", "kind": "queue", "service": "door", "polygon": [[0.1, 0.1], [0.4, 0.1], [0.4, 0.9]]},
            {"name": "till", "kind": "staff", "polygon": [[0.6, 0.1], [0.9, 0.1], [0.9, 0.9]]},
        ],
    }
)


class Shop:
    """A view whose news we make up, one frame a second; second 0 is the opening."""

    def __init__(self, stays: bool = True):
        self.summaries = Summaries(CAMERA, KOLKATA, stays)
        self.facts = []

    def frame(self, second, crossings=(), stays=(), people=0, endings=(), state=CameraState.OK, entries=0):
        presence = Presence(second - 3, 1.0, frozenset(range(people)))
        zone = ZoneNews(entries, stays, [presence], endings or [None] * len(stays))
        news = News(second, 1.0, crossings, {DOOR: 0}, {FOYER: zone})
        self.facts += self.summaries.update(news, OPENING + timedelta(seconds=second), state)

    def frames(self, start, end, **what):
        for second in range(start, end):
            self.frame(second, **what)

    def told(self, kind):
        return [fact for fact in self.facts if isinstance(fact, kind)]


def stay(ended, seconds, born_inside=False, censored=False):
    return Stay(FOYER, ended - seconds, ended, born_inside, censored, 1, int(ended))


def test_a_quarter_without_anybody_is_told_as_zeros():
    shop = Shop()
    shop.frames(0, 906)
    (count,) = shop.told(CrossingCount)
    (zone,) = shop.told(ZoneSummary)
    (health,) = shop.told(CameraHealth)
    assert (count.cell.start, count.cell.seconds) == (OPENING, 900)
    assert (count.ins, count.outs, count.uturns, count.valid_seconds) == (0, 0, 0, 900)
    assert (zone.zone, zone.entries, zone.stays, zone.valid_seconds) == ("foyer", 0, 0, 900)
    assert (health.view, health.state, health.frames_per_second) == ("entrance", CameraState.OK, 1.0)


def test_every_quarter_of_an_open_day_is_told_once_and_closed_hours_are_not():
    shop = Shop()
    for second in range(-7200, 13 * 3600, 5):
        shop.frame(second)
    cells = [fact.cell for fact in shop.told(ZoneSummary)]
    assert len(cells) == len(set(cells)) == 11 * 4
    assert cells[0].start == OPENING
    assert {cell.seconds for cell in cells} == {900}


def test_crossings_and_entries_belong_to_the_quarter_in_which_they_happen():
    shop = Shop()
    shop.frame(10, [Crossing(DOOR, Way.IN, 1, 10.0)], entries=1)
    shop.frame(899, [Crossing(DOOR, Way.OUT, 1, 899.0)])
    shop.frame(901, [Crossing(DOOR, Way.IN, 2, 901.0)])
    shop.frame(1900)
    assert [(fact.ins, fact.outs) for fact in shop.told(CrossingCount)] == [(1, 1), (1, 0)]
    assert [fact.entries for fact in shop.told(ZoneSummary)] == [1, 0]


def test_a_stay_belongs_to_the_quarter_in_which_it_ends_though_it_is_known_later():
    shop = Shop()
    shop.frames(0, 901)
    shop.frame(901.5, stays=[stay(899, 300)])
    shop.frame(1900)
    assert [fact.stays for fact in shop.told(ZoneSummary)] == [1, 0]


def test_stays_of_an_hour_become_one_histogram_of_those_who_came_over_the_boundary():
    shop = Shop()
    stays = [
        stay(100, 10),
        stay(200, 10),
        stay(1000, 40),
        stay(2000, 50, censored=True),
        stay(3000, 70, born_inside=True),
    ]
    for one in stays:
        shop.frame(one.ended + 3, stays=[one])
    shop.frame(3700)
    (dwell,) = shop.told(DwellSummary)
    assert dwell.cell.seconds == 3600
    assert (dwell.completed[bin_of(10)], dwell.completed[bin_of(40)], dwell.censored[bin_of(50)]) == (2, 1, 1)
    assert (dwell.born_inside, dwell.from_boundary) == (1, 4)


def test_four_stays_in_a_day_are_counted_and_never_described():
    shop = Shop()
    for second in (100, 5000, 10000, 20000):
        shop.frame(second + 3, stays=[stay(second, 30)])
    shop.frames(11 * 3600 - 5, 11 * 3600 + 6)
    assert sum(fact.stays for fact in shop.told(ZoneSummary)) == 4
    assert shop.told(DwellSummary) == shop.told(OccupancySummary) == []


def test_how_full_the_zone_was_is_told_with_the_valid_time():
    shop = Shop()
    for second in range(3600):
        people = 2 if second % 3 else 5
        ended = [stay(second - 2, 300)] if second % 300 == 299 else []
        presence = Presence(second - 2, 1.0, frozenset(second // 300 * 10 + i for i in range(people)))
        zone = ZoneNews(0, ended, [presence], [None] * len(ended))
        news = News(second, 1.0, zones={FOYER: zone})
        shop.facts += shop.summaries.update(news, OPENING + timedelta(seconds=second))
    shop.frame(3606)
    (record,) = shop.told(OccupancySummary)
    assert record.valid_seconds == pytest.approx(3598)
    assert (record.occupancy_seconds[2], record.occupancy_seconds[5]) == (2400, 1200)
    assert record.person_seconds == pytest.approx(2 * 2400 + 5 * 1200, abs=20)


def test_a_queue_tells_who_was_served_and_who_left():
    shop = Shop()
    for i in range(6):
        ending = Ending.SERVED if i % 2 else Ending.LEFT
        shop.frame(100 * i + 103, stays=[stay(100 * i + 100, 45)], endings=[ending])
    shop.frame(3606)
    (queue,) = shop.told(QueueSummary)
    assert (queue.served[bin_of(45)], queue.left[bin_of(45)]) == (3, 3)


def test_time_without_frames_is_not_valid_and_not_zero():
    shop = Shop()
    shop.frames(0, 300)
    for second in range(300, 1806, 5):
        shop.facts += shop.summaries.tick(OPENING + timedelta(seconds=second), CameraState.UNPLUGGED)
    first, second = shop.told(ZoneSummary)
    assert (first.valid_seconds, second.valid_seconds) == (300, 0)
    assert [fact.state for fact in shop.told(CameraHealth)] == [CameraState.UNPLUGGED] * 2


def test_the_worst_state_of_a_quarter_is_the_one_that_is_told():
    shop = Shop()
    shop.frame(10)
    shop.facts += shop.summaries.tick(OPENING + timedelta(seconds=20), CameraState.DARK)
    shop.frame(906)
    assert [fact.state for fact in shop.told(CameraHealth)] == [CameraState.DARK]


def test_a_service_that_starts_in_the_middle_of_a_quarter_says_how_much_it_saw():
    shop = Shop()
    shop.frames(600, 906)
    (zone,) = shop.told(ZoneSummary)
    assert (zone.cell.seconds, zone.valid_seconds) == (900, 300)


def test_a_service_that_is_stopped_tells_what_it_knows_of_the_quarter():
    shop = Shop()
    shop.frames(0, 300, crossings=())
    shop.frame(300, [Crossing(DOOR, Way.IN, 1, 300.0)])
    shop.facts += shop.summaries.close()
    (count,) = shop.told(CrossingCount)
    assert (count.ins, count.valid_seconds) == (1, 301)


def test_a_detector_that_loses_people_who_stand_still_tells_only_lines():
    shop = Shop(stays=False)
    shop.frames(0, 906, people=3)
    assert {type(fact) for fact in shop.facts} == {CrossingCount, CameraHealth}


def test_staff_areas_are_never_told():
    shop = Shop()
    shop.frames(0, 906)
    assert {fact.zone for fact in shop.told(ZoneSummary)} == {"foyer"}


def test_all_facts_of_a_busy_hour_survive_the_wire():
    shop = Shop()
    for i in range(40):
        shop.frame(i * 80 + 5, stays=[stay(i * 80 + 2, 20 + i)], endings=[Ending.SERVED], people=i % 4)
    shop.frame(3606)
    source = Source(TenantId("acme"), StoreId("s1"), DeviceId("cam"), Stream.BULK)
    stamp = Stamp(OPENING, "boot", 1, ClockQuality.NTP)
    events = [Event(source, "0123456789ab", i, stamp, fact) for i, fact in enumerate(shop.facts, start=1)]
    assert {QueueSummary, DwellSummary, OccupancySummary} <= {type(fact) for fact in shop.facts}
    assert decode(encode(events)) == events


def test_where_five_people_went_next_is_told_once_the_hour_is_over():
    camera = read_camera(
        {
            "zone": [
                {"name": name, "kind": "display", "polygon": [[x, 0], [x + 0.1, 0], [x + 0.1, 1]]}
                for name, x in (("shoes", 0.1), ("coats", 0.3))
            ]
        }
    )
    summaries, facts = Summaries(camera, KOLKATA), []
    for second in range(0, 3700, 10):
        moves = [Move(ZoneName("shoes"), ZoneName("coats"), second)] if second in (10, 20, 1000, 2000, 3500) else []
        facts += summaries.update(News(second, 1.0, moves=moves), OPENING + timedelta(seconds=second))
    (matrix,) = [fact for fact in facts if isinstance(fact, FlowMatrix)]
    assert (matrix.view, matrix.cell.start, matrix.cell.seconds) == ("camera", OPENING, 3600)
    assert [(flow.origin, flow.target, flow.people) for flow in matrix.flows] == [("shoes", "coats", 5)]


UNSET = datetime(1970, 1, 1, 0, 0, 20, tzinfo=UTC)


class LateShop(Shop):
    """Its clock was never set; second 0 is when it was switched on, at an hour that nobody knows yet."""

    begun = UNSET

    def frame(self, second, crossings=(), stays=(), people=0):
        zone = ZoneNews(0, stays, [Presence(second - 1, 1.0, frozenset(range(people)))], [None] * len(stays))
        news = News(second, 1.0, crossings, {DOOR: 0}, {FOYER: zone})
        self.facts += self.summaries.update(news, self.begun + timedelta(seconds=second))

    def learns(self, at, second):
        """In the second before this one it hears what time it is."""
        step, self.begun = at - timedelta(seconds=second) - self.begun, at - timedelta(seconds=second)
        self.facts += self.summaries.set_clock(step, at)


def test_what_was_counted_before_the_clock_was_known_is_told_where_it_was_to_the_last_crossing():
    shop, half_past = LateShop(), OPENING + timedelta(minutes=90)
    shop.frames(0, 1000, crossings=[Crossing(DOOR, Way.IN, 1, 0.0)])
    at = half_past + timedelta(minutes=4, seconds=0.7)
    assert [count.cell for count in shop.told(CrossingCount)] == [Cell(datetime(1970, 1, 1, tzinfo=UTC), 900)]
    shop.learns(at, 1000)
    cut = shop.told(CrossingCount)[1]
    assert cut.cell == Cell(half_past + timedelta(seconds=120), 120), "since the last quarter, by the true time"
    assert (cut.ins, cut.valid_seconds) == (120, 120)
    shop.frames(1000, 1670, crossings=[Crossing(DOOR, Way.IN, 1, 0.0)])
    rest = shop.told(CrossingCount)[2]
    assert rest.cell == Cell(half_past + timedelta(minutes=4), 660)
    assert (rest.ins, rest.valid_seconds) == (660, 660)
    assert sum(count.ins for count in shop.told(CrossingCount)) == 880 + 120 + 660


def test_a_quarter_that_had_just_ended_by_the_unset_clock_is_not_forgotten_either():
    shop = LateShop()
    shop.frames(0, 882, crossings=[Crossing(DOOR, Way.OUT, 1, 0.0)])
    shop.learns(OPENING + timedelta(hours=2), 882)
    counts = shop.told(CrossingCount)
    assert [(count.cell, count.outs) for count in counts] == [
        (Cell(OPENING + timedelta(hours=2, seconds=-902), 900), 880),
        (Cell(OPENING + timedelta(hours=2, seconds=-2), 2), 2),
    ]


def test_stays_that_waited_for_an_hour_of_an_unset_clock_go_out_with_the_day_part_to_which_they_belong():
    shop = LateShop()
    for quarter in range(3):
        for one in range(2):
            second = quarter * 900 + 100 + 50 * one
            shop.frame(second, stays=[stay(second - 1, 20)])
    shop.learns(OPENING + timedelta(hours=1, minutes=10), 2600)
    assert shop.told(DwellSummary) == [], "one hour holds four, and two lie across its end"
    shop.frames(2600, 2600 + 50 * 60 + 6)
    (dwell,) = shop.told(DwellSummary)
    assert (sum(dwell.completed), dwell.cell) == (6, Cell(OPENING, 7200))
    assert sum(zone.stays for zone in shop.told(ZoneSummary)) == 6


def test_stays_of_an_hour_that_was_over_when_the_clock_became_known_are_told_at_once():
    shop = LateShop()
    for one in range(6):
        shop.frame(100 + 50 * one, stays=[stay(99 + 50 * one, 20)])
    shop.frame(890)
    shop.learns(OPENING + timedelta(hours=10, seconds=20), 900)
    (dwell,) = shop.told(DwellSummary)
    assert (sum(dwell.completed), dwell.cell) == (6, Cell(OPENING + timedelta(hours=9), 3600))


def test_a_clock_that_was_years_ahead_and_is_set_back_stops_nothing():
    shop = LateShop()
    shop.begun = OPENING.replace(year=2032)
    shop.frames(0, 300, crossings=[Crossing(DOOR, Way.IN, 1, 0.0)])
    shop.learns(OPENING + timedelta(seconds=300), 300)
    shop.frames(300, 906)
    told = [(count.cell, count.ins, count.valid_seconds) for count in shop.told(CrossingCount)]
    assert told == [(Cell(OPENING, 300), 300, 300), (Cell(OPENING + timedelta(seconds=300), 600), 0, 600)]


def test_a_line_that_was_cut_for_an_audit_goes_on_from_there_by_the_true_time():
    shop = LateShop()
    shop.frames(0, 100, crossings=[Crossing(DOOR, Way.IN, 1, 0.0)])
    shop.facts += shop.summaries.cut_line(DOOR, UNSET + timedelta(seconds=100))
    shop.frames(100, 160, crossings=[Crossing(DOOR, Way.IN, 1, 0.0)])
    shop.learns(OPENING + timedelta(minutes=30), 160)
    before, after = shop.told(CrossingCount)
    assert (before.ins, after.ins) == (100, 60)
    assert after.cell == Cell(OPENING + timedelta(minutes=29), 60)
    assert after.valid_seconds == 60
