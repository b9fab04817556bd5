"""The queue at the tills: first come, first served, by as many staff as the hour has; some lose patience."""

from collections.abc import Sequence
from math import log
from random import Random

from simulator import floor
from simulator.habits import Habits
from simulator.shopper import Shopper
from simulator.truth import Wait

SHORTEST_WAIT_SECONDS = 4.0
"""Walking through an empty queue."""


def serve(shoppers: Sequence[Shopper], habits: Habits, hours: Sequence[int], latest: float, rng: Random) -> list[Wait]:
    """The waits by arrival; `hours[i]` is the hour of the shop's clock in quarter i; none ends after `latest`."""
    tills = Tills(habits.tills, hours)
    waits, called = [], 0.0
    for joined, shopper in sorted(_joining(shoppers, latest), key=lambda pair: (pair[0], pair[1].number)):
        start, till = tills.next(max(joined + SHORTEST_WAIT_SECONDS, called))
        patience = max(20.0, rng.lognormvariate(log(habits.patience_seconds), 0.6))
        gives_up = min(joined + patience, latest)
        if start > gives_up:
            waits.append(Wait(joined, gives_up, False, shopper.number))
            continue
        called = start
        shopper.served_until = start + max(12.0, rng.lognormvariate(log(habits.service_seconds), 0.45))
        tills.busy(till, shopper.served_until)
        waits.append(Wait(joined, start, True, shopper.number))
    return waits


def _joining(shoppers: Sequence[Shopper], latest: float) -> list[tuple[float, Shopper]]:
    """When each buyer reaches the queue; who would come too late goes home."""
    found = []
    for shopper in shoppers:
        if shopper.wants_till:
            joined = shopper.free_at + shopper.walk(floor.QUEUE_END)
            if joined < latest - 60:
                found.append((joined, shopper))
    return found


class Tills:
    """When each till is free, and which are staffed at what hour."""

    def __init__(self, staffed: Sequence[int], hours: Sequence[int]) -> None:
        self._open = [max(1, staffed[hour]) for hour in hours]
        self._free = [0.0] * max(self._open)

    def next(self, moment: float) -> tuple[float, int]:
        """The earliest time from this moment on at which a staffed till is free, and which."""
        return min((max(moment, free), till) for till, free in enumerate(self._free) if self._staffed(till, moment))

    def busy(self, till: int, until: float) -> None:
        self._free[till] = until

    def _staffed(self, till: int, moment: float) -> bool:
        return till < self._open[min(int(moment // 900), len(self._open) - 1)]
