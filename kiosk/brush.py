"""The few strokes that every picture of the kiosk is made of, drawn with Kivy, smooth without multisampling."""

from array import array
from collections.abc import Sequence
from functools import lru_cache
from math import pi
from pathlib import Path
from typing import Any, NamedTuple

from kivy.core.text import Label
from kivy.graphics import Color, InstructionGroup, Mesh, Rectangle
from kivy.graphics.texture import Texture

from kiosk.layout import Box
from kiosk.lettering import LINE_HEIGHT, Block
from kiosk.outlines import Outline, Point, arc, area, stroke
from kiosk.palette import Colour
from kiosk.words import Script

LIGHT_PIXELS = 128
MOST_VERTICES = 60_000
"""Of one mesh; its indices have 16 bits."""
KEPT_TEXTS = 48
"""Lines of text kept as textures: more than any screen has."""
KEPT_SHAPES = 512
"""Shapes kept as vertices: about all that one question has, 2 kB each."""
SAMPLE = 48
"""Size of the type on which Devanagari is measured."""
ABOVE = 0.45
"""Room above and below Devanagari, over the size of the type."""
FOOT_SHADE = 0.86
"""A window is a little darker at its foot."""


class Packed(NamedTuple):
    """A shape as Kivy's meshes take it: x, y and a place in the texture for each vertex."""

    vertices: "array[float]"
    indices: "array[int]"


class Brush:
    """Adds shapes to one group of instructions. Coordinates are pixels, angles degrees clockwise from the top."""

    def __init__(self, strength: float = 1.0) -> None:
        self._group: Any = InstructionGroup()
        self._vertices, self._indices = array("f"), array("H")
        self.strength = strength
        """Opacity of everything that follows."""

    @property
    def group(self) -> Any:
        """All that was drawn."""
        self._dry()
        return self._group

    def colour(self, colour: Colour, alpha: float = 1.0) -> None:
        self._add(Color(*colour, alpha * self.strength))

    def panel(self, box: Box, radius: float) -> None:
        """A rectangle with round corners."""
        self._draw(_rounded(box, (radius,) * 4))

    def window(self, box: Box) -> None:
        """An arch, like a shop window: a round head on a straight body, lit from above."""
        self._draw(_rounded(box, _arched(box), shaded=True))

    def outline(self, box: Box, radius: float, thickness: float) -> None:
        """The rim of a rectangle with round corners."""
        self._draw(_rimmed(box, (radius,) * 4, thickness))

    def frame(self, box: Box, thickness: float) -> None:
        """The rim of an arch, inside of its box."""
        inner = box.inset(thickness / 2)
        self._draw(_rimmed(inner, _arched(inner), thickness))

    def disc(self, centre: Point, radius: float, tall: float = 1.0) -> None:
        self._draw(_disc(centre, radius, tall))

    def bowl(self, centre: Point, radius: float, tall: float) -> None:
        """The lower half of an ellipse, flat on top, with soft corners: an open smile. The upper half if `tall` is
        negative.
        """
        rim = arc(centre, radius, radius * tall, pi, 2 * pi)
        self._draw(_area(tuple(rim), (centre[0], centre[1] - radius * tall * 0.3)))
        self.stroke([*rim, rim[0]], radius * 0.14)

    def stroke(self, points: Sequence[Point], thickness: float) -> None:
        """A line with round ends and corners."""
        self._draw(_stroke(tuple(points), thickness))

    def ring(self, centre: Point, radius: float, thickness: float, share: float = 1.0) -> None:
        """A circle, or the share of it that is left, clockwise from the top."""
        self.stroke(arc(centre, radius, radius, pi / 2, pi / 2 - 2 * pi * share), thickness)

    def light(self, centre: Point, radius: float, tall: float) -> None:
        """A soft pool of light."""
        place = (centre[0] - radius, centre[1] - radius * tall)
        self._add(Rectangle(texture=_soft_disc(), pos=place, size=(2 * radius, 2 * radius * tall)))

    def fade(self, box: Box, bottom: Colour, top: Colour) -> None:
        """A rectangle that runs from one colour to the other."""
        self._add(Color(1, 1, 1, 1))
        self._add(Rectangle(texture=_gradient(bottom, top), pos=box[:2], size=box[2:]))

    def write(self, block: Block, box: Box, lettering: "Lettering", across: float = 0.5) -> Box:
        """Lines centred in the height of a box; `across` 0 is flush left, 0.5 centred, 1 flush right."""
        step = block.size * LINE_HEIGHT
        top = box.centre[1] + len(block.lines) * step / 2
        widest = 0.0
        for i, line in enumerate(block.lines):
            texture, width = lettering.texture(line, block.size), lettering.measure(line, block.size)
            height = texture.height
            middle = top - (i + 0.5) * step - lettering.sink * block.size
            place = (round(box.x + (box.width - width) * across), round(middle - height / 2))
            self._add(Rectangle(texture=texture, pos=place, size=texture.size))
            widest = max(widest, width)
        return Box(box.x + (box.width - widest) * across, top - block.height, widest, block.height)

    def _add(self, instruction: Any) -> None:
        self._dry()
        self._group.add(instruction)

    def _draw(self, shape: Packed) -> None:
        """Shapes of one colour become one mesh."""
        if (len(self._vertices) + len(shape.vertices)) // 4 > MOST_VERTICES:
            self._dry()
        first = len(self._vertices) // 4
        self._vertices.extend(shape.vertices)
        self._indices.extend(map(first.__add__, shape.indices))

    def _dry(self) -> None:
        if self._indices:
            self._group.add(Mesh(vertices=self._vertices, indices=self._indices, mode="triangles", texture=_edge()))
            self._vertices, self._indices = array("f"), array("H")


def _packed(outline: Outline, shaded: Box | None = None) -> Packed:
    """Vertices of one colour all over, or shaded from the foot of a box to its top."""
    vertices = array("f")
    for x, y, cover in outline.vertices:
        light = 0.25 + 0.5 * min(1.0, max(0.0, (y - shaded.y) / shaded.height)) if shaded else 0.75
        vertices.extend((x, y, 0.25 + cover / 2, light))
    return Packed(vertices, array("H", outline.triangles))


@lru_cache(KEPT_SHAPES)
def _area(rim: tuple[Point, ...], centre: Point) -> Packed:
    return _packed(area(rim, centre))


@lru_cache(KEPT_SHAPES)
def _stroke(points: tuple[Point, ...], thickness: float) -> Packed:
    return _packed(stroke(points, thickness))


@lru_cache(KEPT_SHAPES)
def _disc(centre: Point, radius: float, tall: float) -> Packed:
    return _packed(area(arc(centre, radius, radius * tall, 0, 2 * pi), centre))


@lru_cache(KEPT_SHAPES)
def _rounded(box: Box, radii: tuple[float, ...], shaded: bool = False) -> Packed:
    return _packed(area(_round_rim(box, radii), box.centre), box if shaded else None)


@lru_cache(KEPT_SHAPES)
def _rimmed(box: Box, radii: tuple[float, ...], thickness: float) -> Packed:
    rim = _round_rim(box, radii)
    return _packed(stroke([*rim, rim[0]], thickness))


def _arched(box: Box) -> tuple[float, float, float, float]:
    """The corners of a window: top left, top right, bottom right, bottom left."""
    head, foot = min(box.width / 2, box.height * 0.6), box.width * 0.09
    return (head, head, foot, foot)


def _round_rim(box: Box, radii: Sequence[float]) -> list[Point]:
    """Clockwise from the left of the top left corner."""
    corners = zip(radii, ((0, 1), (1, 1), (1, 0), (0, 0)), range(4), strict=True)
    rim = []
    for radius, (right, top), quarter in corners:
        centre = (box.right - radius if right else box.x + radius, box.top - radius if top else box.y + radius)
        rim += arc(centre, radius, radius, pi - quarter * pi / 2, pi / 2 - quarter * pi / 2)
    return rim


class Lettering:
    """One font of one script."""

    def __init__(self, font: Path, script: Script) -> None:
        self._font, self.script = str(font), script
        self.sink = 0.09 if script == Script.DEVANAGARI else 0.0
        """How far a line goes down, over its size, to look centred: letters hang from a bar near the top."""

    def measure(self, line: str, size: int) -> float:
        if self.script == Script.DEVANAGARI:
            return _inked(self._font, line) * size
        return _extents(self._font, self.script, line, size)

    def texture(self, line: str, size: int) -> Any:
        """White letters on nothing."""
        return _texture(self._font, self.script, line, size)


def _label(font: str, script: Script, line: str, size: int) -> Any:
    """Arabic comes here shaped and ordered already; Kivy would do it once more and misplace it."""
    if script != Script.DEVANAGARI:
        return Label(text=line, font_name=font, font_size=size)
    # signs above the bar stand higher than the font says, and Kivy cuts them off where nothing is padded
    padding = (0, round(ABOVE * size))
    return Label(text=line, font_name=font, font_size=size, font_script_name="Deva", padding=padding)


@lru_cache(4096)
def _extents(font: str, script: Script, line: str, size: int) -> float:
    return float(_label(font, script, line, size).get_extents(line)[0])


@lru_cache(1024)
def _inked(font: str, line: str) -> float:
    """Width over size, seen on the pixels: Kivy measures Devanagari as it is before its letters are joined."""
    label = _label(font, Script.DEVANAGARI, line, SAMPLE)
    label.refresh()
    across, alphas = label.texture.width, label.texture.pixels[3::4]
    return next((x + 1 for x in range(across - 1, -1, -1) if max(alphas[x::across]) > 40), 0) / SAMPLE


@lru_cache(KEPT_TEXTS)
def _texture(font: str, script: Script, line: str, size: int) -> Any:
    label = _label(font, script, line, size)
    label.refresh()
    return label.texture


@lru_cache(1)
def _edge() -> Any:
    """White, from nothing at a quarter of its width to full at three quarters; at its foot a little darker."""
    texture = Texture.create(size=(2, 2), colorfmt="rgba")
    foot = round(255 * FOOT_SHADE)
    dark, light = (foot, foot, foot), (255, 255, 255)
    texture.blit_buffer(bytes((*dark, 0, *dark, 255, *light, 0, *light, 255)), colorfmt="rgba", bufferfmt="ubyte")
    return texture


@lru_cache(1)
def _soft_disc() -> Any:
    """White, fading from the centre outwards."""
    middle = (LIGHT_PIXELS - 1) / 2
    values = bytearray()
    for row in range(LIGHT_PIXELS):
        for column in range(LIGHT_PIXELS):
            distance = ((row - middle) ** 2 + (column - middle) ** 2) ** 0.5
            values += bytes((255, 255, 255, int(255 * max(0.0, 1 - distance / middle) ** 2)))
    texture = Texture.create(size=(LIGHT_PIXELS, LIGHT_PIXELS), colorfmt="rgba", mipmap=True)
    texture.blit_buffer(bytes(values), colorfmt="rgba", bufferfmt="ubyte")
    return texture


@lru_cache(8)
def _gradient(bottom: Colour, top: Colour) -> Any:
    steps = 256
    rows = (tuple(b + (t - b) * i / (steps - 1) for b, t in zip(bottom, top, strict=True)) for i in range(steps))
    texture = Texture.create(size=(1, steps), colorfmt="rgb")
    texture.blit_buffer(bytes(round(255 * c) for row in rows for c in row), colorfmt="rgb", bufferfmt="ubyte")
    return texture
