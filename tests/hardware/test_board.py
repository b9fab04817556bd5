"""The board lends pins, refuses what a real one would refuse, and lets go of all of them."""

import pytest
from gpiozero import Device

from hardware import board as board_module
from hardware.board import Board
from hardware.lights import Light

SIMULATED = "this machine has no pins: doors, buttons and lights are simulated"


def test_off_the_pi_the_pins_are_simulated_and_one_sentence_says_so(monkeypatch, tmp_path, caplog):
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    monkeypatch.setattr(board_module, "_MODEL", tmp_path / "no-model")
    with Board.open() as board:
        assert board.is_simulated
    assert [record.message for record in caplog.records] == [SIMULATED]


def test_the_pins_that_the_environment_names_are_taken(monkeypatch, caplog):
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    monkeypatch.setattr(Device, "pin_factory", None)
    with Board.open() as board:
        board.input(17, pull_up=True)
        assert Device.pin_factory.pin(17).state
    Device.pin_factory.close()
    assert [record.message for record in caplog.records] == [SIMULATED]


def test_pins_that_cannot_be_opened_are_refused_in_one_sentence(monkeypatch):
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "abacus")
    monkeypatch.setattr(Device, "pin_factory", None)
    with pytest.raises(ValueError, match="the pins cannot be opened: Unable to find pin factory 'abacus'"):
        Board.open()


def test_a_light_is_judged_by_the_history_of_its_pin(board, factory):
    light = Light(board, 24)
    pin = factory.pin(24)
    for on in (True, True, False):
        light.set(on)
    pin.assert_states([False, True, False])
    assert len(pin.states) == 3
    assert not light.is_on


@pytest.mark.parametrize(
    ("pin", "why"), [(24, "output"), (5, "nothing listens on pin 5"), (99, "nothing listens on pin 99")]
)
def test_a_move_that_no_wire_could_make_is_refused(board, factory, pin, why):
    Light(board, 24)
    with pytest.raises(ValueError, match=why):
        board.move(pin, True)
    assert not factory.pin(24).state


def test_only_simulated_pins_are_moved_by_a_program():
    with pytest.raises(ValueError, match="moved by their wires"):
        Board(object()).move(17, True)


def test_a_pin_has_one_use(board):
    board.input(17, pull_up=True)
    with pytest.raises(ValueError, match="pin 17 is used twice"):
        board.output(17)


@pytest.mark.parametrize(("pin", "why"), [(99, "99 is not a valid pin name"), (2, "fixed pull")])
def test_what_the_board_cannot_do_is_refused_in_one_sentence(board, pin, why):
    with pytest.raises(ValueError, match=f"pin {pin}: .*{why}"):
        board.input(pin, pull_up=False)


def test_closing_twice_is_fine_and_puts_the_lights_out(factory):
    board = Board(factory)
    Light(board, 24).set(True)
    pin = factory.pin(24)
    board.close()
    board.close()
    assert not pin.state
    with Board(factory) as again:
        again.input(24, pull_up=True)
