"""A zone's day from a seed, and what its quarters amount to, exactly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from events.facts import Cell
from sensors.release import Part, Tally

OPEN_SECONDS = 11 * 3600


@dataclass(frozen=True)
class Person:
    at: float
    """Seconds after opening."""
    seconds: float
    served: bool = False

    @property
    def end(self) -> float:
        return self.at + self.seconds


def day_of_people(seed: int) -> list[Person]:
    """Quiet and busy zones, short and long stays, groups that come and go together, passers-by."""
    dice = Random(seed)
    per_hour, usual = dice.choice([1, 3, 8, 20, 50]), dice.choice([8, 25, 90, 400, 1500])
    people, at = [], 0.0
    while True:
        at += dice.expovariate(per_hour / 3600)
        if at >= OPEN_SECONDS:
            return people
        stay = min(dice.lognormvariate(0, 0.8) * usual, OPEN_SECONDS - at)
        together = dice.choice([1, 1, 1, 2, 5])
        people += [Person(at, stay * dice.choice([1.0, 1.0, dice.uniform(0.2, 1)])) for _ in range(together)]


def quarters(people: Sequence[Person], cells: Sequence[Cell]) -> Iterator[tuple[Cell, Tally]]:
    opening = cells[0].start
    for cell in cells:
        start = (cell.start - opening).total_seconds()
        yield cell, tally(people, start, start + cell.seconds)


def tally(people: Sequence[Person], start: float, end: float) -> Tally:
    result = Tally()
    for number, person in enumerate(people):
        seconds = min(person.end, end) - max(person.at, start)
        if seconds > 0:
            result.parts[number] = Part(seconds, min(person.end, end) - person.at)
            result.person_seconds += seconds
        if start < person.end <= end and person.seconds >= 3:
            result.completed.append(person.seconds)
            (result.served if person.served else result.left).append(person.seconds)
    moves = sorted(
        [(max(p.at, start), 1) for p in people if p.at < end and p.end > start]
        + [(min(p.end, end), -1) for p in people if p.at < end and p.end > start]
        + [(end, 0)]
    )
    inside, since = 0, start
    for at, change in moves:
        result.occupancy[min(inside, 8)] += at - since
        inside, since = inside + change, at
    return result
