"""Lights: the room's answer to a press."""

from hardware.board import Board


class Light:
    """A light on one pin, off until it is set; the board closes it."""

    def __init__(self, board: Board, pin: int) -> None:
        self._led = board.output(pin)

    @property
    def is_on(self) -> bool:
        return bool(self._led.is_lit)

    def set(self, on: bool) -> None:
        (self._led.on if on else self._led.off)()

    def blink(self) -> None:
        """On and off, twice a second, until it is set."""
        self._led.blink(on_time=0.25, off_time=0.25)
