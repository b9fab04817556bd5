"""The maps of floorpulse's own net become boxes where the people are."""

import numpy as np
import pytest

from edge_models import open_detector
from edge_models.catalogue import OWN
from edge_models.decoders import Own, recognise
from edge_models.evaluate import frames_of, read_truth
from edge_models.measure import measured, pictures
from tests import materials

SHAPE = (1, 288, 384, 3)
MAPS = [(1, 36, 48, 5), (1, 9, 12, 5)]


def silent():
    maps = [np.zeros(shape, np.float32) for shape in MAPS]
    for each in maps:
        each[..., 0] = -9.0
    return maps


def test_a_graph_with_a_fine_and_a_coarse_map_is_ours():
    assert isinstance(recognise(SHAPE, MAPS), Own)
    assert not isinstance(recognise(SHAPE, MAPS[:1]), Own)


def test_the_last_row_of_the_coarse_map_may_be_half_outside():
    assert isinstance(recognise((1, 304, 384, 3), [(1, 38, 48, 5), (1, 10, 12, 5)]), Own)


def test_somebody_far_away_is_found_in_the_fine_map():
    maps = silent()
    maps[0][0, 20, 10] = [2.0, 0.25, -0.5, np.log(30 / 16), np.log(80 / 40)]
    boxes, scores = Own(SHAPE).people(maps, 0.1)
    centre = (10.5 + 0.25) * 8, (20.5 - 0.5) * 8
    assert boxes == pytest.approx(np.array([[centre[0] - 15, centre[1] - 40, centre[0] + 15, centre[1] + 40]]))
    assert scores == pytest.approx([1 / (1 + np.exp(-2.0))])


def test_somebody_close_up_is_found_in_the_coarse_map():
    maps = silent()
    maps[1][0, 4, 6] = [1.0, 0.0, 0.0, np.log(120 / 64), np.log(250 / 160)]
    [[x1, y1, x2, y2]], _ = Own(SHAPE).people(maps, 0.1)
    assert (x1, y1, x2, y2) == pytest.approx((208 - 60, 144 - 125, 208 + 60, 144 + 125))


def person(maps, stride, column, row, width, height, logit):
    """Somebody whose middle is the middle of that cell."""
    values = [logit, 0, 0, np.log(width / (2 * stride)), np.log(height / (5 * stride))]
    maps[0 if stride == 8 else 1][0, row, column] = values


@pytest.mark.parametrize(("legs_logit", "found"), [(0.5, 1), (0.6, 1), (2.0, 2)])
def test_the_legs_of_somebody_close_up_are_nobody_unless_they_are_far_more_certain(legs_logit, found):
    maps = silent()
    person(maps, 32, 6, 4, 100, 240, 0.5)
    person(maps, 8, 26, 24, 60, 80, legs_logit)
    boxes, _ = Own(SHAPE).people(maps, 0.1)
    assert len(boxes) == found


def test_somebody_far_away_who_is_seen_before_somebody_else_stays():
    maps = silent()
    person(maps, 8, 26, 24, 50, 120, 1.0)
    person(maps, 8, 26, 26, 24, 60, 0.5)
    assert len(Own(SHAPE).people(maps, 0.1)[0]) == 2


def test_nobody_is_found_where_no_cell_is_sure():
    boxes, scores = Own(SHAPE).people(silent(), 0.1)
    assert (len(boxes), len(scores)) == (0, 0)


def test_a_wide_picture_is_not_squeezed():
    tensor, placement = Own(SHAPE).prepare(np.full((432, 768, 3), 200, np.uint8))
    assert tensor.shape == SHAPE
    assert (placement.scale_x, placement.scale_y) == (0.5, 0.5)
    assert (tensor[0, :216] == 200).all()
    assert (tensor[0, 216:] == 115).all()


def test_of_a_lower_picture_no_more_is_looked_at_than_whole_cells():
    assert Own((1, 336, 448, 3)).shape_for(np.zeros((576, 768, 3), np.uint8)) == (1, 336, 448, 3)
    assert Own((1, 336, 448, 3)).shape_for(np.zeros((1080, 1920, 3), np.uint8)) == (1, 256, 448, 3)


def test_our_own_graph_is_cut_and_sees_the_same():
    _, frame = next(frames_of(materials.vtest()))
    whole, cut = open_detector("floorpulse"), open_detector("floorpulse")
    padded = np.full((576, 768, 3), 115, np.uint8)
    padded[:432] = frame[:432]
    seen = whole.detect(padded)
    assert len(seen[seen[:, 4] > 0.5]) >= 2
    assert cut.detect(frame[:432])[:2] == pytest.approx(seen[:2], abs=0.5)
    assert cut.decoder.shape == (1, 256, 448, 3)


def test_nothing_of_a_wide_picture_stays_beside_a_narrow_one():
    decoder = Own(SHAPE)
    decoder.prepare(np.full((432, 768, 3), 200, np.uint8))
    tensor, _ = decoder.prepare(np.full((576, 576, 3), 90, np.uint8))
    assert (tensor[0, :, :288] == 90).all()
    assert (tensor[0, :, 288:] == 115).all()


def test_the_model_that_comes_with_floorpulse_sees_people_it_was_never_shown():
    """A floor, not the figure: `floorpulse bench vision` measures it on every frame."""
    truth = read_truth(materials.shared("clips/vtest-truth-frames-1-397.txt"))
    found = measured(open_detector("floorpulse"), pictures(materials.vtest(), 20, 397), truth, feet_below=150)
    assert found.ap50 > 0.8
    assert OWN.shipped.stat().st_size < 3_000_000
