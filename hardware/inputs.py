"""Contacts, presence and buttons. Pin threads only put edges into one queue; callbacks run inside `Inputs.serve`."""

from collections.abc import Callable
from inspect import signature
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from hardware.board import Board
from hardware.edges import QUIET_SECONDS, EdgeFilter

Changed = Callable[[bool, float], None]
"""Takes whether the input is active now, and the monotonic second at which it changed."""


class Input:
    """One wire, without its bounces. `when_changed(active, now)` says what it did."""

    def __init__(
        self, device: Any, edges: "SimpleQueue[tuple[Input, bool, float]]", clock: Callable[[], float]
    ) -> None:
        self._device = device
        self._filter = EdgeFilter(device.is_active)
        self._when_changed: Changed | None = None
        device.when_activated = lambda: edges.put((self, True, clock()))
        device.when_deactivated = lambda: edges.put((self, False, clock()))

    @property
    def is_active(self) -> bool:
        return self._filter.active

    @property
    def when_changed(self) -> Changed | None:
        return self._when_changed

    @when_changed.setter
    def when_changed(self, callback: Changed | None) -> None:
        self._when_changed = None if callback is None else refuse_unless_it_takes(callback, True, 0.0)

    def edge(self, active: bool, now: float) -> None:
        self._tell(self._filter.edge(active, now), now)

    def settle(self, now: float) -> None:
        """Believe the level of a wire at rest, also when its last edge was lost on the way."""
        self._tell(self._filter.settle(self._device.is_active, now), now)

    def _tell(self, changes: tuple[bool, ...], now: float) -> None:
        for active in changes:
            if self._when_changed:
                self._when_changed(active, now)


class Inputs:
    """All inputs of a service, on one board and one queue."""

    def __init__(self, board: Board, clock: Callable[[], float] = monotonic) -> None:
        self._board, self._clock = board, clock
        self._edges: SimpleQueue[tuple[Input, bool, float]] = SimpleQueue()
        self._all: list[Input] = []

    def contact(self, pin: int) -> Input:
        """A reed switch between the pin and ground, active while the magnet is near: while the door is shut."""
        return self._watched(pin, pull_up=True)

    def button(self, pin: int) -> Input:
        """A push button between the pin and ground, active while pressed."""
        return self._watched(pin, pull_up=True)

    def presence(self, pin: int) -> Input:
        """A presence sensor or beam that drives the pin high while somebody is there."""
        return self._watched(pin, pull_up=False)

    def serve(self, seconds: float = QUIET_SECONDS) -> None:
        """Wait for an edge, at most this long, then run the callbacks of all that came in, and of what has settled."""
        try:
            waiting = [self._edges.get(timeout=seconds)]
        except Empty:
            waiting = []
        waiting += [self._edges.get_nowait() for _ in range(self._edges.qsize())]
        for wire, active, now in waiting:
            wire.edge(active, now)
        for wire in self._all:
            wire.settle(self._clock())

    def _watched(self, pin: int, *, pull_up: bool) -> Input:
        wire = Input(self._board.input(pin, pull_up=pull_up), self._edges, self._clock)
        self._all.append(wire)
        return wire


def refuse_unless_it_takes(callback: Any, *arguments: Any) -> Any:
    """The callback itself; ValueError, here and not later in a thread, when it cannot be called like that."""
    if not callable(callback):
        raise ValueError(f"{callback!r} cannot be called")
    try:
        signature(callback).bind(*arguments)
    except TypeError as error:
        raise ValueError(f"{callback!r} does not take {len(arguments)} arguments: {error}") from error
    return callback
