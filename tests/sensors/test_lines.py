import pytest

from events.geometry import Point
from sensors.lines import BAND_OF_DIAGONAL, Crossing, LineWatch, Way
from tests.sensors.paths import tracks, walk
from tests.sensors.truth import FRAME, LINES, annotated

# A door seen from above: the line runs down the picture, so the right hand of who walks along it is the left side.
A, B = (400.0, 100.0), (400.0, 500.0)
BAND = 6.0


def crossings(*paths: dict[float, Point], a: Point = A, b: Point = B, band: float = BAND) -> list[Crossing]:
    line = LineWatch("door", a, b, band)
    return [crossing for now, seen in tracks(*paths) for crossing in line.update(seen, now)]


def ways(*paths: dict[float, Point]) -> list[str]:
    return [crossing.way.value for crossing in crossings(*paths)]


STORIES = [
    ("walks straight in", [walk((0, 600, 300), (4, 200, 300))], ["in"]),
    ("walks straight out", [walk((0, 200, 300), (4, 600, 300))], ["out"]),
    ("comes to the door and turns round before it", [walk((0, 600, 300), (2, 410, 300), (4, 600, 300))], []),
    ("stands on the line and goes back", [walk((0, 600, 300), (2, 402, 300), (9, 398, 300), (11, 600, 300))], []),
    (
        "stops on the line for a minute, then goes in",
        [walk((0, 600, 300), (2, 401, 300), (62, 401, 300), (64, 200, 300))],
        ["in"],
    ),
    (
        "wavers across the line by a few pixels",
        [walk((0, 410, 300), (1, 396, 300), (2, 404, 300), (3, 396, 300), (4, 410, 300))],
        [],
    ),
    ("passes above the end of the line", [walk((0, 600, 50), (4, 200, 50))], []),
    ("passes below the end of the line", [walk((0, 600, 550), (4, 200, 550))], []),
    ("comes in and goes out again", [walk((0, 600, 300), (3, 200, 300), (6, 600, 300))], ["in", "out"]),
    (
        "paces the door three times",
        [walk((0, 600, 300), (3, 200, 300), (6, 600, 300), (9, 200, 300))],
        ["in", "out", "in"],
    ),
    (
        "flickers across within a second",
        [walk((0, 420, 300), (0.4, 380, 300), (0.6, 420, 300), (0.8, 380, 300))],
        ["in", "out"],
    ),
    (
        "is unseen while crossing",
        [{**walk((0, 600, 300), (1, 500, 300)), **walk((2.4, 360, 300), (4, 200, 300))}],
        ["in"],
    ),
    ("a group of three walks in abreast", [walk((0, 600, y), (4, 200, y)) for y in (250, 300, 350)], ["in"] * 3),
    ("two meet in the door", [walk((0, 600, 300), (4, 200, 300)), walk((0, 200, 320), (4, 600, 320))], ["in", "out"]),
    ("one is first seen just outside and lost just inside", [walk((0, 420, 300), (0.4, 380, 300))], ["in"]),
]


@pytest.mark.parametrize(("story", "paths", "expected"), STORIES, ids=[story for story, _, _ in STORIES])
def test_at_the_door_somebody(story, paths, expected):
    assert sorted(ways(*paths)) == sorted(expected)


def test_in_is_towards_the_right_hand_of_who_walks_along_the_line():
    walking_left_to_right = crossings(walk((0, 300, 200), (4, 300, 400)), a=(100, 300), b=(500, 300))
    assert [crossing.way for crossing in walking_left_to_right] == [Way.IN]


def test_a_crossing_counts_only_once_the_foot_is_clear_of_the_band():
    assert ways(walk((0, 600, 300), (4, 395, 300), (6, 395, 300))) == []
    assert ways(walk((0, 600, 300), (4, 393, 300), (6, 393, 300))) == ["in"]


def test_a_foot_that_only_trembles_beyond_the_band_for_a_moment_has_not_crossed():
    assert ways(walk((0, 600, 300), (4, 408, 300), (4.2, 393, 300), (4.4, 408, 300), (6, 600, 300))) == []


def test_the_truth_of_a_real_clip_gives_the_crossings_that_were_counted_by_hand():
    footage = annotated()
    band = BAND_OF_DIAGONAL * (FRAME[0] ** 2 + FRAME[1] ** 2) ** 0.5
    counted = {}
    for name, (a, b) in LINES.items():
        line = LineWatch(name, a, b, band)
        found = [crossing.way for now, seen in footage for crossing in line.update(seen, now)]
        counted[name] = (found.count(Way.IN), found.count(Way.OUT))
    assert counted == {"left": (3, 1), "sign": (9, 7), "right": (9, 8), "across": (6, 8)}
