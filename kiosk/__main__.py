"""The kiosk's process: from its configuration to a window that serves until it is told to stop."""

import json
import logging
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from getpass import getpass
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from events.facts import EventId
from events.settings import ConfigError
from hardware.watchdog import Watchdog
from kiosk import command
from kiosk.command import Plan
from kiosk.fonts import offered
from kiosk.glass import Said
from kiosk.layout import Panel
from kiosk.staffdoor import hashed
from kiosk.window import open_window, save_screenshot
from kiosk.wiring.shelf import Shelf
from kiosk.wiring.wall import Wall
from kiosk.words import read_words

if TYPE_CHECKING:
    from kiosk.app import Kiosk
    from kiosk.shoppers import Shoppers


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
        shelf = Shelf(plan)
        closing.callback(shelf.close)
        watchdog = Watchdog()
        closing.callback(watchdog.stopping)
        kiosk = Wall(plan, shelf, watchdog, closing, _tell).kiosk
        _serve(kiosk, window, options, watchdog)
    return 0


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
