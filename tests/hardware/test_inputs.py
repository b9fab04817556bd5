"""Doors, sensors and buttons through gpiozero's mock pins: the test drives the wire and listens to the device."""

from threading import Thread, current_thread

import pytest

from hardware.inputs import Inputs


@pytest.fixture
def inputs(board, clock):
    return Inputs(board, clock)


def serve_at(inputs, clock, now):
    clock.now = now
    inputs.serve(0)


def test_a_door_that_falls_shut_closes_its_contact(inputs, factory):
    heard = []
    door = inputs.contact(17)
    door.when_changed = lambda shut, now: heard.append((shut, now))
    factory.pin(17).drive_low()
    inputs.serve(1)
    assert heard == [(True, 100.0)]
    assert door.is_active


def test_presence_is_a_wire_driven_high(inputs, factory):
    heard = []
    inputs.presence(27).when_changed = lambda here, now: heard.append(here)
    assert not factory.pin(27).state
    factory.pin(27).drive_high()
    inputs.serve(1)
    assert heard == [True]


def test_pulls_hold_an_open_wire_as_the_board_would(inputs, factory):
    door, presence = inputs.contact(17), inputs.presence(27)
    assert (factory.pin(17).state, factory.pin(27).state) == (True, False)
    assert (door.is_active, presence.is_active) == (False, False)


def test_a_bouncing_button_is_pressed_once(inputs, factory, clock):
    heard = []
    inputs.button(22).when_changed = lambda down, now: heard.append(down)
    pin = factory.pin(22)
    for _ in range(5):
        pin.drive_low()
        clock.now += 0.003
        pin.drive_high()
        clock.now += 0.003
    pin.drive_low()
    inputs.serve(1)
    serve_at(inputs, clock, clock.now + 0.06)
    assert heard == [True]


def test_callbacks_run_where_serve_is_called_and_not_on_the_pins_thread(inputs, factory):
    heard = []
    inputs.button(22).when_changed = lambda down, now: heard.append(current_thread())
    wire = Thread(target=factory.pin(22).drive_low)
    wire.start()
    wire.join()
    assert heard == []
    inputs.serve(1)
    assert heard == [current_thread()]


def test_edges_of_several_wires_are_heard_in_the_order_in_which_they_happened(inputs, factory, clock):
    heard = []
    inputs.contact(17).when_changed = lambda active, now: heard.append(("door", active, now))
    inputs.presence(27).when_changed = lambda active, now: heard.append(("presence", active, now))
    for now, drive in enumerate([factory.pin(27).drive_high, factory.pin(17).drive_low, factory.pin(27).drive_low]):
        clock.now = float(now)
        drive()
    inputs.serve(1)
    assert heard == [("presence", True, 0.0), ("door", True, 1.0), ("presence", False, 2.0)]


@pytest.mark.parametrize("callback", [42, "door", lambda: None, lambda a, b, c: None])
def test_a_bad_callback_is_refused_where_it_is_assigned(inputs, callback):
    door = inputs.contact(17)
    with pytest.raises(ValueError, match=r"cannot be called|does not take 2 arguments"):
        door.when_changed = callback
    assert door.when_changed is None


def test_a_callback_may_be_taken_away_again(inputs, factory):
    heard = []
    door = inputs.contact(17)
    door.when_changed = lambda *change: heard.append(change)
    door.when_changed = None
    factory.pin(17).drive_low()
    inputs.serve(1)
    assert heard == []
    assert door.is_active


def test_a_wire_that_comes_to_rest_elsewhere_is_believed_without_another_edge(inputs, factory, clock):
    heard = []
    inputs.button(22).when_changed = lambda down, now: heard.append(down)
    factory.pin(22).drive_low()
    clock.now += 0.03
    factory.pin(22).drive_high()
    inputs.serve(1)
    assert heard == [True]
    serve_at(inputs, clock, clock.now + 0.1)
    assert heard == [True, False]
