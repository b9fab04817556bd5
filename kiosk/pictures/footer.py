"""The row or rows of lesser controls: languages, help, news, what is stored, reading aloud."""

from typing import NamedTuple

from kiosk.brush import Lettering
from kiosk.glass import Control, Help, Hit, Switch
from kiosk.layout import Box, broken, frame, row_of
from kiosk.sheet import Sheet
from kiosk.view import View

SIZE, SMALL = 1.75, 1.5
"""Of the words, in steps."""


class Item(NamedTuple):
    hit: Hit
    text: str
    pen: Lettering
    icon: str = ""
    filled: bool = False
    loud: bool = False
    """Asks for attention, in the accent's colour."""


class Footer:
    """Takes the fullest form that leaves the answers and the question their height: words, then signs; languages and
    controls in rows of their own, then all in one, and the last beside the question.
    """

    def __init__(self, sheet: Sheet, view: View, least: float, header: float) -> None:
        self._sheet = sheet
        self._items = [*_languages(sheet, view), *_controls(sheet, view)]
        self.corner: Item | None = None
        """The one that goes beside the question, when there is no room for it in the row."""
        for self._wordless, merged in ((False, False), (True, False), (True, True)):
            self._rows = self._broken(merged)
            bands = frame(sheet.panel, self.rows, sheet.looks.reach, least)
            if bands.middle.height >= least - 0.5 and bands.header.height >= header:
                return
        if len(self._rows) > 1:
            self.corner = self._items.pop()
            self._rows = self._broken(merged=True)

    @property
    def rows(self) -> int:
        return max(1, len(self._rows))

    def beside(self, header: Box) -> Box:
        """What is left of the header for the question, once the corner is drawn."""
        if self.corner is None:
            return header
        size = self._sheet.panel.control
        self._draw(self.corner, self._sheet.place(Box(header.right - size, header.top - size, size, size)))
        return header._replace(x=header.x + size * 1.2, width=header.width - size * 2.4)

    def draw(self, band: Box) -> None:
        """In a band as high as the rows need."""
        sheet, panel = self._sheet, self._sheet.panel
        for i, row in enumerate(self._rows):
            line = band._replace(y=band.top - (i + 1) * panel.control - i * panel.gap, height=panel.control)
            widths = [self._width(self._items[at]) for at in row]
            for at, place in zip(row, row_of(panel, line, widths), strict=True):
                self._draw(self._items[at], sheet.place(place))

    def _draw(self, item: Item, box: Box) -> None:
        sheet = self._sheet
        text = "" if self._is_wordless(item) else item.text
        sheet.pill(box, text, self._size, pen=item.pen, icon=item.icon, filled=item.filled, loud=item.loud)
        sheet.targets.append((box, item.hit))

    def _broken(self, merged: bool) -> list[list[int]]:
        """One row when all fit in one; else languages above, controls below."""
        panel = self._sheet.panel
        widths = [self._width(item) for item in self._items]
        room = panel.width - min(panel.margin, 3 * panel.mm) * 2 if merged else panel.inside.width
        if merged or len(broken(panel, room, widths)) == 1:
            return broken(panel, room, widths)
        first = sum(isinstance(item.hit, Switch) for item in self._items)
        below = [[i + first for i in row] for row in broken(panel, room, widths[first:])]
        return broken(panel, room, widths[:first]) + below

    @property
    def _size(self) -> float:
        return SMALL if self._wordless else SIZE

    def _is_wordless(self, item: Item) -> bool:
        return self._wordless and bool(item.icon) and not item.loud

    def _width(self, item: Item) -> float:
        panel = self._sheet.panel
        if not item.text or self._is_wordless(item):
            return panel.control * (1.3 if not self._wordless else 1.0)
        pad = 0.4 if self._wordless else 1.3
        words = self._sheet.width_of(item.text, self._size, item.pen)
        return max(panel.control, words + (2 * pad + 2.6 * bool(item.icon)) * panel.step)


def _languages(sheet: Sheet, view: View) -> list[Item]:
    """Each in its own language and script; none when there is no choice."""
    if len(sheet.names) == 1:
        return []
    return [Item(Switch(code), name, pen, "", code == view.language) for code, (name, pen) in sheet.names.items()]


def _controls(sheet: Sheet, view: View) -> list[Item]:
    words, pen, found = sheet.words, sheet.bold, list[Item]()
    if view.help is not None:
        found.append(Item(Control.HELP, _help(sheet, view.help), pen, "service", filled=True, loud=True))
    if view.news is not None:
        found.append(Item(Control.NEWS, words.news, pen, "news", filled=view.attract == Control.NEWS))
    found.append(Item(Control.RECEIPT, words.receipt, pen, "shield", filled=view.attract == Control.RECEIPT))
    if view.can_speak:
        found.append(Item(Control.SPEAK, "", pen, "speaker", filled=view.speaking))
    return found


def _help(sheet: Sheet, state: Help) -> str:
    """The button's words, or how an open call stands."""
    words = sheet.words
    said = {
        Help.ASKING: words.help_asking, Help.ASKED: words.help_asked, Help.ESCALATED: words.help_escalated,
        Help.COMING: words.help_coming, Help.AWAY: words.help_away, Help.FAILED: words.help_failed,
    }  # fmt: skip
    return said.get(state, words.help)
