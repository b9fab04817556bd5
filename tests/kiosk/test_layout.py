from itertools import combinations

import pytest

from kiosk.layout import (
    CONTROL_MM,
    FACE_MM,
    GAP_MM,
    Box,
    Panel,
    broken,
    frame,
    least_height,
    mirrored,
    row_of,
    tiles,
    too_small,
    windows,
)  # fmt: skip

PANELS = [
    Panel(800, 480, 7),
    Panel(480, 800, 7),
    Panel(1024, 600, 7),
    Panel(1280, 800, 10.1),
    Panel(800, 1280, 10.1),
    Panel(1920, 1080, 15.6),
    Panel(1080, 1920, 22),
    Panel(3840, 2160, 22),
]


def overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.top and other.y < one.top


def faces(panel, count, rows=2, reach=False):
    return windows(panel, frame(panel, rows, reach, least_height(panel, count)).middle, count)


@pytest.mark.parametrize("reach", [False, True])
@pytest.mark.parametrize("panel", PANELS, ids=str)
@pytest.mark.parametrize("count", [2, 4, 5])
def test_faces_are_at_least_twenty_millimetres_apart_by_five_and_between_question_and_controls(panel, count, reach):
    assert too_small(panel, count, reach) is None
    boxes, bands = faces(panel, count, reach=reach), frame(panel, 2, reach, least_height(panel, count))
    assert len(boxes) == count
    assert min(min(box.width, box.height) for box in boxes) >= FACE_MM * panel.mm
    for one, other in combinations((*boxes, bands.header, bands.footer), 2):
        gap = 0 if bands.header in (one, other) else GAP_MM * panel.mm * 0.999
        assert not overlap(Box(one.x, one.y, one.width + gap, one.height + gap), other)
    assert min(box.x for box in boxes) >= 0
    assert max(box.right for box in boxes) <= panel.width
    assert bands.header.top <= panel.height


@pytest.mark.parametrize("panel", PANELS, ids=str)
@pytest.mark.parametrize("count", [2, 4])
def test_in_reach_the_faces_lie_in_the_lower_third_and_the_controls_in_the_lower_two(panel, count):
    assert max(box.top for box in faces(panel, count, reach=True)) <= panel.height / 3 + 1
    assert frame(panel, 2, True, least_height(panel, count)).footer.top < panel.height * 0.72


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_no_answer_is_easier_to_hit_than_another(panel):
    assert len({(round(box.width, 6), round(box.height, 6)) for box in faces(panel, 4)}) == 1


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_reasons_and_controls_can_be_hit(panel):
    places = tiles(panel, frame(panel).middle, 6)
    assert min(min(box.width, box.height) for box in places) >= CONTROL_MM * panel.mm
    assert panel.control >= CONTROL_MM * panel.mm
    for one, other in combinations(places, 2):
        assert not overlap(one, other)


@pytest.mark.parametrize("panel", [panel for panel in PANELS if panel.width > panel.height], ids=str)
@pytest.mark.parametrize("reach", [False, True])
def test_eleven_numbers_fit_on_any_panel_that_lies(panel, reach):
    assert too_small(panel, 11, reach) is None


def test_a_survey_that_does_not_fit_is_refused_with_the_millimetres():
    assert too_small(Panel(480, 800, 7), 11) == "11 answers would be 18 mm wide on a 7 inch panel; they need 20 mm"


def test_controls_that_fit_share_a_row_and_no_row_is_wider_than_its_room():
    panel = Panel(1000, 500, 10)
    assert broken(panel, 300, [100, 100]) == [[0, 1]]
    assert broken(panel, 300, [100, 100, 100, 250]) == [[0, 1], [2], [3]]
    first, second = row_of(panel, Box(0, 0, 400, 50), [100, 100], 1.0)
    assert (first.right + panel.gap, second.right) == pytest.approx((second.x, 400))


def test_right_to_left_mirrors_the_place():
    panel = Panel(1000, 500, 10)
    assert mirrored(Box(0, 10, 100, 50), panel) == Box(900, 10, 100, 50)
