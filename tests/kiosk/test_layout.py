from itertools import combinations

import pytest

from kiosk.layout import CONTROL_MM, FACE_MM, GAP_MM, Box, Panel, mirrored, tiles, too_small, windows

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


@pytest.mark.parametrize("panel", PANELS, ids=str)
@pytest.mark.parametrize("count", [2, 4, 5])
def test_faces_are_at_least_twenty_millimetres_apart_by_five_and_inside_the_panel(panel, count):
    boxes = windows(panel, count)
    assert len(boxes) == count
    assert too_small(panel, count) is None
    assert min(min(box.width, box.height) for box in boxes) >= FACE_MM * panel.mm
    gap = GAP_MM * panel.mm * 0.999
    for one, other in combinations(boxes, 2):
        assert not overlap(Box(one.x, one.y, one.width + gap, one.height + gap), other)
    for box in boxes:
        assert box.x >= 0
        assert box.right <= panel.width
        assert panel.footer.top < box.y
        assert box.top <= panel.header.y


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_no_answer_is_easier_to_hit_than_another(panel):
    assert len({(round(box.width, 6), round(box.height, 6)) for box in windows(panel, 4)}) == 1


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_reasons_and_controls_can_be_hit(panel):
    assert min(min(box.width, box.height) for box in tiles(panel, 6)) >= CONTROL_MM * panel.mm
    assert panel.control >= CONTROL_MM * panel.mm
    for one, other in combinations(tiles(panel, 6), 2):
        assert not overlap(one, other)


def test_a_survey_that_does_not_fit_is_refused_with_the_millimetres():
    assert too_small(Panel(480, 800, 7), 11) == "11 answers would be 17 mm wide on a 7 inch panel; they need 20 mm"


def test_right_to_left_mirrors_the_place():
    panel = Panel(1000, 500, 10)
    assert mirrored(Box(0, 10, 100, 50), panel) == Box(900, 10, 100, 50)
