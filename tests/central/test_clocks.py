"""A device whose clock is wrong tells its facts at the right times as soon as anybody can know them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.collector import Collector
from central.reports import store_day
from central.store import open_store, tables
from central.store.families import CROSSINGS, HEARD, TAPS, ZONES
from central.store.plans import save_plan
from central.store.rebuilding import rebuild
from events.codec import encode
from events.envelope import Event, Stamp
from events.facts import Cell, ClockQuality, ClockSync, CrossingCount, Fact, Health, Stream, ZoneSummary
from tests.central.contents import rollups, rows_of, taps
from tests.central.sample import AFTER, DAY, Device, at_local, plan, tap

NTP, RTC, ESTIMATED, UNSET = ClockQuality
NOON = at_local(12)
BIRTH = datetime(1970, 1, 1, 0, 0, 10, tzinfo=UTC)
HEALTH = Health("0.1.0", 1000.0, 5000, 700, 0, 0)


@dataclass
class Pi:
    """A device with a wall clock that may be wrong, over several boots; `now` is the truth."""

    now: datetime = NOON
    name: str = "kiosk-exit"
    device: Device = field(init=False)
    events: list[Event] = field(default_factory=list)
    boots: int = 0

    def __post_init__(self) -> None:
        self.device = Device(self.name)

    def boots_with(self, wall: datetime, quality: ClockQuality) -> None:
        self.boots += 1
        self.started, self.off, self.quality = self.now, wall - self.now, quality

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @property
    def up_ms(self) -> int:
        return (self.now - self.started) // timedelta(milliseconds=1)

    @property
    def wall(self) -> datetime:
        return self.now + self.off

    def tells(self, fact: Fact) -> Event:
        stamp = Stamp(self.wall, f"boot-{self.boots}", self.up_ms, self.quality)
        self.events.append(replace(self.device.event(fact, self.wall), stamp=stamp))
        return self.events[-1]

    def sets_clock(self, wall: datetime | None = None, quality: ClockQuality = NTP) -> None:
        """To the truth, or to something else."""
        before, after = self.wall, wall or self.now
        self.off, self.quality = after - self.now, quality
        self.tells(ClockSync(before, after, quality))

    def batches(self) -> list[tuple[str, bytes]]:
        """The urgent stream first, as a forwarder does."""
        streams = [[event for event in self.events if event.source.stream is stream] for stream in Stream]
        return [(self.device.topic, encode(mine)) for mine in streams if mine]


def quarters(store, family=TAPS) -> list[tuple[datetime, int]]:
    """Start and first sum of each row, in order."""
    first = 5 + len(family.keys) - 1
    return [(datetime.fromtimestamp(row[1], UTC), row[first]) for row in rows_of(store, tables.rollups[family])]


def take(store, pi: Pi, received: datetime = AFTER) -> None:
    for topic, payload in pi.batches():
        Collector(store).take(topic, payload, received)


@pytest.fixture
def pi() -> Pi:
    return Pi()


def test_taps_from_before_the_clock_was_set_are_counted_when_they_were_given(store, pi):
    pi.boots_with(BIRTH, UNSET)
    for _ in range(3):
        pi.passes(10)
        pi.tells(tap(1))
    pi.sets_clock()
    pi.passes(60)
    pi.tells(tap(1))
    take(store, pi)
    assert quarters(store) == [(NOON, 4)]


def test_the_ledger_keeps_what_the_device_said_and_the_store_says_what_was_made_of_it(store, pi):
    pi.boots_with(BIRTH, UNSET)
    pi.passes(10)
    told = pi.tells(tap(1))
    pi.sets_clock()
    take(store, pi)
    urgent = rows_of(store, tables.ledger)[0]
    assert urgent[3] == (told.stamp.time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    with store.reading() as connection:
        [boot] = connection.execute(tables.boots.select()).all()
    assert (boot.quality, boot.base_quality) == ("ntp", "ntp")
    assert datetime.fromtimestamp(boot.base / 1e6, UTC) == NOON


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["taps first", "clock first"])
def test_it_does_not_matter_which_stream_comes_first_nor_how_much_later_the_other(store, pi, order):
    pi.boots_with(datetime(2025, 3, 1, tzinfo=UTC), ESTIMATED)
    for _ in range(5):
        pi.passes(1)
        pi.tells(tap(1))
    pi.sets_clock()
    batches = pi.batches()
    for days, place in enumerate(order):
        Collector(store).take(*batches[place], AFTER + timedelta(days=3 * days))
        Collector(store).take(*batches[place], AFTER + timedelta(days=3 * days))
    assert quarters(store) == [(NOON, 5)]
    assert taps(store) == 5


def test_there_and_back_again_in_one_boot(store, pi):
    """Somebody sets the clock to 2031, and a time server sets it back; then it is off by an hour for a while."""
    pi.boots_with(NOON, NTP)
    pi.tells(tap(1))
    for wrong in (datetime(2031, 5, 5, tzinfo=UTC), NOON - timedelta(hours=1), datetime(2025, 1, 1, tzinfo=UTC)):
        pi.passes(30)
        pi.sets_clock(wrong, NTP)
        pi.passes(30)
        pi.tells(tap(2))
        pi.passes(30)
        pi.sets_clock()
    take(store, pi)
    assert quarters(store) == [(NOON, 1), (NOON, 3)], "four taps, answers 1 and 2, all at noon"


def test_a_hand_that_sets_the_clock_is_believed_until_a_time_server_knows_better(store, pi):
    pi.boots_with(BIRTH, UNSET)
    pi.tells(tap(1))
    pi.passes(5)
    pi.sets_clock(NOON + timedelta(hours=2), ESTIMATED)
    take(store, pi)
    assert quarters(store) == [(NOON + timedelta(hours=1, minutes=45), 1)]
    pi.passes(5)
    pi.sets_clock()
    take(store, pi)
    assert quarters(store) == [(NOON, 1)]


def test_a_time_from_a_time_server_is_not_mended_by_a_hand(store, pi):
    pi.boots_with(NOON, NTP)
    pi.tells(tap(1))
    pi.passes(5)
    pi.sets_clock(NOON - timedelta(days=1), ESTIMATED)
    take(store, pi)
    assert quarters(store) == [(NOON, 1)]


def test_a_hand_does_not_outdo_a_time_server(store, pi):
    pi.boots_with(BIRTH, UNSET)
    pi.tells(tap(1))
    pi.passes(5)
    pi.sets_clock()
    pi.passes(5)
    pi.sets_clock(NOON - timedelta(days=1), ESTIMATED)
    pi.tells(tap(1))
    take(store, pi)
    assert quarters(store) == [(NOON, 2)]


def test_a_clock_set_far_ahead_of_our_own_is_not_believed(store, pi):
    pi.boots_with(NOON, ESTIMATED)
    pi.tells(tap(1))
    pi.passes(5)
    pi.sets_clock(AFTER + timedelta(days=400), NTP)
    take(store, pi)
    assert quarters(store) == [(NOON, 1)]


def test_a_small_step_moves_nothing(store, pi):
    pi.now += timedelta(minutes=14, seconds=50)
    pi.boots_with(pi.now, ESTIMATED)
    pi.tells(tap(1))
    pi.passes(5)
    pi.sets_clock(pi.now + timedelta(seconds=30))
    take(store, pi)
    assert quarters(store) == [(NOON, 1)]


def test_cells_move_with_their_facts_and_those_with_monotonic_bounds_go_where_these_say(store):
    pi = Pi(name="door-cam")
    pi.boots_with(BIRTH, UNSET)
    pi.passes(900)
    pi.tells(CrossingCount("main", Cell(BIRTH, 900, 0), 7, 6, 0, 900.0))
    pi.passes(3600)
    pi.tells(ZoneSummary("foyer", Cell(pi.wall - timedelta(seconds=900), 900), 900.0, 3, 2))
    pi.passes(100)
    pi.sets_clock()
    take(store, pi)
    assert quarters(store, CROSSINGS) == [(NOON, 1)]
    assert quarters(store, ZONES) == [(NOON + timedelta(hours=1), 1)]
    assert [start for start, _ in quarters(store, HEARD)] == [NOON, NOON + timedelta(hours=1)]


def test_cells_cut_under_an_unset_clock_are_in_the_days_total_and_in_no_hour_that_they_do_not_fit(store):
    pi = Pi(NOON + timedelta(minutes=52, seconds=20), "door-cam")
    save_plan(store, plan())
    pi.boots_with(BIRTH, UNSET)
    for quarter in range(4):
        pi.passes(900)
        pi.tells(CrossingCount("main", Cell(BIRTH, 900, 900_000 * quarter), 5, 4, 0, 900.0))
    pi.sets_clock()
    take(store, pi)
    report = store_day(store, "s1", DAY, AFTER)
    assert report.tiles["in"].value == 20
    by_hour = {row.label: row.measures["in"].value for row in report.footfall}
    assert by_hour["13-14"] == 15, "three quarters lie inside the hour"
    assert by_hour["12-13"] in (0, None), "one lies across its end, and is a matter of the day"


@pytest.mark.parametrize(
    ("minute", "in_its_hour"), [(12, 10), (34, 5)], ids=["inside an hour", "across the end of an hour"]
)
@pytest.mark.parametrize("at_once", [True, False], ids=["one batch", "fact by fact"])
def test_the_cell_that_ends_when_the_clock_becomes_known_is_in_the_days_total_and_in_its_hour(
    store, minute, in_its_hour, at_once
):
    pi = Pi(NOON + timedelta(minutes=minute), "door-cam")
    save_plan(store, plan())
    pi.boots_with(BIRTH, UNSET)
    pi.passes(900)
    pi.tells(CrossingCount("main", Cell(BIRTH, 900, 0), 5, 4, 0, 900.0))
    pi.passes(700)
    before, pi.off, pi.quality = pi.wall, timedelta(0), NTP
    pi.tells(CrossingCount("main", Cell(pi.now - timedelta(seconds=700), 700), 3, 2, 0, 700.0))
    pi.tells(ClockSync(before, pi.now, NTP))
    pi.passes(200)
    pi.tells(CrossingCount("main", Cell(pi.now - timedelta(seconds=200), 200), 2, 1, 0, 200.0))
    if at_once:
        take(store, pi)
    else:
        for event in pi.events:
            Collector(store).take(pi.device.topic, encode([event]), AFTER)
    begun = pi.now - timedelta(seconds=1800)
    assert [start for start, _ in quarters(store, CROSSINGS)] == [
        begun, begun + timedelta(minutes=15), begun + timedelta(seconds=1600),
    ]  # fmt: skip
    report = store_day(store, "s1", DAY, AFTER)
    assert report.tiles["in"].value == 10
    assert {row.label: row.measures["in"].value for row in report.footfall}["12-13"] == in_its_hour


def test_a_boot_that_never_knew_lies_between_its_neighbours(store, pi):
    pi.boots_with(NOON, NTP)
    pi.tells(HEALTH)
    pi.passes(3600)
    for _ in range(2):  # without a network, and the plug is pulled twice
        pi.boots_with(BIRTH, UNSET)
        pi.tells(HEALTH)
        pi.passes(1200)
        pi.tells(tap(3))
    pi.boots_with(pi.now, NTP)
    pi.tells(HEALTH)
    take(store, pi)
    assert quarters(store) == [(at_local(13, 15), 1), (at_local(13, 30), 1)], "within 25 minutes of the truth"
    with store.reading() as connection:
        boots = {row.boot: row for row in connection.execute(tables.boots.select())}
    assert boots["boot-2"].base_quality == "unset", "nobody claims to know"
    assert boots["boot-1"].base is None


def test_the_list_of_devices_says_how_good_each_clock_is(store, pi):
    save_plan(store, plan())
    pi.boots_with(NOON, ESTIMATED)
    pi.tells(HEALTH)
    take(store, pi)
    clocks = {device.device: device.clock for device in store_day(store, "s1", DAY, AFTER).devices}
    assert clocks["kiosk-exit"] == "estimated"
    assert clocks["door-cam"] is None, "never heard of"
    pi.passes(60)
    pi.sets_clock()
    take(store, pi)
    clocks = {device.device: device.clock for device in store_day(store, "s1", DAY, AFTER).devices}
    assert clocks["kiosk-exit"] == "ntp"


def test_a_boot_that_nothing_is_known_of_was_no_later_than_it_was_heard(store, pi):
    pi.boots_with(BIRTH, UNSET)
    pi.passes(20)
    pi.tells(tap(1))
    pi.passes(40)
    pi.tells(tap(1))
    take(store, pi, received=NOON + timedelta(seconds=61))
    assert quarters(store) == [(NOON, 2)]


MINUTES = st.integers(0, 40).map(lambda count: 60 * count)
WALLS = st.sampled_from(
    [BIRTH, datetime(2025, 6, 1, tzinfo=UTC), NOON - timedelta(hours=2), NOON, NOON + timedelta(days=900)]
)
QUALITIES = st.sampled_from(list(ClockQuality))
DEEDS = st.one_of(
    st.tuples(st.just("tap"), st.integers(1, 4)),
    st.tuples(st.just("health")),
    st.tuples(st.just("zone"), st.booleans()),
    st.tuples(st.just("set"), st.one_of(st.none(), WALLS), QUALITIES),
    st.tuples(st.just("boot"), WALLS, QUALITIES),
)


def lived(story: Sequence[tuple]) -> Pi:
    pi = Pi()
    pi.boots_with(BIRTH, UNSET)
    for seconds, (deed, *how) in story:
        pi.passes(seconds)
        match deed:
            case "tap":
                pi.tells(tap(*how))
            case "health":
                pi.tells(HEALTH)
            case "zone":
                pi.tells(ZoneSummary("foyer", Cell(pi.wall, 900, pi.up_ms if how[0] else None), 900.0, 3, 2))
            case "set":
                pi.sets_clock(*how)
            case "boot":
                pi.boots_with(*how)
    return pi


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(MINUTES, DEEDS), max_size=14), st.lists(st.integers(0, 14), max_size=5), st.booleans())
def test_whatever_clocks_do_and_whatever_comes_first_the_rollups_are_those_of_a_rebuild(story, cuts, bulk_first):
    pi = lived(story)
    streams = [[event for event in pi.events if event.source.stream is stream] for stream in Stream]
    with open_store("sqlite://") as at_once, open_store("sqlite://") as bit_by_bit:
        take(at_once, pi)
        for mine in reversed(streams) if bulk_first else streams:
            for start, end in pairwise(sorted({0, len(mine), *(cut for cut in cuts if cut < len(mine))})):
                Collector(bit_by_bit).take(pi.device.topic, encode(mine[start:end]), AFTER)
        for store in (at_once, bit_by_bit):
            before = everything(store)
            assert taps(store) == len(streams[0])
            rebuild(store)
            assert everything(store) == before
        if not bulk_first:
            assert everything(bit_by_bit) == everything(at_once)


def everything(store) -> dict:
    return rollups(store) | {"boots": rows_of(store, tables.boots)}
