"""Shoppers by script: lines of JSON become touches of the window, through Kivy's own dispatch.

{"press": 1}          the face of this answer; waits for the question, skipping another shopper's reasons
{"press": 1, "now": true}   the place of that face, whatever is shown there: a hammering child
{"reason": "queue"}   a reason, or "skip"
{"language": "de"}    a language button
{"control": "help"}   any other button, once it shows: help, withdraw, back, news, receipt, test_tap, clean ..
{"digit": 4}          a key of the staff's pad, once it shows
{"x": 0.5, "y": 0.5}  any place, from the top left corner
"hold": 0.1           with any of them: seconds until the finger is lifted
"""

import json
from collections import deque
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any, NamedTuple

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.input.motionevent import MotionEvent

from kiosk.app import Kiosk
from kiosk.flow import ASIDE, Flow
from kiosk.glass import Control, Digit, Face, Hit, Screen, Switch, Tile

SHORTEST_HOLD = 0.08
BETWEEN_SECONDS = 0.15
"""Two keys one after the other."""
_KEYS = {"press", "reason", "language", "control", "digit", "x", "y", "hold", "now"}
_ids = count(1)


class Wish(NamedTuple):
    """What a line asks for."""

    hit: Hit
    place: tuple[float, float] | None
    hold: float
    at_once: bool


def read_wish(line: str) -> Wish:
    """ValueError says what is wrong with a line."""
    try:
        table = json.loads(line)
        if not isinstance(table, dict) or not table or table.keys() - _KEYS:
            raise ValueError("keys are " + ", ".join(sorted(_KEYS)))
        hold = max(SHORTEST_HOLD, float(table.get("hold", 0.0)))
        place = (float(table["x"]), 1 - float(table["y"])) if "x" in table else None
        return Wish(None if place else _hit(table), place, hold, bool(table.get("now", place is not None)))
    except (TypeError, KeyError) as error:
        raise ValueError(f"{error}") from error


def _hit(table: dict[str, Any]) -> Hit:
    if "press" in table:
        return Face(int(table["press"]))
    if "control" in table:
        return Control(table["control"])
    if "digit" in table:
        return Digit(int(table["digit"]))
    if "reason" in table:
        return Control.SKIP if table["reason"] == "skip" else Tile(table["reason"])
    return Switch(table["language"])


class Shoppers:
    """Waits like a person for what it wants to touch, and touches it."""

    def __init__(self, kiosk: Kiosk, missed: Callable[[], None]) -> None:
        self._kiosk, self._missed = kiosk, missed
        self._wishes: deque[Wish] = deque()
        self._touched = float("-inf")
        Clock.schedule_interval(self._frame, 0)

    def listen(self, lines: Iterable[str], complain: Callable[[str], None]) -> None:
        """Take lines until they end; on a thread of its own."""
        for line in lines:
            try:
                if line.strip():
                    self._wishes.append(read_wish(line))
            except ValueError as error:
                complain(f"not a shopper's line: {line.strip()[:80]}: {error}")

    def _frame(self, dt: float) -> None:
        while self._wishes and self._grant(self._wishes[0]):
            self._wishes.popleft()

    def _grant(self, wish: Wish) -> bool:
        """Whether this wish is done with."""
        if wish.at_once:
            self._touch(wish.place or self._usual_place(wish.hit), wish.hold)
            return True
        flow, now = self._kiosk.flow, self._kiosk.now
        if isinstance(wish.hit, Face | Switch):
            return self._at_the_question(wish, flow, now)
        if isinstance(wish.hit, Control | Digit) and wish.hit != Control.SKIP:
            shows = self._kiosk.place_of(wish.hit) is not None and now - self._touched >= BETWEEN_SECONDS
            return shows and self._touch_it(wish)
        if flow.screen == Screen.REASON:
            return not flow.is_guarded(now) and self._touch_it(wish)
        if flow.screen == Screen.PRESSED:
            return False
        self._missed()
        return True

    def _at_the_question(self, wish: Wish, flow: Flow, now: float) -> bool:
        if flow.screen == Screen.QUESTION and not flow.is_locked(now):
            return self._touch_it(wish)
        if flow.screen == Screen.REASON and not flow.is_guarded(now):
            self._touch_it(wish._replace(hit=Control.SKIP))
        elif flow.screen in ASIDE:
            self._touch((0.5, 0.5), SHORTEST_HOLD)
        return False

    def _touch_it(self, wish: Wish) -> bool:
        centre = self._kiosk.place_of(wish.hit)
        if centre is None:
            self._missed()
        else:
            self._touch((centre[0] / self._kiosk.width, centre[1] / self._kiosk.height), wish.hold)
        return True

    def _usual_place(self, hit: Hit) -> tuple[float, float]:
        stage = self._kiosk.stage
        x, y = stage.usual_place(hit).centre
        return x / stage.panel.width, y / stage.panel.height

    def _touch(self, place: tuple[float, float], hold: float) -> None:
        finger = Finger(*place)
        self._touched = self._kiosk.now
        EventLoop.post_dispatch_input("begin", finger)
        Clock.schedule_once(lambda dt: EventLoop.post_dispatch_input("end", finger), hold)


class Finger(MotionEvent):  # type: ignore[misc]
    """A touch that no glass has seen; sx and sy run from 0 to 1, from the bottom left."""

    def __init__(self, sx: float, sy: float) -> None:
        super().__init__("shoppers", f"shopper{next(_ids)}", {"sx": sx, "sy": sy}, is_touch=True, type_id="touch")
        self.move({"sx": sx, "sy": sy})

    def depack(self, args: Any) -> None:
        self.sx, self.sy = args["sx"], args["sy"]
        self.profile = ["pos"]
        super().depack(args)
