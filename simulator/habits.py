"""What the shoppers and the staff of a store are like: the dials of the simulation."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from math import cos, pi

from events.facts import StoreId


@dataclass(frozen=True)
class Display:
    """How many stop there, and for how long."""

    chance: float
    median_seconds: float
    spread: float = 0.85
    """Standard deviation of the logarithm."""


@dataclass(frozen=True)
class Habits:
    visitors: float
    """Shoppers on a mean day, U-turns included."""
    hourly: tuple[float, ...]
    """24 weights by local hour."""
    displays: tuple[Display, ...]
    """In the order of the plan's display zones."""
    weekly: tuple[float, ...] = (0.85, 0.85, 0.9, 1.0, 1.2, 1.45, 0.75)
    turns_round: float = 0.06
    """Share of parties that turn round in the door."""
    passers_by: float = 2.2
    """Passers-by for each shopper."""
    buys: float = 0.5
    """Share of parties that go to the till."""
    tills: tuple[int, ...] = (2,) * 24
    """Staffed tills by local hour."""
    service_seconds: float = 95.0
    patience_seconds: float = 520.0
    """Median wait at which a shopper leaves the queue."""
    tries_on: float = 0.2
    try_on_seconds: float = 400.0
    calls: float = 0.22
    """Share of fitting-room sessions with a call for help."""
    answer_seconds: float = 65.0
    """Mean time until staff come on a quiet day."""
    answers: float = 0.9
    """Share of calls that staff notice at all."""
    responds: float = 0.11
    """Share of shoppers who tap on the way out."""
    mood: float = 0.75
    """0 sour .. 1 delighted, before anything happens in the shop."""
    children_a_day: float = 1.2
    """Times a day a child hammers a kiosk."""
    children_come: tuple[float, float] = (0.4, 0.75)
    """From when to when, as shares of the open hours: in the afternoon."""
    tests: float = 0.35
    """Chance that staff try the kiosk at opening."""

    def season(self, day: date) -> float:
        """Busier towards December and a little in June."""
        turn = 2 * pi * day.timetuple().tm_yday / 365.25
        return 1 + 0.10 * cos(turn) + 0.05 * cos(2 * turn)


def _hours(**peaks: float) -> tuple[float, ...]:
    """24 weights from `h12=9` pairs, straight lines between them, zero outside the first and the last."""
    known = sorted((int(name[1:]), weight) for name, weight in peaks.items())
    weights = [0.0] * 24
    for (first, low), (last, high) in pairwise(known):
        for hour in range(first, last + 1):
            weights[hour] = low + (high - low) * (hour - first) / (last - first)
    return tuple(weights)


def _tills(quiet: int, busy: int, *busy_hours: int) -> tuple[int, ...]:
    return tuple(busy if hour in busy_hours else quiet for hour in range(24))


HARBOUR = Habits(
    visitors=860,
    hourly=_hours(h10=3, h13=7, h15=6, h17=9, h19=4),
    displays=(Display(0.5, 25), Display(0.42, 56), Display(0.34, 66), Display(0.28, 44)),
    tills=_tills(1, 2, 11, 12, 13, 14, 15, 16, 17, 18, 19),
    service_seconds=88,
    mood=0.8,
    answers=0.97,
    answer_seconds=45,
    responds=0.12,
)
"""The flagship, the strong one: long stays, enough staff, a rush after work that the tills keep up with."""
AVENIDA = Habits(
    visitors=980,
    hourly=_hours(h10=2, h12=6, h14=4, h18=9, h20=6),
    displays=(Display(0.55, 18), Display(0.44, 42), Display(0.44, 50), Display(0.46, 64)),
    tills=_tills(1, 2, 11, 12, 13, 14, 20),
    service_seconds=98,
    patience_seconds=320,
    tries_on=0.11,
    answers=0.95,
    answer_seconds=55,
    mood=0.78,
    responds=0.09,
)
"""The one with the queue: a single till after work and on Saturday afternoons, and taps that say so."""
ARCADE = Habits(
    visitors=430,
    hourly=_hours(h10=3, h12=6, h16=7, h18=4),
    displays=(Display(0.7, 22), Display(0.46, 44), Display(0.4, 52), Display(0.22, 30)),
    tills=_tills(1, 2, 13, 14, 15, 16),
    service_seconds=85,
    tries_on=0.3,
    try_on_seconds=480,
    calls=0.3,
    answers=0.88,
    answer_seconds=80,
    mood=0.79,
    responds=0.11,
)
"""Small, and short of help in the fitting rooms: they are full at peaks, and many a call is answered late or never."""
TERMINAL = Habits(
    visitors=820,
    hourly=_hours(h0=2, h3=1, h5=4, h8=9, h11=6, h14=7, h18=9, h21=5, h23=3),
    displays=(Display(0.6, 12, 0.75), Display(0.4, 20, 0.8), Display(0.4, 25, 0.8), Display(0.42, 22, 0.8)),
    weekly=(1.05, 0.95, 0.95, 1.05, 1.2, 0.9, 1.0),
    tills=_tills(1, 2, 8, 18),
    service_seconds=85,
    patience_seconds=300,
    tries_on=0.15,
    try_on_seconds=280,
    answers=0.96,
    answer_seconds=50,
    mood=0.75,
    responds=0.07,
    children_a_day=0.8,
)
"""Travellers in a hurry, open round the clock: the live store of the demo, average in most things."""

HABITS = {
    StoreId("harbour"): HARBOUR,
    StoreId("avenida"): AVENIDA,
    StoreId("arcade"): ARCADE,
    StoreId("terminal"): TERMINAL,
}


def habits_of(store: StoreId, displays: int) -> Habits:
    """The store's habits, else the flagship's; as many displays as its plan has."""
    habits = HABITS.get(store, HARBOUR)
    spots = tuple(habits.displays[index % len(habits.displays)] for index in range(displays))
    return replace(habits, displays=spots)
