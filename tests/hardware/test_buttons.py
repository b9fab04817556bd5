"""The buttons beside the screen: each is an answer."""

from queue import SimpleQueue

import pytest

from hardware.buttons import ButtonBank

PINS = (5, 6, 13, 19)


@pytest.fixture
def pressed():
    return []


@pytest.fixture
def bank(board, pressed, clock):
    with ButtonBank(PINS, pressed.append, lights=(20, 21, 26, 16), board=board, clock=clock) as bank:
        yield bank


def press(factory, clock, pin):
    factory.pin(pin).drive_low()
    clock.now += 0.2
    factory.pin(pin).drive_high()
    clock.now += 0.2


def test_the_first_button_is_the_best_face_and_the_last_the_worst(bank, pressed, factory, clock):
    for pin in PINS:
        press(factory, clock, pin)
    assert pressed == [1, 2, 3, 4]


def test_a_press_counts_when_it_goes_down_and_once_however_it_bounces(bank, pressed, factory, clock):
    pin = factory.pin(6)
    pin.drive_low()
    assert pressed == [2]
    for _ in range(5):
        clock.now += 0.004
        pin.drive_high()
        clock.now += 0.004
        pin.drive_low()
    assert pressed == [2]


def test_a_second_press_counts_again(bank, pressed, factory, clock):
    press(factory, clock, 13)
    press(factory, clock, 13)
    assert pressed == [3, 3]


def test_a_queue_is_all_that_the_kiosk_needs(factory, board, clock):
    answers = SimpleQueue()
    with ButtonBank(PINS, answers.put, board=board, clock=clock):
        press(factory, clock, 19)
    assert answers.get(timeout=1) == 4


def test_those_buttons_light_up_that_mean_something(bank, factory):
    lights = [factory.pin(pin) for pin in (20, 21, 26, 16)]
    bank.light_only(range(1, 5))
    assert [pin.state for pin in lights] == [True] * 4
    bank.light_only([2])
    assert [pin.state for pin in lights] == [False, True, False, False]
    bank.light_only([])
    assert not any(pin.state for pin in lights)


def test_a_bad_callback_and_a_missing_light_are_refused_at_once(board):
    with pytest.raises(ValueError, match="does not take 1 argument"):
        ButtonBank(PINS, lambda: None, board=board)
    with pytest.raises(ValueError, match="4 buttons need 4 lights or none, not 1"):
        ButtonBank(PINS, print, lights=(20,), board=board)


def test_a_bank_that_cannot_be_built_lets_go_of_the_board_it_opened(monkeypatch, caplog):
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    with pytest.raises(ValueError, match="pin 5 is used twice"):
        ButtonBank((5, 5), print)
    bank = ButtonBank((5, 6), print)
    bank.close()
    bank.close()
