"""One shopper's way through the shop, and the parties they come in."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import log
from random import Random

from events.facts import ZoneName
from simulator import floor
from simulator.floor import Point
from simulator.habits import Habits
from simulator.truth import Session, Stay

PARTY_SIZES = (0.62, 0.90, 0.97, 1.0)
"""Cumulative shares of parties of one, two, three and four."""
UTURN_SECONDS = (3.0, 8.0)


@dataclass(slots=True)
class Shopper:
    """Times are seconds after opening. Zones are entered and left in the order of `stays`."""

    number: int
    party: int
    """The number of the first of those who came together."""
    arrived: float
    speed: float
    """Metres a second."""
    turned_round: bool = False
    stays: list[tuple[ZoneName, Stay]] = field(default_factory=list)
    free_at: float = 0.0
    """When there is nothing left to do but leave, or to queue."""
    wants_room: bool = False
    wants_till: bool = False
    served_until: float = 0.0
    longest_wait: float = 0.0
    waited_for_room: bool = False
    """Whether that was before the fitting rooms; else it was in the queue."""
    session: Session | None = None
    help_missed: bool = False
    here: Point = floor.DOOR
    """Where they are when they are free."""
    left: float = 0.0

    def walk(self, target: Point) -> float:
        """Seconds from where they are to there."""
        return floor.metres(*floor.way(self.here, target)) / self.speed

    def cut(self, latest: float) -> None:
        """Nothing lasts longer than this."""
        if self.free_at > latest:
            self.free_at = latest
            self.stays = [
                (zone, Stay(stay.start, min(stay.end, latest), self.number))
                for zone, stay in self.stays
                if stay.start < latest
            ]


def parties(rates: Sequence[float], latest: float, rng: Random) -> Iterator[tuple[float, int]]:
    """Arrival time and size of each party; `rates` are expected shoppers a quarter, none arrives after `latest`."""
    mean_size = 4 - sum(PARTY_SIZES[:3])
    for quarter, rate in enumerate(rates):
        clock = quarter * 900 + rng.expovariate(1) * 900 * mean_size / rate if rate > 0 else latest
        while clock < min((quarter + 1) * 900, latest):
            yield clock, bisect_right(PARTY_SIZES, rng.random()) + 1
            clock += rng.expovariate(1) * 900 * mean_size / rate


def browse(
    number: int, at: float, size: int, displays: Sequence[ZoneName], habits: Habits, rng: Random, rooms: bool = True
) -> list[Shopper]:
    """A party walks in and looks around together, each at their own pace; what they want after that is marked."""
    turned = rng.random() < habits.turns_round
    tries, buys = rooms and rng.random() < habits.tries_on * 1.6, rng.random() < habits.buys
    stops = [index for index, display in enumerate(habits.displays[: len(displays)]) if rng.random() < display.chance]
    if len(stops) > 1 and rng.random() < 0.15:
        stops.reverse()
    party = []
    for member in range(size):
        shopper = Shopper(
            number + member, number, at + member * rng.uniform(0.6, 1.6), min(max(rng.gauss(1.15, 0.14), 0.8), 1.6)
        )
        if turned:
            _turn_round(shopper, rng)
        else:
            _look_around(shopper, stops, displays, habits, rng)
            shopper.wants_room = tries and (member == 0 or rng.random() < 0.3)
            shopper.wants_till = buys and member == 0
        party.append(shopper)
    return party


def _turn_round(shopper: Shopper, rng: Random) -> None:
    shopper.turned_round = True
    shopper.free_at = shopper.arrived + rng.uniform(*UTURN_SECONDS)


def _look_around(
    shopper: Shopper, stops: Sequence[int], displays: Sequence[ZoneName], habits: Habits, rng: Random
) -> None:
    clock, here = shopper.arrived + 1.0, -1
    for stop in stops:
        if rng.random() < 0.12:  # not everyone in a party stops everywhere
            continue
        clock += _between(here, stop) / shopper.speed
        if rng.random() < 0.12:  # a step inside and out again
            seconds = rng.uniform(0.8, 4.5)
        else:
            display = habits.displays[stop]
            seconds = min(max(rng.lognormvariate(log(display.median_seconds), display.spread), 2.0), 1500.0)
        shopper.stays.append((displays[stop], Stay(clock, clock + seconds, shopper.number)))
        clock, here = clock + seconds, stop
    shopper.free_at = clock + rng.uniform(1.5, 5.0)
    shopper.here = spot(here)


def spot(stop: int) -> Point:
    """The middle of a display; -1 is the door."""
    return floor.DOOR if stop < 0 else floor.DISPLAYS[stop % len(floor.DISPLAYS)].middle


def _between(origin: int, target: int) -> float:
    return _METRES[origin + 1][(target % len(floor.DISPLAYS) if target >= 0 else -1) + 1]


_METRES = [
    [max(floor.metres(*floor.way(spot(a), spot(b))) - 1.5, 2.0) for b in range(-1, len(floor.DISPLAYS))]
    for a in range(-1, len(floor.DISPLAYS))
]
