import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from events.facts import Cell, ClockQuality, ClockSync, CrossingCount, LineName, Stream
from sync.clock import Clock, ClockWatch, boot_milliseconds, device_clock
from sync.outbox import Outbox
from tests.sync.parts import ADDRESS, NOON

UNSET = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)


class Bench:
    """A clock on the workbench: every hand can be moved."""

    def __init__(self, wall: datetime = NOON, synchronised: bool = True, battery: bool = True) -> None:
        self.wall, self.up_ms, self.synchronised = wall, 60_000, synchronised
        self.clock = Clock("boot-1", lambda: self.wall, lambda: self.up_ms, lambda: self.synchronised, lambda: battery)

        self.on_wall = lambda: None

    def read_wall(self) -> datetime:
        wall = self.wall
        self.on_wall()
        return wall

    def watch(self) -> ClockWatch:
        """One that has told all there is to tell."""
        watch = ClockWatch(self.clock)
        watch.look()
        return watch

    def passes(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.up_ms += int(seconds * 1000)


@pytest.mark.parametrize(
    ("wall", "synchronised", "battery", "quality"),
    [
        (NOON, True, False, ClockQuality.NTP),
        (NOON, False, True, ClockQuality.RTC),
        (NOON, False, False, ClockQuality.ESTIMATED),  # a Pi 4 after its last shutdown
        (UNSET, False, True, ClockQuality.UNSET),
        (UNSET, True, True, ClockQuality.UNSET),
    ],
)
def test_a_stamp_says_how_far_its_clock_can_be_trusted(wall, synchronised, battery, quality):
    assert Bench(wall, synchronised, battery).clock.stamp().clock_quality is quality


def test_time_that_merely_passes_is_no_news():
    bench = Bench()
    watch = bench.watch()
    for _ in range(100):
        bench.passes(37.25)
        assert watch.look() is None


@pytest.mark.parametrize("step", [timedelta(days=20_000), timedelta(hours=-3), timedelta(seconds=0.5)])
def test_setting_the_clock_is_told_once_with_both_times(step):
    bench = Bench(synchronised=False)
    watch = bench.watch()
    bench.passes(10)
    before = bench.wall
    bench.wall += step
    assert watch.look() == ClockSync(before, before + step, ClockQuality.RTC)
    bench.passes(10)
    assert watch.look() is None


def test_the_first_word_of_a_time_server_is_told_even_when_the_clock_was_right():
    bench = Bench(synchronised=False)
    watch = bench.watch()
    bench.synchronised = True
    assert watch.look() == ClockSync(NOON, NOON, ClockQuality.NTP)
    bench.synchronised = False
    assert watch.look() is None


def test_a_step_is_noticed_by_a_service_that_was_not_running_then():
    bench = Bench(UNSET, synchronised=False)
    memory = ClockWatch(bench.clock).memory
    bench.passes(5)
    bench.wall = NOON
    assert ClockWatch(bench.clock, memory).look() == ClockSync(UNSET + timedelta(seconds=5), NOON, ClockQuality.RTC)


def test_a_process_that_was_held_up_between_two_clocks_raises_no_alarm():
    bench = Bench()
    watch = bench.watch()
    bench.on_wall = lambda: bench.passes(2)
    assert watch.look() is None
    bench.on_wall = lambda: None
    assert watch.look() is None


def test_what_was_remembered_of_another_boot_says_nothing():
    old = Bench(UNSET)
    memory = ClockWatch(old.clock).memory.replace("boot-1", "boot-0")
    fact = ClockWatch(Bench().clock, memory).look()
    assert fact == ClockSync(NOON, NOON, ClockQuality.NTP)  # of its own boot, and no step


@pytest.mark.parametrize("memory", ["", "no json", "[]", '{"boot_id": 7}'])
def test_a_memory_that_is_nonsense_is_none(memory):
    assert ClockWatch(Bench().clock, memory).look() == ClockSync(NOON, NOON, ClockQuality.NTP)


@pytest.mark.parametrize(
    ("synchronised", "battery", "told"),
    [(True, False, ClockQuality.NTP), (False, True, ClockQuality.RTC), (False, False, None)],
)
def test_each_boot_tells_its_time_once_if_the_clock_can_be_trusted(synchronised, battery, told):
    bench = Bench(synchronised=synchronised, battery=battery)
    watch = ClockWatch(bench.clock)
    facts = [watch.look() for _ in range(5)]
    assert facts == [ClockSync(NOON, NOON, told) if told else None, None, None, None, None]
    again = ClockWatch(bench.clock, watch.memory)
    assert again.look() is None


def test_a_device_without_a_clock_of_its_own_tells_every_step_of_two_boots():
    """A Pi 4 starts with the time of its last shutdown, hears a time server late, and travels years."""
    told, memory = [], None
    for boot, wall in (("boot-1", UNSET), ("boot-2", NOON - timedelta(days=3))):
        bench = Bench(wall, synchronised=False, battery=False)
        bench.clock = replace(bench.clock, boot_id=boot)
        watch = ClockWatch(bench.clock, memory)
        for moved in (timedelta(0), NOON - wall, timedelta(days=-800), timedelta(days=800, seconds=2)):
            bench.passes(30)
            bench.wall, bench.synchronised = bench.wall + moved, moved > timedelta(0)
            before = watch.look()
            told += [(boot, before.wall_after - before.wall_before)] if before else []
        memory = watch.memory
    years = timedelta(days=800)
    assert told == [
        ("boot-1", NOON - UNSET), ("boot-1", -years), ("boot-1", years + timedelta(seconds=2)),
        ("boot-2", timedelta(days=3)), ("boot-2", -years), ("boot-2", years + timedelta(seconds=2)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wall", "began", "bound"),
    [
        (UNSET + timedelta(minutes=20), UNSET, 300_000),  # the boot's clock stood at 5 minutes
        (UNSET + timedelta(minutes=20), UNSET - timedelta(minutes=30), None),  # before the boot
        (NOON, NOON - timedelta(minutes=15), None),  # a clock that was set needs no other
    ],
)
def test_a_cell_that_was_cut_under_an_unset_clock_says_when_it_began_since_the_boot(tmp_path, wall, began, bound):
    bench = Bench(wall)
    bench.up_ms = 25 * 60 * 1000
    with Outbox(tmp_path / "device.db", ADDRESS, bench.clock.stamp) as outbox:
        outbox.add(CrossingCount(LineName("door"), Cell(began, 900), 3, 0, 0, 900.0))
        (row,) = outbox.pending(Stream.BULK)
    assert json.loads(row.body)["data"]["cell"].get("monotonic_ms") == bound


def test_the_machine_has_one_boot_and_one_uptime_for_every_process():
    first, second = device_clock().stamp(), device_clock().stamp()
    assert first.boot_id == second.boot_id
    assert len(first.boot_id) == 36
    assert first.monotonic_ms <= second.monotonic_ms <= boot_milliseconds()
