"""Where the eyes are wired: `floorpulse watch CLIP`, `floorpulse sensors camera | rooms`."""

import logging
import sys
from functools import partial
from time import monotonic

from events.codec import now_utc
from sensors.rooms_service import RoomsService

Arguments = list[str]

USAGE = """usage: floorpulse sensors camera | rooms [--help]

  camera   count the people that a camera sees, and record what may be said of them
  rooms    turn doors, presence and call buttons of the fitting rooms into summaries and calls"""


def main(argv: Arguments) -> int:
    """One service of the eyes; exit status 0 when it ended as asked."""
    services = {"camera": camera, "rooms": rooms}
    name, rest = (argv[:1] or ["--help"])[0], argv[1:]
    if name in ("-h", "--help"):
        print(USAGE)
        return 0
    if name not in services:
        sys.exit(f"floorpulse sensors: there is no service {name!r}; it is camera or rooms")
    return services[name](rest)


# ---- rooms ----------------------------------------------------------------------------------------------------------


def rooms(argv: Arguments) -> int:
    """The fitting rooms' service; runs until SIGTERM or Ctrl-C."""
    from hardware.board import Board
    from hardware.inputs import Inputs
    from hardware.lights import Light
    from hardware.watchdog import Watchdog
    from sensors import rooms_command as command
    from sync.outbox import open_outbox

    options = command.options(argv)
    logging.basicConfig(format=f"{command.NAME}: %(message)s", level=logging.INFO)
    try:
        setup = command.read_setup(options.config)
        with (
            command.until_stopped() as stopped,
            open_outbox(setup.device) as outbox,
            Board.simulated() if options.moves else Board.open() as board,
        ):
            inputs, set_light = Inputs(board), command.light_switch(setup.rooms, partial(Light, board))
            now = monotonic()
            service = RoomsService(setup.rooms, setup.opening, outbox.add, set_light, now, now_utc())
            command.wire(service, setup.rooms, inputs, now)
            if options.moves:
                command.follow_moves(board.move)
            command.serve(service, inputs, Watchdog(), stopped)
    except (ValueError, OSError) as error:
        sys.exit(f"{command.NAME}: {error}")
    return 0


# ---- camera ---------------------------------------------------------------------------------------------------------


def camera(argv: Arguments) -> int:
    """The camera's service."""
    raise NotImplementedError


def watch(argv: Arguments) -> int:
    """Counts the people in a clip."""
    raise NotImplementedError


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
