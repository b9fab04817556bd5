"""A picture in the making."""

from kiosk.brush import Brush, Lettering
from kiosk.glass import Hit
from kiosk.layout import Box, Panel, mirrored
from kiosk.lettering import fit
from kiosk.palette import Colour, Palette
from kiosk.words import Direction, Words


class Sheet:
    """A brush, a language, and the places that can be touched."""

    def __init__(self, panel: Panel, palette: Palette, words: Words, bold: Lettering, regular: Lettering) -> None:
        self._panel, self._palette = panel, palette
        self.words, self.bold, self.regular = words, bold, regular
        self.brush = Brush()
        self.targets: list[tuple[Box, Hit]] = []
        self.countdown: tuple[Box, Colour] | None = None

    @property
    def is_ltr(self) -> bool:
        return self.words.direction == Direction.LTR

    @property
    def start(self) -> float:
        return 0.0 if self.is_ltr else 1.0

    def place(self, box: Box) -> Box:
        return box if self.is_ltr else mirrored(box, self._panel)

    def size(self, text: str, box: Box, largest: float) -> int:
        return fit(text, box.width, box.height, largest * self._panel.step, self.bold.script, self.bold.measure).size

    def write(
        self, text: str, box: Box, largest: float, across: float = 0.5, lettering: Lettering | None = None
    ) -> Box:
        """Bold, as large as fits, at most `largest` steps of the panel; returns where the words are."""
        pen = lettering or self.bold
        block = fit(text, box.width, box.height, largest * self._panel.step, pen.script, pen.measure)
        return self.brush.write(block, box, pen, across)

    def pill(self, box: Box, text: str, lettering: Lettering, filled: bool, size: float) -> None:
        """A lesser control: words in a rim, or on paper when it is the one that holds."""
        brush, colours, radius = self.brush, self._palette, min(box.height / 2, self._panel.step * 1.6)
        shown = Box(box.x, box.centre[1] - radius, box.width, 2 * radius)
        brush.colour(colours.paper if filled else colours.quiet)
        if filled:
            brush.panel(shown, [radius] * 4)
        else:
            brush.outline(shown, radius, max(1.5, self._panel.step * 0.11))
        brush.colour(colours.ink if filled else colours.paper)
        self.write(text, box, size, lettering=lettering)
