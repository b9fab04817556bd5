"""Pictures of every screen, drawn by the real parts, for the manual: `python -m kiosk.gallery FOLDER`."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from events.facts import EventId, Name, Reason, Tap
from kiosk.flow import Flow
from kiosk.fonts import offered
from kiosk.glass import Contact, Control, Face, Hit, Screen, Switch, Tile
from kiosk.layout import Panel
from kiosk.palette import DUSK
from kiosk.settings import Settings
from kiosk.survey import read_survey
from kiosk.window import open_window, save_screenshot
from kiosk.words import read_words

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def main(argv: Sequence[str]) -> int:
    """Write one PNG for each screen and language."""
    parser = argparse.ArgumentParser("python -m kiosk.gallery", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--inches", type=float, default=10.1)
    parser.add_argument("--languages", default="en", help="codes with commas between, or all")
    options = parser.parse_args(argv)
    width, height = map(int, options.size.split("x"))
    options.folder.mkdir(parents=True, exist_ok=True)
    open_window(width, height, fullscreen=False)
    for name in _draw(Panel(width, height, options.inches), options.languages, options.folder):
        print(name)
    return 0


class _Scene:
    """A kiosk whose time stands still and whose commits are ordered."""

    def __init__(self, panel: Panel, languages: str) -> None:
        from kivy.base import runTouchApp

        from kiosk.app import Kiosk, Wiring
        from kiosk.pictures import Stage

        survey, words = read_survey(), read_words()
        fonts = offered(survey, words, Settings().fonts)
        self.languages = list(fonts) if languages == "all" else languages.split(",")
        self.now, self._tickets, self._fingers = 100.0, [0], 0
        self.flow = Flow(survey, self._store, "en")
        stage = Stage(panel, survey, words, fonts, DUSK)
        self.kiosk = Kiosk(self.flow, stage, Wiring(words, motion=False, clock=lambda: self.now))
        runTouchApp(self.kiosk, embedded=True)

    def touch(self, hit: Hit) -> None:
        self.now += 1.0
        self._fingers += 1
        self.flow.touch(hit, Contact(self._fingers, 0.0, 100.0 * self._fingers), self.now)
        self.flow.release(self._fingers)

    def commit(self) -> None:
        self.now += 0.25
        self.flow.recorded(self._tickets[-1], EventId("1f0c9d2ab8e4-17"), NOON, self.now)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.flow.tick(self.now)

    def _store(self, fact: Tap | Reason, ticket: int, deadline: float | None) -> None:
        self._tickets.append(ticket)


def _draw(panel: Panel, languages: str, folder: Path) -> Iterator[str]:
    from kivy.base import EventLoop

    scene = _Scene(panel, languages)
    for language in scene.languages:
        for name in _walk(scene, language):
            EventLoop.idle()
            file = folder / f"{name}-{language}-{panel.width}x{panel.height}.png"
            save_screenshot(file, panel.width, panel.height)
            yield str(file)


def _walk(scene: _Scene, language: str) -> Iterator[str]:
    """Through every screen as two shoppers would, one happy and one not."""
    question = scene.flow.question
    scene.wait(100)
    scene.touch(Switch(language))
    yield "question"
    scene.touch(Face(question.answers[0]))
    yield "pressed"
    scene.commit()
    yield "reason-happy"
    scene.wait(3)
    scene.touch(Tile(Name(question.reasons[0])))
    yield "chosen"
    scene.commit()
    yield "thanks"
    scene.wait(3)
    scene.touch(Control.RECEIPT)
    yield "receipt"
    scene.touch(None)
    scene.wait(5)
    scene.touch(Face(question.answers[-1]))
    scene.commit()
    scene.wait(4)
    yield "reason-unhappy"
    scene.touch(Control.SKIP)
    yield "thanks-unhappy"
    scene.wait(3)
    scene.touch(Face(question.answers[1]))
    scene.wait(1)
    yield "sorry"
    assert scene.flow.screen == Screen.SORRY
    scene.wait(100)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
