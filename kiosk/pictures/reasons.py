"""Why: signs and words on tiles, with the seconds that are left."""

from kiosk.glass import Control, Tile
from kiosk.layout import CONTROL_MM, Box, frame, row_of, tiles
from kiosk.pictures.answers import draw_badge
from kiosk.sheet import Sheet
from kiosk.view import View


def draw_reasons(sheet: Sheet, view: View) -> None:
    """The answer that was given, the question why, and at most six reasons."""
    panel, question = sheet.panel, sheet.question
    assert view.answer is not None
    least = 2 * CONTROL_MM * panel.mm * 1.5 + panel.gap
    bands = frame(panel, 1, sheet.looks.reach, least)
    wording = question.text[view.language]
    _ask(sheet, view, bands.header)
    places = tiles(panel, bands.middle, len(question.reasons))
    size = min(sheet.size(text, _tile_text(box), 2.3) for text, box in zip(wording.reasons, places, strict=True))
    for reason, caption, box in zip(question.reasons, wording.reasons, places, strict=True):
        _tile(sheet, sheet.place(box), reason, caption, size, view)
    _controls(sheet, view, bands.footer)


def _ask(sheet: Sheet, view: View, head: Box) -> None:
    assert view.answer is not None
    panel, wording = sheet.panel, sheet.question.text[view.language]
    height = min(head.height, 8.2 * panel.step)
    head = head._replace(y=head.y + (head.height - height) / 2, height=height)
    badge = Box(head.x, head.y, height * 0.78, height)
    draw_badge(sheet, sheet.place(badge), view.answer)
    text = Box(badge.right + panel.margin, head.y, head.width - badge.width - panel.margin, head.height)
    sheet.brush.colour(sheet.palette.quiet)
    thanks = text._replace(y=text.y + text.height * 0.66, height=text.height * 0.34)
    sheet.write(sheet.words.thanks, sheet.place(thanks), 2.2, sheet.start)
    sheet.brush.colour(sheet.palette.paper)
    why = wording.why_happy if sheet.question.goodness(view.answer) >= 0.5 else wording.why_unhappy
    sheet.write(why, sheet.place(text._replace(height=text.height * 0.66)), 3.6, sheet.start)


def _tile(sheet: Sheet, box: Box, reason: str, caption: str, size: int, view: View) -> None:
    brush, colours, step = sheet.brush, sheet.palette, sheet.panel.step
    lit, corner = view.reason in (None, reason), step * 1.5
    if view.reason == reason:
        brush.colour(colours.accent)
        brush.panel(box.inset(-step * 0.5), corner * 1.3)
    if lit:
        brush.colour(colours.lit if view.reason else colours.paper)
        brush.panel(box, corner)
    else:
        brush.colour(colours.quiet)
        brush.outline(box.inset(step * 0.1), corner, max(2.0, step * 0.16))
    brush.colour(colours.ink if lit else colours.quiet)
    text = _tile_text(box)
    radius = min((box.top - text.top) * 0.36, box.width * 0.16)
    sheet.icon(reason, (box.centre[0], text.top + (box.top - text.top) * 0.46), radius)
    sheet.write(caption, text, size / step, exact=True)
    sheet.targets.append((box, Tile(reason)))  # type: ignore[arg-type]


def _tile_text(box: Box) -> Box:
    return Box(box.x + box.width * 0.05, box.y + box.height * 0.06, box.width * 0.9, box.height * 0.36)


def _controls(sheet: Sheet, view: View, band: Box) -> None:
    """Skip, with the seconds beside it; reading aloud at the other end."""
    panel, size = sheet.panel, 1.9
    skip = max(2.4 * panel.control, sheet.pill_width(sheet.words.skip, size))
    ring, place = row_of(panel, band, (panel.control, skip), 0.5 if panel.is_portrait and not view.can_speak else 1.0)
    box = sheet.place(place)
    sheet.pill(box, sheet.words.skip, size)
    sheet.targets.append((box, Control.SKIP))
    sheet.countdown = (sheet.place(ring).inset(panel.control * 0.14), sheet.palette.paper)
    if view.can_speak:
        sheet.speak(view, band)
