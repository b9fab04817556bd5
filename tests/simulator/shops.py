"""Days of the demo chain for the tests."""

from datetime import UTC, date, datetime
from functools import cache

from events.site import Store
from simulator.habits import habits_of
from simulator.plan import demo_plan
from simulator.shop import play
from simulator.truth import Truth

SATURDAY = date(2026, 3, 7)
NOON = datetime(2026, 3, 4, 12, 7, tzinfo=UTC)


def store(name: str = "avenida") -> Store:
    return next(store for store in demo_plan().stores if store.id == name)


@cache
def day(name: str = "avenida", seed: int = 3, when: date = SATURDAY) -> Truth:
    one = store(name)
    span = one.hours.opening.span(when)
    assert span
    return play(one, habits_of(one.id, 4), when, span, seed)[0]
