"""What the outputs of each family mean, against numbers worked out by hand."""

import numpy as np
import pytest

from edge_models.boxes import iou, strongest
from edge_models.decoders import NanoDet, Placement, Yolox, recognise
from tests.edge_models.graphs import SIDE, yolox_rows

INPUT = (1, 3, SIDE, SIDE)
LEVELS = (64, 16, 4)


def nanodet_maps(level, cell, score, sides):
    """Outputs of NanoDet, coarse levels first: a person at one cell, each side a bin of its own."""
    scores = [np.zeros((1, cells, 80), np.float32) for cells in LEVELS]
    bins = [np.zeros((1, cells, 44), np.float32) for cells in LEVELS]
    scores[level][0, cell, 0] = score
    for side, bin_number in enumerate(sides):
        bins[level][0, cell, side * 11 + bin_number] = 50
    return scores[::-1] + bins[::-1]


def test_yolox_centres_are_offsets_from_the_cell_and_sizes_are_logarithms():
    # Cell 64 + 5: level of stride 16, row 1, column 1.
    boxes, scores = Yolox(INPUT).people([yolox_rows(cell_69=(0.5, 0.25, 0, np.log(3), 0.8, 0.5))], 0.1)
    np.testing.assert_allclose(boxes, [[24 - 8, 20 - 24, 24 + 8, 20 + 24]], rtol=1e-5)
    np.testing.assert_allclose(scores, [0.4])


def test_yolox_leaves_out_other_classes_and_weak_boxes():
    rows = yolox_rows(cell_3=(0, 0, 0, 0, 0.9, 0.1))
    rows[0, 10, [4, 7]] = 0.99  # a car
    boxes, scores = Yolox(INPUT).people([rows], 0.1)
    assert boxes.shape == (0, 4)
    assert scores.shape == (0,)


def test_nanodet_sides_are_the_expected_bin_times_the_stride():
    # Level of stride 16, row 2, column 1: centre (24, 40).
    boxes, scores = NanoDet(INPUT).people(nanodet_maps(1, 9, 0.7, (1, 2, 0, 3)), 0.1)
    np.testing.assert_allclose(boxes, [[24 - 16, 40 - 32, 24, 40 + 48]], atol=1e-3)
    np.testing.assert_allclose(scores, [0.7])


def test_nanodet_takes_the_mean_of_bins_that_share_the_belief():
    maps = nanodet_maps(0, 0, 0.7, (4, 4, 4, 4))
    maps[5][0, 0, 6] = 50  # the left side is 4 or 6 strides away
    boxes, _ = NanoDet(INPUT).people(maps, 0.1)
    np.testing.assert_allclose(boxes, [[4 - 5 * 8, 4 - 4 * 8, 4 + 4 * 8, 4 + 4 * 8]], atol=1e-3)


def test_nobody_is_an_empty_answer_in_every_family():
    for family, outputs in ((Yolox, [yolox_rows()]), (NanoDet, nanodet_maps(0, 0, 0.0, ()))):
        boxes, scores = family(INPUT).people(outputs, 0.1)
        assert (boxes.shape, scores.shape) == ((0, 4), (0,))


@pytest.mark.parametrize("family", [Yolox, NanoDet])
@pytest.mark.parametrize(("height", "width"), [(48, 96), (96, 48), (64, 64), (1, 300), (300, 1)])
def test_a_box_comes_back_to_where_it_was_in_the_frame(family, height, width):
    frame = np.zeros((height, width, 3), np.uint8)
    _, placement = family(INPUT).prepare(frame)
    whole = np.array([[0, 0, width, height]], np.float32)
    offset = (placement.left, placement.top, placement.left, placement.top)
    np.testing.assert_allclose(placement.to_frame(whole * placement.scale_x + offset), whole, atol=1e-3)


def test_yolox_sees_plain_pixels_in_the_upper_left_and_grey_around():
    frame = np.zeros((32, SIDE, 3), np.uint8)
    frame[..., 2] = 200
    tensor, placement = Yolox(INPUT).prepare(frame)
    assert tensor.shape == INPUT
    assert tensor.dtype == np.float32
    assert tensor[0, :, 0, 0].tolist() == [0, 0, 200]
    assert tensor[0, :, 40, 0].tolist() == [114, 114, 114]
    assert placement == Placement(1.0, 1.0)


def test_nanodet_sees_standardised_pixels_in_the_middle():
    frame = np.full((32, SIDE, 3), (10, 20, 30), np.uint8)
    tensor, placement = NanoDet(INPUT).prepare(frame)
    wanted = [(10 - 103.53) / 57.375, (20 - 116.28) / 57.12, (30 - 123.675) / 58.395]
    np.testing.assert_allclose(tensor[0, :, 20, 5], wanted, rtol=1e-5)
    assert placement == Placement(1.0, 1.0, left=0, top=16)


@pytest.mark.parametrize("family", [Yolox, NanoDet])
def test_nothing_is_left_in_the_tensor_of_the_frame_before(family):
    dice, kept = np.random.default_rng(1), family(INPUT)
    for height, width in [(48, 96), (96, 48), (96, 48), (64, 64), (1, 300), (48, 96)]:
        frame = dice.integers(0, 256, (height, width, 3), np.uint8)
        np.testing.assert_array_equal(kept.prepare(frame)[0], family(INPUT).prepare(frame)[0])


def test_a_family_is_recognised_by_the_shapes_of_its_graph():
    nanodet = [(1, cells, width) for width in (44, 80) for cells in LEVELS]
    assert recognise(INPUT, [(1, 84, 85)]).family == "yolox"
    assert recognise(INPUT, nanodet).family == "nanodet"
    assert recognise(INPUT, [(1, 84, 84)]) is None
    assert recognise(INPUT, nanodet[:5]) is None
    assert recognise((1, 1, SIDE, SIDE), [(1, 84, 85)]) is None


def test_of_boxes_on_one_person_the_strongest_stays():
    boxes = np.array([[0, 0, 10, 20], [1, 0, 11, 20], [30, 0, 40, 20]], np.float32)
    kept = strongest(boxes, np.array([0.5, 0.9, 0.3], np.float32), most_overlap=0.5)
    np.testing.assert_allclose(kept, [[1, 0, 11, 20, 0.9], [30, 0, 40, 20, 0.3]], rtol=1e-6)


def test_two_people_side_by_side_are_both_kept():
    boxes = np.array([[0, 0, 10, 20], [6, 0, 16, 20]], np.float32)  # a quarter of their union is shared
    assert len(strongest(boxes, np.array([0.9, 0.8], np.float32), most_overlap=0.45)) == 2


def test_overlap_is_shared_area_over_joint_area():
    a = np.array([[0, 0, 10, 10]], np.float32)
    b = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 0, 30, 10], [3, 3, 3, 3]], np.float32)
    np.testing.assert_allclose(iou(a, b), [[1, 1 / 3, 0, 0]], rtol=1e-6)
