"""Small stories of a shop, from noisy boxes to counts, through the whole view and at every frame rate we promise."""

import numpy as np
import pytest

from sensors.settings import read_camera
from sensors.tracking import Recipe
from sensors.view import View
from tests.sensors.paths import stand, walk

SIZE = (800, 600)
DOOR = {"name": "door", "role": "door", "behind": "foyer", "a": [0.5, 0.1], "b": [0.5, 0.95]}
ZONES = [
    {"name": "foyer", "kind": "display", "polygon": [[0.05, 0.2], [0.4, 0.2], [0.4, 0.95], [0.05, 0.95]]},
    {"name": "desk", "kind": "staff", "polygon": [[0.05, 0.0], [0.4, 0.0], [0.4, 0.18], [0.05, 0.18]]},
]
NOISE = 1.5
"""Pixels, of each side of each box, at a body height of 100."""


def told(*paths, fps):
    """IN, OUT, U-turns and the stays in the foyer, in whole seconds."""
    view = View(read_camera({"fps": fps, "line": [DOOR], "zone": ZONES}), SIZE, Recipe())
    dice, news = np.random.default_rng(1), []
    for at in sorted({at for path in paths for at in path}):
        boxes = [[x - 20, y - 100, x + 20, y, 0.9] for path in paths if at in path for x, y in [path[at]]]
        rows = np.array(boxes).reshape(-1, 5)
        rows[:, :4] += dice.normal(0, NOISE, (len(rows), 4))
        news.append(view.update(rows, at))
    news.append(view.close())
    ways = [crossing.way.value for each in news for crossing in each.crossings]
    uturns = sum(each.uturns.get("door", 0) for each in news)
    stays = sorted(round(stay.seconds) for each in news for stay in each.zones["foyer"].stays)
    return ways.count("in"), ways.count("out"), uturns, stays


def without(path, start, end):
    """Somebody who cannot be seen for a while."""
    return {at: foot for at, foot in path.items() if not start < at < end}


def stories(fps):
    """Story, paths, and what must be told; stays within a second and a half."""

    def go(*stops):
        return walk(*stops, fps=fps)

    visit = ((0, 700, 400), (4, 330, 400), (10, 200, 400), (34, 200, 400), (40, 330, 400), (44, 700, 400))
    yield "comes in, looks around and leaves", [go(*visit)], (1, 1, 0, [35])
    yield "comes in and turns round in the door", [go((0, 700, 400), (4, 345, 400), (8, 700, 400))], (1, 1, 1, [])
    pacing = [(3 * i, 480 if i % 2 == 0 else 345, 400) for i in range(7)]
    yield "paces the door on the telephone", [go(*pacing)], (3, 3, 3, [])
    yield (
        "stands on the threshold for a minute",
        [go((0, 700, 400), (4, 402, 400), (64, 402, 400), (68, 700, 400))],
        (0, 0, 0, []),
    )
    abreast = [go((0, 700, y), (8, 150, y), (30, 150, y), (38, 700, y)) for y in (300, 345, 390, 435)]
    yield "four come in shoulder to shoulder", abreast, (4, 4, 0, [27] * 4)
    two = [go((0, 700, 400), (9, 100, 400)), go((0, 100, 440), (9, 700, 440))]
    yield "two pass each other in the door", two, (1, 1, 0, [3, 4])
    yield (
        "walks behind a pillar in the door",
        [without(go((0, 700, 400), (10, 200, 400), (20, 200, 400)), 4, 5.5)],
        (1, 0, 0, [12]),
    )
    yield "is hidden for 1.8 s at the shelf", [without(go(*visit), 20, 21.7)], (1, 1, 0, [35])
    clerk = go((0, 200, 80), (5, 200, 400), (30, 250, 400), (35, 700, 400), (50, 700, 400), (60, 200, 80))
    yield "works here", [clerk], (0, 0, 0, [])
    yield "is served by a clerk", [go(*visit), clerk], (1, 1, 0, [35])


@pytest.mark.parametrize("fps", [3.0, 5.0, 10.0])
@pytest.mark.parametrize("number", range(10), ids=[story for story, _, _ in stories(5.0)])
def test_somebody(number, fps):
    _, paths, (ins, outs, uturns, stays) = list(stories(fps))[number]
    found = told(
        *paths, stand(0, 75, 740, 580) if fps == 5.0 else walk((0, 740, 580), (75, 740, 580), fps=fps), fps=fps
    )
    assert found[:3] == (ins, outs, uturns)
    assert found[3] == [pytest.approx(seconds, abs=1.5) for seconds in stays]


def test_who_stands_still_for_twenty_minutes_is_one_stay_of_twenty_minutes():
    path = walk((0, 700, 400), (8, 200, 400), (1208, 200, 400), (1216, 700, 400))
    assert told(path, fps=5.0) == (1, 1, 0, [pytest.approx(1204, abs=3)])


def test_a_minute_over_five_identity_switches_is_one_stay_of_a_minute():
    """The tracker forgets everybody every ten seconds; whoever stands there is somebody new to it."""
    view = View(read_camera({"fps": 5, "line": [DOOR], "zone": ZONES}), SIZE, Recipe())
    path, stays = walk((0, 700, 400), (4, 300, 400), (6, 200, 400), (62, 200, 400), (64, 300, 400), (68, 700, 400)), []
    for step, (at, (x, y)) in enumerate(path.items()):
        if step in (50, 100, 150, 200, 250):
            view._tracker.reset()
        stays += view.update(np.array([[x - 20, y - 100, x + 20, y, 0.9]]), at).zones["foyer"].stays
    stays += view.close().zones["foyer"].stays
    assert [stay.seconds for stay in stays] == [pytest.approx(60, abs=2)]
