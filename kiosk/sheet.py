"""A picture in the making."""

from typing import NamedTuple

from events.survey import Question
from kiosk.brush import Brush, Lettering
from kiosk.faces import draw_face
from kiosk.glass import Control, Face, Hit, Tile
from kiosk.icons import draw_icon
from kiosk.layout import Box, Panel, mirrored
from kiosk.lettering import Block, fit
from kiosk.outlines import Point
from kiosk.palette import Colour, Palette
from kiosk.view import Looks, View
from kiosk.words import Direction, Words

LARGE_TEXT = 1.3
LEAST_TEXT_MM = 2.4
"""Height of the type, from the top of an f to the foot of a g: smaller cannot be read at arm's length."""


class Written(NamedTuple):
    """One text of a picture, and whether it found its place."""

    text: str
    box: Box
    """Where it had to stay."""
    at: Box
    """Where it is."""
    size: int
    pen: Lettering


class Sheet:
    """A brush, a language, and the places that can be touched."""

    def __init__(
        self, panel: Panel, looks: Looks, palette: Palette, words: Words, bold: Lettering, regular: Lettering,
        latin: Lettering, names: dict[str, tuple[str, Lettering]], question: Question,
    ) -> None:  # fmt: skip
        self.panel, self.looks, self.palette = panel, looks, palette
        self.words, self.bold, self.regular, self.latin = words, bold, regular, latin
        self.names, self.question = names, question
        self.brush = Brush()
        self.targets: list[tuple[Box, Hit]] = []
        self.written: list[Written] = []
        self.signs: list[Box] = []
        """Where faces and icons are."""
        self.countdown: tuple[Box, Colour] | None = None
        self._type = panel.step * (LARGE_TEXT if looks.large_text else 1.0)

    @property
    def is_ltr(self) -> bool:
        return self.words.direction == Direction.LTR

    @property
    def start(self) -> float:
        return 0.0 if self.is_ltr else 1.0

    def place(self, box: Box) -> Box:
        return box if self.is_ltr else mirrored(box, self.panel)

    def pen_for(self, text: str) -> Lettering:
        """Latin letters for what is written in ASCII, else the language's own."""
        return self.latin if text.isascii() else self.bold

    def size(self, text: str, box: Box, largest: float) -> int:
        """The size in pixels at which a text fits, at most `largest` steps of the panel."""
        return self.block(text, box.width, box.height, largest).size

    def block(self, text: str, width: float, height: float, largest: float, pen: Lettering | None = None) -> Block:
        """Bold lines unless another pen is given, as large as fit."""
        pen = pen or self.bold
        return fit(text, width, height, largest * self._type, pen.script, pen.measure)

    def put(self, block: Block, text: str, box: Box, across: float = 0.5, pen: Lettering | None = None) -> Box:
        """Draws lines in the height of a box; returns where they are."""
        pen = pen or self.bold
        at = self.brush.write(block, box, pen, across)
        if text:
            self.written.append(Written(text, box, at, block.size, pen))
        return at

    def write(
        self, text: str, box: Box, largest: float, across: float = 0.5, pen: Lettering | None = None,
        exact: bool = False,
    ) -> Box:  # fmt: skip
        """As large as fits, at most `largest` steps of the panel, or so many to the pixel; returns where it is."""
        largest = largest * self.panel.step / self._type if exact else largest
        return self.put(self.block(text, box.width, box.height, largest, pen), text, box, across, pen)

    def icon(self, name: str, centre: Point, radius: float, weight: float = 0.17) -> None:
        """In the brush's colour."""
        draw_icon(self.brush, name, centre, radius, weight)
        self.signs.append(Box(centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius))

    def face(self, centre: Point, radius: float, goodness: float, ink: Colour) -> None:
        draw_face(self.brush, centre, radius, goodness, ink)
        self.signs.append(Box(centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius))

    def width_of(self, text: str, size: float, pen: Lettering | None = None) -> float:
        """Of one line."""
        pen = pen or self.bold
        line = fit(text, 9e9, 9e9, size * self._type, pen.script, pen.measure)
        return pen.measure(line.lines[0], line.size)

    def pill_width(self, text: str, size: float) -> float:
        return max(self.panel.control * 1.6, self.width_of(text, size) + 3 * self.panel.step)

    def pill(
        self, box: Box, text: str, size: float, *, pen: Lettering | None = None, icon: str = "", filled: bool = False,
        loud: bool = False,
    ) -> None:  # fmt: skip
        """A lesser control: words, a sign or both in a rim, or on paper when it is the one that holds."""
        brush, colours, step = self.brush, self.palette, self.panel.step
        radius = min(box.height / 2, step * 1.7 * self._type / step)
        shown = Box(box.x, box.centre[1] - radius, box.width, 2 * radius)
        brush.colour(colours.accent if loud else colours.paper if filled else colours.quiet)
        if filled or loud:
            brush.panel(shown, radius)
        else:
            brush.outline(shown.inset(step * 0.06), radius, max(1.5, step * 0.12))
        brush.colour(colours.ink if filled or loud else colours.paper)
        if icon:
            box = self._sign(box, icon, text, size, pen)
        if text:
            self.write(text, box, size, pen=pen)

    def _sign(self, box: Box, icon: str, text: str, size: float, pen: Lettering | None) -> Box:
        """Beside the words, or alone; returns the box of the words."""
        radius = self.panel.step * 0.85
        if not text:
            self.icon(icon, box.centre, radius * 1.15)
            return box
        room = 2.6 * self.panel.step
        spare = max(0.0, box.width - room - self.width_of(text, size, pen)) / 2
        start = box.x + spare + radius if self.is_ltr else box.right - spare - radius
        self.icon(icon, (start, box.centre[1]), radius)
        edge = min(spare, self.panel.step * 0.5)
        x = box.x + spare + room - edge if self.is_ltr else box.x + spare - edge
        return Box(x, box.y, box.width - 2 * spare - room + 2 * edge, box.height)

    def back(self, band: Box) -> None:
        """The way back to the question, at the start of a band."""
        width = self.pill_width(self.words.back, 1.9)
        box = self.place(band._replace(width=width, height=self.panel.control))
        self.pill(box, self.words.back, 1.9)
        self.targets.append((box, Control.BACK))

    def speak(self, view: View, band: Box, across: float = 0.0) -> None:
        """Reading aloud, as a sign: at the start of a band, or elsewhere in it."""
        width = self.panel.control * 1.3
        box = self.place(Box(band.x + (band.width - width) * across, band.y, width, self.panel.control))
        self.pill(box, "", 1.9, icon="speaker", filled=view.speaking)
        self.targets.append((box, Control.SPEAK))

    def number(self, buttons: tuple[Hit, ...]) -> None:
        """Says which physical button does the same as a touch."""
        places = {hit: box for box, hit in self.targets}
        for i, hit in enumerate(buttons):
            if hit is not None and hit in places:
                self._numbered(places[hit], isinstance(hit, Face | Tile), str(i + 1))

    def _numbered(self, box: Box, in_corner: bool, number: str) -> None:
        """In the corner of a window or tile, or on the rim of a control."""
        radius = max(1.25 * self.panel.step, 1.8 * self.panel.mm)
        inwards = 0.9 * radius if in_corner else 0.0
        x = box.x + inwards if self.is_ltr else box.right - inwards
        centre = (x, box.top - inwards if in_corner else box.centre[1])
        self.brush.colour(self.palette.sky)
        self.brush.disc(centre, radius * 1.15)
        self.brush.colour(self.palette.paper)
        self.brush.ring(centre, radius, max(1.5, self.panel.step * 0.14))
        square = Box(centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius)
        self.write(number, square, radius * 1.35 / self.panel.step, pen=self.latin, exact=True)

    def misfits(self) -> list[str]:
        """Texts that are cut off, or smaller than can be read."""
        least = max(9.0, LEAST_TEXT_MM * self.panel.mm)
        return [
            f"{found.text!r} does not fit"
            for found in self.written
            if found.size < least or found.at.width > found.box.width + 1 or found.at.height > found.box.height + 1
        ]
