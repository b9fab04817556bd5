"""The roll-ups: one family of columns per kind of fact, all sums of whole numbers, so that they merge by adding.

Every family is keyed by (site, start, length, device) and its own keys; `start` is in seconds since 1970 UTC, `length`
in seconds. Sums alone can be merged in any order, and a wider cell adds to narrower ones without knowing of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from events.bins import BINS, HESITATION_EDGES
from events.facts import CameraState


@dataclass(frozen=True, eq=False)
class Family:
    """The keys beyond site, time and device, and the columns that add up."""

    name: str
    keys: tuple[str, ...]
    sums: tuple[str, ...]

    @cached_property
    def places(self) -> dict[str, int]:
        """Column name -> its place in a row that is read: start, length, device, keys, sums."""
        names = ("start", "length", "device", *self.keys, *self.sums)
        return {column: place for place, column in enumerate(names)}

    @cached_property
    def runs(self) -> dict[str, range]:
        """Name of a histogram -> the places of its columns: `served` for `served_0` .. `served_17`."""
        runs: dict[str, range] = {}
        for place, column in enumerate(self.sums):
            name, _, digits = column.rpartition("_")
            if digits.isdecimal():
                runs[name] = range(runs[name].start if name in runs else place, place + 1)
        return runs


def run(name: str, length: int = BINS) -> Iterator[str]:
    """Column names of a histogram."""
    return (f"{name}_{place}" for place in range(length))


TAPS = Family("roll_taps", ("question", "kind", "scale", "answer"), ("raw", "clean", "flagged"))
"""Taps by answer in UTC quarters; answer -1 hit no face. A tap flagged `test` is in none of them."""
REASONS = Family("roll_reasons", ("question", "reason"), ("votes",))
CROSSINGS = Family("roll_crossings", ("line",), ("cells", "ins", "outs", "uturns", "valid_seconds"))
ZONES = Family("roll_zones", ("zone",), ("cells", "valid_seconds", "entries", "stays"))
DWELL = Family("roll_dwell", ("zone",), ("born_inside", "from_boundary", *run("completed"), *run("censored")))
OCCUPANCY = Family("roll_occupancy", ("zone",), ("valid_seconds", "person_seconds", *run("people", 9)))
QUEUES = Family("roll_queues", ("zone",), (*run("served"), *run("left")))
ROOMS = Family("roll_rooms", ("room_group",), ("cells", "sessions", "arrivals", "checks"))
ROOM_USE = Family(
    "roll_room_use",
    ("room_group",),
    (
        *("seconds", "room_seconds", "occupied_seconds", "saturated_seconds", "no_wait", "turned_away"),
        *run("session"),
        *run("wait"),
    ),
)
CALLS = Family(
    "roll_calls",
    ("room_group",),
    ("calls", "answered", "unanswered", "withdrawn", "within_120", "at_once", *run("answer")),
)
"""`at_once`: answered in under 3 s, below the first bin of `answer`."""
IMPRESSIONS = Family("roll_impressions", (), ("presences", "tapped", *run("hesitation", len(HESITATION_EDGES) - 1)))
CAMERAS = Family("roll_cameras", ("view",), ("cells", "valid_seconds", *(state.value for state in CameraState)))
HEARD = Family("roll_heard", (), ("facts", "unrecorded_taps"))
"""Quarters in which a device sent what it sends whether or not anything happens: the measure of completeness."""

FAMILIES = (
    TAPS, REASONS, CROSSINGS, ZONES, DWELL, OCCUPANCY, QUEUES, ROOMS, ROOM_USE, CALLS, IMPRESSIONS, CAMERAS, HEARD
)  # fmt: skip
