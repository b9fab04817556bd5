"""The floor without its people: nobody is left in it, and what was never seen empty is not shown."""

import cv2
import numpy as np

from edge_models import open_detector
from sensors.backdrop import LOOKS, PATIENT_SECONDS, Backdrop, encoded
from sensors.frames import Clip
from tests.materials import shared, vtest

FLOOR = np.kron(np.random.default_rng(5).integers(60, 200, (15, 20, 3)), np.ones((32, 32, 1))).astype(np.uint8)
NOBODY = np.zeros((0, 5))


def nobody(image):
    return NOBODY


def person(x, y, wide=40, high=100):
    """A red block, and its box."""
    image = FLOOR.copy()
    image[y : y + high, x : x + wide] = (0, 0, 255)
    return image, np.array([[x, y, x + wide, y + high, 0.3]])


def reds(image):
    return int(np.sum((image[..., 2] > 230) & (image[..., 1] < 40)))


def test_an_empty_floor_is_there_once_it_was_seen_often_enough():
    backdrop = Backdrop(0.0)
    for second in range(LOOKS):
        assert backdrop.ready(nobody, second) is None
        backdrop.look(FLOOR, NOBODY, second)
    assert np.abs(backdrop.ready(nobody, LOOKS).astype(int) - FLOOR).max() <= 1
    assert backdrop.missing().share == 0


def test_looks_that_follow_too_fast_are_one_look():
    backdrop = Backdrop(0.0)
    for tenth in range(LOOKS * 5):
        backdrop.look(FLOOR, NOBODY, tenth / 10)
    assert backdrop.missing().share == 1


def test_somebody_who_walks_through_is_not_in_it():
    backdrop = Backdrop(0.0)
    for second in range(60):
        backdrop.look(*person(20 + 9 * second, 200), second)
        if (floor := backdrop.ready(nobody, second)) is not None:
            break
    assert floor is not None
    assert reds(floor) == 0


def test_somebody_whom_the_detector_misses_now_and_then_is_not_in_it_either():
    backdrop = Backdrop(0.0)
    for second in range(40):
        image, box = person(20 + 14 * second, 200)
        backdrop.look(image, NOBODY if second % 3 == 0 else box, second)
    floor = backdrop.ready(nobody, 40.0)
    assert floor is not None
    assert reds(floor) == 0


def test_somebody_who_never_leaves_is_waited_for_and_then_left_grey():
    backdrop, (image, box) = Backdrop(0.0), person(300, 200)
    for second in range(int(PATIENT_SECONDS) + 2):
        backdrop.look(image, box, second)
        floor = backdrop.ready(nobody, second)
        assert (floor is None) is (second < PATIENT_SECONDS)
    assert reds(floor) == 0
    assert (floor[250, 320] == 128).all()


def test_a_crowd_that_never_leaves_gives_no_picture_and_says_what_is_missing():
    backdrop = Backdrop(0.0)
    for second in range(200):
        backdrop.look(FLOOR, np.array([[0, 0, 320, 480, 0.9]]), second)
        assert backdrop.ready(nobody, second) is None
    assert str(backdrop.missing()) == "60 % of the picture was not yet seen without people"


def test_whoever_is_found_in_the_result_is_taken_out_of_it():
    backdrop, (image, box) = Backdrop(0.0), person(300, 200)
    for second in range(LOOKS):
        backdrop.look(image, NOBODY, second)  # missed while they stand there

    def at_last(floor):
        return box if reds(floor) else NOBODY

    assert backdrop.ready(at_last, LOOKS) is None
    for second in range(LOOKS, 2 * LOOKS):
        backdrop.look(FLOOR, NOBODY, second)
    assert reds(backdrop.ready(at_last, 2 * LOOKS)) == 0


def test_what_was_seen_too_long_ago_is_over():
    assert not Backdrop(0.0).is_over(299)
    assert Backdrop(0.0).is_over(301)


def test_a_wide_picture_is_made_small():
    backdrop = Backdrop(0.0)
    wide = cv2.resize(FLOOR, (1920, 1080))
    for second in range(LOOKS):
        backdrop.look(wide, np.array([[1800, 900, 1900, 1070, 0.5]]), second)
    assert 0 < backdrop.missing().share < 0.1
    assert backdrop.ready(nobody, PATIENT_SECONDS).shape == (360, 640, 3)


def test_nobody_of_the_real_clip_is_left_on_its_floor():
    detector = open_detector(shared("models/yolox_nano_416.onnx"))
    backdrop, floor = Backdrop(0.0), None
    for frame in Clip(vtest(), 1.0).frames():
        backdrop.look(frame.image, np.asarray(detector.detect(frame.image), float), frame.at)
        floor = backdrop.ready(detector.detect, frame.at) if frame.at > 15 else None
        if floor is not None:
            break
    assert floor is not None
    shown = cv2.imdecode(np.frombuffer(encoded(floor), np.uint8), cv2.IMREAD_COLOR)
    assert len(detector.detect(cv2.resize(shown, (768, 576)))) == 0
    assert backdrop.missing().share < 0.08
