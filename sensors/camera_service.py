"""The camera's service: frames in, facts out, whatever happens to the camera."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import numpy as np

from events.desired import Result
from events.envelope import NotRecorded
from events.facts import CameraState, Fact, LineName
from events.hours import OpeningHours
from events.layout import Layout
from events.quarters import ClockSteps, shifted
from sensors.errands import Counter, Errands, Message
from sensors.frames import CameraLost, Frame, Source, is_picture
from sensors.landmarks import read_landmarks
from sensors.marker import Marker
from sensors.settings import Camera
from sensors.sight import Sight
from sensors.summaries import Summaries
from sensors.view import View
from sensors.watching import Detector, recipe_for, size_of

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 30.0
STATUS_SECONDS = 60.0
KEEP_SECONDS = 600.0
MOST_UNSENT = 5000
MOST_TOGETHER = 100
FURTHEST_SECONDS = 3600.0
"""A frame whose moment lies further off, or is no number, is damaged."""


@dataclass(frozen=True)
class World:
    """What the service touches; tests bring their own."""

    open_source: Callable[[], Source]
    """Raises CameraLost."""
    record: Callable[[Sequence[Fact]], object]
    """All of them in one commit, or none: a quarter's facts come together. Raises NotRecorded."""
    monotonic: Callable[[], float]
    utc: Callable[[], datetime]
    wait: Callable[[float], bool]
    """Waits so many seconds; True when the service should end."""
    say: Callable[[str], object]
    alive: Callable[[], object] = lambda: None
    kept: Callable[[], str] = lambda: ""
    """What `keep` was given last, also before a restart: the landmarks of the view."""
    keep: Callable[[str], object] = lambda text: None
    poll: Callable[[str, int], Sequence[Message]] = lambda part, after: ()
    """What lies in the inbox for a part, behind an id."""
    tell: Callable[[Result], object] = lambda result: None
    """What came of a command; it may get lost."""


class CameraService:
    """Runs until it is told to stop, or until footage that does not loop has ended."""

    def __init__(self, camera: Camera, opening: OpeningHours, detector: Detector, world: World) -> None:
        self._camera, self._opening, self._detector, self._world = camera, opening, detector, world
        self._summaries = Summaries(camera, opening, stays=not detector.counts_only)
        self._view: View | None = None
        self._size = (0, 0)
        self._state, self._last, self._frames = CameraState.STARTING, 0.0, 0
        self._said = self._kept = world.monotonic()
        self._steps = ClockSteps(self._said, world.utc())
        self._landmarks = read_landmarks(world.kept())
        self._sight, self._marker = Sight(self._landmarks), Marker(camera.staff_marker)
        self._unsent: list[Fact] = []
        counter = Counter(lambda: self._camera.layout, self._change, self._cut, self._record)
        self._errands = Errands(world.poll, world.tell, world.utc, detector, counter)

    def run(self) -> None:
        """Everything that was seen is recorded when this returns."""
        pause = FIRST_PAUSE_SECONDS
        while not self._world.wait(0):
            try:
                self._follow()
                break
            except CameraLost as error:
                pause = FIRST_PAUSE_SECONDS if self._frames else min(2 * pause, LONGEST_PAUSE_SECONDS)
                self._lose(str(error), pause)
        self._settle()
        self._record(self._summaries.close())

    def _follow(self) -> None:
        """One life of the source."""
        self._frames = 0
        source = self._world.open_source()
        try:
            for frame in source.frames():
                if frame is not None and self._is_sound(frame):
                    self._see(frame)
                self._go_on()
                if self._world.wait(0):
                    break
        finally:
            source.close()

    def _is_sound(self, frame: Frame) -> bool:
        """A driver may hand out anything; what is no picture, or of no time, was not seen."""
        return is_picture(frame.image) and abs(frame.at - self._world.monotonic()) <= FURTHEST_SECONDS

    def _see(self, frame: Frame) -> None:
        self._frames += 1
        before, self._state = self._state, self._sight.judge(frame.image, frame.at)
        if self._state not in (before, CameraState.OK):
            self._world.say(f"the camera is {self._state}; nothing is counted until it sees its usual view again")
        if self._state is not CameraState.OK:
            return
        if self._view is None or size_of(frame.image) != self._size or frame.at < self._last:
            self._settle()
            self._size = size_of(frame.image)
            self._view = View(self._camera, self._size, recipe_for(self._detector))
        self._last = frame.at
        boxes = np.asarray(self._detector.detect(frame.image), dtype=np.float64)
        self._errands.see(frame.image, boxes, frame.at)
        news = self._view.update(boxes, frame.at, partial(self._marker.find, frame.image))
        self._record(self._summaries.update(news, self._time_of(frame.at), self._state))

    def _lose(self, why: str, pause: float) -> None:
        """No frames: settles what was seen, and lets time pass before the next try."""
        self._state = CameraState.UNPLUGGED
        self._settle()
        self._world.say(f"{why}; trying again in {pause:g} s")
        until = self._world.monotonic() + pause
        while self._world.monotonic() < until and not self._world.wait(min(1.0, pause)):
            self._go_on()

    def _settle(self) -> None:
        if self._view is not None:
            self._record(self._summaries.update(self._view.close(), self._time_of(self._last), self._state))
            self._view = None

    def _go_on(self) -> None:
        """Time passes."""
        now = self._world.monotonic()
        self._world.alive()
        self._record(self._summaries.tick(self._utc(), self._state))
        self._errands.step(now)
        if now - self._said >= STATUS_SECONDS:
            self._said = now
            self._world.say(f"camera {self._state}, {self._frames} frames seen since it was opened")
        if now - self._kept >= KEEP_SECONDS and (text := self._landmarks.as_text()):
            self._kept = now
            self._world.keep(text)

    def _change(self, drawn: Layout) -> list[Fact] | None:
        """Everybody in sight is seen anew; what is drawn as before goes on in its cell."""
        if not self._summaries.can_cut(self._utc()):
            return None
        self._settle()
        self._camera = self._camera.drawn_anew(drawn)
        self._world.say(f"from now on {len(drawn.line)} lines and {len(drawn.zone)} zones are counted by")
        return self._summaries.change(self._camera, self._utc())

    def _cut(self, line: LineName) -> datetime | str | None:
        """See `Counter.cut`."""
        now = self._utc()
        if line not in {each.name for each in self._camera.line}:
            return f"this camera has no line {line!r}"
        if not self._summaries.can_cut(now):
            return None
        facts = self._summaries.cut_line(line, now)
        self._record(facts)
        if not facts:
            return None if self._opening.is_open(now) else "the store is closed"
        return facts[0].cell.start + timedelta(seconds=facts[0].cell.seconds)

    def _time_of(self, at: float) -> datetime:
        return self._utc() - timedelta(seconds=self._world.monotonic() - at)

    def _utc(self) -> datetime:
        """The wall clock; when it was set, the cells of before end first."""
        now, at = self._world.monotonic(), self._world.utc()
        if step := self._steps.step(now, at):
            self._world.say(f"the clock was set by {step.total_seconds():+.0f} s")
            self._unsent = [shifted(fact, step) for fact in self._unsent]
            self._record(self._summaries.set_clock(step, at))
        return at

    def _record(self, facts: Iterable[Fact]) -> None:
        """In order; what cannot be committed now is tried again with the next facts."""
        self._unsent += facts
        try:
            while self._unsent:
                together = self._unsent[:MOST_TOGETHER]
                self._world.record(together)
                del self._unsent[: len(together)]
        except NotRecorded as error:
            self._world.say(f"{len(self._unsent)} facts wait, they could not be recorded: {error}")
            del self._unsent[:-MOST_UNSENT]
