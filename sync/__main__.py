"""`floorpulse sync` and `floorpulse sync create`."""

import argparse
import logging
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from events.settings import ConfigError, Device
from sync.clock import device_clock
from sync.inbox import Inbox
from sync.outbox import create, open_outbox
from sync.place import usable
from sync.service import Service
from sync.settings import Sync, load, load_device

DESCRIPTION = "Send what the device has recorded until the centre has it, and take in what is meant for the device."


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    logging.basicConfig(stream=sys.stderr, format="floorpulse sync: %(message)s", level=logging.INFO)
    try:
        if options.task == "create":
            return _create(load_device(options.config))
        return _run(*load(options.config))
    except (ConfigError, OSError) as error:
        sys.exit(f"floorpulse sync: {error}")


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="floorpulse sync", description=DESCRIPTION)
    parser.add_argument(
        "task",
        nargs="?",
        choices=["run", "create"],
        default="run",
        help="run: until stopped; create: make the device's shared file, or look it over, and end",
    )
    parser.add_argument("--config", type=Path, required=True, help="the device's TOML file")
    return parser.parse_args(argv)


def _create(device: Device) -> int:
    with usable(device.state):
        aside = create(device.state)
    if aside:
        print(
            f"floorpulse sync: the shared file was damaged; it lies at {aside} now, a new one serves", file=sys.stderr
        )
    return 0


def _run(device: Device, settings: Sync) -> int:
    """Until SIGTERM or Ctrl-C."""
    stop = _Stop()
    with open_outbox(device) as outbox:
        service = Service(outbox, Inbox(device.state), settings, device_clock(), device.state, device.results)
        try:
            while not stop.asked:
                service.step(time.monotonic())
        finally:
            service.close()
    return 0


class _Stop:
    """SIGTERM and Ctrl-C ask; the round in progress is finished."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


if __name__ == "__main__":
    sys.exit(main())
