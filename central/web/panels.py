"""How a question stands on the panels that kiosks have: the kiosk's own boxes, with faces and captions for a drawing.

Boxes and sizes are the kiosk's. Letters are measured by rule of thumb, so line breaks may differ a little; the kiosk
measures its own font before it takes a survey.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from central.drafts import asks_why, wording_of
from central.web.page import faces_for
from events.facts import QuestionKind
from events.panel import Box, Panel, broken, frame, least_height, mirrored, row_of, tiles, too_small, windows
from events.survey import LANGUAGES

PANELS = {
    "7 inch": Panel(800, 480, 7.0),
    "10.1 inch": Panel(1280, 800, 10.1),
    "15.6 inch": Panel(1920, 1080, 15.6),
    "21.5 inch": Panel(1920, 1080, 21.5),
    "21.5 inch, upright": Panel(1080, 1920, 21.5),
}
RIGHT_TO_LEFT = ("ar",)
LEAST_MM = 3.0
"""Type of this height is still read from an arm's length."""
LETTER = 0.56
"""Mean width of a letter over the height of its type."""


@dataclass(frozen=True)
class Lettering:
    """Lines of text, centred on x; y is the base of the first."""

    lines: tuple[str, ...]
    x: float
    y: float
    size: float


@dataclass(frozen=True)
class Tile:
    """Something to touch; origin at the top left, as SVG has it."""

    x: float
    y: float
    width: float
    height: float
    caption: Lettering
    mood: int = 0
    """The colour of an answer, 1 best .. 5 worst; 0 for no answer."""
    face: int = 0
    """1 best .. 5 worst; 0 for none."""
    sign: str = ""
    """`check`, `cross`, or a reason."""


@dataclass(frozen=True)
class Preview:
    label: str
    panel: Panel
    refused: str
    """Why this panel cannot show the question; empty when it can."""
    warning: str
    """What is likely to be too long; empty when all is well."""
    ask: Lettering
    answers: tuple[Tile, ...]
    why: Lettering | None
    """The question why and its tiles; None when nothing is asked."""
    reasons: tuple[Tile, ...]
    pills: tuple[Tile, ...]
    """The languages to choose from."""
    millimetres: float
    """Width or height of an answer, whichever is less."""


def previews(question: Mapping[str, Any], language: str, languages: Sequence[str]) -> list[Preview]:
    """Of a question with some texts, on every panel."""
    return [_preview(label, panel, question, language, languages) for label, panel in PANELS.items()]


def _preview(label: str, panel: Panel, question: Mapping[str, Any], language: str, languages: Sequence[str]) -> Preview:
    wording, count = wording_of(question, language), int(question["scale"])
    pills = _pill_rows(panel, languages, least_height(panel, count))
    bands = frame(panel, len(pills), least=least_height(panel, count))
    boxes = windows(panel, bands.middle, count)
    why = asks_why(question)
    answers = _answers(question, wording, [_turned(box, panel, language) for box in boxes], panel)
    reasons = _reasons(question, wording, bands.middle, panel, language) if why else []
    ask = _headline(wording["ask"], bands.header, panel)
    lettering = [ask, *(tile.caption for tile in (*answers, *reasons))]
    return Preview(
        label=label,
        panel=panel,
        refused=too_small(panel, count) or "",
        warning=_warning(lettering, panel),
        ask=ask,
        answers=tuple(answers),
        why=_headline(wording["why_unhappy"], bands.header, panel) if why else None,
        reasons=tuple(reasons),
        pills=tuple(_pills(panel, bands.footer, pills)),
        millimetres=min(min(box.width, box.height) for box in boxes) / panel.mm,
    )


def _headline(text: str, band: Box, panel: Panel) -> Lettering:
    return _lettered(text, band.centre[0], panel.height - band.top, band.width, band.height, 4.4 * panel.step, panel)


def _warning(lettering: Sequence[Lettering], panel: Panel) -> str:
    tight = [text for text in lettering if text.lines and text.size < LEAST_MM * panel.mm]
    return f"'{' '.join(tight[0].lines)}' is probably too long" if tight else ""


def _answers(question: Mapping[str, Any], wording: Mapping[str, Any], boxes: Sequence[Box], panel: Panel) -> list[Tile]:
    """Best first; but everybody expects 0 to 10 to rise."""
    numbers, count = question["kind"] == QuestionKind.NPS, len(boxes)
    captions = [str(n) for n in range(count)] if numbers else wording["answers"]
    moods = [1 + round(4 * i / (count - 1)) for i in range(count)]
    share = (0.2, 0.6) if numbers else (0.7, 0.24)
    signs = ("check", "cross") if question["kind"] == QuestionKind.YES_NO else ("",) * count
    faces = faces_for(count) if question["kind"] in ("smiley", "csat", "ces") else (0,) * count
    shown = zip(boxes, captions, moods[::-1] if numbers else moods, faces, signs, strict=True)
    return _alike(
        [partial(_tile, box, caption, share, panel, mood=m, face=f, sign=s) for box, caption, m, f, s in shown], panel
    )


def _reasons(
    question: Mapping[str, Any], wording: Mapping[str, Any], band: Box, panel: Panel, language: str
) -> list[Tile]:
    boxes = [_turned(box, panel, language) for box in tiles(panel, band, len(question["reasons"]))]
    shown = zip(boxes, wording["reasons"], question["reasons"], strict=True)
    return _alike(
        [partial(_tile, box, caption, (0.6, 0.32), panel, sign=reason) for box, caption, reason in shown], panel
    )


def _tile(box: Box, caption: str, share: tuple[float, float], panel: Panel, most: float, **more: Any) -> Tile:
    """`share` is where the caption begins and how much it takes, of the height from the top."""
    top, (begins, takes) = panel.height - box.top, share
    place = top + box.height * begins
    text = _lettered(caption, box.centre[0], place, box.width * 0.88, box.height * takes, most, panel)
    return Tile(box.x, top, box.width, box.height, text, **more)


def _alike(makers: Sequence[Callable[..., Tile]], panel: Panel) -> list[Tile]:
    """All captions in the smallest of their sizes, as the kiosk writes them."""
    size = min(make(most=2.5 * panel.step).caption.size for make in makers)
    return [make(most=size) for make in makers]


Pill = tuple[str, float]
"""A language by its name, and how wide its button is."""


def _pill_rows(panel: Panel, languages: Sequence[str], least: float) -> list[list[Pill]]:
    """Rows of language buttons, as narrow and few as the answers need; there is always one row of controls."""
    room = panel.inside.width * 0.8
    for size, pad in ((1.75, 1.3), (1.5, 0.4)):
        pills = [(LANGUAGES[code], _wide(panel, LANGUAGES[code], size, pad)) for code in languages]
        rows = [[pills[i] for i in row] for row in broken(panel, room, [width for _, width in pills])] or [[]]
        if frame(panel, len(rows), least=least).middle.height >= least - 0.5:
            return rows
    whole = sum(width for _, width in pills) + panel.gap * (len(pills) - 1)
    return [[(name, width * min(1.0, room / whole)) for name, width in pills]]


def _wide(panel: Panel, name: str, size: float, pad: float) -> float:
    return max(panel.control, (len(name) * LETTER * size + 2 * pad) * panel.step)


def _pills(panel: Panel, band: Box, rows: list[list[Pill]]) -> list[Tile]:
    found = []
    for number, row in enumerate(rows):
        line = band._replace(y=band.top - (number + 1) * panel.control - number * panel.gap, height=panel.control)
        for (name, _), box in zip(row, row_of(panel, line, [width for _, width in row]), strict=True):
            top = panel.height - box.top
            text = _lettered(name, box.centre[0], top, box.width, box.height, 1.75 * panel.step, panel)
            found.append(Tile(box.x, top, box.width, box.height, text))
    return found


def _turned(box: Box, panel: Panel, language: str) -> Box:
    return mirrored(box, panel) if language in RIGHT_TO_LEFT else box


def _lettered(text: str, x: float, top: float, width: float, height: float, most: float, panel: Panel) -> Lettering:
    """The largest type up to `most`, down to half the smallest that can be read, in which the text fits its box."""
    size = most
    while True:
        lines = _wrapped(text, width / (LETTER * size))
        tall = len(lines) * size * 1.2
        if size <= LEAST_MM * panel.mm / 2 or (tall <= height and all(len(a) * LETTER * size <= width for a in lines)):
            return Lettering(lines, x, top + (height - tall) / 2 + size, size)
        size *= 0.94


def _wrapped(text: str, letters: float) -> tuple[str, ...]:
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= letters:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return tuple(lines)
