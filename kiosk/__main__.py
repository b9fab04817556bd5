"""The shopper's screen: a face, a reason perhaps, and thanks once the answer is safe on the disk."""

import argparse
import json
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from events.facts import EventId
from events.settings import ConfigError, Device, load, read
from events.survey import Survey
from hardware.buttons import ButtonBank
from hardware.watchdog import Watchdog
from kiosk.flow import Flow
from kiosk.fonts import Fonts, offered
from kiosk.glass import Said, Screen
from kiosk.layout import Panel, too_small
from kiosk.palette import DUSK
from kiosk.recorder import Record, Recorder
from kiosk.settings import Settings
from kiosk.survey import BUILT_IN, read_survey
from kiosk.view import Looks, View
from kiosk.window import open_window, save_screenshot
from kiosk.words import read_words
from sync.inbox import Inbox
from sync.outbox import UNRECORDED_TAPS, open_outbox

if TYPE_CHECKING:
    from kiosk.app import Kiosk
    from kiosk.shoppers import Shoppers


class Plan(NamedTuple):
    """What was checked before a window opens."""

    device: Device
    settings: Settings
    survey: Survey
    panel: Panel


def main(argv: Sequence[str]) -> int:
    """Run the kiosk until it is told to stop; 0 then. A configuration that cannot be used ends it with a sentence."""
    logging.basicConfig(format="%(name)s: %(message)s")
    options = _options(argv)
    try:
        plan = _plan(options)
        return _run(plan, options)
    except (ConfigError, ValueError, OSError) as error:
        sys.exit(f"floorpulse kiosk: {error}")


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("floorpulse kiosk", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="the device's TOML")
    parser.add_argument("--size", type=_size, default=(1280, 800), help="window or panel in pixels, e.g. 800x480")
    parser.add_argument("--fullscreen", action="store_true", help="fill the panel; no way out by keys")
    parser.add_argument("--shoppers", metavar="-", choices=["-"], help="take touches from standard input, as JSON")
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help="write the first frame as PNG, and end")
    return parser.parse_args(argv)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and 320 <= min(int(width), int(height)) <= 8192):
        raise argparse.ArgumentTypeError(
            f"a panel is written 1280x800, with at least 320 pixels each way, not {text!r}"
        )
    return int(width), int(height)


def _plan(options: argparse.Namespace) -> Plan:
    tables = load(options.config)
    if "device" not in tables:
        raise ConfigError(f"{options.config}: the table [device] is missing")
    device = read(Device, tables["device"], "device")
    settings = read(Settings, tables.get("kiosk", {}), "kiosk")
    survey = read_survey(options.config.parent / settings.survey if settings.survey else BUILT_IN)
    if settings.question:
        survey = survey.asking(settings.question)
    plan = Plan(device, settings, survey, Panel(options.size[0], options.size[1], settings.panel_inches))
    if not options.fullscreen:
        _refuse_what_does_not_fit(plan)
    return plan


def _refuse_what_does_not_fit(plan: Plan) -> None:
    for question in plan.survey.question:
        if why := too_small(plan.panel, len(question.answers), plan.settings.reach):
            raise ConfigError(f"question {question.name}: {why}")


def _run(plan: Plan, options: argparse.Namespace) -> int:
    fonts = offered(plan.survey, read_words(), plan.settings.fonts)
    if plan.settings.language not in fonts:
        raise ConfigError(f"kiosk.language: {plan.settings.language!r} cannot be shown here, only {', '.join(fonts)}")
    panel = plan.panel
    window = open_window(panel.width, panel.height, options.fullscreen, plan.settings.touch_device)
    if options.fullscreen:
        plan = plan._replace(panel=Panel(int(window.width), int(window.height), panel.inches))
        _refuse_what_does_not_fit(plan)
    with ExitStack() as closing:
        outbox = open_outbox(plan.device)
        closing.callback(outbox.close)
        late = partial(Inbox(plan.device.state).add_to_state, UNRECORDED_TAPS, 1)
        watchdog = Watchdog()
        closing.callback(watchdog.stopping)
        kiosk = _wired(plan, fonts, outbox.add, late, watchdog, closing)
        _serve(kiosk, window, options, watchdog)
    return 0


def _wired(
    plan: Plan,
    fonts: dict[str, Fonts],
    record: Record,
    late: Callable[[], None],
    watchdog: Watchdog,
    closing: ExitStack,
) -> "Kiosk":
    """All parts together; `closing` takes them apart again."""
    from kiosk.app import Kiosk, Wiring
    from kiosk.pictures import Stage

    settings, words = plan.settings, read_words()
    recorder = Recorder(record, lambda outcome: kiosk.outcome(outcome), late)
    closing.callback(recorder.close)
    flow = Flow(plan.survey, recorder.store, settings.language, _tell)
    looks = Looks(settings.reach, settings.contrast, settings.large_text, settings.brand, settings.brand_name)
    stage = Stage(plan.panel, plan.survey, words, fonts, DUSK, looks)
    wiring = Wiring(words, recorder.is_healthy, watchdog.alive, motion=settings.motion)
    kiosk = Kiosk(flow, stage, wiring)
    closing.callback(kiosk.close)
    if settings.buttons:
        bank = ButtonBank(settings.buttons, kiosk.press_button, lights=settings.lights)
        closing.callback(bank.close)
        kiosk.when_shown = partial(_light, bank, flow)
    return kiosk


def _light(bank: ButtonBank, flow: Flow, view: View) -> None:
    """The lights ask as the faces do, and answer as they do."""
    if view.screen == Screen.QUESTION and not view.locked:
        bank.light_all()
    else:
        bank.light(flow.question.answers.index(view.answer) + 1 if view.answer is not None else None)


def _serve(kiosk: "Kiosk", window: Any, options: argparse.Namespace, watchdog: Watchdog) -> None:
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
