"""`floorpulse demo`: a whole shop on this machine, every part the real one, every part a process of its own."""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from rich.console import Console

from simulator.footage import refuse_broken_clip
from simulator.household import Household
from simulator.plan import demo_plan, live_store
from simulator.processes import Processes
from simulator.staging import Stage, StageError, floorpulse, free_port, refuse_taken_port, run

LOGIN = "demo"
HOPELESS = 10
"""Restarts in a row after which there is nothing more to say."""
READY_SECONDS = 60.0
ENDINGS = (signal.SIGINT, signal.SIGTERM)
MODELS = ("yolox-nano", "nanodet")
"""The first that is here or can be fetched."""

say = Console(stderr=True, highlight=False).print


def main(argv: list[str] | None = None) -> int:
    """Runs until Ctrl-C. Exit status 1 with one sentence when something is in the way."""
    options = _options(argv)
    for ending in ENDINGS:  # a shell's background job would ignore Ctrl-C otherwise
        signal.signal(ending, _interrupt)
    try:
        refuse_taken_port(options.port)
        _run(options)
    except StageError as error:
        say(f"floorpulse demo: {error}")
        return 1
    except KeyboardInterrupt:
        say("The shop is closed.")
    return 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="floorpulse demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8080, help="where the reports are served, on 127.0.0.1")
    parser.add_argument("--video", type=Path, help="footage for the camera at the door instead of simulated people")
    parser.add_argument("--seed", type=int, default=7, help="another seed is another history")
    parser.add_argument("--weeks", type=int, default=10, help="weeks of history")
    parser.add_argument("--fresh", action="store_true", help="forget the shop of the last demo")
    parser.add_argument("--json", action="store_true", help="print address and login as one JSON object")
    return parser.parse_args(argv)


def _interrupt(*_: object) -> None:
    """Once: a second, impatient Ctrl-C must not stop the closing half-way."""
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt


def _run(options: argparse.Namespace) -> None:
    stage = Stage(_cache() / "demo")
    if options.video:
        refuse_broken_clip(options.video)
    _furnish(stage, options)
    password = stage.login(LOGIN)
    sentence = _model()
    with ExitStack() as open_for_long:
        processes = open_for_long.enter_context(Processes(stage.folder / "logs"))
        _raise_curtain(stage, options, processes, open_for_long.callback)
        _wait_for(options.port, processes)
        _announce(options, password, sentence)
        stage.open_shop(datetime.now(UTC))
        while True:
            time.sleep(1)
            stage.still_open()
            _tend(processes)


def _tend(processes: Processes) -> None:
    """Start again what has ended, and say so: each time, until that is hopeless."""
    for name in processes.revive():
        match processes.failures(name):
            case few if few < HOPELESS:
                say(f"{name} had ended ({processes.log_of(name)}); it runs again.")
            case few if few == HOPELESS:
                say(f"{name} keeps ending ({processes.log_of(name)}); the others go on, it is tried again quietly.")


def _cache() -> Path:
    return Path(os.environ.get("FLOORPULSE_CACHE") or Path.home() / ".cache" / "floorpulse")


def _furnish(stage: Stage, options: argparse.Namespace) -> None:
    """The weeks of history, or only what is missing since the last time."""
    now = datetime.now(UTC)
    plan = demo_plan()
    if not options.fresh and stage.fits(plan, options.weeks, options.seed, now):
        stage.top_up(live_store(plan).id, options.seed, now)
        return
    say(f"Furnishing the shop with {options.weeks} weeks of history (once; a minute or two).")
    stage.build(plan, options.weeks, options.seed, now)


def _model() -> str:
    """Fetches the best model that can be had; what to tell the reader about it."""
    for name in MODELS:
        try:
            run("models", "fetch", name, failing=f"{name} cannot be fetched")
        except StageError:
            continue
        return f"The cameras count with {name}."
    return "The cameras count with our own model: no other can be fetched here."


def _raise_curtain(
    stage: Stage,
    options: argparse.Namespace,
    processes: Processes,
    at_end: Callable[..., object],
) -> None:
    """Start broker, centre, the devices of the live store and the shoppers who use them."""
    broker = free_port()
    processes.start("broker", *floorpulse("central", "broker", "--port", str(broker)))
    central = ("central", "--store", stage.store_url, "--broker", f"127.0.0.1:{broker}", "--port", str(options.port))
    processes.start("central", *floorpulse(*central))
    plan = demo_plan()
    key = stage.centre_key()
    devices = Household(plan, live_store(plan), stage.folder / "devices", broker, key, options.video)
    devices.start(processes, at_end)


def _wait_for(port: int, processes: Processes) -> None:
    web = HTTPConnection("127.0.0.1", port, timeout=2)
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            web.request("GET", "/healthz")
            if web.getresponse().status == HTTPStatus.OK:
                return
        except (OSError, HTTPException):
            time.sleep(0.2)
        finally:
            web.close()
    raise StageError(f"the reports did not come up: {processes.log_of('central')}")


def _announce(options: argparse.Namespace, password: str, sentence: str) -> None:
    address = f"http://127.0.0.1:{options.port}/"
    if options.json:
        login = {"name": LOGIN, "password": password}
        print(json.dumps({"reports": address, "login": login, "note": sentence}), flush=True)
        return
    print(f"{sentence}\nReports: {address}\nLogin: {LOGIN} {password}", flush=True)
    say("The shop is open. Ctrl-C closes it.")


if __name__ == "__main__":
    sys.exit(main())
