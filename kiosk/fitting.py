"""Whether a survey can be shown on a panel: every text whole and legible, every letter in a font, faces of 20 mm."""

from functools import cache
from pathlib import Path

from events.facts import QuestionKind
from events.survey import Question, Survey, Wording
from kiosk.fonts import Fonts, fonts_for, missing
from kiosk.layout import CONTROL_MM, Box, Panel, frame, least_height, tiles, too_small, windows
from kiosk.lettering import fit, shape
from kiosk.words import Script, Words

LEAST_MM = 2.6
"""Type of this height is still read from an arm's length."""


def why_not(
    survey: Survey, panel: Panel, words: dict[str, Words], folder: Path, language: str, reach: bool = False
) -> str | None:
    """The first reason, in one sentence, for which this panel cannot show this survey; None when it can."""
    if language not in survey.languages:
        return f"it has no {language}, the language of this kiosk"
    for question in survey.question:
        if why := too_small(panel, question.scale, reach):
            return f"{question.name}: {why}"
    for code in survey.languages:
        if code not in words:
            return f"this kiosk does not speak {code}"
        fonts = fonts_for(words[code].script, folder)
        if fonts is None:
            return f"no font for {code} is installed here"
        if why := _in_language(survey, code, words[code].script, fonts, panel, reach):
            return f"{code}: {why}"
    return None


def _in_language(survey: Survey, code: str, script: Script, fonts: Fonts, panel: Panel, reach: bool) -> str | None:
    for text in _texts(survey, code):
        if absent := missing(shape(text, script), fonts.regular) | missing(shape(text, script), fonts.bold):
            return f"no sign for {min(absent)!r} in {text!r:.40}"
    for question in survey.question:
        for text, box in _places(question, question.text[code], panel, reach):
            if _size(text, box, script, fonts.bold, panel) < LEAST_MM * panel.mm:
                return f"{text!r:.40} is too long for a {panel.inches:g} inch panel"
    return None


def _texts(survey: Survey, code: str) -> list[str]:
    asked = [question.text[code] for question in survey.question]
    told = [news.text[code] for news in survey.news if code in news.text]
    texts = [text for one in asked for text in (one.ask, *one.answers, *one.reasons, one.why_happy, one.why_unhappy)]
    return texts + [text for one in told for text in (one.you_said, one.we_did)]


def _places(question: Question, wording: Wording, panel: Panel, reach: bool) -> list[tuple[str, Box]]:
    """Each text with a box that it certainly gets."""
    bands = frame(panel, 1, reach, least_height(panel, question.scale))
    beside = bands.header._replace(width=bands.header.width * 0.72, height=bands.header.height * 0.6)
    places = [(wording.ask, beside), (wording.why_happy, beside), (wording.why_unhappy, beside)]
    if question.kind != QuestionKind.NPS:
        for caption, box in zip(wording.answers, windows(panel, bands.middle, question.scale), strict=True):
            below = box.height - min(box.width, box.height * 0.78) * 0.92 - box.width * 0.06
            places.append((caption, box._replace(width=box.width * 0.88, height=below)))
    if question.reasons:
        band = frame(panel, 1, reach, 3 * CONTROL_MM * panel.mm + panel.gap).middle
        for caption, box in zip(wording.reasons, tiles(panel, band, len(question.reasons)), strict=True):
            places.append((caption, box._replace(width=box.width * 0.88, height=box.height * 0.36)))
    return [(text, box) for text, box in places if text]


def _size(text: str, box: Box, script: Script, font: Path, panel: Panel) -> int:
    def measure(line: str, size: int) -> float:
        advances, per_em = _advances(font)
        return sum(advances.get(ord(letter), per_em // 2) for letter in line) * size / per_em

    return fit(text, box.width, box.height, 4.4 * panel.step, script, measure).size


@cache
def _advances(font: Path) -> tuple[dict[int, int], int]:
    """How wide each letter is, and of how many units."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # here, because it is slow to import

    with TTFont(font, lazy=True) as file:
        widths = file["hmtx"]
        advances = {point: widths[glyph][0] for point, glyph in file.getBestCmap().items()}
        return advances, int(file["head"].unitsPerEm)
