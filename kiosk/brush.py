"""The few strokes that every picture of the kiosk is made of, drawn with Kivy, smooth without multisampling."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import cos, pi, sin
from pathlib import Path
from typing import Any

from kivy.core.text import Label
from kivy.graphics import (
    Color,
    InstructionGroup,
    Mesh,
    Rectangle,
    SmoothLine,
)
from kivy.graphics.texture import Texture

from kiosk.layout import Box
from kiosk.lettering import LINE_HEIGHT, Block
from kiosk.palette import Colour
from kiosk.words import Script

Point = tuple[float, float]
DISC_PIXELS = 128
JOINTS = 16
"""A line of more points is a curve, and smooth without joints."""


class Brush:
    """Adds shapes to one group of instructions. Coordinates are pixels, angles degrees clockwise from the top."""

    def __init__(self, strength: float = 1.0) -> None:
        self.group: Any = InstructionGroup()
        self.strength = strength
        """Opacity of everything that follows."""

    def colour(self, colour: Colour, alpha: float = 1.0) -> None:
        self.group.add(Color(*colour, alpha * self.strength))

    def panel(self, box: Box, radii: Sequence[float]) -> None:
        """A rectangle with round corners: top left, top right, bottom right, bottom left."""
        self._area(_round_rim(box, radii), box.centre)

    def window(self, box: Box) -> None:
        """An arch, like a shop window: a round head on a straight body."""
        head, foot = box.width / 2, box.width * 0.09
        self.panel(box, (head, head, foot, foot))

    def outline(self, box: Box, radius: float, thickness: float) -> None:
        """The rim of a rectangle with round corners."""
        self.group.add(SmoothLine(rounded_rectangle=(*box, radius, 24), width=thickness / 2))

    def disc(self, centre: Point, radius: float, tall: float = 1.0) -> None:
        size = (2 * radius, 2 * radius * tall)
        place = (centre[0] - radius, centre[1] - radius * tall)
        if radius * tall > DISC_PIXELS / 2:
            self.panel(Box(*place, *size), (radius,) * 4)
        else:
            self.group.add(Rectangle(texture=_disc(), pos=place, size=size))

    def _area(self, rim: list[Point], centre: Point) -> None:
        """A shape that its centre sees whole. Kivy's own round shapes keep 100 KB each for ever, so this is a mesh."""
        vertices = [v for x, y in (centre, *rim, rim[0]) for v in (x, y, 0.0, 0.0)]
        self.group.add(Mesh(vertices=vertices, indices=list(range(len(rim) + 2)), mode="triangle_fan"))
        self.group.add(SmoothLine(points=[v for point in rim for v in point], close=True, width=1))

    def bowl(self, centre: Point, radius: float, tall: float) -> None:
        """The lower half of an ellipse, flat on top; an open smile."""
        rim = [(centre[0] - radius + radius * i / 24, centre[1]) for i in range(49)]
        low = [(x, y - radius * tall * max(0.0, 1 - ((x - centre[0]) / radius) ** 2) ** 0.5) for x, y in rim]
        vertices = [v for pair in zip(rim, low, strict=True) for x, y in pair for v in (x, y, 0.0, 0.0)]
        self.group.add(Mesh(vertices=vertices, indices=list(range(98)), mode="triangle_strip"))
        self.stroke([*low, rim[0]], radius * 0.14)
        self.disc(rim[-1], radius * 0.07)

    def stroke(self, points: Sequence[Point], thickness: float) -> None:
        """A line with round ends, and round joints where it has few points."""
        flat = [value for point in points for value in point]
        self.group.add(SmoothLine(points=flat, width=thickness / 2))
        for point in points if len(points) <= JOINTS else (points[0], points[-1]):
            self.disc(point, thickness / 2)

    def ring(self, centre: Point, radius: float, thickness: float, share: float = 1.0) -> Any:
        """A circle, or the share of it that is left, clockwise from the top; returns the line, to be changed later."""
        line = SmoothLine(circle=(*centre, radius, 0, 360 * share), width=thickness / 2)
        self.group.add(line)
        return line

    def light(self, centre: Point, radius: float, tall: float) -> None:
        """A soft pool of light."""
        place = (centre[0] - radius, centre[1] - radius * tall)
        self.group.add(Rectangle(texture=_soft_disc(), pos=place, size=(2 * radius, 2 * radius * tall)))

    def fade(self, box: Box, bottom: Colour, top: Colour) -> None:
        """A rectangle that runs from one colour to the other."""
        self.group.add(Color(1, 1, 1, 1))
        self.group.add(Rectangle(texture=_gradient(bottom, top), pos=box[:2], size=box[2:]))

    def write(self, block: Block, box: Box, lettering: "Lettering", across: float = 0.5) -> Box:
        """Lines centred in the height of a box; `across` 0 is flush left, 0.5 centred, 1 flush right."""
        step = block.size * LINE_HEIGHT
        top = box.centre[1] + len(block.lines) * step / 2
        widest = 0.0
        for i, line in enumerate(block.lines):
            texture = lettering.texture(line, block.size)
            width, height = texture.size
            place = (round(box.x + (box.width - width) * across), round(top - (i + 0.5) * step - height / 2))
            self.group.add(Rectangle(texture=texture, pos=place, size=texture.size))
            widest = max(widest, width)
        return Box(box.x + (box.width - widest) * across, top - block.height, widest, block.height)


def _round_rim(box: Box, radii: Sequence[float]) -> list[Point]:
    """Clockwise from the left of the top left corner."""
    corners = zip(radii, ((0, 1), (1, 1), (1, 0), (0, 0)), range(4), strict=True)
    rim = []
    for radius, (right, top), quarter in corners:
        x = box.right - radius if right else box.x + radius
        y = box.top - radius if top else box.y + radius
        steps = max(4, int(radius**0.5 * 2))
        for i in range(steps + 1):
            angle = pi - (quarter + i / steps) * pi / 2
            rim.append((x + radius * cos(angle), y + radius * sin(angle)))
    return rim


class Lettering:
    """One font of one script."""

    def __init__(self, font: Path, script: Script) -> None:
        self._font, self.script = str(font), script

    def measure(self, line: str, size: int) -> float:
        return _extents(self._font, self.script, line, size)

    def texture(self, line: str, size: int) -> Any:
        """White letters on nothing."""
        return _texture(self._font, self.script, line, size)


def _label(font: str, script: Script, line: str, size: int) -> Any:
    # Arabic comes here shaped and ordered already; Kivy would do it once more and misplace it
    joined = {"font_script_name": "Deva"} if script == Script.DEVANAGARI else {}
    return Label(text=line, font_name=font, font_size=size, **joined)


@lru_cache(4096)
def _extents(font: str, script: Script, line: str, size: int) -> float:
    return float(_label(font, script, line, size).get_extents(line)[0])


@lru_cache(512)
def _texture(font: str, script: Script, line: str, size: int) -> Any:
    label = _label(font, script, line, size)
    label.refresh()
    return label.texture


@lru_cache(1)
def _soft_disc() -> Any:
    return _round_texture(lambda distance: max(0.0, 1 - distance / 63.5) ** 2)


@lru_cache(1)
def _disc() -> Any:
    return _round_texture(lambda distance: min(1.0, max(0.0, 64 - distance)))


def _round_texture(strength: Callable[[float], float]) -> Any:
    """White, as strong as the distance from the centre in pixels says."""
    middle = (DISC_PIXELS - 1) / 2
    values = bytearray()
    for row in range(DISC_PIXELS):
        for column in range(DISC_PIXELS):
            alpha = strength(((row - middle) ** 2 + (column - middle) ** 2) ** 0.5)
            values += bytes((255, 255, 255, int(255 * alpha)))
    texture = Texture.create(size=(DISC_PIXELS, DISC_PIXELS), colorfmt="rgba", mipmap=True)
    texture.blit_buffer(bytes(values), colorfmt="rgba", bufferfmt="ubyte")
    return texture


@lru_cache(8)
def _gradient(bottom: Colour, top: Colour) -> Any:
    steps = 256
    rows = (tuple(b + (t - b) * i / (steps - 1) for b, t in zip(bottom, top, strict=True)) for i in range(steps))
    texture = Texture.create(size=(1, steps), colorfmt="rgb")
    texture.blit_buffer(bytes(round(255 * c) for row in rows for c in row), colorfmt="rgb", bufferfmt="ubyte")
    return texture
