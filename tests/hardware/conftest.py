import pytest
from gpiozero.pins.mock import MockFactory

from hardware.board import Board


@pytest.fixture
def factory():
    return MockFactory()


@pytest.fixture
def board(factory):
    with Board(factory) as board:
        yield board


class Clock:
    """Stands still until a test moves it."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()
