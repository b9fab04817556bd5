"""A call for help from a fitting room: the screen says what is true, and no more."""

from kiosk.glass import Control, Help
from kiosk.layout import Box, frame
from kiosk.pictures.farewell import draw_disc, draw_stack
from kiosk.sheet import Sheet
from kiosk.view import View

ICONS = {
    Help.READY: "service",
    Help.ASKING: "queue",
    Help.ASKED: "service",
    Help.ESCALATED: "service",
    Help.COMING: "person",
    Help.ANSWERED: "check",
    Help.WITHDRAWN: "cross",
    Help.AWAY: "warning",
    Help.FAILED: "warning",
}
STEPS = {Help.ASKING: 0, Help.ASKED: 1, Help.ESCALATED: 1, Help.COMING: 2, Help.ANSWERED: 3}
"""How many of the three windows are lit: told, on the way, here."""


def draw_help(sheet: Sheet, view: View) -> None:
    """What became of the call, how far it is, and the way back."""
    state = view.help or Help.READY
    panel, words = sheet.panel, sheet.words
    bands = frame(panel)
    large, small = _said(sheet, state)
    top = panel.height - panel.margin
    bottom = bands.footer.top + panel.gap
    steps = 5.5 * panel.step if state in STEPS else 0.0
    room = Box(panel.margin, bottom + steps, panel.inside.width, top - bottom - steps)
    draw_stack(sheet, lambda box: draw_disc(sheet, box, ICONS[state]), large, small, room)
    if state in STEPS:
        _steps(sheet, STEPS[state], Box(panel.margin, bottom, panel.inside.width, steps))
    sheet.back(bands.footer)
    if view.can_withdraw:
        width = sheet.pill_width(words.withdraw, 1.9)
        box = sheet.place(bands.footer._replace(x=bands.footer.right - width, width=width))
        sheet.pill(box, words.withdraw, 1.9)
        sheet.targets.append((box, Control.WITHDRAW))
    elif view.can_speak:
        sheet.speak(view, bands.footer, across=1.0)


def _steps(sheet: Sheet, lit: int, band: Box) -> None:
    """Three small windows: told, on the way, here."""
    brush, colours, height = sheet.brush, sheet.palette, band.height * 0.72
    width = height * 0.72
    for i in range(3):
        x = band.centre[0] + (i - 1) * width * 2.2 - width / 2
        box = sheet.place(Box(x, band.centre[1] - height / 2, width, height))
        brush.colour(colours.accent if i < lit else colours.quiet)
        if i < lit:
            brush.window(box)
        else:
            brush.frame(box, max(2.0, sheet.panel.step * 0.2))


def _said(sheet: Sheet, state: Help) -> tuple[str, str]:
    words = sheet.words
    match state:
        case Help.READY:
            return words.help, ""
        case Help.ASKING:
            return words.help_asking, ""
        case _:
            return getattr(words, f"help_{state}"), getattr(words, f"help_{state}_more")
