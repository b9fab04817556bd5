"""A morning in the fitting rooms, from wires to rows: mock pins, the real service, a real outbox, time that we move."""

from datetime import UTC, datetime, timedelta

import pytest
from gpiozero.pins.mock import MockFactory

from events.codec import decode, member_of, pack
from events.envelope import Stamp
from events.facts import Call, CallEnded, CallOutcome, Cell, ClockQuality, RoomSummary, RoomUse, Stream
from events.settings import Hours
from events.topics import Address
from hardware.board import Board
from hardware.inputs import Inputs
from hardware.lights import Light
from sensors.rooms import RoomState
from sensors.rooms_command import light_switch, wire
from sensors.rooms_service import RoomsService
from sensors.rooms_settings import GroupPins, RoomPins, Rooms
from sync.outbox import Outbox
from tests.kiosk.parts import eventually

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
ROOMS = Rooms((GroupPins("fitting", 4, (RoomPins("1", 17, 27, 22, 23, 24), RoomPins("2", 5, 6))),))


class Morning:
    """The whole of the device but its forwarder; `at` moves both clocks, four times a second."""

    def __init__(self, state):
        self.factory, self.now = MockFactory(), 0.0
        self.board = Board(self.factory)
        self.outbox = Outbox(state, Address("acme", "s014", "rooms"), self.stamp)

    def start(self):
        self.inputs = Inputs(self.board, lambda: self.now)
        set_light = light_switch(ROOMS, lambda pin: Light(self.board, pin))
        self.service = RoomsService(ROOMS, Hours().opening, self.outbox.add_many, set_light, self.now, NINE)
        wire(self.service, ROOMS, self.inputs, self.now)
        return self

    def stamp(self):
        return Stamp(NINE + timedelta(seconds=self.now), "boot", int(self.now * 1000), ClockQuality.NTP)

    def at(self, seconds):
        while self.now < seconds:
            self.now = round(min(self.now + 0.25, seconds), 3)
            self.inputs.serve(0)
            self.service.tick(self.now, NINE + timedelta(seconds=self.now))
        return self

    def drive(self, pin, high):
        """A wire moves, and bounces for 8 ms before it rests."""
        wire = self.factory.pin(pin)
        for level in (high, not high, high, not high, high):
            (wire.drive_high if level else wire.drive_low)()
            self.now += 0.002
        return self

    def facts(self, stream):
        source, epoch = self.outbox.source(stream), self.outbox.epoch(stream)
        members = [member_of(source, epoch, row.sequence, row.body) for row in self.outbox.pending(stream)]
        return [event.fact for event in decode(pack(members))] if members else []

    def close(self):
        self.board.close()
        self.outbox.close()


@pytest.fixture
def morning(tmp_path):
    morning = Morning(tmp_path / "device.db").start()
    yield morning
    morning.close()


def visit(morning, door, presence, start, end):
    morning.at(start - 4).drive(4, True).at(start - 3).drive(4, False)
    morning.at(start - 1).drive(presence, True).at(start).drive(door, False)
    morning.at(end - 1).drive(presence, False).at(end).drive(door, True)


def test_an_hour_of_visits_leaves_counts_and_one_record_that_hides_everybody(morning):
    lengths = [75, 140, 210, 270, 340, 410]
    for index, length in enumerate(lengths):
        visit(morning, 17, 27, 60 + 500 * index, 60 + 500 * index + length)
    morning.at(3640)
    *counts, use = morning.facts(Stream.BULK)
    assert [(type(fact), fact.cell.seconds) for fact in counts] == [(RoomSummary, 900)] * 4
    assert (sum(fact.sessions for fact in counts), sum(fact.arrivals for fact in counts)) == (6, 6)
    assert isinstance(use, RoomUse)
    assert use.cell == Cell(NINE, 3600)
    assert (sum(use.sessions), sum(use.waits), use.no_wait, use.turned_away) == (6, 6, 0, 0)
    assert use.occupied_seconds == pytest.approx(sum(lengths), abs=5.1)
    assert morning.facts(Stream.URGENT) == []


def test_a_bouncing_call_is_one_call_and_its_light_tells_the_truth(morning):
    light = morning.factory.pin(24)
    morning.drive(27, True).drive(17, False).at(30).drive(22, False).at(30.3).drive(22, True).at(31)
    assert morning.facts(Stream.URGENT) == [Call("fitting", "1")]
    assert light.state
    morning.at(60).drive(23, False).at(61)
    ended = morning.facts(Stream.URGENT)[1]
    assert (ended.outcome, ended.waited_seconds) == (CallOutcome.ANSWERED, pytest.approx(30, abs=0.2))
    light.assert_states([False, True, False])
    assert len(light.states) == 3


def test_the_light_of_a_call_that_nobody_answers_blinks_from_the_second_minute_on(morning):
    light = morning.factory.pin(24)
    morning.drive(27, True).drive(17, False).at(30).drive(22, False).at(30.3).drive(22, True).at(89)
    assert (light.state, len(light.states)) == (True, 2)
    morning.at(91)
    assert eventually(lambda: len(light.states) >= 5), "on, off, on, off"
    morning.drive(23, False).at(92)
    assert not light.state


def test_a_second_press_takes_the_call_back(morning):
    for now, high in [(10, False), (10.5, True), (13, False), (13.4, True)]:
        morning.at(now).drive(22, high)
    morning.at(14)
    _, ended = morning.facts(Stream.URGENT)
    assert isinstance(ended, CallEnded)
    assert ended.outcome is CallOutcome.WITHDRAWN


def test_somebody_already_inside_at_the_start_is_seen(tmp_path):
    morning = Morning(tmp_path / "device.db")
    wires = {17: False, 27: True}
    held = morning.board.input

    def input_with_its_wire_already_driven(pin, *, pull_up):
        device = held(pin, pull_up=pull_up)
        if pin in wires:
            (device.pin.drive_high if wires[pin] else device.pin.drive_low)()
        return device

    morning.board.input = input_with_its_wire_already_driven
    morning.start()
    group = morning.service.groups["fitting"]
    assert (group.state("1"), group.state("2")) == (RoomState.OCCUPIED, RoomState.FREE)
    morning.close()
