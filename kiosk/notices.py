"""Screens of a title, a line or two and some buttons: help, news, closed, and the staff's."""

from kiosk.glass import Control, Digit, Help, Hit, Screen
from kiosk.layout import Box, Panel, rows_of
from kiosk.palette import Palette
from kiosk.sheet import Sheet
from kiosk.view import View

Button = tuple[str, Hit]


def draw_notice(sheet: Sheet, panel: Panel, palette: Palette, view: View) -> None:
    """Any screen that has no picture of its own."""
    title, more = _texts(sheet, view)
    buttons = _buttons(sheet, view)
    room = panel.inside
    rows = len(view.staff) if view.screen == Screen.STAFF else 0
    pad = 4 if view.screen == Screen.PIN else 1 if buttons else 0
    foot = room._replace(height=min(room.height * 0.62, pad * (panel.control + panel.step)))
    text = Box(room.x, foot.top + panel.margin, room.width, room.top - foot.top - panel.margin)
    sheet.brush.colour(palette.paper)
    head = text._replace(y=text.y + text.height * (0.7 if rows else 0.45), height=text.height * (0.3 if rows else 0.55))
    sheet.write(title, head, 5.0)
    sheet.brush.colour(palette.quiet)
    if rows:
        _rows(sheet, text._replace(height=text.height * 0.68), view.staff)
    else:
        sheet.write(more, text._replace(height=text.height * 0.42), 2.4, lettering=sheet.regular)
    _pills(sheet, foot, buttons, 4 if view.screen == Screen.PIN else 1, panel.step)
    if view.screen == Screen.CLEANING:
        radius = panel.control * 0.8
        centre = (panel.width / 2, room.y + radius)
        sheet.countdown = (Box(centre[0] - radius, room.y, 2 * radius, 2 * radius), palette.paper)


def _texts(sheet: Sheet, view: View) -> tuple[str, str]:
    words = sheet.words
    match view.screen:
        case Screen.NEWS:
            said, did = view.news or ("", "")
            return f"{words.news_said}: {said}", f"{words.news_did}: {did}"
        case Screen.HELP:
            stage = view.help or Help.READY
            title = words.help if stage == Help.READY else getattr(words, f"help_{stage}")
            return title, getattr(words, f"help_{stage}_more", "")
        case Screen.CLOSED:
            return words.closed, f"{view.opens}  {words.closed_more if view.awake else ''}"
        case Screen.OUT_OF_SERVICE:
            return words.out_of_service, words.out_of_service_more
        case Screen.PIN if view.pin.minutes:
            return words.pin, words.pin_wait.format(minutes=view.pin.minutes)
        case Screen.PIN:
            return words.pin, words.pin_wrong if view.pin.is_wrong else "- " * view.pin.entered
        case Screen.CLEANING:
            return words.cleaning, words.cleaning_more
        case _:
            return words.staff, ""


def _buttons(sheet: Sheet, view: View) -> list[Button]:
    words = sheet.words
    back: Button = (words.back, Control.BACK)
    match view.screen:
        case Screen.NEWS:
            return [back]
        case Screen.HELP:
            return [(words.withdraw, Control.WITHDRAW)] * view.can_withdraw + [back]
        case Screen.PIN:
            digits: list[Button] = [(str(number), Digit(number)) for number in (1, 2, 3, 4, 5, 6, 7, 8, 9)]
            return [*digits, (words.erase, Control.ERASE), ("0", Digit(0)), back]
        case Screen.STAFF:
            return [(words.test_tap, Control.TEST_TAP), (words.clean, Control.CLEAN), back]
        case _:
            return []


def _rows(sheet: Sheet, box: Box, rows: tuple[tuple[str, str], ...]) -> None:
    height = box.height / len(rows)
    for number, (label, value) in enumerate(rows):
        row = box._replace(y=box.top - (number + 1) * height, height=height)
        left = row._replace(width=row.width * 0.48)
        right = row._replace(x=row.x + row.width * 0.52, width=row.width * 0.48)
        sheet.write(label, sheet.place(left), 1.9, sheet.start, lettering=sheet.regular)
        sheet.write(value, sheet.place(right), 1.9, sheet.start)


def _pills(sheet: Sheet, box: Box, buttons: list[Button], rows: int, gap: float) -> None:
    if not buttons:
        return
    places = rows_of(box, max(len(buttons), 2), rows, gap, None)
    for (text, hit), place in zip(buttons, places, strict=False):
        sheet.pill(sheet.place(place), text, sheet.bold, False, 1.9)
        sheet.targets.append((sheet.place(place), hit))
