"""Colours: shop windows lit at dusk. Every pair that meets is held against WCAG contrast by a test on real pixels."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

Colour = tuple[float, float, float]
"""sRGB, 0..1."""


def rgb(text: str) -> Colour:
    """`#f6c453` as a colour; ValueError says how one is written."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise ValueError(f"a colour is written like #f6c453, not {text!r}")
    return (int(text[1:3], 16) / 255, int(text[3:5], 16) / 255, int(text[5:7], 16) / 255)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`share` 0 is one, 1 is the other."""
    first, second, third = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return (first, second, third)


def contrast(one: Colour, other: Colour) -> float:
    """WCAG 2.2 contrast ratio, 1 .. 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@dataclass(frozen=True)
class Palette:
    sky: Colour
    """Top of the background."""
    glow: Colour
    """Bottom of the background."""
    paper: Colour
    """Words on the background; windows that are no answer."""
    quiet: Colour
    """Lesser words on the background."""
    ink: Colour
    """Words and features on anything lit."""
    lit: Colour
    """A window that was just pressed."""
    accent: Colour
    """What asks for attention: the shop's own colour, or ours."""
    moods: tuple[Colour, ...]
    """Best to worst; steps between are mixed."""

    def mood(self, goodness: float) -> Colour:
        """The colour of an answer, 1.0 best."""
        place = (1 - goodness) * (len(self.moods) - 1)
        at = min(int(place), len(self.moods) - 2)
        return mix(self.moods[at], self.moods[at + 1], place - at)


DUSK = Palette(
    sky=rgb("#1d1a3a"),
    glow=rgb("#43274f"),
    paper=rgb("#fff3dc"),
    quiet=rgb("#d9c9d6"),
    ink=rgb("#241a38"),
    lit=rgb("#fffaf0"),
    accent=rgb("#f7d774"),
    moods=(rgb("#7fd6a4"), rgb("#f7d774"), rgb("#f9a968"), rgb("#f2857d")),
)
HIGH_CONTRAST = Palette(
    sky=rgb("#000000"),
    glow=rgb("#000000"),
    paper=rgb("#ffffff"),
    quiet=rgb("#ffffff"),
    ink=rgb("#000000"),
    lit=rgb("#ffffff"),
    accent=rgb("#ffe94d"),
    moods=(rgb("#7dffb9"), rgb("#ffe94d"), rgb("#ffb866"), rgb("#ff9c94")),
)
_BLACK, _WHITE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)


def in_colour(palette: Palette, brand: Colour) -> Palette:
    """The shop's colour in the dusk and as the accent, darker and lighter than it is as far as reading demands."""
    glow = _until(brand, _BLACK, lambda colour: contrast(colour, palette.quiet) >= 7)

    def is_readable(colour: Colour) -> bool:
        return min(contrast(colour, ground) for ground in (palette.ink, palette.sky, glow)) >= 4.5

    return replace(palette, glow=glow, accent=_until(brand, _WHITE, is_readable))


def at_night(palette: Palette) -> Palette:
    """Less light, and as easy to read."""
    sky, glow, ink = (mix(colour, _BLACK, 0.7) for colour in (palette.sky, palette.glow, palette.ink))
    paper, quiet, lit = (mix(colour, _BLACK, 0.2) for colour in (palette.paper, palette.quiet, palette.lit))
    moods = tuple(mix(colour, _BLACK, 0.12) for colour in palette.moods)
    return Palette(sky, glow, paper, quiet, ink, lit, mix(palette.accent, _BLACK, 0.12), moods)


def _until(colour: Colour, towards: Colour, holds: Callable[[Colour], bool]) -> Colour:
    """The first mixture, in steps of a fiftieth, for which it holds."""
    return next((mixed for i in range(51) if holds(mixed := mix(colour, towards, i / 50))), towards)
