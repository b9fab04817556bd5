"""floorpulse: what shoppers say and what they do, on one page. Every line below is a room of the house."""

import sys
from importlib import import_module

COMMANDS = {
    "demo": ("simulator.demo:main", "run a whole shop on this machine"),
    "kiosk": ("kiosk.__main__:main", "the shopper's screen"),
    "sensors": ("sensors.__main__:main", "the eyes: camera, rooms, the staff's marker"),
    "sync": ("sync.__main__:main", "the way out and in: outbox to broker"),
    "central": ("central.__main__:main", "collector, store, reports and site setup"),
    "watch": ("sensors.__main__:watch", "count the people in a clip"),
    "zones": ("sensors.__main__:zones", "draw lines and zones on the floor of a clip"),
    "models": ("edge_models.__main__:main", "list, fetch and verify person detectors"),
    "simulate": ("simulator.__main__:main", "a shop in a box: history, live, clips, with exact truth"),
    "doctor": ("sync.doctor:main", "look after a device: read its outbox back"),
    "units": ("sync.units_command:main", "the services of a device, each in a sandbox of its own"),
    "bench": ("bench.__main__:main", "measure, side by side with the peers"),
}


def main() -> int:
    """Run one command; exit status 0 when it did what was asked."""
    name, rest = (sys.argv[1:2] or ["--help"])[0], sys.argv[2:]
    if name in ("-h", "--help"):
        print(usage())
        return 0
    if name not in COMMANDS:
        print(f"floorpulse: there is no command {name!r}; floorpulse --help lists them", file=sys.stderr)
        return 2
    module, function = COMMANDS[name][0].split(":")
    return int(getattr(import_module(module), function)(rest) or 0)


def usage() -> str:
    """The table of contents."""
    lines = (f"  {name:<10} {words}" for name, (_, words) in COMMANDS.items())
    return "\n".join(["usage: floorpulse COMMAND [--help]", "", *lines])


if __name__ == "__main__":
    sys.exit(main())
