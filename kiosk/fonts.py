"""Which fonts are here, and which languages they can show: a language with a missing letter is not offered."""

from dataclasses import astuple
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from events.survey import Survey
from kiosk.lettering import shape
from kiosk.words import Script, Words

_FILES = {
    Script.LATIN: ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    Script.ARABIC: ("NotoSansArabic-Regular.ttf", "NotoSansArabic-Bold.ttf"),
    Script.DEVANAGARI: ("NotoSansDevanagari-Regular.ttf", "NotoSansDevanagari-Bold.ttf"),
}


class Fonts(NamedTuple):
    regular: Path
    bold: Path


def fonts_for(script: Script, folder: Path) -> Fonts | None:
    """The fonts of a script; for Latin, those that Kivy brings when Noto is not installed."""
    found = Fonts(*(folder / name for name in _FILES[script]))
    if found.regular.exists() and found.bold.exists():
        return found
    return _bundled() if script == Script.LATIN else None


def latin(fonts: dict[str, Fonts]) -> Fonts:
    """The fonts for numbers and names in any language: those of a Latin one, or what Kivy brings."""
    return next((found for found in fonts.values() if found.bold.name in _FILES[Script.LATIN]), None) or _bundled()


def _bundled() -> Fonts:
    spec = find_spec("kivy")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "data" / "fonts"
    return Fonts(folder / "Roboto-Regular.ttf", folder / "Roboto-Bold.ttf")


@cache
def letters_of(font: Path) -> frozenset[int]:
    """The code points that a font can draw."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # here, because it is slow to import

    with TTFont(font, lazy=True) as file:
        return frozenset(file.getBestCmap())


def missing(text: str, font: Path) -> set[str]:
    """The letters of a text, as drawn, that the font lacks."""
    return {letter for letter in text if ord(letter) not in letters_of(font)}


def offered(survey: Survey, words: dict[str, Words], folder: Path) -> dict[str, Fonts]:
    """The survey's languages that can be shown whole on this machine, with their fonts."""
    found = {}
    for code in survey.languages:
        fonts = fonts_for(words[code].script, folder) if code in words else None
        text = shape(_everything(survey, code, words[code]), words[code].script) if fonts else ""
        if fonts and not missing(text, fonts.regular) | missing(text, fonts.bold):
            found[code] = fonts
    return found


def _everything(survey: Survey, code: str, words: Words) -> str:
    """All that the kiosk may have to show in a language, digits for the time included."""
    wordings = [question.text[code] for question in survey.question]
    asked = [
        text
        for wording in wordings
        for text in (wording.ask, *wording.answers, *wording.reasons, wording.why_happy, wording.why_unhappy)
    ]
    told = [text for news in survey.news if code in news.text for text in astuple(news.text[code])]
    return " ".join([*asked, *told, words.everything])
