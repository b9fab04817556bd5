"""Physical answer buttons beside the kiosk's screen, each with a light if wanted."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from time import monotonic
from types import TracebackType
from typing import Self

from hardware.board import Board
from hardware.edges import EdgeFilter
from hardware.inputs import refuse_unless_it_takes
from hardware.lights import Light


class ButtonBank:
    """A row of buttons between pin and ground; `pressed(answer)` hears 1 for the first pin, the best face, then 2 ..

    `pressed` runs on a pin's thread and must only hand over: `queue.put`, or Kivy's `Clock.schedule_once`. The first
    edge counts at once; its bounces do not. ValueError for a bad callback or a pin that the board refuses.
    """

    def __init__(
        self,
        pins: Sequence[int],
        pressed: Callable[[int], None],
        *,
        lights: Sequence[int] = (),
        board: Board | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        if lights and len(lights) != len(pins):
            raise ValueError(f"{len(pins)} buttons need {len(pins)} lights or none, not {len(lights)}")
        self._pressed = refuse_unless_it_takes(pressed, 1)
        self._clock = clock
        with ExitStack() as opened:
            self.board = board or opened.enter_context(Board.open())
            self._lights = [Light(self.board, pin) for pin in lights]
            for answer, pin in enumerate(pins, start=1):
                self._watch(answer, pin)
            self._closing = opened.pop_all()

    def light_only(self, answers: Iterable[int]) -> None:
        """Light the buttons of these answers and no other."""
        lit = set(answers)
        for number, light in enumerate(self._lights, start=1):
            light.set(number in lit)

    def close(self) -> None:
        """Let go of the board, if the bank opened it; closing twice is fine."""
        self._closing.close()

    def _watch(self, answer: int, pin: int) -> None:
        device = self.board.input(pin, pull_up=True)
        edges = EdgeFilter(device.is_active)
        device.when_activated = partial(self._edge, answer, edges, True)
        device.when_deactivated = partial(self._edge, answer, edges, False)

    def _edge(self, answer: int, edges: EdgeFilter, down: bool) -> None:
        if True in edges.edge(down, self._clock()):
            self._pressed(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
