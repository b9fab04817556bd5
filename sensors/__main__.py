"""Where the eyes are wired: `floorpulse watch CLIP`, `floorpulse sensors camera | rooms`."""

import sys

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
    """The fitting rooms' service."""
    raise NotImplementedError  # wired by sensors/rooms_service.py


# ---- camera ---------------------------------------------------------------------------------------------------------


def camera(argv: Arguments) -> int:
    """The camera's service."""
    raise NotImplementedError


def watch(argv: Arguments) -> int:
    """Counts the people in a clip."""
    raise NotImplementedError


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
