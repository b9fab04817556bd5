"""What lens, sensor and recorder do to a picture: blur, exposure, noise, a written time, JPEG."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_models.training.viewpoint import HEIGHT, WIDTH

Array = NDArray[Any]
Dice = np.random.Generator


def recorded(picture: Array, dice: Dice) -> Array:
    """A rendered picture, of any size, as a camera would deliver it: uint8 (HEIGHT, WIDTH, 3) BGR."""
    seen = _exposed(_focused(_sampled(picture, dice), dice), dice)
    seen = np.clip(_noisy(seen, dice), 0, 255).astype(np.uint8)
    if dice.random() < 0.25:
        _write_time(seen, dice)
    if dice.random() < 0.6:
        coded = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(30, 95))])[1]
        seen = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
    return seen


def _sampled(picture: Array, dice: Dice) -> Array:
    if dice.random() < 0.35:
        scale = dice.uniform(0.5, 1)
        picture = cv2.resize(picture, (int(WIDTH * scale), int(HEIGHT * scale)), interpolation=cv2.INTER_AREA)
        how = cv2.INTER_LINEAR if dice.random() < 0.5 else cv2.INTER_CUBIC
        return cv2.resize(picture, (WIDTH, HEIGHT), interpolation=how).astype(np.float32)
    return cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32)


def _focused(picture: Array, dice: Dice) -> Array:
    if dice.random() < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), dice.uniform(0.3, 1))
    if dice.random() < 0.35:  # the halo of a sharpening recorder
        picture = picture + (picture - cv2.GaussianBlur(picture, (0, 0), dice.uniform(0.8, 2))) * dice.uniform(0.3, 1.3)
    return picture


def _exposed(picture: Array, dice: Dice) -> Array:
    mean = max(float(picture.mean()), 4.0)
    picture = picture * np.clip((dice.uniform(65, 150) / mean) ** 0.85, 0.5, 5)
    picture = 255 * np.power(np.clip(picture / 255, 0, 1), dice.uniform(0.75, 1.3))
    picture = (picture - 118) * dice.uniform(0.7, 1.35) + 118 + dice.normal(0, 13)
    picture = picture * (1 + dice.normal(0, 0.05, 3))
    if dice.random() < 0.3:
        grey = picture.mean(axis=2, keepdims=True)
        picture = grey + (picture - grey) * dice.uniform(0, 0.7)
    return np.asarray(picture, np.float32)


def _noisy(picture: Array, dice: Dice) -> Array:
    if dice.random() < 0.5:
        shape = picture.shape if dice.random() < 0.5 else (*picture.shape[:2], 1)
        picture = picture + dice.normal(0, dice.uniform(1, 9), shape).astype(np.float32)
    if dice.random() < 0.1:  # somebody moved, or the camera did
        long = int(dice.integers(2, 6))
        streak = np.zeros((long, long), np.float32)
        streak[long // 2] = 1 / long
        picture = cv2.filter2D(picture, -1, streak if dice.random() < 0.7 else streak.T)
    return picture


def _write_time(picture: Array, dice: Dice) -> None:
    day = "{:02d}-{:02d}-20{:02d} {:02d}:{:02d}:{:02d} CAM{:d}".format(*dice.integers(1, 28, 7))
    place = int(dice.uniform(0, 200)), int(dice.uniform(10, 30)) if dice.random() < 0.5 else HEIGHT - 6
    colour = tuple(float(v) for v in dice.choice([0, 255], 3))
    cv2.putText(picture, day, place, int(dice.choice([0, 2])), float(dice.uniform(0.3, 0.6)), colour, 1, cv2.LINE_AA)
