from gpiozero.pins.mock import MockFactory

from hardware.backlight import Backlight
from hardware.board import Board
from hardware.lights import Light


def test_every_backlight_of_the_machine_goes_off_and_on(tmp_path):
    switches = [tmp_path / "class" / "backlight" / name / "bl_power" for name in ("10-0045", "rpi")]
    for switch in switches:
        switch.parent.mkdir(parents=True)
        switch.write_text("0")
    light = Backlight(tmp_path)
    light.set(False)
    assert [switch.read_text() for switch in switches] == ["4", "4"]
    light.set(True)
    assert [switch.read_text() for switch in switches] == ["0", "0"]


def test_a_panel_without_a_switch_stays_as_it_is(tmp_path, caplog):
    Backlight(tmp_path).set(False)
    assert caplog.text == ""


def test_a_switch_that_refuses_is_said_and_stops_nothing(tmp_path, caplog):
    (tmp_path / "class" / "backlight" / "rpi" / "bl_power").mkdir(parents=True)
    Backlight(tmp_path).set(False)
    assert "the backlight cannot be switched" in caplog.text


def test_a_light_blinks_until_it_is_set():
    with Board(MockFactory()) as board:
        light = Light(board, 6)
        light.blink()
        while not light.is_on:
            pass
        light.set(False)
        assert not light.is_on
