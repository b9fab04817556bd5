"""Who came in across the boundary of a zone, however their foot trembles there."""

import pytest

from sensors.entries import EntryWatch
from tests.sensors.paths import stand, tracks, walk

FRAME = (768, 576)
SQUARE = ((200.0, 200.0), (400.0, 200.0), (400.0, 400.0), (200.0, 400.0))
TO_THE_EDGE = ((200.0, 200.0), (400.0, 200.0), (400.0, 576.0), (200.0, 576.0))
"""The band is 5.8 pixels wide."""


def entries(*paths, polygon=SQUARE) -> int:
    watch, count = EntryWatch(polygon, FRAME), 0
    (left, top), (right, bottom) = polygon[0], polygon[2]
    for now, seen in tracks(*paths):
        for track in seen:
            x, y = track.foot
            count += watch.update(track, left <= x < right and top <= y < bottom, now)
        watch.forget(now)
    return count


def trembling(*xs: float) -> dict:
    """Where a foot is every fifth of a second, after it was clear outside."""
    return {0.0: (100.0, 300.0)} | {round(0.2 * i, 3): (x, 300.0) for i, x in enumerate(xs, start=1)}


@pytest.mark.parametrize(
    ("story", "paths", "count"),
    [
        ("walks in and stays", [walk((0, 100, 300), (2, 300, 300), (9, 300, 300))], 1),
        ("walks through", [walk((0, 100, 300), (4, 700, 300))], 1),
        ("is first seen inside", [stand(0, 5, 300, 300)], 0),
        ("is first seen on the boundary, and goes in", [walk((0, 197, 300), (2, 300, 300))], 0),
        ("is first seen on the boundary, goes and comes", [walk((0, 203, 300), (2, 100, 300), (4, 300, 300))], 1),
        ("stands before it, and their foot trembles", [trembling(*[195, 205] * 20)], 0),
        ("stands before it, and their legs are hidden for a moment", [trembling(*([195] * 9 + [240]) * 4)], 0),
        ("stands just behind the boundary", [trembling(195, 208, 208, 208)], 1),
        ("steps out for less than a second", [trembling(*[300] * 4, *[180] * 3, *[300] * 4)], 1),
        ("is out for 3 s", [trembling(*[300] * 4, *[180] * 15, *[300] * 4)], 2),
        ("and somebody else pass", [walk((0, 100, 300), (3, 700, 300)), walk((1, 700, 300), (4, 100, 300))], 2),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_somebody(story, paths, count):
    assert entries(*paths) == count


def test_the_border_of_the_picture_is_no_boundary():
    """Somebody whom the lower edge of the picture cuts off at the knees walks in like everybody."""
    assert entries(walk((0, 100, 575.9), (2, 300, 575.9)), polygon=TO_THE_EDGE) == 1
    assert entries(walk((0, 300, 300), (2, 300, 575.9), (9, 300, 575.9)), polygon=TO_THE_EDGE) == 0
