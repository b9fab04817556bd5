"""What shoppers say at the kiosks, and why: long waits make unhappy taps; children hammer; staff try the buttons."""

from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING

from events.facts import DeviceId, TapFlag
from events.site import PlaceKind
from simulator.habits import Habits
from simulator.shopper import Shopper
from simulator.truth import Press, Truth

if TYPE_CHECKING:
    from simulator.shop import Layout

LONG_WAIT_SECONDS = 180.0
QUEUE, SERVICE, ROOMS, PRICE, CHOICE, TIDY = "queue", "service", "fitting_room", "price", "choice", "cleanliness"
"""The reasons of the kiosk's own survey."""
UNHAPPY_REASONS = (SERVICE, PRICE, PRICE, CHOICE, CHOICE, TIDY)
HAPPY_REASONS = (SERVICE, SERVICE, CHOICE, CHOICE, PRICE, TIDY)
NAMES_A_REASON = 0.45
HAMMERED = 2
"""So many of the kiosks stand where children wait."""


def answer(truth: Truth, layout: "Layout", habits: Habits, shoppers: Sequence[Shopper], rng: Random) -> None:
    """Every press of the day, in order of time."""
    for shopper in shoppers:
        if shopper.turned_round:
            continue
        _at(truth, layout.kiosks.get(PlaceKind.EXIT), shopper, shopper.left - 4, habits.responds, habits, rng)
        if shopper.session is not None:
            at = shopper.session.end + 12
            _at(truth, layout.kiosks.get(PlaceKind.FITTING_ROOMS), shopper, at, habits.responds * 2.2, habits, rng)
        if shopper.served_until:
            _at(truth, layout.kiosks.get(PlaceKind.CHECKOUT), shopper, shopper.free_at, habits.responds, habits, rng)
        for zone, stay in shopper.stays:
            if zone in layout.zone_kiosks and stay.seconds > 20:
                device = layout.zone_kiosks[zone]
                _at(truth, device, shopper, stay.end - 2, habits.responds * 0.8, habits, rng)
    devices = [*layout.kiosks.values(), *layout.zone_kiosks.values()]
    if devices:
        _children(truth, devices, habits, rng)
        _tests(truth, devices, habits, rng)
    truth.presses.sort(key=lambda press: (press.at, press.device))


def _at(
    truth: Truth, device: DeviceId | None, shopper: Shopper, at: float, responds: float, habits: Habits, rng: Random
) -> None:
    """The angry tap more readily than the content."""
    angry = 1.6 if shopper.longest_wait > LONG_WAIT_SECONDS or shopper.help_missed else 1.0
    if device is None or rng.random() >= responds * angry:
        return
    level = face(habits.mood, shopper.longest_wait, shopper.help_missed, rng)
    reason = _why(level, shopper, rng) if rng.random() < NAMES_A_REASON else ""
    at = min(max(at, 1.0), truth.seconds - 10)
    truth.presses.append(
        Press(at, device, level, (), reason, at + rng.uniform(1.5, 6), shopper.longest_wait, shopper.number)
    )


def face(mood: float, wait_seconds: float, help_missed: bool, rng: Random) -> int:
    """1 best .. 4; each minute beyond the first costs, and so does a call that nobody answered."""
    happiness = mood + rng.gauss(0, 0.19) - 0.075 * min(max(wait_seconds - 60, 0) / 60, 7) - 0.3 * help_missed
    return 1 if happiness > 0.66 else 2 if happiness > 0.47 else 3 if happiness > 0.3 else 4


def _why(level: int, shopper: Shopper, rng: Random) -> str:
    if level <= 2:
        return rng.choice(HAPPY_REASONS)
    if shopper.longest_wait > LONG_WAIT_SECONDS and rng.random() < 0.75:
        return ROOMS if shopper.waited_for_room else QUEUE
    if shopper.help_missed and rng.random() < 0.75:
        return ROOMS
    return QUEUE if rng.random() < 0.06 else rng.choice(UNHAPPY_REASONS)


def _children(truth: Truth, devices: Sequence[DeviceId], habits: Habits, rng: Random) -> None:
    """A child hammers one face: the first tap is a vote, the others repeat it, and soon they are a burst."""
    while rng.random() < habits.children_a_day / (1 + habits.children_a_day):
        at, device = rng.uniform(*habits.children_come) * truth.seconds, rng.choice(devices[:HAMMERED])
        first = rng.randint(1, 4)
        for count in range(rng.randint(4, 14)):
            level = first if rng.random() < 0.7 else rng.randint(1, 4)
            flags = (TapFlag.REPEAT,) if count else ()
            truth.presses.append(Press(at, device, level, (*flags, TapFlag.BURST) if count > 4 else flags))
            at += rng.uniform(0.25, 1.1)


def _tests(truth: Truth, devices: Sequence[DeviceId], habits: Habits, rng: Random) -> None:
    """In the first minutes somebody of the staff presses every face once."""
    for device in devices:
        if rng.random() < habits.tests:
            at = rng.uniform(30, 300)
            truth.presses += [Press(at + 2.5 * step, device, step + 1, (TapFlag.TEST,)) for step in range(4)]
