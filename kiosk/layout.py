"""Where things stand on a panel: boxes in pixels, origin at the bottom left. Sizes follow from millimetres."""

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
    def footer(self) -> Box:
        """One row of controls, or two on a panel that stands upright."""
        rows = 2 if self.is_portrait else 1
        return self.inside._replace(height=rows * self.control + (rows - 1) * self.step)

    @property
    def header(self) -> Box:
        height = self.height * (0.2 if self.is_portrait else 0.21)
        return Box(self.margin, self.height - self.margin * 0.7 - height, self.inside.width, height)

    @property
    def middle(self) -> Box:
        """Between header and footer."""
        bottom = self.footer.top + self.margin * 0.9
        return Box(self.margin, bottom, self.inside.width, self.header.y - self.margin * 0.5 - bottom)


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


def windows(panel: Panel, count: int) -> tuple[Box, ...]:
    """The answers' places: as many rows as make them largest."""
    gap = max(GAP_MM * panel.mm, 1.5 * panel.step)
    choices = [rows_of(panel.middle, count, rows, gap, TALLEST) for rows in range(1, min(count, 3) + 1)]
    return max(choices, key=lambda boxes: min(boxes[0].width, boxes[0].height / 1.2))


def tiles(panel: Panel, count: int) -> tuple[Box, ...]:
    """The reasons' places."""
    columns = 2 if panel.is_portrait else min(count, 3)
    gap = max(GAP_MM * panel.mm, 1.5 * panel.step)
    rows = ceil(count / columns)
    box = panel.middle
    height = min(box.height, rows * (box.width / columns) * 0.75)
    box = Box(box.x, box.y + (box.height - height) / 2, box.width, height)
    return rows_of(box, count, rows, gap, None)


def too_small(panel: Panel, count: int) -> str | None:
    """Why this many answers cannot be asked on this panel; None when they fit."""
    least = min(min(box.width, box.height) for box in windows(panel, count)) / panel.mm
    if least >= FACE_MM:
        return None
    return f"{count} answers would be {least:.0f} mm wide on a {panel.inches:g} inch panel; they need {FACE_MM:.0f} mm"


def mirrored(box: Box, panel: Panel) -> Box:
    """For languages that run from right to left."""
    return box._replace(x=panel.width - box.right)
