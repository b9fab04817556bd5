from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.geometry import Point
from sensors.assignment import FORBIDDEN, assign
from sensors.tracking import Recipe, Tracker
from tests.sensors.paths import stand, walk

RECIPE = Recipe()


def box(foot: Point, score: float = 0.9, height: float = 90.0) -> list[float]:
    x, y = foot
    return [x - 0.2 * height, y - height, x + 0.2 * height, y, score]


def follow(
    *paths: dict[float, Point], score: float = 0.9, moments=None, noise: float = 0.0
) -> dict[int, list[tuple[float, Point]]]:
    """Track -> where it was seen when, from detections that are as good as these paths."""
    tracker, found = Tracker(RECIPE), {}
    dice = np.random.default_rng(1)
    for at in moments or sorted({at for path in paths for at in path}):
        boxes = [box(path[at], score) for path in paths if at in path]
        rows = np.array(boxes).reshape(-1, 5)
        rows[:, :4] += dice.normal(0, noise, (len(rows), 4))
        for track in tracker.update(rows, at):
            found.setdefault(track.id, []).append((at, track.foot))
    return found


@pytest.mark.parametrize("fps", [2, 3, 5, 10, 25])
def test_a_walker_is_one_track_at_any_frame_rate(fps):
    found = follow(walk((0, 50, 300), (10, 600, 320), fps=fps), noise=2.0)
    assert len(found) == 1
    at, foot = found[1][-1]
    assert at == 10
    assert foot == pytest.approx((600, 320), abs=8)


def test_two_who_cross_ways_keep_their_identities():
    left = walk((0, 100, 300), (8, 500, 300))
    right = walk((0, 500, 330), (8, 100, 330))
    found = follow(left, right, noise=1.0)
    assert sorted(round(path[-1][1][0], -1) for path in found.values()) == [100, 500]
    assert len(found) == 2


def test_someone_who_is_hidden_for_a_second_while_walking_stays_the_same():
    path = walk((0, 100, 300), (8, 500, 300))
    seen = {at: foot for at, foot in path.items() if not 3 < at < 4.2}
    found = follow(seen, moments=sorted(path))
    assert len(found) == 1


def test_someone_who_stands_still_for_twenty_minutes_is_one_track():
    assert len(follow(walk((0, 300, 300), (1200, 300, 300), fps=2), noise=3.0)) == 1


def test_a_group_of_four_walks_abreast_as_four():
    assert len(follow(*[walk((0, 100 + 40 * i, 300), (8, 500 + 40 * i, 310)) for i in range(4)], noise=1.0)) == 4


def test_a_single_ghost_is_nobody_and_a_weak_one_never_begins():
    assert follow({0.0: (100.0, 300.0)}) == {}
    assert follow(stand(0, 20, 300, 300), score=RECIPE.high_score + 0.01) == {}


def test_a_known_person_is_followed_through_weak_detections():
    tracker = Tracker(RECIPE)
    for i in range(5):
        tracker.update(np.array([box((100 + 10 * i, 300))]), i / 5)
    tracks = tracker.update(np.array([box((150, 300), score=RECIPE.low_score)]), 1.0)
    assert [track.id for track in tracks] == [1]


def test_after_a_reset_nobody_is_known_and_no_number_is_used_twice():
    tracker = Tracker(RECIPE)
    for at in (0.0, 0.2):
        tracker.update(np.array([box((100, 300))]), at)
    tracker.reset()
    for at in (0.0, 0.2):
        seen = tracker.update(np.array([box((100, 300))]), at)
    assert [track.id for track in seen] == [2]


def test_time_that_runs_backwards_is_refused():
    tracker = Tracker(RECIPE)
    tracker.update(np.zeros((0, 5)), 2.0)
    with pytest.raises(ValueError, match="backwards"):
        tracker.update(np.zeros((0, 5)), 1.0)


costs = st.lists(
    st.lists(st.one_of(st.floats(0, 1), st.just(FORBIDDEN)), min_size=4, max_size=4), min_size=1, max_size=5
)


@given(costs)
def test_the_assignment_is_the_best_of_all_assignments(rows):
    cost = np.array(rows)
    pairs = assign(rows)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    assert sum(cost[i, j] for i, j in pairs) + FORBIDDEN * (min(cost.shape) - len(pairs)) == pytest.approx(best(cost))


def best(cost: np.ndarray) -> float:
    if cost.shape[0] > cost.shape[1]:
        cost = cost.T
    return min(
        sum(cost[i, j] for i, j in enumerate(chosen)) for chosen in permutations(range(cost.shape[1]), cost.shape[0])
    )
