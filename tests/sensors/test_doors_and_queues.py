import pytest

from sensors.doors import UTurnWatch
from sensors.lines import LineWatch
from sensors.queues import Ending, QueueWatch
from sensors.zones import ZoneWatch
from tests.sensors.paths import stand, tracks, walk
from tests.sensors.truth import FRAME

FOYER = ((0.0, 100.0), (250.0, 100.0), (250.0, 500.0), (0.0, 500.0))
ELSEWHERE = stand(0, 60, 700, 550)


def uturns(*paths):
    line = LineWatch("door", (400, 100), (400, 500), 6)
    door = UTurnWatch(ZoneWatch("foyer", FOYER, FRAME))
    return sum(len(door.update(line.update(seen, now), seen, now)) for now, seen in tracks(*paths, ELSEWHERE))


@pytest.mark.parametrize(
    ("story", "path", "expected"),
    [
        ("looks in and leaves", walk((0, 600, 300), (3, 300, 300), (6, 600, 300)), 1),
        ("reaches the foyer, then leaves", walk((0, 600, 300), (3, 200, 300), (6, 600, 300)), 0),
        ("hesitates behind the door for longer", walk((0, 600, 300), (3, 300, 300), (20, 300, 300), (23, 600, 300)), 0),
        ("goes out and comes back in", walk((0, 300, 300), (3, 600, 300), (6, 300, 300)), 0),
        ("paces the door", walk((0, 600, 300), (2, 300, 300), (4, 600, 300), (6, 300, 300), (8, 600, 300)), 2),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_behind_the_door_somebody(story, path, expected):
    assert uturns(path) == expected


# The queue is the square 200-400; the service line is its right side.
QUEUE = ((200.0, 200.0), (400.0, 200.0), (400.0, 400.0), (200.0, 400.0))


def endings(*paths):
    line, zone, queue = LineWatch("service", (410, 150), (410, 450), 6), ZoneWatch("queue", QUEUE, FRAME), QueueWatch()
    found = []
    for now, seen in tracks(*paths, ELSEWHERE):
        queue.note(line.update(seen, now), now)
        found += [queue.ending(stay) for stay in zone.update(seen, now, 0.2).stays]
    return found


@pytest.mark.parametrize(
    ("story", "paths", "expected"),
    [
        ("waits and is served", [walk((0, 100, 300), (2, 300, 300), (30, 390, 300), (32, 600, 300))], [Ending.SERVED]),
        ("gives up", [walk((0, 100, 300), (2, 300, 300), (30, 300, 300), (32, 100, 300))], [Ending.LEFT]),
        ("was already waiting when we looked", [walk((0, 300, 300), (30, 390, 300), (32, 600, 300))], [None]),
        ("is lost from sight in the queue", [walk((0, 100, 300), (2, 300, 300), (30, 300, 300))], [None]),
        ("jumps the queue", [walk((0, 100, 300), (4, 600, 300))], []),
        (
            "is served after an identity switch",
            [
                walk((0, 100, 300), (2, 300, 300), (20, 300, 300)),
                walk((20.4, 310, 300), (30, 390, 300), (32, 600, 300)),
            ],
            [Ending.SERVED],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_in_the_queue_somebody(story, paths, expected):
    assert endings(*paths) == expected
