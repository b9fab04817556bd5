"""Screen, outbox, buttons, lights and voice together, and what comes in from the centre."""

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from events.codec import now_utc
from events.facts import EventId
from events.hours import OpeningHours, parse_hours
from events.survey import Survey
from hardware.backlight import Backlight
from hardware.board import Board
from hardware.buttons import ButtonBank
from hardware.inputs import Inputs
from hardware.lights import Light
from hardware.speech import Speaker
from hardware.watchdog import Watchdog
from kiosk import calling, centre
from kiosk.asking import Asking
from kiosk.command import Plan
from kiosk.errands import CALLS, Ears, Errands
from kiosk.fitting import why_not
from kiosk.flow import Flow
from kiosk.fonts import offered
from kiosk.glass import Face, Hit, Said, Screen
from kiosk.helping import HelpDesk
from kiosk.palette import DUSK
from kiosk.presence import Presence
from kiosk.pushes import Letterbox, kept_push
from kiosk.recorder import Recorder
from kiosk.remembered import DOOR, LANGUAGE, kept_language, kept_tries, read_language, read_tries
from kiosk.staffdoor import Tries, pin_check
from kiosk.view import Looks, View
from kiosk.viewing import Viewer
from kiosk.ways import Ways
from kiosk.wiring.conditions import Conditions
from kiosk.wiring.shelf import Shelf
from kiosk.words import read_words

if TYPE_CHECKING:
    from kiosk.app import Kiosk

Tell = Callable[[Said, EventId | None], None]
"""Hears what became of a touch."""
_ALWAYS = OpeningHours("UTC", (parse_hours("04:00-04:00"),) * 7)

log = logging.getLogger("kiosk")


class Wall:
    """All parts together; `closing` takes them apart again."""

    def __init__(self, plan: Plan, shelf: Shelf, watchdog: Watchdog, closing: ExitStack, tell: Tell) -> None:
        self._plan, self._shelf, self._watchdog, self._closing = plan, shelf, watchdog, closing
        self._words, self._conditions = read_words(), Conditions(plan, shelf)
        self._fits = partial(why_not, panel=plan.panel, words=self._words, folder=plan.settings.fonts,
                             language=plan.settings.language, reach=plan.settings.reach)  # fmt: skip
        survey, seen = self._survey()
        self._conditions.survey = f"{survey.id} {survey.version}"
        self._recorder = Recorder(shelf.record, lambda outcome: self.kiosk.outcome(outcome), shelf.late)
        closing.callback(self._recorder.close)
        self._speaker = Speaker() if plan.settings.speech else None
        self._viewer = self._viewing()
        self._flow = Flow(survey, self._recorder.store, self._language(survey), tell, self._ways())
        ears = Ears(self._hear_reached, self._hear_call, self._hear_command, self._hear_config, self._conditions.look)
        self._errands = Errands(shelf.inbox, ears)
        closing.callback(self._errands.close)
        self.kiosk = self._hung(survey)
        closing.callback(self.kiosk.close)
        self._centre = centre.Centre(
            Letterbox(self._fits, seen), self.kiosk.offer, self._recorder.keep, self._errands.remember
        )
        self._wire_buttons()
        self._resume()
        self._errands.start()

    def _survey(self) -> tuple[Survey, int]:
        """The last good one of the centre, where there is one that still fits; and the version last looked at."""
        seen = self._shelf.kept(centre.SEEN) or "-1"
        push = kept_push(self._shelf.kept(centre.SURVEY))
        version = int(seen) if seen.lstrip("-").isdecimal() else -1
        try:
            if push is not None and self._fits(push.survey) is None:
                return push.survey, max(version, push.version)
        except ValueError as error:
            log.warning("the survey that was kept cannot be read: %s", error)
        return self._plan.survey, version

    def _language(self, survey: Survey) -> str:
        """The store's: what staff chose, else what is configured."""
        settings = self._plan.settings
        offers = set(survey.languages).intersection(offered(survey, self._words, settings.fonts))
        return read_language(self._shelf.kept(LANGUAGE), settings.language, offers)

    def _viewing(self) -> Viewer:
        plan, speaker = self._plan, self._speaker
        viewer = Viewer(self._words, plan.opening, night=plan.settings.night, staff=self._conditions.rows)
        viewer.has_buttons = bool(plan.settings.buttons)
        if speaker and speaker.is_there:
            viewer.can_speak, viewer.is_speaking = True, lambda: speaker.is_speaking
            self._closing.callback(speaker.close)
        return viewer

    def _ways(self) -> Ways:
        settings = self._plan.settings
        return Ways(
            Asking(lambda: self._viewer.local, settings.place, settings.question),
            (settings.help.group, settings.help.room) if settings.help else None,
            pin_check(settings.pin) if settings.pin else None,
            len(settings.buttons),
            self._speak,
            self._keep_tries,
            lambda language: self._errands.remember(LANGUAGE, kept_language(language, settings.language)),
        )

    def _keep_tries(self, tries: Tries) -> None:
        self._errands.remember(DOOR, kept_tries(tries, now_utc()))

    def _speak(self) -> None:
        if self._speaker:
            self._speaker.say(self._viewer.read_aloud(self._flow), self._flow.language)

    def _hung(self, survey: Survey) -> "Kiosk":
        from kiosk.app import Kiosk, Wiring
        from kiosk.pictures import Stage

        plan, settings = self._plan, self._plan.settings
        looks = Looks(settings.reach, settings.contrast, settings.large_text, settings.brand, settings.brand_name)

        def stage(survey: Survey) -> Stage:
            self._conditions.survey = f"{survey.id} {survey.version}"
            fonts = offered(survey, self._words, settings.fonts)
            return Stage(plan.panel, survey, self._words, fonts, DUSK, looks)

        presence = self._presence()
        wiring = Wiring(
            self._words, self._recorder.is_healthy, self._watchdog.alive, settings.motion,
            viewer=self._viewer, touched=presence.touched if presence else lambda now: None,
            backlight=Backlight().set, alarm=self._bell(),
            hush=self._speaker.hush if self._speaker else lambda: None, restage=stage,
        )  # fmt: skip
        return Kiosk(self._flow, stage(survey), wiring)

    def _presence(self) -> Presence | None:
        """Somebody before the kiosk; on a thread of its own, as pins are."""
        plan = self._plan
        if plan.settings.presence_pin is None:
            return None
        board = self._closing.enter_context(Board.open())
        inputs = Inputs(board)
        presence = Presence(plan.opening or _ALWAYS, self._recorder.keep, monotonic(), now_utc())
        inputs.presence(plan.settings.presence_pin).when_changed = presence.sensed
        Thread(target=partial(_sense, inputs, presence), name="presence", daemon=True).start()
        self._closing.callback(lambda: presence.close(now_utc()))
        return presence

    def _bell(self) -> Callable[[HelpDesk], None]:
        point = self._plan.settings.help
        if point is None:
            return lambda desk: None
        light = Light(self._closing.enter_context(Board.open()), point.light) if point.light is not None else None
        return calling.Bell(
            partial(self._errands.tell, CALLS), self._errands.remember, partial(_shine, light), now_utc
        ).ring

    def _wire_buttons(self) -> None:
        settings = self._plan.settings
        if settings.buttons:
            bank = ButtonBank(settings.buttons, self.kiosk.press_button, lights=settings.lights)
            self._closing.callback(bank.close)
            self.kiosk.when_shown = partial(_light, bank)
        if settings.help and settings.help.button is not None:
            bell = ButtonBank([settings.help.button], lambda number: self.kiosk.press_help())
            self._closing.callback(bell.close)

    def _resume(self) -> None:
        """An open call and a shut door stay so over a restart; a file that cannot be opened is said on the screen."""
        now = monotonic()
        self._flow.pin_door.resume(read_tries(self._shelf.kept(DOOR), now_utc()), now)
        if self._flow.desk and (found := calling.open_call(self._shelf.kept(calling.OPEN_CALL), now_utc())):
            self._flow.desk.resume(found[0], now - found[1], now)
        if self._shelf.trouble:
            self._flow.out_of_service(now)

    def _hear_reached(self, reached: bool) -> None:
        self._conditions.reached = reached
        self.kiosk.later(lambda flow, now: flow.desk.staff_can_be_reached(reached, now) if flow.desk else None)

    def _hear_call(self, message: Mapping[str, Any]) -> None:
        if act := calling.told(message):
            self.kiosk.later(act)

    def _hear_command(self, text: str) -> None:
        if act := calling.commanded(text, now_utc()):
            self.kiosk.later(act)

    def _hear_config(self, text: str) -> None:
        self._centre.hear(text)


def _shine(light: Light | None, is_open: bool, is_urgent: bool) -> None:
    if light is not None:
        light.blink() if is_urgent else light.set(is_open)


def _sense(inputs: Inputs, presence: Presence) -> None:
    while True:
        inputs.serve(1.0)
        presence.tick(monotonic(), now_utc())


def _light(bank: ButtonBank, view: View) -> None:
    """The lights show which buttons mean something; after a press, which one was meant."""
    chosen: Hit = Face(view.answer) if view.screen == Screen.PRESSED and view.answer is not None else None
    if chosen is None and view.locked:
        bank.light_only(())
    else:
        bank.light_only(n for n, hit in enumerate(view.buttons, start=1) if (hit == chosen if chosen else hit))
