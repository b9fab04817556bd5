"""The kiosk on the glass: hands touches to the flow and draws what it shows. Kivy and flow meet only here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from time import monotonic
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, InstructionGroup, Rectangle
from kivy.uix.widget import Widget

from events.facts import PressMeans
from kiosk.flow import COUNTED, Flow
from kiosk.glass import Contact, Face, Hit, Screen
from kiosk.pictures import Stage
from kiosk.recorder import Outcome
from kiosk.view import Picture, View
from kiosk.words import Words

FADE_SECONDS = 0.16
PING_SECONDS = 2.0


@dataclass(frozen=True)
class Wiring:
    """What the kiosk is given: plain callables, so that it knows no part of the device."""

    words: dict[str, Words]
    is_healthy: Callable[[], bool] = lambda: True
    """Whether commits are healthy."""
    ping: Callable[[], None] = lambda: None
    """The watchdog's; called every 2 s while frames are drawn and commits are healthy."""
    motion: bool = True
    clock: Callable[[], float] = monotonic


class Kiosk(Widget):  # type: ignore[misc]
    """The root of the window."""

    def __init__(self, flow: Flow, stage: Stage, wiring: Wiring) -> None:
        super().__init__(size=(stage.panel.width, stage.panel.height))
        self.flow, self.stage, self._wiring = flow, stage, wiring
        self.when_shown: Callable[[View], None] = lambda view: None
        """Told of every change of the picture, for the lights of physical buttons."""
        self._view: View | None = None
        self._picture: Picture | None = None
        self._veil: Any = None
        self._veiled_since = self._pinged = float("-inf")
        self._countdown: Any = None
        self._seconds_shown = -1
        self.draw()
        self._frames = Clock.schedule_interval(self._frame, 0)

    def on_touch_down(self, touch: Any) -> bool:
        if not getattr(touch, "is_mouse_scrolling", False):
            contact = Contact(touch.uid, touch.x, touch.y)
            self._touched(self._picture.hit(touch.x, touch.y) if self._picture else None, contact)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        return True

    def on_touch_up(self, touch: Any) -> bool:
        self.flow.release(touch.uid)
        return True

    def press_button(self, number: int) -> None:
        """A physical button, 1 for the best answer. May be called from any thread."""
        Clock.schedule_once(lambda dt: self._pressed(number))

    def outcome(self, outcome: Outcome) -> None:
        """The writer reports; called on its thread."""
        Clock.schedule_once(lambda dt: self._settled(outcome))

    def close(self) -> None:
        """No more frames."""
        self._frames.cancel()

    @property
    def now(self) -> float:
        """Monotonic seconds, as the flow counts them."""
        return self._wiring.clock()

    def place_of(self, hit: Hit) -> tuple[float, float] | None:
        """The centre, in pixels, of what can be hit on the screen that is shown."""
        targets = self._picture.targets if self._picture else []
        return next((box.centre for box, target in targets if target == hit), None)

    def draw(self) -> None:
        """Show what the flow shows, in the next frame."""
        view = self._seen()
        if view != self._view:
            self._show(view)

    def _touched(self, hit: Hit, contact: Contact) -> None:
        self.flow.touch(hit, contact, self.now)
        self.draw()

    def _pressed(self, number: int) -> None:
        answers = self.flow.question.answers
        if 1 <= number <= len(answers):
            place = -1000.0 * number  # far from any finger, and from the other buttons
            self._touched(Face(answers[number - 1]), Contact(("button", number), place, place, PressMeans.BUTTON))
            self.flow.release(("button", number))

    def _settled(self, outcome: Outcome) -> None:
        now = self.now
        if outcome.event is None:
            self.flow.failed(outcome.ticket, now)
        else:
            self.flow.recorded(outcome.ticket, outcome.event, outcome.at, now)
        self.draw()

    def _frame(self, dt: float) -> None:
        now = self.now
        self.flow.tick(now)
        self.draw()
        self._count_down(now)
        self._lift_veil(now)
        if now - self._pinged >= PING_SECONDS and self._wiring.is_healthy():
            self._pinged = now
            self._wiring.ping()

    def _seen(self) -> View:
        flow = self.flow
        locked = flow.screen == Screen.QUESTION and flow.is_locked(self.now)
        last = self._last() if flow.screen == Screen.RECEIPT else None
        return View(flow.screen, flow.language, flow.answer, flow.reason, locked, last, flow.question.name)

    def _last(self) -> str | None:
        stored, words = self.flow.last, self._wiring.words[self.flow.language]
        if stored is None:
            return None
        question = self.flow.question
        caption = question.text[self.flow.language].answers[question.answers.index(stored.answer)]
        return words.receipt_last.format(answer=caption, time=_local(stored.at))

    def _show(self, view: View) -> None:
        before, self._view = self._view, view
        # Drawn anew in 15 ms: a picture that is kept holds 2 MB in a software GL, one that goes gives them back.
        self._picture = picture = self.stage.picture(view)
        self.canvas.clear()
        self.canvas.add(picture.group)
        self._veil = self._countdown = None
        self._seconds_shown = -1
        if (
            self._wiring.motion
            and before is not None
            and view.screen not in (before.screen, Screen.PRESSED, Screen.CHOSEN)
        ):
            self._lower_veil()
        self.when_shown(view)

    def _lower_veil(self) -> None:
        """A new screen comes out of the dusk."""
        sky = self.stage.palette.sky
        veil = InstructionGroup()
        self._veil = Color(*sky, 0.85)
        veil.add(self._veil)
        veil.add(Rectangle(pos=(0, 0), size=self.size))
        self.canvas.add(veil)
        self._veiled_since = self.now

    def _lift_veil(self, now: float) -> None:
        if self._veil is not None:
            self._veil.a = max(0.0, 0.85 * (1 - (now - self._veiled_since) / FADE_SECONDS))
            if self._veil.a == 0.0:
                self._veil = None

    def _count_down(self, now: float) -> None:
        """The seconds that are left: a number in a ring, drawn once a second."""
        place = self._picture.countdown if self._picture else None
        seconds = ceil(self.flow.seconds_left(now))
        if place is None or self.flow.screen not in COUNTED or seconds == self._seconds_shown:
            return
        if self._countdown is not None:
            self.canvas.remove(self._countdown)
        self._seconds_shown = seconds
        self._countdown = self.stage.countdown(*place, seconds, COUNTED[self.flow.screen], self.flow.language)
        self.canvas.insert(1, self._countdown)


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M}"
