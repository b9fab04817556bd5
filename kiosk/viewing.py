"""What the glass shows of the flow: its state put into words of the shopper's language."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from events.hours import OpeningHours, parse_hours
from kiosk.flow import Flow
from kiosk.glass import Control, Help, Screen
from kiosk.view import View
from kiosk.words import Words

DAYS_AHEAD = 8
Staff = dict[str, str]
"""What the staff's page tells: `device`, `version`, `survey`, `backlog`, `sync`, `health`; in Latin letters.

An empty `health` has nothing to complain of; an empty `sync` has never heard of the centre.
"""


@dataclass
class Viewer:
    """Makes views. It is given the words, the hours and the time, and what the rest of the device says."""

    words: dict[str, Words]
    opening: OpeningHours | None = None
    """None: always open."""
    at: Callable[[], datetime] = lambda: datetime.now().astimezone()
    night: str = ""
    staff: Callable[[], Staff] = dict
    can_speak: bool = False
    is_speaking: Callable[[], bool] = lambda: False
    has_buttons: bool = False
    _turn: int = field(default=0, init=False)
    """Which of the news is told."""
    _opens: tuple[datetime, str, str] = field(default=(datetime.min, "", ""), init=False)

    @property
    def local(self) -> datetime:
        """The store's time."""
        moment = self.at()
        return moment.astimezone(self.opening.zone) if self.opening else moment.astimezone()

    def is_open(self) -> bool:
        return self.opening is None or self.opening.is_open(self.at())

    def view(self, flow: Flow, now: float) -> View:
        """All that the picture depends on."""
        attract, turn = flow.attract(now)
        if flow.screen == Screen.QUESTION:
            self._turn = turn
        news = self._news(flow, self._turn) if flow.screen in (Screen.QUESTION, Screen.NEWS) else None
        desk = flow.desk
        return View(
            flow.screen,
            flow.language,
            flow.answer,
            flow.reason,
            flow.screen == Screen.QUESTION and flow.is_locked(now),
            self._last(flow) if flow.screen == Screen.RECEIPT else None,
            flow.question.name,
            news,
            None if attract == Control.NEWS and news is None else attract,
            desk.state if desk and flow.screen in (Screen.QUESTION, Screen.HELP) else None,
            desk is not None and flow.screen == Screen.HELP and desk.can_withdraw(now),
            self._when_it_opens(flow.language) if flow.screen == Screen.CLOSED else "",
            flow.is_awake(now),
            self._is_night(),
            flow.pin_door.pad(now) if flow.screen == Screen.PIN else View._field_defaults["pin"],
            self._staff(flow.language) if flow.screen == Screen.STAFF else (),
            self.can_speak,
            self.can_speak and self.is_speaking(),
            flow.buttons if self.has_buttons else (),
        )

    def read_aloud(self, flow: Flow) -> str:
        """What a voice says of the screen: the question and its answers, or the screen's two lines."""
        words, wording = self.words[flow.language], flow.question.text[flow.language]
        match flow.screen:
            case Screen.QUESTION | Screen.PRESSED:
                return ". ".join((wording.ask, *wording.answers))
            case Screen.REASON | Screen.CHOSEN:
                happy = flow.answer is not None and flow.question.goodness(flow.answer) >= 0.5
                return ". ".join((wording.why_happy if happy else wording.why_unhappy, *wording.reasons, words.skip))
            case Screen.RECEIPT:
                return " ".join((words.receipt_title, *words.receipt_lines, self._last(flow) or words.receipt_none))
            case Screen.NEWS:
                said, did = self._news(flow, self._turn) or ("", "")
                return f"{words.news_said}: {said}. {words.news_did}: {did}"
            case Screen.HELP if flow.desk and flow.desk.state != Help.READY:
                texts = (getattr(words, f"help_{flow.desk.state}{part}", "") for part in ("", "_more"))
                return ". ".join(texts)
            case Screen.THANKS | Screen.SORRY | Screen.OUT_OF_SERVICE:
                return f"{getattr(words, flow.screen)} {getattr(words, flow.screen + '_more')}"
            case _:
                return ""

    def _last(self, flow: Flow) -> str | None:
        stored = flow.last
        question = next((one for one in flow.survey.question if stored and one.name == stored.question), None)
        if stored is None or question is None or stored.answer not in question.answers:
            return None
        caption = question.text[flow.language].answers[question.answers.index(stored.answer)]
        return self.words[flow.language].receipt_last.format(answer=caption, time=self._clock(stored.at))

    def _news(self, flow: Flow, turn: int) -> tuple[str, str] | None:
        today, language = self.local.date(), flow.language
        fresh = [news.text[language] for news in flow.survey.news if language in news.text and news.is_fresh(today)]
        told = fresh[turn % len(fresh)] if fresh else None
        return (told.you_said, told.we_did) if told else None

    def _when_it_opens(self, language: str) -> str:
        minute = self.at().replace(second=0, microsecond=0)
        if self._opens[:2] != (minute, language):
            self._opens = (minute, language, self._opening_text(self.words[language]))
        return self._opens[2]

    def _opening_text(self, words: Words) -> str:
        if self.opening is None:
            return ""
        now = self.at()
        first = self.opening.business_day(now)
        for ahead in range(DAYS_AHEAD):
            span = self.opening.span(first + timedelta(days=ahead))
            if span and span[0] > now:
                day = span[0].astimezone(self.opening.zone)
                days = (day.date() - self.local.date()).days
                name = (words.today, words.tomorrow)[days] if days < 2 else words.days[day.weekday()]
                return words.closed_opens.format(day=name, time=self._clock(day))
        return ""

    def _clock(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.opening.zone if self.opening else None):%H:%M}"

    def _is_night(self) -> bool:
        span = parse_hours(self.night) if self.night else None
        if span is None:
            return False
        clock, (start, end) = self.local.time(), span
        return start <= clock < end if start < end else clock >= start or clock < end

    def _staff(self, language: str) -> tuple[tuple[str, str], ...]:
        words = self.words[language]
        instead = {"health": words.well, "sync": words.never}
        return tuple((getattr(words, f"staff_{key}"), value or instead[key]) for key, value in self.staff().items())
