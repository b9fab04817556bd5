"""Without a model, persons are what moves: enough to count lines, and honest about the rest."""

import cv2
import numpy as np
import pytest

from edge_models import open_detector
from edge_models.background import Heights
from edge_models.boxes import iou
from edge_models.evaluate import accuracy, frames_of, read_truth, standing_below
from tests import materials

FLOOR = np.random.default_rng(5).integers(90, 110, (480, 640, 3), np.uint8)
TALL, WIDE = 100, 40


def shop(*lefts, top=200):
    """The room with a dark figure at each place."""
    frame = FLOOR.copy()
    for left in lefts:
        cv2.rectangle(frame, (left, top), (left + WIDE, top + TALL), (30, 30, 30), -1)
    return frame


@pytest.fixture
def watched():
    """A fallback detector that has seen one person walk through several times."""
    detector = open_detector("background")
    for _ in range(10):
        detector.detect(shop())
    for left in list(range(0, 600, 10)) * 2:
        detector.detect(shop(left))
    return detector


def test_someone_who_walks_is_found(watched):
    boxes = watched.detect(shop(305))
    assert boxes.shape == (1, 5)
    assert boxes[0, 4] >= watched.birth_score
    assert iou(boxes[:, :4], np.array([[305, 200, 345, 300]], np.float32))[0, 0] > 0.75


def test_two_who_walk_abreast_are_two(watched):
    boxes = watched.detect(shop(300, 300 + WIDE))
    assert len(boxes) == 2


def test_a_cat_is_nobody(watched):
    frame = FLOOR.copy()
    cv2.rectangle(frame, (300, 285), (330, 300), (30, 30, 30), -1)
    boxes = watched.detect(frame)
    assert not (boxes[:, 4] >= watched.low_score).any()


def test_someone_who_stands_still_fades_and_so_stays_are_refused(watched):
    assert watched.counts_only
    seen = [len(watched.detect(shop(300))) for _ in range(600)]
    assert seen[0] == 1
    assert seen[-1] == 0


def test_when_the_light_is_switched_nobody_appears(watched):
    assert len(watched.detect(shop(300) // 3)) == 0


def test_nobody_is_reported_before_it_is_known_how_tall_people_are():
    detector = open_detector("background")
    seen = [len(detector.detect(shop(left))) for left in range(0, 600, 5)]
    assert not any(seen[: Heights.ENOUGH])
    assert all(seen[-20:])


def test_people_are_expected_smaller_where_they_are_farther_away():
    heights = Heights()
    for feet in range(100, 400, 5):
        tall = 20 + feet / 4
        heights.learn(np.array([[50, feet - tall, 50 + tall * 0.4, feet]], np.float32))
    np.testing.assert_allclose(heights.expected(np.float32([100, 300])), [45, 95], rtol=0.02)


def test_of_the_pedestrians_two_thirds_and_more_are_found():
    detector = open_detector("background")
    people = read_truth(materials.shared("clips/vtest-truth-frames-1-397.txt"))
    found = {}
    for number, frame in frames_of(materials.vtest()):
        if number > 250:
            break
        found[number] = standing_below(detector.detect(frame), 150)
    learnt = {number: boxes for number, boxes in found.items() if number > 50}
    result = accuracy(learnt, {number: standing_below(boxes, 150) for number, boxes in people.items()})
    assert result.best_f1 > 0.75
