"""Many shoppers at one kiosk, in this process, with a clock that is turned: a flow takes milliseconds."""

import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from events.settings import Device, load, read
from kiosk.flow import Flow
from kiosk.fonts import offered
from kiosk.glass import Face, Hit, Screen, Tile
from kiosk.layout import Panel
from kiosk.palette import DUSK
from kiosk.recorder import Outcome, Recorder
from kiosk.settings import Settings
from kiosk.survey import read_survey
from kiosk.window import open_window
from kiosk.words import read_words
from sync.outbox import open_outbox


def measure(config: Path, flows: int, size: str, warm: int, seconds: float) -> dict[str, Any]:
    """Milliseconds of each touch until its frame is flipped and until its commit; resident memory before and after.

    No flow begins after so many seconds.
    """
    end = monotonic() + seconds
    device = read(Device, load(config)["device"], "device")
    width, height = map(int, size.split("x"))
    open_window(width, height, fullscreen=False)
    with open_outbox(device) as outbox:
        wall = _Wall(Panel(width, height, 10.1), outbox.add)
        for number in range(warm):
            wall.shopper(number)
        warm_mb = resident_mb()
        wall.frame_ms.clear()
        wall.commit_ms.clear()
        done = 0
        for number in range(flows):
            if monotonic() > end:
                break
            wall.shopper(number)
            done += 1
            if number % 500 == 499:
                print(f"{number + 1} of {flows} flows, {resident_mb():.0f} MB", file=sys.stderr, flush=True)
        wall.close()
    return {"flows": done, "warm_mb": warm_mb, "resident_mb": resident_mb(),
            "frame_ms": wall.frame_ms, "commit_ms": wall.commit_ms}  # fmt: skip


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1000


class _Wall:
    """The real kiosk with its real outbox; only the clock and the fingers are ours."""

    def __init__(self, panel: Panel, record: Any) -> None:
        from kivy.base import runTouchApp

        from kiosk.app import Kiosk, Wiring
        from kiosk.pictures import Stage

        self.frame_ms: list[float] = []
        self.commit_ms: list[float] = []
        self._now, self._touched = 100.0, 0.0
        survey, words = read_survey(), read_words()
        self._reasons = survey.question[0].reasons
        self._recorder = Recorder(record, self._done)
        self._flow = Flow(survey, self._recorder.store, "en")
        stage = Stage(panel, survey, words, offered(survey, words, Settings().fonts), DUSK)
        self._kiosk = Kiosk(self._flow, stage, Wiring(words, motion=False, clock=lambda: self._now))
        runTouchApp(self._kiosk, embedded=True)

    def shopper(self, number: int) -> None:
        """A face, a reason, thanks, and a minute until the next one."""
        from kivy.graphics.opengl import glFinish

        self._frame(61.0)
        self._touch(Face(1 + number % 4))
        self._frame(0.0)
        glFinish()
        self.frame_ms.append(1000 * (monotonic() - self._touched))
        self._until(lambda: self._flow.screen in (Screen.REASON, Screen.SORRY))
        self._frame(0.7)
        if self._flow.screen == Screen.REASON:
            self._touch(Tile(self._reasons[number % len(self._reasons)]))
            self._until(lambda: self._flow.screen != Screen.CHOSEN)
        self._frame(5.0)

    def close(self) -> None:
        self._kiosk.close()
        self._recorder.close(5)

    def _until(self, holds: Callable[[], bool]) -> None:
        """Frames until it holds; 0.4 s of the kiosk's time, then as long as the disk takes, at most 10 s."""
        deadline, since = monotonic() + 10, self._now
        while not holds() and monotonic() < deadline:
            self._frame(0.2 if self._now - since < 0.3 else 0.0)

    def _frame(self, seconds: float) -> None:
        from kivy.base import EventLoop

        self._now += seconds
        EventLoop.idle()

    def _touch(self, hit: Hit) -> None:
        from kivy.base import EventLoop

        from kiosk.shoppers import Finger

        place = self._kiosk.place_of(hit)
        assert place is not None
        finger = Finger(place[0] / self._kiosk.width, place[1] / self._kiosk.height)
        self._touched = monotonic()
        EventLoop.post_dispatch_input("begin", finger)
        EventLoop.post_dispatch_input("end", finger)

    def _done(self, outcome: Outcome) -> None:
        self.commit_ms.append(1000 * (monotonic() - self._touched))
        self._kiosk.outcome(outcome)
