"""U-turns: who came in through a door and went out again without having reached the floor behind it."""

from collections.abc import Iterable

from sensors.lines import Crossing, Way
from sensors.tracking import Track
from sensors.zones import ZoneWatch

UTURN_SECONDS = 10.0


class UTurnWatch:
    """One door and the zone behind it."""

    def __init__(self, behind: ZoneWatch) -> None:
        self._behind = behind
        self._came_in: dict[int, float] = {}

    def update(self, crossings: Iterable[Crossing], tracks: Iterable[Track], now: float) -> list[int]:
        """Whose U-turn this frame completes, from the door's own crossings."""
        uturns = []
        for crossing in crossings:
            if crossing.way is Way.IN:
                self._came_in[crossing.track] = crossing.at
            elif self._came_in.pop(crossing.track, None) is not None:
                uturns.append(crossing.track)
        arrived = {track.id for track in tracks if track.id in self._came_in and self._behind.holds(track.foot)}
        self._came_in = {
            track: at for track, at in self._came_in.items() if now - at <= UTURN_SECONDS and track not in arrived
        }
        return uturns
