"""Which function draws which screen, and with what: letters, colours, questions."""

from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any

from events.facts import Name
from events.survey import Survey
from kiosk.brush import Lettering
from kiosk.fonts import Fonts, latin
from kiosk.glass import Hit, Screen
from kiosk.layout import Box, Panel
from kiosk.palette import DUSK, HIGH_CONTRAST, Colour, Palette, at_night, in_colour, rgb
from kiosk.pictures import answers, farewell, helping, pages, reasons, staff
from kiosk.sheet import Sheet
from kiosk.view import Looks, Picture, View
from kiosk.words import Script, Words

Painter = Callable[[Sheet, View], None]
PAINTERS: dict[Screen, Painter] = {
    Screen.QUESTION: answers.draw_question,
    Screen.PRESSED: answers.draw_question,
    Screen.REASON: reasons.draw_reasons,
    Screen.CHOSEN: reasons.draw_reasons,
    Screen.THANKS: farewell.draw_thanks,
    Screen.SORRY: farewell.draw_sorry,
    Screen.OUT_OF_SERVICE: farewell.draw_out_of_service,
    Screen.CLOSED: farewell.draw_closed,
    Screen.RECEIPT: pages.draw_receipt,
    Screen.NEWS: pages.draw_news,
    Screen.HELP: helping.draw_help,
    Screen.PIN: staff.draw_pin,
    Screen.STAFF: staff.draw_staff,
    Screen.CLEANING: staff.draw_cleaning,
}


class Stage:
    """Draws every screen for one panel, one survey and the languages that can be shown."""

    def __init__(
        self,
        panel: Panel,
        survey: Survey,
        words: dict[str, Words],
        fonts: dict[str, Fonts],
        palette: Palette = DUSK,
        looks: Looks = Looks(),  # noqa: B008 - a tuple of plain values
    ) -> None:
        self.panel, self.looks, self._base = panel, looks, palette
        self._questions = {question.name: question for question in survey.question}
        self._first = survey.question[0]
        self._words = {code: words[code] for code in fonts}
        self._bold = {code: Lettering(found.bold, words[code].script) for code, found in fonts.items()}
        self._regular = {code: Lettering(found.regular, words[code].script) for code, found in fonts.items()}
        self._latin = Lettering(latin(fonts).bold, Script.LATIN)
        self._asked: list[tuple[Box, Hit]] = []

    def picture(self, view: View) -> Picture:
        sheet = self.drawn(view)
        if view.screen == Screen.QUESTION:
            self._asked = sheet.targets
        return Picture(sheet.brush.group, sheet.targets, sheet.countdown)

    def drawn(self, view: View) -> Sheet:
        """The whole picture, and what is known of its parts."""
        sheet = self.sheet(view)
        sheet.brush.fade(Box(0, 0, self.panel.width, self.panel.height), sheet.palette.glow, sheet.palette.sky)
        PAINTERS[view.screen](sheet, view)
        sheet.number(view.buttons)
        return sheet

    def misfits(self) -> list[str]:
        """What of the survey cannot be read whole on this panel, one sentence each; draws every question."""
        found = list[str]()
        for code, name in product(self._words, self._questions):
            found += [
                f"{name}, {code}: {why}" for view in self._asking(name, code) for why in self.drawn(view).misfits()
            ]
        return found

    def _asking(self, name: str, code: str) -> list[View]:
        """A question and, for its best and its worst answer, why."""
        question = self._questions[Name(name)]
        ends = [answer for answer in (question.answers[0], question.answers[-1]) if question.asks_why(answer)]
        asked = View(Screen.QUESTION, code, question=name, news=("", ""), can_speak=True)
        return [asked, *(View(Screen.REASON, code, answer, question=name) for answer in ends)]

    def usual_place(self, hit: Hit) -> Box:
        """Where a thing was when the question was last shown; the first face for what was not there."""
        return next((box for box, target in self._asked if target == hit), self._asked[0][0])

    def sheet(self, view: View) -> Sheet:
        """Nothing drawn yet."""
        code = view.language
        names = {code: (words.name, self._bold[code]) for code, words in self._words.items()}
        question = next((found for name, found in self._questions.items() if name == view.question), self._first)
        return Sheet(
            self.panel, self.looks, dressed(self._base, self.looks, view.night), self._words[code],
            self._bold[code], self._regular[code], self._latin, names, question,
        )  # fmt: skip

    @property
    def palette(self) -> Palette:
        """By day."""
        return dressed(self._base, self.looks, False)

    def countdown(self, box: Box, colour: Colour, seconds: int, of: float, language: str) -> Any:
        """The seconds that are left of so many, in a ring that shrinks with them."""
        sheet = self.sheet(View(Screen.REASON, language))
        weight = max(box.width * 0.06, self.panel.step * 0.3)
        sheet.brush.colour(colour, 0.25)
        sheet.brush.ring(box.centre, box.width / 2, weight)
        sheet.brush.colour(colour)
        if seconds:
            sheet.brush.ring(box.centre, box.width / 2, weight, min(1.0, seconds / of))
        sheet.write(str(seconds), box.inset(box.width * 0.16), box.width * 0.5 / self.panel.step, pen=sheet.latin)
        return sheet.brush.group


@cache
def dressed(palette: Palette, looks: Looks, night: bool) -> Palette:
    """The colours of a store, by day or by night; high contrast stays as it is."""
    if looks.contrast:
        return HIGH_CONTRAST
    colours = at_night(palette) if night else palette
    return in_colour(colours, rgb(looks.brand)) if looks.brand else colours
