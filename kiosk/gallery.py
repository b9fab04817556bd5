"""Pictures of every screen, drawn by the real parts, for the manual and the tests: `python -m kiosk.gallery FOLDER`."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.fonts import offered
from kiosk.glass import Control, Face, Help, Screen
from kiosk.layout import Panel
from kiosk.palette import DUSK
from kiosk.settings import Settings
from kiosk.survey import read_survey
from kiosk.view import Looks, PinPad, View
from kiosk.window import open_window, save_screenshot
from kiosk.words import Words, read_words

if TYPE_CHECKING:
    from kiosk.sheet import Sheet

LOOKS = {
    "plain": Looks(),
    "reach": Looks(reach=True),
    "contrast": Looks(contrast=True),
    "large": Looks(large_text=True),
    "brand": Looks(brand="#0050aa", name="Nordlicht"),
}
KINDS = Path(__file__).with_name("surveys") / "kinds.toml"
"""A survey with a question of every kind, and news."""
OTHERS = ("five", "csat", "ces", "nps", "yes_no")


def main(argv: Sequence[str]) -> int:
    """Write one PNG for each screen and language."""
    parser = argparse.ArgumentParser("python -m kiosk.gallery", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--inches", type=float, default=10.1)
    parser.add_argument("--languages", default="en", help="codes with commas between, or all")
    parser.add_argument("--looks", default="plain", choices=LOOKS)
    options = parser.parse_args(argv)
    width, height = map(int, options.size.split("x"))
    options.folder.mkdir(parents=True, exist_ok=True)
    open_window(width, height, fullscreen=False)
    gallery = Gallery(Panel(width, height, options.inches), LOOKS[options.looks])
    for code in gallery.languages if options.languages == "all" else options.languages.split(","):
        for name, view in gallery.views(code):
            gallery.show(view)
            file = options.folder / f"{name}-{code}-{width}x{height}.png"
            save_screenshot(file, width, height)
            print(file)
    return 0


class Gallery:
    """A stage with a survey of every kind of question, and every view that it can be asked for."""

    def __init__(self, panel: Panel, looks: Looks = LOOKS["plain"]) -> None:
        from kivy.core.window import Window
        from kivy.uix.widget import Widget

        from kiosk.pictures import Stage

        self.words = read_words()
        survey, kinds = read_survey(), read_survey(KINDS)
        self.survey = replace(survey, question=(*survey.question, *kinds.question), news=kinds.news)
        fonts = offered(self.survey, self.words, Settings().fonts)
        self.languages = list(fonts)
        self.stage = Stage(panel, self.survey, self.words, fonts, DUSK, looks)
        self._wall = Widget()
        Window.add_widget(self._wall)

    def close(self) -> None:
        from kivy.core.window import Window

        Window.remove_widget(self._wall)

    def show(self, view: View) -> "Sheet":
        """Draw it and flip."""
        from kivy.base import EventLoop

        sheet = self.stage.drawn(view)
        for group in tuple(self._wall.canvas.children):
            group.clear()
        self._wall.canvas.clear()
        self._wall.canvas.add(sheet.brush.group)
        if sheet.countdown:
            self._wall.canvas.add(self.stage.countdown(*sheet.countdown, 6, 10.0, view.language))
        EventLoop.idle()
        return sheet

    def views(self, language: str) -> Iterator[tuple[str, View]]:
        """Every screen, each with the name of its file."""
        words, told = self.words[language], self.survey.news[0].text[language]
        news = (told.you_said, told.we_did)
        yield from asked(language, news)
        yield from rated(language)
        yield from read(language, words, news)
        yield from helped(language)
        yield from staffed(language, words)


def asked(language: str, news: tuple[str, str]) -> Iterator[tuple[str, View]]:
    """Questions of every kind, with all the controls that a kiosk may have."""
    view = View(Screen.QUESTION, language)
    yield "question", view
    full = view._replace(news=news, can_speak=True)
    for kind in OTHERS:
        yield f"question-{kind}", full._replace(question=kind)
    yield "question-rooms", full._replace(question="rooms", help=Help.READY)
    yield "question-asked", full._replace(question="rooms", help=Help.ASKED, attract=Control.NEWS)
    yield "question-buttons", view._replace(buttons=(*(Face(answer) for answer in (1, 2, 3, 4)), Control.RECEIPT))
    yield "locked", view._replace(locked=True)
    yield "night", view._replace(night=True)


def rated(language: str) -> Iterator[tuple[str, View]]:
    """From the touch to thanks."""
    yield "pressed", View(Screen.PRESSED, language, 2)
    yield "reason-happy", View(Screen.REASON, language, 1, can_speak=True)
    yield "reason-unhappy", View(Screen.REASON, language, 4)
    yield "chosen", View(Screen.CHOSEN, language, 4, "queue")
    yield "thanks", View(Screen.THANKS, language, 1)
    yield "thanks-unhappy", View(Screen.THANKS, language, 4)
    yield "sorry", View(Screen.SORRY, language)
    yield "out-of-service", View(Screen.OUT_OF_SERVICE, language)


def read(language: str, words: Words, news: tuple[str, str]) -> Iterator[tuple[str, View]]:
    last = words.receipt_last.format(answer=read_survey().question[0].text[language].answers[0], time="12:00")
    yield "receipt", View(Screen.RECEIPT, language, last=last, can_speak=True)
    yield "news", View(Screen.NEWS, language, news=news, can_speak=True)
    opens = words.closed_opens.format(day=words.tomorrow, time="09:00")
    yield "closed", View(Screen.CLOSED, language, opens=opens, night=True)


def helped(language: str) -> Iterator[tuple[str, View]]:
    for state in Help:
        if state != Help.READY:
            yield f"help-{state}", View(Screen.HELP, language, help=state, can_withdraw=state == Help.ASKED)


def staffed(language: str, words: Words) -> Iterator[tuple[str, View]]:
    yield "pin", View(Screen.PIN, language, pin=PinPad(3))
    yield "pin-wrong", View(Screen.PIN, language, pin=PinPad(0, is_wrong=True))
    yield "pin-wait", View(Screen.PIN, language, pin=PinPad(0, minutes=5))
    rows = (
        (words.staff_device, "acme / s014 / door"), (words.staff_version, "0.2.0"), (words.staff_survey, "visit 3"),
        (words.staff_backlog, "0"), (words.staff_sync, "12:00:41"), (words.staff_health, words.well),
    )  # fmt: skip
    yield "staff", View(Screen.STAFF, language, staff=rows)
    yield "cleaning", View(Screen.CLEANING, language)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
