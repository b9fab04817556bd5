"""Where things stand on a kiosk's panel: boxes in pixels, origin at the bottom left. Sizes follow from millimetres.

The kiosk draws by it, and the editor at the centre previews and refuses by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, hypot
from typing import NamedTuple

MM_PER_INCH = 25.4
FACE_MM, GAP_MM, CONTROL_MM = 20.0, 5.0, 12.0
TALLEST = 1.45
"""Height of an answer's window over its width."""


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def top(self) -> float:
        return self.y + self.height

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x <= self.right and self.y <= y <= self.top

    def inset(self, by: float) -> "Box":
        return Box(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


@dataclass(frozen=True)
class Panel:
    """The glass: pixels across and down, and its diagonal."""

    width: int
    height: int
    inches: float

    @property
    def mm(self) -> float:
        """Pixels per millimetre."""
        return hypot(self.width, self.height) / (self.inches * MM_PER_INCH)

    @property
    def step(self) -> float:
        """The unit of margins and type: a forty-eighth of the shorter side."""
        return min(self.width, self.height) / 48

    @property
    def is_portrait(self) -> bool:
        return self.height > self.width

    @property
    def margin(self) -> float:
        return 2.4 * self.step

    @property
    def control(self) -> float:
        """Height of a lesser control."""
        return max(CONTROL_MM * self.mm, 3.6 * self.step)

    @property
    def inside(self) -> Box:
        return Box(0, 0, self.width, self.height).inset(self.margin)

    @property
    def gap(self) -> float:
        """Between things that can be touched."""
        return max(GAP_MM * self.mm, 1.2 * self.step)


class Frame(NamedTuple):
    """Three bands of a panel: what is asked, what can be answered, and the lesser controls."""

    header: Box
    middle: Box
    footer: Box


def frame(panel: Panel, rows: int = 1, reach: bool = False, least: float = 0.0) -> Frame:
    """Bands for so many rows of controls. In reach the answers lie in the lower third, or a little above it when they
    need `least` pixels of height, and the controls right above them.
    """
    inside, edge = panel.inside, panel.margin * 0.7
    controls = rows * panel.control + (rows - 1) * panel.gap
    if reach:
        middle = Box(inside.x, edge, inside.width, max(panel.height / 3 - edge, least))
        footer = Box(inside.x, middle.top + panel.gap, inside.width, controls)
        bottom = footer.top + panel.gap
        return Frame(Box(inside.x, bottom, inside.width, panel.height - edge - bottom), middle, footer)
    footer = Box(inside.x, inside.y if rows < 2 else edge, inside.width, controls)
    height = panel.height * (0.2 if panel.is_portrait or rows < 2 else 0.18)
    header = Box(inside.x, panel.height - edge - height, inside.width, height)
    bottom = footer.top + max(panel.gap, panel.margin * 0.9)
    return Frame(header, Box(inside.x, bottom, inside.width, header.y - panel.margin * 0.4 - bottom), footer)


def rows_of(box: Box, count: int, rows: int, gap: float, tallest: float | None) -> tuple[Box, ...]:
    """`count` equal boxes in rows, centred, first at the top left; at most `tallest` times as high as wide."""
    columns = ceil(count / rows)
    width = (box.width - gap * (columns - 1)) / columns
    height = (box.height - gap * (rows - 1)) / rows
    if tallest:
        width, height = min(width, height), min(height, width * tallest)
    spare = (box.height - rows * height - (rows - 1) * gap) / 2
    places = []
    for i in range(count):
        row, column = divmod(i, columns)
        in_row = min(columns, count - row * columns)
        left = box.x + (box.width - in_row * width - (in_row - 1) * gap) / 2
        places.append(
            Box(left + column * (width + gap), box.top - spare - row * gap - (row + 1) * height, width, height)
        )
    return tuple(places)


def windows(panel: Panel, box: Box, count: int) -> tuple[Box, ...]:
    """The answers' places inside a box, which a long scale may stretch to the sides: as many rows as make them
    largest.
    """
    box = _stretched(panel, box, count)
    choices = [rows_of(box, count, rows, panel.gap, TALLEST) for rows in range(1, min(count, 4) + 1)]
    return max(choices, key=lambda boxes: min(boxes[0].width, boxes[0].height / 1.2))


def _stretched(panel: Panel, box: Box, count: int) -> Box:
    edge = min(panel.margin, 3 * panel.mm)
    return box._replace(x=edge, width=panel.width - 2 * edge) if count > 5 else box


def tiles(panel: Panel, box: Box, count: int) -> tuple[Box, ...]:
    """The reasons' places inside a box."""
    columns = 2 if panel.is_portrait and box.height > box.width * 0.5 else min(count, 3)
    rows = ceil(count / columns)
    height = min(box.height, rows * (box.width / columns) * 0.75)
    return rows_of(box._replace(y=box.y + (box.height - height) / 2, height=height), count, rows, panel.gap, None)


def least_height(panel: Panel, count: int) -> float:
    """Of the band of the answers: each 20 mm wide and high."""
    room = _stretched(panel, panel.inside, count).width
    columns = max(1, int((room + panel.gap) / (FACE_MM * panel.mm + panel.gap)))
    rows = ceil(count / columns)
    return rows * FACE_MM * panel.mm + (rows - 1) * panel.gap


def too_small(panel: Panel, count: int, reach: bool = False) -> str | None:
    """Why this many answers cannot be asked on this panel; None when they fit, be it with one row of controls."""
    height = least_height(panel, count)
    bands = [frame(panel, rows, reach, height).middle for rows in (1, 2)]
    sizes = [min(min(box.width, box.height) for box in windows(panel, band, count)) for band in bands]
    least = max(sizes) / panel.mm
    if least >= FACE_MM - 0.01:
        return None
    return f"{count} answers would be {least:.0f} mm wide on a {panel.inches:g} inch panel; they need {FACE_MM:.0f} mm"


def row_of(panel: Panel, band: Box, widths: Sequence[float], across: float = 0.5) -> tuple[Box, ...]:
    """Controls side by side in a band: 0 flush with its start, 0.5 centred, 1 flush with its end."""
    x = band.x + (band.width - sum(widths) - panel.gap * (len(widths) - 1)) * across
    places = []
    for width in widths:
        places.append(Box(x, band.y, width, band.height))
        x += width + panel.gap
    return tuple(places)


def broken(panel: Panel, room: float, widths: Sequence[float]) -> list[list[int]]:
    """Which controls share a row, as few rows as it takes."""
    rows: list[list[int]] = []
    used = float("inf")
    for i, width in enumerate(widths):
        if used + panel.gap + width > room:
            rows.append([])
            used = -panel.gap
        rows[-1].append(i)
        used += panel.gap + width
    return rows


def mirrored(box: Box, panel: Panel) -> Box:
    """For languages that run from right to left."""
    return box._replace(x=panel.width - box.right)
