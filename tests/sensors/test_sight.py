"""A camera that is dark, frozen, covered or moved says so within 10 s; a busy street is none of these."""

import cv2
import numpy as np
import pytest

from events.facts import CameraState
from sensors.frames import Clip
from sensors.landmarks import Landmarks, read_landmarks
from sensors.sight import Sight
from tests import materials

OK, DARK, FROZEN, COVERED, MOVED = (
    *(CameraState.OK, CameraState.DARK),
    *(CameraState.FROZEN, CameraState.COVERED, CameraState.MOVED),
)


@pytest.fixture(scope="module")
def street():
    """Pedestrians, two pictures a second."""
    clip = Clip(materials.vtest(), fps=2)
    images = [frame.image.copy() for frame in clip.frames()]
    clip.close()
    return images


def warped(matrix):
    return lambda image: cv2.warpAffine(
        image, np.array(matrix, float), image.shape[1::-1], borderMode=cv2.BORDER_REFLECT
    )


def noisy(level):
    dice = np.random.default_rng(1)
    grain = np.clip(dice.normal(level, 6, (600, 800, 3)), 0, 255).astype(np.uint8)

    def picture(image):
        down, across = dice.integers(0, 20, 2)
        return grain[down : down + image.shape[0], across : across + image.shape[1]]

    return picture


def judged(sight, images, start=0.0):
    return [sight.judge(image, start + i / 2) for i, image in enumerate(images)]


def test_a_busy_street_is_never_anything_but_fine(street):
    assert set(judged(Sight(Landmarks()), street)) == {OK}


MISHAPS = [
    ("the light goes out", noisy(4), DARK),
    ("a cloth hangs over the lens", lambda image: cv2.blur(image, (101, 101)), COVERED),
    ("a hand lies on the lens", noisy(90), COVERED),
    ("it was pushed aside by a tenth of the picture", warped([[1, 0, 77], [0, 1, 0]]), MOVED),
    ("it was pushed down", warped([[1, 0, 0], [0, 1, -40]]), MOVED),
    ("it was turned by eight degrees", warped(cv2.getRotationMatrix2D((384, 288), 8, 1)), MOVED),
]


@pytest.mark.parametrize(("story", "mishap", "state"), MISHAPS, ids=[story for story, _, _ in MISHAPS])
def test_what_happens_to_the_camera_is_noticed_within_ten_seconds(street, story, mishap, state):
    sight = Sight(Landmarks())
    judged(sight, street[:40])
    after = judged(sight, map(mishap, street[40:100]), start=20.0)
    assert set(after[20:]) == {state}
    assert set(after[:20]) <= {OK, state}
    assert judged(sight, street[100:104], start=50.0)[-1] is OK


@pytest.mark.parametrize(
    ("story", "change"),
    [
        ("a cloud", lambda image: (image * 0.6).astype(np.uint8)),
        ("the sun", lambda image: np.clip(image * 1.4, 0, 255).astype(np.uint8)),
        ("somebody close to the lens for three seconds", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_daylight_and_passers_by_are_no_mishaps(street, story, change):
    sight = Sight(Landmarks())
    judged(sight, street[:40])
    close = noisy(90)
    later = [change(image) if change else (close(image) if i < 6 else image) for i, image in enumerate(street[40:80])]
    assert set(judged(sight, later, start=20.0)) == {OK}


def test_dusk_falls_for_as_long_as_somebody_can_be_seen(street):
    """From full light to a quarter of it, slowly; the camera's own noise stays."""
    sight, dice = Sight(Landmarks()), np.random.default_rng(2)
    judged(sight, street[:40])
    grain = dice.normal(0, 3, (*street[0].shape[:2], 1))
    dimmed = (
        np.clip(image * (1 - 0.75 * i / 200) + grain, 0, 255).astype(np.uint8)
        for i, image in enumerate(evening(street))
    )
    assert set(judged(sight, dimmed, start=20.0)) == {OK}


def test_a_lamp_may_flicker_over_half_the_shop(street):
    sight = Sight(Landmarks())
    judged(sight, street[:40])

    def lit(i, image):
        bright = image.copy()
        bright[:, :384] = np.clip(bright[:, :384] * (1.0, 0.55, 1.3)[i % 3], 0, 255).astype(np.uint8)
        return bright

    assert set(judged(sight, (lit(i, image) for i, image in enumerate(street[40:100])), start=20.0)) == {OK}


def evening(street):
    """A hundred seconds, to and fro through the clip."""
    return [*street[40:140], *street[139:39:-1]]


def test_a_camera_that_repeats_one_picture_is_frozen_until_it_gives_another(street):
    sight = Sight(Landmarks())
    states = judged(sight, [street[0]] * 30)
    assert states[:10] == [OK] * 10
    assert set(states[20:]) == {FROZEN}
    assert sight.judge(street[1], 15.0) is OK


def test_a_camera_that_was_moved_while_the_device_was_off_is_noticed_after_the_start(street):
    before = Landmarks()
    judged(Sight(before), street[:40])
    pushed = map(warped([[1, 0, 77], [0, 1, 0]]), street[40:80])
    assert judged(Sight(read_landmarks(before.as_text())), pushed)[-1] is MOVED


@pytest.mark.parametrize("text", ["", "{}", "[1, 2]", "nonsense", "[" + "999," * 3071 + "1]"])
def test_damaged_landmarks_are_learnt_again(street, text):
    assert set(judged(Sight(read_landmarks(text)), street[:20])) == {OK}
    assert read_landmarks(text).as_text() == ""


def test_what_is_kept_of_a_view_is_far_too_little_for_a_picture(street):
    landmarks = Landmarks()
    judged(Sight(landmarks), street[:40])
    assert 0 < len(landmarks.as_text()) < 15_000 < street[0].size / 80


def test_a_blank_wall_has_no_landmarks_to_lose():
    wall = noisy(120)
    assert set(judged(Sight(Landmarks()), [wall(np.zeros((480, 640, 3))) for _ in range(30)])) == {OK}
