"""A sign and two lines: thanks, sorry, out of service, closed."""

from collections.abc import Callable

from kiosk.layout import Box
from kiosk.pictures.answers import draw_badge, draw_dark_window
from kiosk.sheet import Sheet
from kiosk.view import View


def draw_thanks(sheet: Sheet, view: View) -> None:
    """The window that was pressed, larger, and ticked off."""
    answer = view.answer
    assert answer is not None

    def sign(box: Box) -> None:
        sheet.brush.colour(sheet.palette.mood(sheet.question.goodness(answer)), 0.5)
        sheet.brush.light((box.centre[0], box.y), box.width * 1.1, 0.32)
        draw_badge(sheet, box, answer)
        _tick(sheet, (box.right - box.width * 0.04, box.y + box.width * 0.10), box.width * 0.15)

    draw_stack(sheet, sign, sheet.words.thanks, sheet.words.thanks_more, sign_share=0.46, wide=0.9)


def draw_sorry(sheet: Sheet, view: View) -> None:
    """The truth: the answer was not stored."""
    draw_stack(sheet, lambda box: draw_disc(sheet, box, "warning"), sheet.words.sorry, sheet.words.sorry_more)


def draw_out_of_service(sheet: Sheet, view: View) -> None:
    words = sheet.words
    draw_stack(sheet, lambda box: draw_disc(sheet, box, "warning"), words.out_of_service, words.out_of_service_more)


def draw_closed(sheet: Sheet, view: View) -> None:
    """The lights are off, and the moon is out; a touch makes it a little brighter."""
    words, colours = sheet.words, sheet.palette

    def sign(box: Box) -> None:
        draw_dark_window(sheet, box, colours.quiet)
        sheet.brush.colour(colours.accent if view.awake else colours.quiet)
        sheet.icon("moon", (box.centre[0], box.top - box.width * 0.56), box.width * 0.26, 0.2)

    small = f"{view.opens}\n{words.closed_more}" if view.opens else words.closed_more
    draw_stack(sheet, sign, words.closed, small, wide=0.9)


def draw_disc(sheet: Sheet, box: Box, icon: str) -> None:
    """A sign in ink on a disc of paper."""
    sheet.brush.colour(sheet.palette.paper)
    sheet.brush.disc(box.centre, box.height / 2)
    sheet.brush.colour(sheet.palette.ink)
    sheet.icon(icon, box.centre, box.height * 0.31, 0.24)


def draw_stack(
    sheet: Sheet,
    sign: Callable[[Box], None],
    large: str,
    small: str,
    room: Box | None = None,
    sign_share: float = 0.34,
    wide: float = 1.0,
) -> None:
    """Centred in a room, the panel's inside if none is given; `wide` is the width of the sign over its height."""
    panel = sheet.panel
    room = room or panel.inside
    width, step = room.width - panel.margin, panel.step
    height = min(room.height * sign_share, room.width * 0.5, 22 * step)
    left = room.height - height - 3 * step
    title = sheet.block(large, width, left * 0.58, 5.0)
    more = [sheet.block(line, width, left * 0.4 / (1 + small.count("\n")), 2.4, sheet.regular)
            for line in small.split("\n")]  # fmt: skip
    total = height + 2 * step + title.height + sum(block.height + 0.8 * step for block in more)
    top = room.centre[1] + total / 2
    sign(Box(room.centre[0] - height * wide / 2, top - height, height * wide, height))
    top -= height + 2 * step
    sheet.brush.colour(sheet.palette.paper)
    top = sheet.put(title, large, Box(room.centre[0] - width / 2, top - title.height, width, title.height)).y
    sheet.brush.colour(sheet.palette.quiet)
    for block, line in zip(more, small.split("\n"), strict=True):
        place = Box(room.centre[0] - width / 2, top - 0.8 * step - block.height, width, block.height)
        top = sheet.put(block, line, place, pen=sheet.regular).y


def _tick(sheet: Sheet, centre: tuple[float, float], radius: float) -> None:
    brush = sheet.brush
    brush.colour(sheet.palette.ink)
    brush.disc(centre, radius * 1.14)
    brush.colour(sheet.palette.lit)
    brush.disc(centre, radius)
    brush.colour(sheet.palette.ink)
    sheet.icon("check", centre, radius * 0.72, 0.32)
