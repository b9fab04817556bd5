"""What the person model learns from: surfaces, viewpoints and crops, all from dice, and boxes that stay on people."""

import numpy as np
import pytest

from edge_models.training.lens import recorded
from edge_models.training.pool import Picture
from edge_models.training.samples import MOST_BOXES, Samples
from edge_models.training.solids import BOX, COLUMNS, placed
from edge_models.training.textures import SIDE, Kind, atlas
from edge_models.training.viewpoint import HEIGHT, WIDTH, View, random_viewpoint

MARK = 255


class Marked:
    """A pool of one picture: black, but for white people; `to_ignore` are grey."""

    def __init__(self, *people, to_ignore=()):
        image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        for x1, y1, x2, y2 in people:
            image[y1:y2, x1:x2] = MARK
        boxes = [(*box, 1) for box in people] + [(*box, -1) for box in to_ignore]
        self._picture = Picture(image, np.array(boxes, np.float32).reshape(-1, 5))

    def __len__(self):
        return 1

    def __getitem__(self, number):
        return self._picture


def test_the_same_dice_paint_the_same_surfaces():
    first, kinds = atlas(np.random.default_rng(3))
    second, _ = atlas(np.random.default_rng(3))
    assert (first == second).all()
    assert set(kinds) == set(Kind)
    assert first.shape == (sum(map(len, kinds.values())), SIDE, SIDE, 4)


def test_leaves_have_holes_and_walls_have_none():
    layers, kinds = atlas(np.random.default_rng(3))
    assert all((layers[number, ..., 3] == 0).any() for number in kinds[Kind.LEAF])
    assert all((layers[number, ..., 3] == 255).all() for number in kinds[Kind.WALL])


def test_what_the_camera_sees_on_the_floor_is_drawn_where_it_looked():
    dice = np.random.default_rng(5)
    for _ in range(200):
        viewpoint = random_viewpoint(dice)
        x, y = dice.uniform(0, WIDTH), dice.uniform(HEIGHT / 2, HEIGHT)
        place = viewpoint.on_floor(x, y)
        if place is not None:
            pixels, ahead = viewpoint.project(place[None])
            assert pixels[0] == pytest.approx((x, y), abs=1e-6)
            assert place[2] == pytest.approx(0, abs=1e-9)
            assert ahead[0] > 0


def test_a_quarter_of_the_viewpoints_are_near_and_all_sorts_come_up():
    dice = np.random.default_rng(6)
    views = [random_viewpoint(dice).view for _ in range(1000)]
    assert set(views) == set(View)
    assert 200 < views.count(View.NEAR) < 290


def test_a_box_of_two_by_one_by_three_metres_is_just_that():
    rows = placed(BOX, [10, 20, 1.5], [2, 1, 3], 0.0, 4, [1, 1, 1])
    assert rows.shape == (36, COLUMNS)
    assert rows[:, :3].min(0) == pytest.approx([9, 19.5, 0])
    assert rows[:, :3].max(0) == pytest.approx([11, 20.5, 3])


def test_a_recorder_keeps_the_size_and_the_type():
    picture = np.full((504, 672, 3), 90, np.uint8)
    for seed in range(20):
        seen = recorded(picture, np.random.default_rng(seed))
        assert (seen.shape, seen.dtype) == ((HEIGHT, WIDTH, 3), np.uint8)


def test_boxes_stay_on_their_people_through_every_crop_and_mirror():
    samples = Samples(Marked((120, 80, 180, 260)), 352, 256, seed=1)
    checked = 0
    for number in range(60):
        picture, boxes = samples[number]
        for x1, y1, x2, y2, kind in boxes[boxes[:, 4] > 0]:
            inside = picture[int(y1 + 2) : int(y2 - 2), int(x1 + 2) : int(x2 - 2)]
            outside = picture[:, max(0, int(x1) - 6) : max(0, int(x1) - 3)]
            if inside.size and outside.size:
                checked += 1
                assert np.median(inside) > np.median(outside) + 40, kind
    assert checked > 30


def test_who_is_to_be_ignored_stays_so_and_persons_come_first():
    _, boxes = Samples(Marked((100, 100, 140, 200), to_ignore=[(200, 100, 260, 250)]), 448, 336, seed=2)[0]
    kinds = boxes[:, 4].tolist()
    assert len(kinds) == MOST_BOXES
    assert kinds == sorted(kinds, key=lambda kind: (kind == 0, -kind))


def test_a_sample_comes_back_the_same():
    pool = Marked((120, 80, 180, 260))
    first, second = Samples(pool, 352, 256, seed=9)[17], Samples(pool, 352, 256, seed=9)[17]
    assert (first.picture == second.picture).all()
    assert (first.boxes == second.boxes).all()
