"""Draws the kiosk's screens, each from a view alone."""

from collections.abc import Callable
from typing import Any

from events.facts import Name, QuestionKind
from events.survey import Question, Survey
from kiosk.brush import Lettering
from kiosk.faces import draw_face
from kiosk.fonts import Fonts
from kiosk.glass import Control, Face, Help, Hit, Screen, Switch, Tile
from kiosk.icons import draw_icon
from kiosk.layout import Box, Panel, tiles, windows
from kiosk.lettering import fit
from kiosk.notices import draw_notice
from kiosk.palette import Colour, Palette, mix
from kiosk.sheet import Sheet
from kiosk.view import Looks, Picture, View
from kiosk.words import Words


class Stage:
    """Draws every screen for one panel, one survey and the languages that can be shown."""

    def __init__(
        self,
        panel: Panel,
        survey: Survey,
        words: dict[str, Words],
        fonts: dict[str, Fonts],
        palette: Palette,
        looks: Looks = Looks(),  # noqa: B008 - a tuple of plain values
    ) -> None:
        self.panel, self.palette, self.looks = panel, palette, looks
        self._questions = {question.name: question for question in survey.question}
        self.question: Question = survey.question[0]
        """The one that was drawn last."""
        self._words = {code: words[code] for code in fonts}
        self._bold = {code: Lettering(found.bold, words[code].script) for code, found in fonts.items()}
        self._regular = {code: Lettering(found.regular, words[code].script) for code, found in fonts.items()}
        self._painters: dict[Screen, Callable[[View], Sheet]] = {
            Screen.QUESTION: self._question,
            Screen.PRESSED: self._question,
            Screen.REASON: self._reasons,
            Screen.CHOSEN: self._reasons,
            Screen.THANKS: self._thanks,
            Screen.SORRY: self._sorry,
            Screen.RECEIPT: self._receipt,
        }

    def picture(self, view: View) -> Picture:
        self.question = self._questions.get(Name(view.question), self.question)
        sheet = self._painters.get(view.screen, self._notice)(view)
        return Picture(sheet.brush.group, sheet.targets, sheet.countdown)

    def countdown(self, box: Box, colour: Colour, seconds: int, of: float, language: str) -> Any:
        """The seconds that are left of so many, in a ring that shrinks with them."""
        sheet = self._blank(language)
        sheet.brush.colour(colour, 0.25)
        sheet.brush.ring(box.centre, box.width / 2, self.panel.step * 0.3)
        sheet.brush.colour(colour)
        if seconds:
            sheet.brush.ring(box.centre, box.width / 2, self.panel.step * 0.3, seconds / of)
        sheet.write(str(seconds), box, 1.9)
        return sheet.brush.group

    def _blank(self, code: str) -> Sheet:
        return Sheet(self.panel, self.palette, self._words[code], self._bold[code], self._regular[code])

    def _sheet(self, view: View) -> Sheet:
        sheet = self._blank(view.language)
        sheet.brush.fade(Box(0, 0, self.panel.width, self.panel.height), self.palette.glow, self.palette.sky)
        return sheet

    def _question(self, view: View) -> Sheet:
        sheet, colours = self._sheet(view), self.palette
        wording = self.question.text[view.language]
        sheet.brush.colour(colours.paper)
        sheet.write(wording.ask, self._beside(sheet, view), 4.4)
        places = windows(self.panel, len(self.question.answers))
        size = min(
            sheet.size(text, self._caption_box(box), 2.5) for text, box in zip(wording.answers, places, strict=True)
        )
        for answer, caption, box in zip(self.question.answers, wording.answers, places, strict=True):
            self._window(sheet, sheet.place(box), answer, view, caption, size / self.panel.step)
        self._languages(sheet, view)
        self._receipt_button(sheet, view)
        return sheet

    def _beside(self, sheet: Sheet, view: View) -> Box:
        """The header, beside the buttons of this kiosk that not every kiosk has."""
        head, words, step = self.panel.header, sheet.words, self.panel.step
        extras: list[tuple[str, Hit]] = [(words.help, Control.HELP)] * (view.help is not None)
        extras += [(words.news, Control.NEWS)] * (view.news is not None)
        extras += [(words.speak, Control.SPEAK)] * view.can_speak
        if not extras:
            return head
        width, height = head.width * 0.24, head.height / len(extras)
        for number, (text, hit) in enumerate(extras):
            box = Box(head.right - width, head.top - (number + 1) * height, width, height)
            sheet.pill(sheet.place(box), text, sheet.bold, view.attract == hit or view.help == Help.ASKED, 1.6)
            sheet.targets.append((sheet.place(box), hit))
        return sheet.place(head._replace(width=head.width - width - 2 * step))

    def _notice(self, view: View) -> Sheet:
        sheet = self._sheet(view)
        draw_notice(sheet, self.panel, self.palette, view)
        return sheet

    def _window(self, sheet: Sheet, box: Box, answer: int, view: View, caption: str = "", size: float = 2.5) -> None:
        """An answer: a lit window with a face in its arch and a caption below."""
        pressed = view.answer == answer
        goodness = self.question.goodness(answer)
        colour = self.palette.mood(goodness)
        brush = sheet.brush
        dimmed = view.locked or (view.answer is not None and not pressed)
        brush.colour(colour, 0.10 if dimmed else 0.55 if pressed else 0.28)
        brush.light((box.centre[0], box.y), box.width * 0.72, 0.34)
        if pressed:
            brush.colour(self.palette.lit)
            brush.window(box.inset(-self.panel.step * 0.5))
        brush.colour(mix(colour, self.palette.sky, 0.45) if dimmed else colour)
        brush.window(box.inset(self.panel.step * 0.25) if pressed else box)
        across = self._face_width(box)
        head = (box.centre[0], box.top - across * 0.52)
        brush.colour(self.palette.lit, 0.0 if dimmed else 0.45)
        brush.light(head, across * 0.5, 1.0)
        radius = across * 0.40
        self._symbol(sheet, head, radius, answer)
        brush.colour(self.palette.ink)
        sheet.write(caption, self._caption_box(box), size)
        sheet.targets.append((box, Face(answer)))

    def _caption_box(self, box: Box) -> Box:
        edge = box.width * 0.06
        return Box(
            box.x + edge, box.y + edge, box.width - 2 * edge, max(box.height - self._face_width(box) * 0.9 - edge, 1)
        )

    def _face_width(self, box: Box) -> float:
        """A low window has a smaller face, so that the caption keeps its room."""
        return min(box.width, box.height * 0.78)

    def _symbol(self, sheet: Sheet, centre: tuple[float, float], radius: float, answer: int) -> None:
        match self.question.kind:
            case QuestionKind.SMILEY | QuestionKind.CSAT:
                draw_face(sheet.brush, centre, radius, self.question.goodness(answer), self.palette.ink)
            case QuestionKind.YES_NO:
                sheet.brush.colour(self.palette.ink)
                draw_icon(sheet.brush, "check" if answer else "cross", centre, radius)
            case QuestionKind.CES | QuestionKind.NPS:
                sheet.brush.colour(self.palette.ink)
                box = Box(centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius)
                sheet.write(str(answer), box, radius * 1.1 / self.panel.step)

    def _languages(self, sheet: Sheet, view: View) -> None:
        """Each in its own language and script, at the start of the line."""
        if len(self._words) == 1:
            return
        panel = self.panel
        row = panel.footer._replace(height=panel.control, y=panel.footer.top - panel.control)
        room = row.width if panel.is_portrait else row.width * 0.74
        gap, size = panel.step * 0.5, int(1.75 * panel.step)
        names = {code: words.name for code, words in self._words.items()}
        widths = {code: fit(name, 9e9, 9e9, size, self._bold[code].script, self._bold[code].measure).lines[0]
                  for code, name in names.items()}  # fmt: skip
        wide = {code: self._bold[code].measure(line, size) for code, line in widths.items()}
        pad = min(1.5 * panel.step, (room - gap * (len(wide) - 1) - sum(wide.values())) / (2 * len(wide)))
        x = row.x + (
            (row.width - sum(wide.values()) - len(wide) * (2 * pad + gap) + gap) / 2 if panel.is_portrait else 0
        )
        for code in names:
            box = Box(x, row.y, wide[code] + 2 * pad, row.height)
            sheet.pill(sheet.place(box), names[code], self._bold[code], code == view.language, 1.75)
            sheet.targets.append((sheet.place(box), Switch(code)))
            x = box.right + gap

    def _receipt_button(self, sheet: Sheet, view: View) -> None:
        panel, words = self.panel, sheet.words
        width = panel.footer.width * (0.62 if panel.is_portrait else 0.235)
        x = panel.footer.centre[0] - width / 2 if panel.is_portrait else panel.footer.right - width
        box = sheet.place(Box(x, panel.footer.y, width, panel.control))
        sheet.brush.colour(self.palette.quiet)
        icon = panel.step * 1.05
        text = box._replace(width=box.width - 2.4 * icon, x=box.x + 2.4 * icon * sheet.is_ltr)
        written = sheet.write(words.receipt, text, 1.6, across=0.5 if panel.is_portrait else 1 - sheet.start)
        beside = written.x - 1.3 * icon if sheet.is_ltr else written.right + 1.3 * icon
        draw_icon(sheet.brush, "shield", (beside, box.centre[1]), icon * 0.8)
        sheet.targets.append((box, Control.RECEIPT))

    def _reasons(self, view: View) -> Sheet:
        sheet, colours, panel = self._sheet(view), self.palette, self.panel
        assert view.answer is not None
        wording = self.question.text[view.language]
        happy = self.question.goodness(view.answer) >= 0.5
        head = panel.header
        small = Box(head.x, head.y + head.height * 0.06, head.height * 0.66, head.height * 0.88)
        self._badge(sheet, sheet.place(small), view.answer)
        text = Box(small.right + panel.margin, head.y, head.width - small.width - panel.margin, head.height)
        sheet.brush.colour(colours.quiet)
        sheet.write(
            sheet.words.thanks,
            sheet.place(text._replace(y=text.y + text.height * 0.62, height=text.height * 0.34)),
            2.4,
            sheet.start,
        )
        sheet.brush.colour(colours.paper)
        sheet.write(
            wording.why_happy if happy else wording.why_unhappy,
            sheet.place(text._replace(height=text.height * 0.62)),
            3.6,
            sheet.start,
        )
        places = tiles(panel, len(self.question.reasons))
        size = min(
            sheet.size(text, self._tile_text(box), 2.2) for text, box in zip(wording.reasons, places, strict=True)
        )
        for reason, caption, box in zip(self.question.reasons, wording.reasons, places, strict=True):
            self._tile(sheet, sheet.place(box), reason, caption, size / panel.step, view)
        self._skip(sheet)
        return sheet

    def _badge(self, sheet: Sheet, box: Box, answer: int) -> None:
        goodness = self.question.goodness(answer)
        sheet.brush.colour(self.palette.mood(goodness))
        sheet.brush.window(box)
        self._symbol(sheet, (box.centre[0], box.top - box.width * 0.56), box.width * 0.42, answer)

    def _tile(self, sheet: Sheet, box: Box, reason: str, caption: str, size: float, view: View) -> None:
        brush, corner = sheet.brush, self.panel.step * 1.5
        chosen, other = view.reason == reason, view.reason not in (None, reason)
        if chosen:
            brush.colour(self.palette.moods[1])
            brush.panel(box.inset(-self.panel.step * 0.5), [corner * 1.3] * 4)
        brush.colour(
            mix(self.palette.paper, self.palette.sky, 0.5)
            if other
            else self.palette.lit
            if chosen
            else self.palette.paper
        )
        brush.panel(box, [corner] * 4)
        brush.colour(self.palette.ink)
        text = self._tile_text(box)
        radius = min((box.top - text.top) * 0.36, box.width * 0.16)
        draw_icon(brush, reason, (box.centre[0], text.top + (box.top - text.top) * 0.46), radius)
        sheet.write(caption, text, size)
        sheet.targets.append((box, Tile(reason)))  # type: ignore[arg-type]

    def _tile_text(self, box: Box) -> Box:
        return Box(box.x + box.width * 0.06, box.y + box.height * 0.07, box.width * 0.88, box.height * 0.32)

    def _skip(self, sheet: Sheet) -> None:
        panel = self.panel
        width = max(panel.control * 2.6, panel.footer.width * 0.2)
        box = Box(panel.footer.right - width, panel.footer.y, width, panel.control)
        if panel.is_portrait:
            box = box._replace(x=panel.footer.centre[0] - width / 2, y=panel.footer.centre[1] - panel.control / 2)
        box = sheet.place(box)
        sheet.pill(box, sheet.words.skip, sheet.bold, False, 1.9)
        sheet.targets.append((box, Control.SKIP))
        radius = panel.control * 0.36
        x = box.x - radius * 1.7 if sheet.is_ltr else box.right + radius * 1.7
        sheet.countdown = (Box(x - radius, box.centre[1] - radius, 2 * radius, 2 * radius), self.palette.paper)

    def _thanks(self, view: View) -> Sheet:
        sheet, panel = self._sheet(view), self.panel
        assert view.answer is not None
        height = panel.height * 0.46
        width = min(height / 1.12, panel.width * 0.6)
        box = Box((panel.width - width) / 2, panel.height * 0.44, width, width * 1.12)
        sheet.brush.colour(self.palette.mood(self.question.goodness(view.answer)), 0.5)
        sheet.brush.light((box.centre[0], box.y), width * 1.1, 0.32)
        self._badge(sheet, box, view.answer)
        badge, radius = (box.right - width * 0.04, box.y + width * 0.10), width * 0.15
        sheet.brush.colour(self.palette.ink)
        sheet.brush.disc(badge, radius * 1.14)
        sheet.brush.colour(self.palette.lit)
        sheet.brush.disc(badge, radius)
        sheet.brush.colour(self.palette.ink)
        draw_icon(sheet.brush, "check", badge, radius * 0.72, 0.32)
        self._two_lines(sheet, sheet.words.thanks, sheet.words.thanks_more, box.y - panel.margin)
        return sheet

    def _sorry(self, view: View) -> Sheet:
        sheet, panel = self._sheet(view), self.panel
        radius = min(panel.width, panel.height) * 0.16
        centre = (panel.width / 2, panel.height * 0.68)
        sheet.brush.colour(self.palette.paper)
        sheet.brush.disc(centre, radius)
        sheet.brush.colour(self.palette.ink)
        draw_icon(sheet.brush, "warning", centre, radius * 0.66, 0.26)
        self._two_lines(sheet, sheet.words.sorry, sheet.words.sorry_more, centre[1] - radius - panel.margin)
        return sheet

    def _two_lines(self, sheet: Sheet, large: str, small: str, top: float) -> None:
        panel = self.panel
        bottom = panel.margin * 1.4
        room = Box(panel.margin * 2, bottom, panel.width - 4 * panel.margin, top - bottom)
        sheet.brush.colour(self.palette.paper)
        sheet.write(large, room._replace(y=room.y + room.height * 0.45, height=room.height * 0.55), 5.6)
        sheet.brush.colour(self.palette.quiet)
        sheet.write(small, room._replace(height=room.height * 0.42), 2.4, lettering=sheet.regular)

    def _receipt(self, view: View) -> Sheet:
        sheet, panel = self._sheet(view), self.panel
        whole = panel.inside.inset(panel.margin * 0.6)
        row = whole.height / (len(sheet.words.receipt_lines) + 3.2)
        icon = min(row * 0.24, panel.step * 1.2)
        y = whole.top - row * 1.2
        sheet.brush.colour(self.palette.paper)
        sheet.write(sheet.words.receipt_title, sheet.place(Box(whole.x, y, whole.width, row * 1.2)), 3.6, sheet.start)
        for line in sheet.words.receipt_lines:
            y -= row
            sheet.brush.colour(self.palette.moods[0])
            box = sheet.place(Box(whole.x, y, icon * 2, row))
            draw_icon(sheet.brush, "check", box.centre, icon, 0.3)
            sheet.brush.colour(self.palette.paper)
            text = Box(whole.x + icon * 3.4, y, whole.width - icon * 3.4, row)
            sheet.write(line, sheet.place(text), 2.3, sheet.start, lettering=sheet.regular)
        y -= row
        sheet.brush.colour(self.palette.moods[1])
        sheet.write(
            view.last or sheet.words.receipt_none, sheet.place(Box(whole.x, y, whole.width, row)), 2.1, sheet.start
        )
        sheet.brush.colour(self.palette.quiet)
        sheet.write(sheet.words.close, Box(whole.x, whole.y, whole.width, row), 1.9, lettering=sheet.regular)
        return sheet
