"""What the net sees of the pool: crops at every size, mosaics, mirrored, in other light, with things in the way."""

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_models.training.pool import Picture, Pool

Array = NDArray[Any]
Dice = np.random.Generator
MOST_BOXES = 24
SMALLEST = 11.0
"""Pixels; lower boxes are ignored rather than learned."""
LEAST_KEPT = 0.4
"""Share of a box inside a crop; of less one cannot say where the feet are."""


class Sample(NamedTuple):
    picture: Array
    """float32 (h, w, 3) BGR, 0 .. 255."""
    boxes: Array
    """float32 (MOST_BOXES, 5): x1, y1, x2, y2, and 1 a person, -1 to ignore, 0 nothing."""


class Samples:
    """A row of samples without end; the same seed and number give the same one."""

    def __init__(self, pool: Pool, width: int, height: int, seed: int) -> None:
        self._pool, self._size, self._seed = pool, (width, height), seed

    def __getitem__(self, number: int) -> Sample:
        dice = np.random.default_rng([self._seed, number])
        picture = _mosaic(self._pool, dice, *self._size) if dice.random() < 0.2 else self._crop(dice)
        image, boxes = _mirrored(picture, dice)
        image = _in_the_way(_lit(image, dice), boxes, dice)
        return Sample(image, _padded(boxes))

    def _crop(self, dice: Dice) -> Picture:
        return _cropped(_any(self._pool, dice), dice, *self._size)


def _any(pool: Pool, dice: Dice) -> Picture:
    return pool[int(dice.integers(len(pool)))]


def _mosaic(pool: Pool, dice: Dice, width: int, height: int) -> Picture:
    """Four crops of a quarter each: more people, and smaller ones."""
    wide, high = width // 2, height // 2
    image, found = np.zeros((height, width, 3), np.uint8), []
    for y in (0, high):
        for x in (0, wide):
            part, boxes = _cropped(_any(pool, dice), dice, wide, high)
            image[y : y + high, x : x + wide] = part
            found.append(boxes + np.array([x, y, x, y, 0], np.float32))
    return Picture(image, np.concatenate(found))


def _cropped(picture: Picture, dice: Dice, width: int, height: int) -> Picture:
    """Somewhere in the picture, zoomed in by up to three quarters, slightly wider or higher than it was."""
    tall, wide = picture.image.shape[:2]
    zoom = np.exp(dice.uniform(0, 0.55) * (dice.random() < 0.7)) * width / wide
    across = max(zoom * np.exp(dice.normal(0, 0.04)), width / wide)
    down = max(zoom * np.exp(dice.normal(0, 0.04)), height / tall)
    left, top = dice.uniform(0, wide * across - width), dice.uniform(0, tall * down - height)
    how = np.array([[across, 0, -left], [0, down, -top]])
    image = cv2.warpAffine(picture.image, how, (width, height), flags=cv2.INTER_LINEAR)
    return Picture(image, _moved(picture.boxes, across, down, left, top, width, height))


def _moved(
    boxes: Array, across: float, down: float, left: float, top: float, width: int, height: int
) -> Array:  # fmt: skip
    moved = boxes.copy()
    moved[:, 0:4:2] = boxes[:, 0:4:2] * across - left
    moved[:, 1:4:2] = boxes[:, 1:4:2] * down - top
    whole = _areas(moved)
    moved[:, 0:4:2] = np.clip(moved[:, 0:4:2], 0, width)
    moved[:, 1:4:2] = np.clip(moved[:, 1:4:2], 0, height)
    left_over = _areas(moved)
    unclear = (left_over < LEAST_KEPT * whole) | (moved[:, 3] - moved[:, 1] < SMALLEST)
    moved[unclear, 4] = -1
    return moved[left_over > 4]


def _areas(boxes: Array) -> Array:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def _mirrored(picture: Picture, dice: Dice) -> Picture:
    image, boxes = picture
    if dice.random() < 0.5:
        image, boxes = image[:, ::-1], boxes.copy()
        boxes[:, [0, 2]] = image.shape[1] - boxes[:, [2, 0]]
    if dice.random() < 0.1:  # other colours of clothes and goods than we thought of
        image = image[:, :, dice.permutation(3)]
    return Picture(image, boxes)


def _lit(image: Array, dice: Dice) -> Array:
    light = dice.uniform(0.75, 1.25) * dice.uniform(0.94, 1.06, 3)
    lit = image.astype(np.float32) * light.astype(np.float32) + np.float32(dice.normal(0, 8))
    if dice.random() < 0.15:
        grey = lit.mean(axis=2, keepdims=True)
        lit = grey + (lit - grey) * np.float32(dice.uniform(0, 1.4))
    if dice.random() < 0.3:
        lit = lit + dice.normal(0, dice.uniform(1, 6), (*lit.shape[:2], 1)).astype(np.float32)
    return np.asarray(lit)


def _in_the_way(image: Array, boxes: Array, dice: Dice) -> Array:
    """Plain plates, half of them before somebody: signs hide all of a person but the head and the feet."""
    high, wide = image.shape[:2]
    people = boxes[boxes[:, 4] > 0, :4]
    for _ in range(int(dice.integers(1, 4)) if dice.random() < 0.35 else 0):
        middle, size = dice.uniform(0, (wide, high)), dice.uniform(6, 50, 2)
        if len(people) and dice.random() < 0.5:
            x1, y1, x2, y2 = people[int(dice.integers(len(people)))]
            middle = np.array([x1 + (x2 - x1) * dice.uniform(0.2, 0.8), y1 + (y2 - y1) * dice.uniform(0.2, 0.8)])
            size = np.array([(x2 - x1) * dice.uniform(0.3, 1.3), (y2 - y1) * dice.uniform(0.1, 0.45)])
        (left, top), (right, bottom) = (np.maximum(middle + side * size / 2, 0).astype(int) for side in (-1, 1))
        image[top:bottom, left:right] = dice.uniform(0, 255, 3)
    return np.clip(image, 0, 255)


def _padded(boxes: Array) -> Array:
    """Persons first, so that they are not the ones that are cut off."""
    boxes = boxes[np.argsort(-boxes[:, 4], kind="stable")][:MOST_BOXES]
    padded = np.zeros((MOST_BOXES, 5), np.float32)
    padded[: len(boxes)] = boxes
    return padded
