"""What the centre asks of a camera while it counts: other lines and zones, the floor without people, an audit.

Reads the parts `cfg` and `cmd` of the inbox; does nothing that it has not checked completely.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from events.desired import (
    AUDIT_START,
    AUDIT_STOP,
    BACKDROP,
    CAMERA,
    Command,
    Progress,
    Result,
    read_command,
    read_desired,
)
from events.facts import ConfigApplied, Fact, LineName, Name
from events.layout import Layout, as_table, read_layout
from events.settings import ConfigError
from sensors.backdrop import Backdrop, encoded
from sensors.frames import Image
from sensors.sealing import sealed
from sensors.watching import Detector

ASK_SECONDS = 1.0
PROGRESS_SECONDS = 2.0
LONGEST_WHY = 64


class Message(Protocol):
    """What lies in the inbox."""

    @property
    def id(self) -> int: ...
    @property
    def body(self) -> str: ...


@dataclass(frozen=True)
class Counter:
    """What the camera's service does for an errand."""

    layout: Callable[[], Layout]
    change: Callable[[Layout], Sequence[Fact] | None]
    """Count by another layout from now on; None when that cannot be at this moment."""
    cut: Callable[[LineName], datetime | str | None]
    """Begin a new count of this line; from when, or why not; None when that cannot be at this moment."""
    record: Callable[[Iterable[Fact]], object]


@dataclass
class _Floor:
    """Somebody waits for the floor."""

    command: Command
    backdrop: Backdrop
    told: float


class Errands:
    """Asks the inbox once a second; `see` is given every picture, and keeps one only while somebody waits."""

    def __init__(
        self,
        poll: Callable[[str, int], Sequence[Message]],
        tell: Callable[[Result], object],
        utc: Callable[[], datetime],
        detector: Detector,
        counter: Counter,
    ) -> None:
        self._poll, self._tell, self._utc, self._detector, self._counter = poll, tell, utc, detector, counter
        self._asked, self._read = float("-inf"), {"cfg": 0, "cmd": 0}
        self._wish: tuple[int, Layout] | None = None
        self._version = 0
        self._audits: list[Command] = []
        self._floor: _Floor | None = None

    def step(self, now: float) -> None:
        """Time passes; `now` is monotonic."""
        if now - self._asked < ASK_SECONDS:
            return
        self._asked = now
        for text in self._news("cfg")[-1:]:
            self._take_wish(text)
        for text in self._news("cmd"):
            self._take_command(text, now)
        self._apply()
        self._audits = [command for command in self._audits if not self._cut(command)]

    def see(self, image: Image, boxes: Any, now: float) -> None:
        """A picture and whoever was detected in it."""
        if self._floor is None:
            return
        floor = self._floor
        if not floor.backdrop.look(image, boxes, now):
            return
        shown = floor.backdrop.ready(self._detector.detect, now)
        missing = str(floor.backdrop.missing())
        if shown is not None:
            self._floor = None
            self._hand_out(floor.command, shown)
        elif floor.backdrop.is_over(now):
            self._floor = None
            self._result(floor.command, Progress.FAILED, f"{missing}; ask again when it is quieter")
        elif now - floor.told >= PROGRESS_SECONDS:
            floor.told = now
            self._result(floor.command, Progress.WAITING, missing)

    def _news(self, part: str) -> list[str]:
        messages = self._poll(part, self._read[part])
        if messages:
            self._read[part] = messages[-1].id
        return [message.body for message in messages]

    def _take_wish(self, text: str) -> None:
        """Refused whole when anything of it is wrong; the old lines and zones go on counting."""
        try:
            part = read_desired(text).parts.get(CAMERA)
        except ConfigError:
            return
        if part is None or part.version == self._version:
            return
        self._version = part.version
        try:
            if part.body.keys() != {"layout"}:
                raise ConfigError("camera: expected a layout and nothing else")
            self._wish = (part.version, read_layout(part.body["layout"]))
        except ConfigError as error:
            self._applied(part.version, False, str(error))

    def _apply(self) -> None:
        if self._wish is None:
            return
        version, layout = self._wish
        facts = [] if layout == self._counter.layout() else self._counter.change(layout)
        if facts is not None:
            self._wish = None
            self._counter.record(facts)
            self._applied(version, True)

    def _applied(self, version: int, applied: bool, why: str = "") -> None:
        words = Name(why[:LONGEST_WHY]) if why else None
        self._counter.record([ConfigApplied(Name(CAMERA), version, applied, words)])

    def _take_command(self, text: str, now: float) -> None:
        try:
            command = read_command(text)
        except ConfigError:
            return
        if command.is_over(self._utc()):
            return
        if command.op in (AUDIT_START, AUDIT_STOP):
            self._audits.append(command)
        elif command.op == BACKDROP and self._detector.counts_only:
            words = "without a person detector nobody can be taken out of the picture: floorpulse models fetch"
            self._result(command, Progress.FAILED, words)
        elif command.op == BACKDROP:
            self._floor = _Floor(command, Backdrop(now), now)
            self._result(command, Progress.WAITING, "the camera waits until it has seen the floor empty")

    def _cut(self, command: Command) -> bool:
        """Whether there is an answer."""
        at = self._counter.cut(LineName(str(command.body.get("line"))))
        if isinstance(at, datetime):
            self._tell(Result(command.id, Progress.DONE, at=at.isoformat()))
        elif at is not None:
            self._result(command, Progress.FAILED, at)
        return at is not None

    def _hand_out(self, command: Command, floor: Image) -> None:
        """The picture and what is drawn on it by now, sealed for who asked."""
        picture = b64encode(encoded(floor)).decode()
        content = json.dumps({"picture": picture, "layout": as_table(self._counter.layout())}).encode()
        try:
            seal = sealed(content, str(command.body.get("key")), command.id)
        except ValueError:
            self._result(command, Progress.FAILED, "the request has no key that the picture could be sealed for")
            return
        self._tell(Result(command.id, Progress.DONE, sealed=seal))

    def _result(self, command: Command, state: Progress, words: str) -> None:
        self._tell(Result(command.id, state, words))
