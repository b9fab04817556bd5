"""People made of a few words: where they stand at which second, as tracks."""

from collections.abc import Iterator
from itertools import pairwise

from events.geometry import Point
from sensors.tracking import Track

HEIGHT = 100.0


def walk(*stops: tuple[float, float, float], fps: float = 5.0) -> dict[float, Point]:
    """Second -> foot, in a straight line from each (second, x, y) to the next."""
    path: dict[float, Point] = {}
    for (t1, x1, y1), (t2, x2, y2) in pairwise(stops):
        for i in range(round((t2 - t1) * fps) + 1):
            share = i / max(1, round((t2 - t1) * fps))
            path[round(t1 + i / fps, 3)] = (x1 + share * (x2 - x1), y1 + share * (y2 - y1))
    return path


def stand(start: float, end: float, x: float, y: float) -> dict[float, Point]:
    return walk((start, x, y), (end, x, y))


def tracks(*paths: dict[float, Point]) -> Iterator[tuple[float, list[Track]]]:
    """Each path is one track; answers every moment at which somebody is seen, and half a second steps in between."""
    moments = sorted({at for path in paths for at in path})
    last: dict[int, tuple[float, Point]] = {}
    for at in moments:
        seen = []
        for i, path in enumerate(paths, start=1):
            if at in path:
                then, before = last.get(i, (at - 1, path[at]))
                speed = ((path[at][0] - before[0]) / (at - then), (path[at][1] - before[1]) / (at - then))
                first = min(path)
                seen.append(Track(i, path[at], HEIGHT, speed, path[first], first))
                last[i] = (at, path[at])
        yield at, seen
