"""Who went straight from one zone of a view to another, and what may be said of it.

A move is one track that was in one zone, and then for a second in another, whatever lay between. A pair of zones is
told once k different people have made that move (docs/metrics.md, 'Zone').
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import permutations

from events.facts import Cell, Flow, FlowMatrix, Name, ZoneName
from events.hours import OpeningHours
from sensors.gate import Gate, Pool, check_k

ARRIVED_SECONDS = 1.0
"""Who is there for less has only wavered on the boundary."""
FORGET_SECONDS = 5.0

Pair = tuple[ZoneName, ZoneName]
Movers = Mapping[Pair, frozenset[int]]
"""The tracks that made each move in a quarter; the numbers never leave the process."""


@dataclass(frozen=True, slots=True)
class Move:
    origin: ZoneName
    target: ZoneName
    track: int


@dataclass(slots=True)
class _Way:
    zone: ZoneName
    """Where they were last, for long enough."""
    entering: ZoneName
    since: float
    seen: float


class FlowWatch:
    """The zones of one view."""

    def __init__(self) -> None:
        self._ways: dict[int, _Way] = {}

    def update(self, where: Mapping[int, ZoneName], now: float) -> list[Move]:
        """The moves that this frame completes; `where` is the zone of each track that is in one."""
        moves = [move for track, zone in where.items() if (move := self._step(track, zone, now))]
        self._ways = {track: way for track, way in self._ways.items() if now - way.seen <= FORGET_SECONDS}
        return moves

    def keep(self, tracks: Iterable[int], now: float) -> None:
        """These are still in sight, in a zone or between zones."""
        for track in tracks:
            if track in self._ways:
                self._ways[track].seen = now

    def _step(self, track: int, zone: ZoneName, now: float) -> Move | None:
        way = self._ways.setdefault(track, _Way(zone, zone, now, now))
        if zone != way.entering:
            way.entering, way.since = zone, now
        if zone == way.zone or now - way.since < ARRIVED_SECONDS:
            return None
        origin, way.zone = way.zone, zone
        return Move(origin, zone, track)


class FlowRelease:
    """One view's gate: each pair of zones waits on its own for its k people."""

    def __init__(self, view: Name, zones: Sequence[ZoneName], opening: OpeningHours, k: int) -> None:
        check_k(k)
        self._view = view
        self._gate = Gate(opening, [_pool(pair, k) for pair in permutations(zones, 2)])

    def add(self, quarter: Cell, movers: Movers) -> list[FlowMatrix]:
        """A quarter has ended; answers what may go out now."""
        return self._matrices(self._gate.add(quarter, movers))

    def set_clock(self, step: timedelta, at: datetime) -> list[FlowMatrix]:
        """See `Gate.set_clock`."""
        return self._matrices(self._gate.set_clock(step, at))

    def close(self) -> list[FlowMatrix]:
        """The service ends."""
        return self._matrices(self._gate.close())

    def _matrices(self, flows: Iterable[tuple[Cell, Flow]]) -> list[FlowMatrix]:
        by_cell: dict[Cell, list[Flow]] = {}
        for cell, flow in flows:
            by_cell.setdefault(cell, []).append(flow)
        return [FlowMatrix(self._view, cell, tuple(told)) for cell, told in by_cell.items()]


def _pool(pair: Pair, k: int) -> Pool[Movers, tuple[Cell, Flow]]:
    def people(quarters: Sequence[Movers]) -> int:
        return len(frozenset[int]().union(*(movers.get(pair, frozenset()) for movers in quarters)))

    return Pool(lambda held: people(held) >= k, lambda cell, held: (cell, Flow(*pair, people(held))))
