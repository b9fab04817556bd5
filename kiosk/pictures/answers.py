"""The question and its answers: lit windows, each with a face, a sign or a number in its arch."""

from events.facts import QuestionKind
from events.survey import Question
from kiosk.glass import Face
from kiosk.layout import Box, frame, least_height, windows
from kiosk.palette import Colour, mix
from kiosk.pictures.footer import Footer
from kiosk.sheet import Sheet
from kiosk.view import View


def draw_question(sheet: Sheet, view: View) -> None:
    """All windows are lit, or the pressed one alone; none while the kiosk takes no answer."""
    question, panel = sheet.question, sheet.panel
    count = len(question.answers)
    least = least_height(panel, count)
    footer = Footer(sheet, view, least, _least_header(sheet))
    bands = frame(panel, footer.rows, sheet.looks.reach, least)
    _ask(sheet, view, footer.beside(bands.header))
    places = windows(panel, bands.middle, count)
    answers = _in_reading_order(question)
    captions = _captions(sheet, view)
    size = min((sheet.size(text, _caption_box(places[0]), 2.5) for text in captions.values() if text), default=0)
    for answer, place in zip(answers, places, strict=True):
        draw_window(sheet, sheet.place(place), answer, view, captions[answer], size)
    footer.draw(bands.footer)


def _least_header(sheet: Sheet) -> float:
    """Two lines for the question, the shop's name, and what the ends of a scale mean."""
    lines = 6.0 + 3.2 * bool(sheet.looks.name) + 2.6 * (sheet.question.kind == QuestionKind.NPS)
    return lines * sheet.panel.step


def _ask(sheet: Sheet, view: View, header: Box) -> None:
    step = sheet.panel.step
    if sheet.looks.name:
        name = header._replace(y=header.top - 3.2 * step, height=3.2 * step)
        sheet.brush.colour(sheet.palette.accent)
        sheet.write(sheet.looks.name, name, 2.0, pen=sheet.latin)
        header = header._replace(height=header.height - 3.2 * step)
    if sheet.question.kind == QuestionKind.NPS and any(_ends(sheet, view)):
        header = _label_ends(sheet, view, header)
    sheet.brush.colour(sheet.palette.paper)
    sheet.write(sheet.question.text[view.language].ask, header, 5.2 if sheet.looks.reach else 4.4)


def _label_ends(sheet: Sheet, view: View, header: Box) -> Box:
    """What the lowest and the highest number mean; returns the room that is left."""
    step = sheet.panel.step
    band = header._replace(height=2.6 * step)
    worst, best = _ends(sheet, view)
    half = (band.width - 2 * step) / 2
    for text, box, across in (
        (worst, band._replace(width=half), 0.0),
        (best, band._replace(x=band.right - half, width=half), 1.0),
    ):
        sheet.brush.colour(sheet.palette.quiet)
        sheet.write(text, sheet.place(box), 1.9, across if sheet.is_ltr else 1 - across)
    return header._replace(y=band.top, height=header.height - band.height)


def _ends(sheet: Sheet, view: View) -> tuple[str, str]:
    """The captions of the ends of a scale of numbers, where they say more than the number."""
    captions = sheet.question.text[view.language].answers
    worst, best = ("" if text.isdecimal() else text for text in (captions[-1], captions[0]))
    return worst, best


def _in_reading_order(question: Question) -> tuple[int, ...]:
    """Best first, but everybody expects 0 to 10 to rise."""
    return tuple(sorted(question.answers)) if question.kind == QuestionKind.NPS else question.answers


def _captions(sheet: Sheet, view: View) -> dict[int, str]:
    texts = sheet.question.text[view.language].answers
    if sheet.question.kind == QuestionKind.NPS:
        return dict.fromkeys(sheet.question.answers, "")
    return dict(zip(sheet.question.answers, texts, strict=True))


def draw_window(sheet: Sheet, box: Box, answer: int, view: View, caption: str, size: int) -> None:
    """An answer: a face in the arch of a window, and a caption below."""
    brush, colours, step = sheet.brush, sheet.palette, sheet.panel.step
    pressed = view.answer == answer
    lit = pressed or (view.answer is None and not view.locked)
    colour = colours.mood(sheet.question.goodness(answer))
    if lit:
        brush.colour(colour, 0.5 if pressed else 0.28)
        brush.light((box.centre[0], box.y), box.width * 0.72, min(0.34, step * 3.4 / box.width))
        if pressed:
            brush.colour(colours.lit)
            brush.window(box.inset(-step * 0.5))
        brush.colour(colour)
        brush.window(box.inset(step * 0.3) if pressed else box)
    else:
        draw_dark_window(sheet, box, colour)
    ink = colours.ink if lit else colour
    head = head_of(box) if caption else box.centre
    radius = _face_width(box) * (0.40 if caption else 0.44)
    draw_symbol(sheet, head, radius, answer, ink)
    brush.colour(ink)
    if caption:
        sheet.write(caption, _caption_box(box), size / step, exact=True)
    sheet.targets.append((box, Face(answer)))


def draw_dark_window(sheet: Sheet, box: Box, colour: Colour) -> None:
    """The light is off; only the frame can be seen."""
    sheet.brush.colour(mix(sheet.palette.sky, colour, 0.06))
    sheet.brush.window(box)
    sheet.brush.colour(colour)
    sheet.brush.frame(box, max(2.0, sheet.panel.step * 0.2))


def draw_badge(sheet: Sheet, box: Box, answer: int) -> None:
    """A small window with the answer that was given."""
    sheet.brush.colour(sheet.palette.mood(sheet.question.goodness(answer)))
    sheet.brush.window(box)
    draw_symbol(sheet, (box.centre[0], box.top - box.width * 0.56), box.width * 0.42, answer, sheet.palette.ink)


def draw_symbol(sheet: Sheet, centre: tuple[float, float], radius: float, answer: int, ink: Colour) -> None:
    """A face, a tick or cross, or a number, as the kind of question wants."""
    sheet.brush.colour(ink)
    match sheet.question.kind:
        case QuestionKind.SMILEY | QuestionKind.CSAT:
            sheet.face(centre, radius, sheet.question.goodness(answer), ink)
        case QuestionKind.YES_NO:
            sheet.icon("check" if answer else "cross", centre, radius)
        case QuestionKind.CES | QuestionKind.NPS:
            box = Box(centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius)
            sheet.write(str(answer), box, radius * 1.2 / sheet.panel.step, pen=sheet.latin, exact=True)


def head_of(box: Box) -> tuple[float, float]:
    """Where the face is in a window."""
    return (box.centre[0], box.top - _face_width(box) * 0.52)


def _face_width(box: Box) -> float:
    """A low window has a smaller face, so that the caption keeps its room."""
    return min(box.width, box.height * 0.78)


def _caption_box(box: Box) -> Box:
    edge = box.width * 0.06
    return Box(box.x + edge, box.y + edge, box.width - 2 * edge, max(box.height - _face_width(box) * 0.92 - edge, 1))
