"""Where the kiosk is wired: window, outbox, buttons, voice, and what comes in from the centre."""

import json
import logging
import signal
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from getpass import getpass
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from events.codec import now_utc
from events.envelope import NotRecorded
from events.facts import EventId, Fact
from events.hours import OpeningHours, parse_hours
from events.settings import ConfigError
from events.survey import Survey
from hardware.backlight import Backlight
from hardware.board import Board
from hardware.buttons import ButtonBank
from hardware.health import board_health
from hardware.inputs import Inputs
from hardware.lights import Light
from hardware.speech import Speaker
from hardware.watchdog import Watchdog
from kiosk import calling, centre, command
from kiosk.asking import Asking
from kiosk.command import Plan
from kiosk.errands import CALLS, Ears, Errands
from kiosk.fitting import why_not
from kiosk.flow import Flow
from kiosk.fonts import offered
from kiosk.glass import Face, Hit, Said, Screen
from kiosk.helping import HelpDesk
from kiosk.layout import Panel
from kiosk.palette import DUSK
from kiosk.presence import Presence
from kiosk.pushes import Letterbox, kept_push
from kiosk.recorder import Recorder
from kiosk.remembered import DOOR, LANGUAGE, kept_language, kept_tries, read_language, read_tries
from kiosk.staffdoor import Tries, hashed, pin_check
from kiosk.view import Looks, View
from kiosk.viewing import Staff, Viewer
from kiosk.ways import Ways
from kiosk.window import open_window, save_screenshot
from kiosk.words import read_words
from sync.health import software
from sync.inbox import Inbox
from sync.outbox import UNRECORDED_TAPS, Outbox, open_outbox

if TYPE_CHECKING:
    from kiosk.app import Kiosk
    from kiosk.shoppers import Shoppers

FACTS_SECONDS = 5.0
HOT_C = 75.0
_MISTAKES = (IsADirectoryError, NotADirectoryError, FileExistsError, PermissionError)
"""Of a configuration; any other failure of a disk is an ordinary day."""
_ALWAYS = OpeningHours("UTC", (parse_hours("04:00-04:00"),) * 7)
log = logging.getLogger("kiosk")


def main(argv: Sequence[str]) -> int:
    """Run the kiosk until it is told to stop; 0 then. A configuration that cannot be used ends it with a sentence."""
    logging.basicConfig(format="%(name)s: %(message)s")
    options = command.options(argv)
    try:
        if options.hash_pin:
            print(hashed(getpass("PIN: ") if sys.stdin.isatty() else sys.stdin.readline().strip()))
            return 0
        return _run(command.read_plan(options), options)
    except (ConfigError, ValueError, OSError) as error:
        sys.exit(f"floorpulse kiosk: {error}")


def _run(plan: Plan, options: Any) -> int:
    settings = plan.settings
    fonts = offered(plan.survey, read_words(), settings.fonts)
    if settings.language not in fonts:
        raise ConfigError(f"kiosk.language: {settings.language!r} cannot be shown here, only {', '.join(fonts)}")
    panel = plan.panel
    window = open_window(panel.width, panel.height, options.fullscreen, settings.touch_device)
    if options.fullscreen:
        plan = plan._replace(panel=Panel(int(window.width), int(window.height), panel.inches))
        command.refuse_what_does_not_fit(plan)
    with ExitStack() as closing:
        store = Shelf(plan)
        closing.callback(store.close)
        watchdog = Watchdog()
        closing.callback(watchdog.stopping)
        kiosk = Wall(plan, store, watchdog, closing).kiosk
        _serve(kiosk, window, options, watchdog)
    return 0


class Shelf:
    """The shared file, outbox and inbox; where it cannot be opened today, it is tried again by whoever needs it.

    ConfigError when it never will: the configuration names something that is no file.
    """

    def __init__(self, plan: Plan) -> None:
        self._device = plan.device
        self._outbox: Outbox | None = None
        self._inbox: Inbox | None = None
        self.trouble: str | None = None
        """Why it could not be opened at the start."""
        try:
            self._outbox = open_outbox(self._device)
        except ConfigError as error:
            if isinstance(error.__cause__, _MISTAKES) and "read-only" not in str(error):
                raise
            self.trouble = str(error)
            log.warning("%s", error)

    def record(self, fact: Fact) -> EventId:
        """`Outbox.add`."""
        try:
            self._outbox = self._outbox or open_outbox(self._device)
        except ConfigError as error:
            raise NotRecorded(str(error)) from error
        return self._outbox.add(fact)

    def inbox(self) -> Inbox:
        """ConfigError, which is a ValueError, where it cannot be opened now."""
        self._inbox = self._inbox or Inbox(self._device.state)
        return self._inbox

    def kept(self, key: str) -> str | None:
        """What was kept for this start; None when there is nothing, or it cannot be read."""
        try:
            return self.inbox().state(key)
        except (ValueError, sqlite3.Error) as error:  # a kiosk without memory still serves
            log.warning("the shared file cannot be used now: %s", error)
            return None

    def backlog(self) -> str:
        return str(self._outbox.backlog().total) if self._outbox else ""

    def late(self) -> None:
        """Count a shopper who was told 'sorry'; where even that cannot be kept, it is in the log."""
        try:
            self.inbox().add_to_state(UNRECORDED_TAPS, 1)
        except (ValueError, sqlite3.Error) as error:
            log.warning("not counted: %s", error)

    def close(self) -> None:
        if self._outbox:
            self._outbox.close()


class Wall:
    """All parts together; `closing` takes them apart again."""

    def __init__(self, plan: Plan, shelf: Shelf, watchdog: Watchdog, closing: ExitStack) -> None:
        self._plan, self._shelf, self._watchdog, self._closing = plan, shelf, watchdog, closing
        self._words, self._facts = read_words(), Facts(plan, shelf)
        self._fits = partial(why_not, panel=plan.panel, words=self._words, folder=plan.settings.fonts,
                             language=plan.settings.language, reach=plan.settings.reach)  # fmt: skip
        survey, seen = self._survey()
        self._facts.survey = f"{survey.id} {survey.version}"
        self._recorder = Recorder(shelf.record, lambda outcome: self.kiosk.outcome(outcome), shelf.late)
        closing.callback(self._recorder.close)
        self._speaker = Speaker() if plan.settings.speech else None
        self._viewer = self._viewing()
        self._flow = Flow(survey, self._recorder.store, self._language(survey), _tell, self._ways())
        ears = Ears(self._hear_reached, self._hear_call, self._hear_command, self._hear_config, self._facts.look)
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
        viewer = Viewer(self._words, plan.opening, night=plan.settings.night, staff=self._facts.rows)
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
            self._facts.survey = f"{survey.id} {survey.version}"
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
        self._facts.reached = reached
        self.kiosk.later(lambda flow, now: flow.desk.staff_can_be_reached(reached, now) if flow.desk else None)

    def _hear_call(self, message: Mapping[str, Any]) -> None:
        if act := calling.told(message):
            self.kiosk.later(act)

    def _hear_command(self, text: str) -> None:
        if act := calling.commanded(text, now_utc()):
            self.kiosk.later(act)

    def _hear_config(self, text: str) -> None:
        self._centre.hear(text)


class Facts:
    """What the staff's page tells of the device; gathered on the errands' thread, as a disk may hang."""

    def __init__(self, plan: Plan, shelf: Shelf) -> None:
        self._plan, self._shelf = plan, shelf
        self.survey = self._backlog = self._health = self._contact = ""
        self.reached = False
        self._looked = float("-inf")

    def look(self) -> None:
        """Every round; gathers every 5 s."""
        if self.reached:
            self._contact = f"{datetime.now():%H:%M}"
        if monotonic() - self._looked >= FACTS_SECONDS:
            self._looked = monotonic()
            self._backlog, self._health = self._shelf.backlog(), _complaints()

    def rows(self) -> Staff:
        return {
            "device": str(self._plan.device.device), "version": software(), "survey": self.survey,
            "backlog": self._backlog or "?", "sync": self._contact, "health": self._health,
        }  # fmt: skip


def _complaints() -> str:
    health = board_health()
    warm = [f"{health.temperature_c:.0f} C"] if (health.temperature_c or 0) >= HOT_C else []
    return ", ".join([*warm, *["under-voltage"] * bool(health.under_voltage), *["throttled"] * bool(health.throttled)])


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


def _serve(kiosk: "Kiosk", window: Any, options: Any, watchdog: Watchdog) -> None:
    """Show the kiosk until SIGTERM or SIGINT."""
    from kivy.base import EventLoop, runTouchApp, stopTouchApp

    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    shoppers = _listen(kiosk) if options.shoppers else None
    runTouchApp(kiosk, embedded=True)
    EventLoop.idle()
    watchdog.ready()
    if options.screenshot:
        save_screenshot(options.screenshot, *map(int, window.size))
        stopping.set()
    else:
        _say({"ready": True})
    while not (stopping.is_set() or EventLoop.quit):
        EventLoop.idle()
        window.mainloop()
    stopTouchApp()
    del shoppers  # Kivy's clock holds it weakly, and it outlives its input


def _listen(kiosk: "Kiosk") -> "Shoppers":
    from kiosk.shoppers import Shoppers

    shoppers = Shoppers(kiosk, lambda: _say({"missed": True}))
    lines = partial(shoppers.listen, sys.stdin, lambda sentence: print(sentence, file=sys.stderr, flush=True))
    Thread(target=lines, name="shoppers", daemon=True).start()
    return shoppers


def _tell(said: Said, event: EventId | None) -> None:
    _say({str(said): event or True})


def _say(line: dict[str, Any]) -> None:
    try:
        print(json.dumps(line), flush=True)
    except BrokenPipeError:  # nobody listens any more; shoppers still come
        sys.stdout = None  # type: ignore[assignment]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
