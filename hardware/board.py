"""The pins of this machine: real ones on a Raspberry Pi, gpiozero's mock pins anywhere else."""

import logging
import os
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gpiozero import LED, Device, DigitalInputDevice
from gpiozero.exc import GPIOZeroError
from gpiozero.pins.mock import MockFactory

log = logging.getLogger(__name__)
_MODEL = Path("/proc/device-tree/model")


class Board:
    """Opens pins as gpiozero devices and closes them with itself; what a board refuses is a ValueError."""

    def __init__(self, factory: Any) -> None:
        self._factory = factory
        self._inputs: dict[int, Any] = {}
        self._outputs: dict[int, Any] = {}

    @classmethod
    def open(cls) -> Self:
        """The board of this machine; off the Pi a simulated one, which is said once in the log."""
        board = cls(_chosen_factory()) if "GPIOZERO_PIN_FACTORY" in os.environ or _is_a_pi() else cls.simulated()
        if board.is_simulated:
            log.warning("this machine has no pins: doors, buttons and lights are simulated")
        return board

    @classmethod
    def simulated(cls) -> Self:
        """Mock pins, on any machine."""
        return cls(MockFactory())

    @property
    def is_simulated(self) -> bool:
        return isinstance(self._factory, MockFactory)

    def input(self, pin: int, *, pull_up: bool) -> Any:
        """A `gpiozero.DigitalInputDevice`, active when the wire is driven against its pull."""
        device = self._opened(DigitalInputDevice, pin, pull_up=pull_up, bounce_time=None)
        self._inputs[pin] = device
        return device

    def output(self, pin: int) -> Any:
        """A `gpiozero.LED`, off."""
        device = self._opened(LED, pin)
        self._outputs[pin] = device
        return device

    def move(self, pin: int, high: bool) -> None:
        """Drive a simulated input as its wire would."""
        if not self.is_simulated:
            raise ValueError("the pins of a real board are moved by their wires, not by a program")
        if pin in self._outputs:
            raise ValueError(f"pin {pin} is an output; driving it would be a short circuit")
        if pin not in self._inputs:
            raise ValueError(f"nothing listens on pin {pin}")
        wire = self._inputs[pin].pin
        (wire.drive_high if high else wire.drive_low)()

    def close(self) -> None:
        """Put the lights out and let go of every pin; closing twice is fine."""
        with ExitStack() as closing:
            for device in (*self._inputs.values(), *self._outputs.values()):
                closing.callback(device.close)
            for light in self._outputs.values():
                closing.callback(light.off)
        self._inputs.clear()
        self._outputs.clear()

    def _opened(self, kind: Any, pin: int, **settings: Any) -> Any:
        if pin in self._inputs or pin in self._outputs:
            raise ValueError(f"pin {pin} is used twice")
        try:
            return kind(pin, pin_factory=self._factory, **settings)
        except GPIOZeroError as error:
            raise ValueError(f"pin {pin}: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _chosen_factory() -> Any:
    """The pin factory that gpiozero finds, or that the environment names."""
    try:
        Device.ensure_pin_factory()
    except GPIOZeroError as error:
        raise ValueError(f"the pins cannot be opened: {error}") from error
    return Device.pin_factory


def _is_a_pi() -> bool:
    try:
        return _MODEL.read_text().startswith("Raspberry Pi")
    except OSError:
        return False
