"""One real window, drawn offscreen; Kivy has only one in a process."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from events.facts import DeviceId, StoreId, TenantId
from events.settings import Device
from kiosk.flow import Flow
from kiosk.fonts import offered
from kiosk.glass import Hit, Said
from kiosk.layout import Box, Panel
from kiosk.palette import DUSK, Colour
from kiosk.recorder import Record, Recorder
from kiosk.settings import Settings
from kiosk.survey import read_survey
from kiosk.window import open_window, pixels
from kiosk.words import read_words
from sync.outbox import Outbox, open_outbox
from tests.kiosk.parts import eventually
from tests.kiosk.processes import Process, write

PANEL = Panel(1280, 800, 10.1)


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return Device(TenantId("acme"), StoreId("s014"), DeviceId("door"), tmp_path / "device.db")


@pytest.fixture
def outbox(device: Device) -> Iterator[Outbox]:
    with open_outbox(device) as outbox:
        yield outbox


class Screenful:
    """The real kiosk on the real window, one frame at a time, with a clock that the test turns."""

    def __init__(self, record: Record) -> None:
        from kivy.base import runTouchApp

        from kiosk.app import Kiosk, Wiring
        from kiosk.pictures import Stage

        self.now, self.pings, self.said = 1000.0, 0, []
        survey, words = read_survey(), read_words()
        self.outcomes: list[object] = []
        self.recorder = Recorder(record, self._report, clock=lambda: self.now)
        self.flow = Flow(survey, self.recorder.store, "en", self._hear)
        stage = Stage(PANEL, survey, words, offered(survey, words, Settings().fonts), DUSK)
        wiring = Wiring(words, self.recorder.is_healthy, self._ping, clock=lambda: self.now, motion=False)
        self.kiosk = Kiosk(self.flow, stage, wiring)
        runTouchApp(self.kiosk, embedded=True)
        self.frame()

    def frame(self, seconds: float = 0.02) -> None:
        """Let time pass and draw."""
        from kivy.base import EventLoop

        self.now += seconds
        EventLoop.idle()

    def shot(self, seconds: float = 0.02) -> bytes:
        """The pixels of the next frame."""
        self.frame(seconds)
        return pixels(PANEL.width, PANEL.height)

    def touch(self, hit: Hit) -> None:
        """A finger at the centre of what can be hit, through Kivy's own dispatch."""
        x, y = self.kiosk.place_of(hit)
        self.touch_at(x / PANEL.width, y / PANEL.height)

    def touch_at(self, sx: float, sy: float) -> None:
        from kivy.base import EventLoop

        from kiosk.shoppers import Finger

        finger = Finger(sx, sy)
        EventLoop.post_dispatch_input("begin", finger)
        EventLoop.post_dispatch_input("end", finger)

    def until(self, holds: Callable[[], bool]) -> None:
        """Draw frames until it holds; in 0.4 s of the kiosk's own time, however busy this machine is."""
        since = self.now
        assert eventually(lambda: holds() or self.frame(0.0 if self.now - since > 0.4 else 0.02))

    def close(self) -> None:
        from kivy.core.window import Window

        self.kiosk.close()
        self.recorder.close(5)
        Window.remove_widget(self.kiosk)

    def _report(self, outcome) -> None:
        self.outcomes.append(outcome)
        self.kiosk.outcome(outcome)

    def _hear(self, said: Said, event) -> None:
        self.said.append((said, event))

    def _ping(self) -> None:
        self.pings += 1


def pixel(shot: bytes, x: float, y: float) -> Colour:
    at = (int(y) * PANEL.width + int(x)) * 3
    return (shot[at] / 255, shot[at + 1] / 255, shot[at + 2] / 255)


def colours(shot: bytes, box: Box) -> list[Colour]:
    """Every third pixel of a box."""
    return [pixel(shot, x, y) for y in range(int(box.y), int(box.top), 3) for x in range(int(box.x), int(box.right), 3)]


@pytest.fixture(scope="session")
def window() -> object:
    os.environ["SDL_VIDEODRIVER"] = "offscreen"
    return open_window(PANEL.width, PANEL.height, fullscreen=False)


@pytest.fixture
def hung(window: object) -> Iterator[Callable[[Record], Screenful]]:
    """Hangs the kiosk on the wall: `hung(record)`."""
    hanging: list[Screenful] = []

    def hang(record: Record) -> Screenful:
        hanging.append(Screenful(record))
        return hanging[-1]

    yield hang
    for screenful in hanging:
        screenful.close()


@pytest.fixture
def config(tmp_path, device):
    return write(tmp_path, device)


@pytest.fixture
def start(config):
    running = []

    def started(*options, environment=None):
        running.append(Process(config, *options, environment=environment))
        assert running[-1].hears("ready") is True
        return running[-1]

    yield started
    for process in running:
        process.end(signal.SIGKILL)
