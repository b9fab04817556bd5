"""Pages to read: what is stored, and what shoppers' answers have changed."""

from kiosk.layout import Box, Frame, frame, rows_of
from kiosk.lettering import Block
from kiosk.sheet import Sheet
from kiosk.view import View


def draw_receipt(sheet: Sheet, view: View) -> None:
    """What is stored about a shopper, and the last answer that was."""
    bands = _page(sheet, view, sheet.words.receipt_title)
    step, words = sheet.panel.step, sheet.words
    width = bands.middle.width - 4 * step
    room = bands.middle.height / (len(words.receipt_lines) + 1) - 1.2 * step
    lines = [sheet.block(line, width, room, 2.4, sheet.regular) for line in words.receipt_lines]
    last = view.last or words.receipt_none
    final = sheet.block(last, width, room, 2.2)
    gap = min(2.2 * step, (bands.middle.height - sum(block.height for block in (*lines, final))) / (len(lines) + 1))
    top = bands.middle.top - max(0.0, (bands.middle.height - _height([*lines, final], gap)) / 3)
    for line, block in zip(words.receipt_lines, lines, strict=True):
        sheet.brush.colour(sheet.palette.moods[0])
        _bullet(sheet, "check", bands.middle.x, top - block.size * 0.66)
        sheet.brush.colour(sheet.palette.paper)
        top = _paragraph(sheet, block, line, bands.middle, top, regular=True) - gap
    sheet.brush.colour(sheet.palette.accent)
    _bullet(sheet, "shield", bands.middle.x, top - final.size * 0.66)
    _paragraph(sheet, final, last, bands.middle, top)


def _height(blocks: list[Block], gap: float) -> float:
    return sum(block.height for block in blocks) + gap * (len(blocks) - 1)


def _bullet(sheet: Sheet, icon: str, x: float, y: float) -> None:
    radius = sheet.panel.step * 1.0
    box = sheet.place(Box(x, y - radius, 2 * radius, 2 * radius))
    sheet.icon(icon, box.centre, radius, 0.26)


def _paragraph(sheet: Sheet, block: Block, text: str, band: Box, top: float, regular: bool = False) -> float:
    step = sheet.panel.step
    box = Box(band.x + 4 * step, top - block.height, band.width - 4 * step, block.height)
    sheet.put(block, text, sheet.place(box), sheet.start, sheet.regular if regular else None)
    return box.y


def draw_news(sheet: Sheet, view: View) -> None:
    """You said: an unlit window with a speech bubble. We did: a lit one with a tick."""
    assert view.news is not None
    panel, words = sheet.panel, sheet.words
    bands = _page(sheet, view, words.news)
    rows = 2 if panel.is_portrait else 1
    height = min(bands.middle.height, rows * 24 * panel.step)
    middle = bands.middle._replace(y=bands.middle.top - height, height=height)
    said, did = rows_of(middle, 2, rows, 2 * panel.step, None)
    _card(sheet, sheet.place(said), words.news_said, view.news[0], lit=False)
    _card(sheet, sheet.place(did), words.news_did, view.news[1], lit=True)


def _card(sheet: Sheet, box: Box, title: str, text: str, lit: bool) -> None:
    step, colours, corner = sheet.panel.step, sheet.palette, sheet.panel.step * 1.5
    sheet.brush.colour(colours.paper if lit else colours.quiet)
    if lit:
        sheet.brush.panel(box, corner)
    else:
        sheet.brush.outline(box.inset(step * 0.1), corner, max(2.0, step * 0.16))
    sheet.brush.colour(colours.ink if lit else colours.paper)
    inner = box.inset(1.8 * step)
    radius = 1.3 * step
    x = inner.x + radius if sheet.is_ltr else inner.right - radius
    sheet.icon("check" if lit else "bubble", (x, inner.top - radius), radius, 0.22)
    head = Box(inner.x + 3.6 * step * sheet.is_ltr, inner.top - 2.6 * step, inner.width - 3.6 * step, 2.6 * step)
    sheet.write(title, head, 2.0, sheet.start)
    body = inner._replace(height=inner.height - 3.4 * step)
    sheet.write(text, body, 2.6, sheet.start, pen=sheet.regular)


def _page(sheet: Sheet, view: View, title: str) -> Frame:
    """A title above, the way back below."""
    panel = sheet.panel
    bands = frame(panel)
    sheet.brush.colour(sheet.palette.paper)
    sheet.write(title, sheet.place(bands.header), 3.6, sheet.start)
    sheet.back(bands.footer)
    if view.can_speak:
        sheet.speak(view, bands.footer, across=1.0)
    return bands
