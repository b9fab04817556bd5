"""The kiosk on the glass: hands touches to the flow and draws what it shows. Kivy and flow meet only here."""

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, InstructionGroup, Rectangle
from kivy.uix.widget import Widget

from events.facts import PressMeans
from events.survey import Survey
from kiosk.flow import Flow
from kiosk.glass import Contact, Control, Corner, Help, Hit, Screen
from kiosk.helping import HelpDesk
from kiosk.layout import FACE_MM
from kiosk.pictures import Stage
from kiosk.recorder import Outcome
from kiosk.view import Picture, View
from kiosk.viewing import Viewer
from kiosk.ways import COUNTED
from kiosk.words import Words

FADE_SECONDS = 0.16
PING_SECONDS = 2.0
LOOK_SECONDS = 0.25
log = logging.getLogger(__name__)


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
    viewer: Viewer | None = None
    """Without one, the shop is always open and the staff have no page."""
    touched: Callable[[float], None] = lambda now: None
    """Hears of every touch, for the count of those who came and those who tapped."""
    backlight: Callable[[bool], None] = lambda on: None
    alarm: Callable[[HelpDesk], None] = lambda desk: None
    """Hears how the call for help stands, whenever that changes."""
    hush: Callable[[], None] = lambda: None
    """Ends what is being read aloud."""
    restage: Callable[[Survey], Stage] | None = None
    """Draws another survey."""


class Kiosk(Widget):  # type: ignore[misc]
    """The root of the window."""

    def __init__(self, flow: Flow, stage: Stage, wiring: Wiring) -> None:
        super().__init__(size=(stage.panel.width, stage.panel.height))
        self.flow, self.stage, self._wiring = flow, stage, wiring
        self._viewer = wiring.viewer or Viewer(wiring.words)
        self.when_shown: Callable[[View], None] = lambda view: None
        """Told of every change of the picture, for the lights of physical buttons."""
        self._view: View | None = None
        self._picture: Picture | None = None
        self._veil: Any = None
        self._veiled_since = self._pinged = self._looked = float("-inf")
        self._countdown: Any = None
        self._seconds_shown = -1
        self._is_lit = True
        self._mark: Hashable = None
        self._alarmed: Help | None = None
        self._offers: list[tuple[Survey, Callable[[str | None], None]]] = []
        self.draw()
        self._frames = Clock.schedule_interval(self._frame, 0)

    def on_touch_down(self, touch: Any) -> bool:
        if not getattr(touch, "is_mouse_scrolling", False):
            contact = Contact(touch.uid, touch.x, touch.y, corner=self._corner(touch.x, touch.y))
            self._wiring.hush()
            self._touched(self._picture.hit(touch.x, touch.y) if self._picture else None, contact)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        return True

    def on_touch_up(self, touch: Any) -> bool:
        self.flow.release(touch.uid, self.now)
        return True

    def press_button(self, number: int) -> None:
        """A physical button, 1 for the first; it means what `Flow.buttons` says. May be called from any thread."""
        Clock.schedule_once(lambda dt: self._pressed(number))

    def press_help(self) -> None:
        """The physical button that calls for help. May be called from any thread."""
        Clock.schedule_once(lambda dt: self._by_button(Control.HELP, 0))

    def later(self, act: Callable[[Flow, float], None]) -> None:
        """Do something with the flow between two frames. May be called from any thread."""
        Clock.schedule_once(lambda dt: self._act(act))

    def offer(self, survey: Survey, settled: Callable[[str | None], None]) -> None:
        """Ask this survey once nobody is there; `settled` then hears None, or why it cannot be drawn.

        May be called from any thread.
        """
        Clock.schedule_once(lambda dt: self._offers.append((survey, settled)))

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
        self._wiring.touched(self.now)
        self.flow.touch(hit, contact, self.now)
        self.draw()

    def _pressed(self, number: int) -> None:
        row = self.flow.buttons
        if 1 <= number <= len(row):
            self._by_button(row[number - 1], number)

    def _by_button(self, hit: Hit, number: int) -> None:
        place = -1000.0 * (number + 1)  # far from any finger, and from the other buttons
        self._wiring.hush()
        self._touched(hit, Contact(("button", number), place, place, PressMeans.BUTTON))
        self.flow.release(("button", number), self.now)

    def _corner(self, x: float, y: float) -> Corner | None:
        """Of the glass, an eighth of its shorter side wide, and at least 20 mm."""
        size = max(FACE_MM * self.stage.panel.mm, min(self.size) / 8)
        if y < self.height - size:
            return None
        return Corner.TOP_LEFT if x <= size else Corner.TOP_RIGHT if x >= self.width - size else None

    def _act(self, act: Callable[[Flow, float], None]) -> None:
        act(self.flow, self.now)
        self.draw()

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
        mark = self.flow.mark(now)
        if now - self._looked >= LOOK_SECONDS:
            self._look_around(now)
            self.draw()
        elif mark != self._mark:
            self.draw()
        self._mark = mark
        self._count_down(now)
        self._lift_veil(now)
        if now - self._pinged >= PING_SECONDS and self._wiring.is_healthy():
            self._pinged = now
            self._wiring.ping()

    def _look_around(self, now: float) -> None:
        """What need not be asked in every frame: the hours, the light, the call, and what the centre sent."""
        self._looked = now
        self.flow.opened(self._viewer.is_open(), now)
        lit = self.flow.screen != Screen.CLOSED or self.flow.is_awake(now)
        if lit != self._is_lit:
            self._is_lit = lit
            self._wiring.backlight(lit)
        desk = self.flow.desk
        if desk and desk.state != self._alarmed:
            self._alarmed = desk.state
            self._wiring.alarm(desk)
        if self._offers and self.flow.is_idle(now):
            self._take_offer(now)

    def _take_offer(self, now: float) -> None:
        """The newest survey; those that it overtook have been shown to nobody."""
        survey, settled = self._offers[-1]
        self._offers.clear()
        before, asked, stage = self.stage, self.flow.survey, self._wiring.restage
        try:
            self.stage = stage(survey) if stage else before
            self.flow.swap(survey, now)
            self._show(self._seen())
        except Exception as error:  # whatever it is, the shopper keeps the screen that worked
            log.exception("a survey cannot be drawn")
            self.stage = before
            self.flow.swap(asked, now)
            self._show(self._seen())
            settled(str(error) or type(error).__name__)
        else:
            settled(None)

    def _seen(self) -> View:
        return self._viewer.view(self.flow, self.now)

    def _show(self, view: View) -> None:
        before, self._view = self._view, view
        # Drawn anew in a few milliseconds: a picture that is kept holds 2 MB in a software GL.
        self._picture = picture = self.stage.picture(view)
        self._wipe()
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

    def _wipe(self) -> None:
        """A group and its parts hold each other: emptied, they go at once, and not with some later collection."""
        for group in tuple(self.canvas.children):
            group.clear()
        self.canvas.clear()

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
            self._countdown.clear()
        self._seconds_shown = seconds
        self._countdown = self.stage.countdown(*place, seconds, COUNTED[self.flow.screen], self.flow.language)
        self.canvas.insert(1, self._countdown)
