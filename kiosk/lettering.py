"""Sets text into boxes: joins and orders Arabic letters, breaks lines, finds the size that fits. Draws nothing."""

import re
from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple

from kiosk.words import Script

Measure = Callable[[str, int], float]
"""Width in pixels of a shaped line at a font size."""
LINE_HEIGHT = 1.32
"""Of the font size."""
_BREAK = re.compile("(?<!«)[ \t\n]+(?![?!:;»])")
"""French puts a space before these marks, where no line may end."""
_SIGNED = re.compile("([\u064b-\u065f\u0670]+)(.)")


class Block(NamedTuple):
    """Lines ready to draw, top to bottom."""

    lines: tuple[str, ...]
    size: int

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * LINE_HEIGHT


@lru_cache(2048)
def shape(line: str, script: Script) -> str:
    """One line as it is drawn from left to right. Lines are broken first: a shaped text cannot be broken any more."""
    if script != Script.ARABIC:
        return line
    from bidi import get_display  # type: ignore[import-untyped]  # here, because only one language needs it

    # The order from left to right puts a vowel sign before its letter, and a font looks for it behind.
    return _SIGNED.sub(r"\2\1", str(get_display(_reshaper().reshape(line), base_dir="R")))


@cache
def _reshaper() -> Any:
    from arabic_reshaper import ArabicReshaper  # type: ignore[import-untyped]

    return ArabicReshaper({"delete_harakat": False})  # else the tanwin of every thank-you is lost


def wrap(text: str, width: float, script: Script, measure: Callable[[str], float]) -> tuple[str, ...]:
    """Shaped lines, broken between words; a word wider than the box keeps a line of its own."""
    lines: list[str] = []
    for word in filter(None, _BREAK.split(text.strip())):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(shape(longer, script)) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(shape(line, script) for line in lines)


def _balanced(block: Block, text: str, width: float, script: Script, measure: Callable[[str], float]) -> Block:
    """As many lines, of nearly one length: no last word is left alone."""
    while len(block.lines) > 1:
        width *= 0.95
        lines = wrap(text, width, script, measure)
        if len(lines) > len(block.lines) or max(map(measure, lines)) > width:
            break
        block = Block(lines, block.size)
    return block


def _at(measure: Measure, size: int, line: str) -> float:
    return measure(line, size)


@lru_cache(1024)
def fit(text: str, width: float, height: float, largest: float, script: Script, measure: Measure) -> Block:
    """The largest size, from `largest` down in steps of 8 %, at which a text stays inside width x height pixels."""
    size = int(largest)
    while True:
        measured = partial(_at, measure, size)
        block = Block(wrap(text, width, script, measured), size)
        wide = max(map(measured, block.lines), default=0)
        if size <= 8 or (wide <= width and block.height <= height):
            return _balanced(block, text, width, script, measured)
        size = min(size - 1, int(size * 0.92))
