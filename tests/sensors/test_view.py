"""The whole view, from boxes to news."""

import numpy as np
import pytest

from sensors.settings import read_camera
from sensors.tracking import Recipe
from sensors.view import LONGEST_STEP_SECONDS, View
from tests.sensors.paths import stand, walk

SIZE = (800, 600)
SITE = {
    "fps": 5,
    "region": [[0, 0.3], [1, 0.3], [1, 1], [0, 1]],
    "line": [
        {"name": "door", "role": "door", "behind": "shelf", "a": [0.5, 0.1], "b": [0.5, 0.9]},
        {"name": "till", "role": "service", "a": [0.1, 0.1], "b": [0.1, 0.9]},
    ],
    "zone": [
        {
            "name": "shelf",
            "kind": "queue",
            "service": "till",
            "polygon": [[0.2, 0.2], [0.4, 0.2], [0.4, 0.9], [0.2, 0.9]],
        },
        {"name": "desk", "kind": "staff", "polygon": [[0.8, 0.2], [1, 0.2], [1, 0.9], [0.8, 0.9]]},
    ],
}


def watch(*paths, gap=None, height=100.0):
    """Crossings, U-turns, stays, endings and valid seconds of people with a box each."""
    view = View(read_camera(SITE), SIZE, Recipe())
    crossings, uturns, stays, endings, valid = [], 0, [], [], 0.0
    news = []
    for at in sorted({at for path in paths for at in path}):
        if gap and gap[0] < at < gap[1]:
            continue
        boxes = [[x - 20, y - height, x + 20, y, 0.9] for path in paths if at in path for x, y in [path[at]]]
        news.append(view.update(np.array(boxes).reshape(-1, 5), at))
    news.append(view.close())
    for each in news:
        crossings += [(crossing.line, crossing.way.value) for crossing in each.crossings]
        uturns += each.uturns.get("door", 0)
        valid += each.seconds
        stays += each.zones["shelf"].stays
        endings += each.zones["shelf"].endings
    return crossings, uturns, stays, endings, valid


def test_a_shopper_comes_in_waits_and_is_served():
    crossings, uturns, stays, endings, _ = watch(
        walk((0, 600, 400), (4, 250, 400), (30, 250, 400), (34, 20, 400)), stand(0, 40, 700, 550)
    )
    assert crossings == [("door", "in"), ("till", "in")]
    assert (uturns, [round(stay.seconds) for stay in stays], endings) == (0, [28], ["served"])


def test_who_comes_out_of_the_staff_area_is_no_shopper():
    crossings, _, stays, _, _ = watch(walk((0, 700, 400), (8, 250, 400), (30, 250, 400), (38, 20, 400)))
    assert (crossings, stays) == ([], [])


def test_feet_outside_the_region_are_ignored():
    crossings, _, _, _, _ = watch(walk((0, 600, 170), (8, 200, 170)))
    assert crossings == []


def test_who_is_cut_off_by_the_lower_edge_stands_on_that_edge():
    to_the_edge = SITE | {"line": [{"name": "door", "role": "door", "a": [0.5, 0.1], "b": [0.5, 1.0]}], "zone": []}
    view = View(read_camera(to_the_edge), SIZE, Recipe())
    news = [
        view.update(np.array([[x - 20, y - 100, x + 20, y, 0.9]]), at)
        for at, (x, y) in walk((0, 600, 612), (8, 200, 612)).items()
    ]
    assert [crossing.way for each in news for crossing in each.crossings] == ["in"]


def test_time_between_frames_that_are_far_apart_was_not_observed():
    path = stand(0, 60, 250, 400)
    assert watch(path)[-1] == pytest.approx(60.2)
    gap = (20, 20 + 10 * LONGEST_STEP_SECONDS)
    assert watch(path, gap=gap)[-1] == pytest.approx(60.2 - 15, abs=0.3)


def test_nobody_is_news_too():
    view = View(read_camera(SITE), SIZE, Recipe())
    news = view.update(np.zeros((0, 5)), 0.0)
    assert (list(news.crossings), news.zones["shelf"].entries, "desk" in news.zones) == ([], 0, False)


def test_who_goes_from_one_zone_to_another_is_one_move_and_staff_make_none():
    zones = [
        {"name": name, "kind": kind, "polygon": [[x, 0.2], [x + 0.2, 0.2], [x + 0.2, 0.9], [x, 0.9]]}
        for name, kind, x in (("shoes", "display", 0.1), ("coats", "display", 0.4), ("desk", "staff", 0.7))
    ]
    view, moves = View(read_camera({"fps": 5, "zone": zones}), SIZE, Recipe()), []
    shopper, clerk = walk((0, 100, 400), (10, 450, 400), (14, 450, 400)), walk((0, 650, 500), (14, 100, 500))
    for at in sorted(set(shopper) | set(clerk)):
        boxes = [[x - 20, y - 100, x + 20, y, 0.9] for path in (shopper, clerk) if at in path for x, y in [path[at]]]
        moves += view.update(np.array(boxes).reshape(-1, 5), at).moves
    assert [(move.origin, move.target) for move in moves] == [("shoes", "coats")]
