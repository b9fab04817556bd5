"""For staff: the PIN, how the kiosk is, and the seconds in which the glass can be wiped."""

from kiosk.brush import Lettering
from kiosk.glass import Control, Digit, Hit, Switch
from kiosk.layout import Box, broken, frame, row_of, rows_of
from kiosk.sheet import Sheet
from kiosk.view import View

PIN_DIGITS = 6
KEYS: tuple[Hit, ...] = (*(Digit(number) for number in range(1, 10)), Control.ERASE, Digit(0), Control.BACK)


def draw_pin(sheet: Sheet, view: View) -> None:
    """Six dots and a pad of keys; where the pad would stand, how long to wait after too many tries."""
    panel, words, pin = sheet.panel, sheet.words, view.pin
    inside = panel.inside
    if panel.is_portrait:
        said = inside._replace(y=inside.y + inside.height * 0.66, height=inside.height * 0.34)
        pad = inside._replace(height=inside.height * 0.62)
    else:
        said = inside._replace(width=inside.width * 0.46)
        pad = inside._replace(x=inside.x + inside.width * 0.5, width=inside.width * 0.5)
    title = said._replace(y=said.centre[1], height=said.height * 0.4)
    text = words.pin_wait.format(minutes=pin.minutes) if pin.minutes else words.pin_wrong if pin.is_wrong else words.pin
    sheet.brush.colour(sheet.palette.paper)
    sheet.write(text, sheet.place(title), 3.2)
    if not pin.minutes:
        _dots(sheet, pin.entered, sheet.place(said._replace(height=said.height * 0.5)))
    _pad(sheet, pad, is_open=not pin.minutes)


def _dots(sheet: Sheet, entered: int, box: Box) -> None:
    radius = sheet.panel.step * 1.1
    for i in range(PIN_DIGITS):
        at = i if sheet.is_ltr else PIN_DIGITS - 1 - i
        centre = (box.centre[0] + (at - (PIN_DIGITS - 1) / 2) * radius * 3.2, box.centre[1] + box.height * 0.1)
        sheet.brush.colour(sheet.palette.accent if i < entered else sheet.palette.quiet)
        if i < entered:
            sheet.brush.disc(centre, radius)
        else:
            sheet.brush.ring(centre, radius * 0.9, max(2.0, radius * 0.2))


def _pad(sheet: Sheet, box: Box, is_open: bool) -> None:
    """As a telephone's, in every language; only the way back while no digits are taken."""
    panel = sheet.panel
    height = min(box.height, box.width * 1.15)
    box = box._replace(y=box.centre[1] - height / 2, height=height)
    for hit, place in zip(KEYS, rows_of(sheet.place(box), len(KEYS), 4, panel.gap, None), strict=True):
        if not is_open and hit != Control.BACK:
            continue
        sheet.brush.colour(sheet.palette.quiet)
        sheet.brush.outline(place.inset(panel.step * 0.1), panel.step * 1.4, max(2.0, panel.step * 0.16))
        sheet.brush.colour(sheet.palette.paper)
        if isinstance(hit, Digit):
            sheet.write(str(hit.number), place, 3.0, pen=sheet.latin)
        else:
            text = sheet.words.erase if hit == Control.ERASE else sheet.words.back
            sheet.write(text, place.inset(panel.step * 0.6), 1.9)
        sheet.targets.append((place, hit))


def draw_staff(sheet: Sheet, view: View) -> None:
    """Rows of what is and how much; below, what staff can do, and the language in which shoppers are asked."""
    panel, words = sheet.panel, sheet.words
    size = 1.75
    names = {Switch(code): name for code, name in sheet.names.items() if len(sheet.names) > 1}
    actions: list[tuple[Hit, str, Lettering]] = [
        (Control.BACK, words.back, sheet.bold),
        (Control.TEST_TAP, words.test_tap, sheet.bold),
        (Control.CLEAN, words.clean, sheet.bold),
        *((hit, name, pen) for hit, (name, pen) in names.items()),
    ]
    widths = [max(panel.control, sheet.width_of(text, size, pen) + 2.6 * panel.step) for _, text, pen in actions]
    own = len(actions) - len(names)
    rows = broken(panel, panel.inside.width, widths[:own])
    rows += [[at + own for at in row] for row in broken(panel, panel.inside.width, widths[own:]) if names]
    bands = frame(panel, len(rows))
    sheet.brush.colour(sheet.palette.paper)
    head = bands.header._replace(y=bands.header.top - 5 * panel.step, height=5 * panel.step)
    sheet.write(words.staff, sheet.place(head), 3.2, sheet.start)
    table = Box(head.x, bands.footer.top + panel.gap, head.width, head.y - panel.gap - bands.footer.top)
    _table(sheet, view.staff, table)
    for i, row in enumerate(rows):
        line = bands.footer._replace(y=bands.footer.top - (i + 1) * panel.control - i * panel.gap, height=panel.control)
        for at, place in zip(row, row_of(panel, line, [widths[at] for at in row]), strict=True):
            box, (hit, text, pen) = sheet.place(place), actions[at]
            sheet.pill(box, text, size, pen=pen, filled=hit == Switch(view.language))
            sheet.targets.append((box, hit))


def _table(sheet: Sheet, rows: tuple[tuple[str, str], ...], box: Box) -> None:
    step = sheet.panel.step
    height = min(box.height / max(1, len(rows)), 5 * step)
    half = box.width * 0.46
    for i, (label, value) in enumerate(rows):
        row = box._replace(y=box.top - (i + 1) * height, height=height)
        sheet.brush.colour(sheet.palette.quiet)
        sheet.write(label, sheet.place(row._replace(width=half)), 2.0, sheet.start, pen=sheet.regular)
        sheet.brush.colour(sheet.palette.paper)
        right = row._replace(x=row.x + box.width * 0.5, width=box.width * 0.5)
        sheet.write(value, sheet.place(right), 2.0, sheet.start, pen=sheet.pen_for(value))


def draw_cleaning(sheet: Sheet, view: View) -> None:
    """A sparkle, large seconds, and what they are for."""
    panel, words = sheet.panel, sheet.words
    size = min(panel.width, panel.height) * 0.3
    ring = Box(panel.width / 2 - size / 2, panel.height * 0.58 - size * 0.2, size, size)
    sheet.countdown = (ring, sheet.palette.paper)
    sheet.brush.colour(sheet.palette.accent)
    sheet.icon("cleanliness", (ring.right + size * 0.28, ring.top - size * 0.05), size * 0.2)
    room = Box(panel.margin * 2, panel.margin, panel.width - 4 * panel.margin, ring.y - 3 * panel.step - panel.margin)
    sheet.brush.colour(sheet.palette.paper)
    sheet.write(words.cleaning, room._replace(y=room.y + room.height * 0.5, height=room.height * 0.5), 4.0)
    sheet.brush.colour(sheet.palette.quiet)
    sheet.write(words.cleaning_more, room._replace(height=room.height * 0.46), 2.4, pen=sheet.regular)
