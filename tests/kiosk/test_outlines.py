"""Shapes by their triangles: nothing bulges where a line ends or bends."""

from itertools import pairwise
from math import cos, hypot, pi, sin

import pytest

from kiosk.outlines import FADE, arc, area, stroke

LINES = {
    "straight": [(0, 0), (100, 0)],
    "corner": [(0, 0), (100, 0), (40, 90)],
    "back again": [(0, 0), (100, 0), (0, 1)],
    "smile": arc((0, 0), 80, 80, 1.2 * pi, 1.8 * pi),
    "triangle": [(0, 0), (100, 0), (50, 80), (0, 0)],
    "circle": arc((0, 0), 50, 50, 0, 2 * pi),
    "spot": [(5, 5), (5, 5)],
}


def distance(point, path):
    return min(to_segment(point, a, b) for a, b in pairwise(path))


def to_segment(p, a, b):
    (x, y), (dx, dy) = (p[0] - a[0], p[1] - a[1]), (b[0] - a[0], b[1] - a[1])
    along = max(0.0, min(1.0, (x * dx + y * dy) / ((dx * dx + dy * dy) or 1)))
    return hypot(x - along * dx, y - along * dy)


def triangles(outline):
    corners = iter(outline.vertices[i] for i in outline.triangles)
    return list(zip(corners, corners, corners, strict=True))


def covered(outline, point):
    """The strongest cover that any triangle gives a point."""
    found = 0.0
    for a, b, c in triangles(outline):
        whole = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)
        if abs(whole) > 1e-9:
            v = ((point[0] - a.x) * (c.y - a.y) - (c.x - a.x) * (point[1] - a.y)) / whole
            w = ((b.x - a.x) * (point[1] - a.y) - (point[0] - a.x) * (b.y - a.y)) / whole
            if min(v, w, 1 - v - w) >= -1e-9:
                found = max(found, a.cover * (1 - v - w) + b.cover * v + c.cover * w)
    return found


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_nowhere_thicker_than_it_should_be_ends_and_corners_included(name):
    path = LINES[name]
    for vertex in stroke(path, 12).vertices:
        reach = 6 + FADE if vertex.cover == 0 else 6 - FADE
        assert distance(vertex[:2], path) <= reach * 1.04, "a mitre of a curve stands out by 4 % at most"


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_full_inside_and_its_corners_and_ends_are_round(name):
    path, outline = LINES[name], stroke(LINES[name], 12)
    for x, y in path:
        for i in range(16):
            spot = (x + 5.2 * cos(i * pi / 8), y + 5.2 * sin(i * pi / 8))
            assert covered(outline, spot) > 0.9


def test_half_of_the_colour_lies_exactly_on_the_edge():
    assert covered(stroke(LINES["straight"], 12), (50, 6)) == pytest.approx(0.5)
    disc = area(arc((0, 0), 40, 40, 0, 2 * pi), (0, 0))
    assert covered(disc, (40, 0)) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("turn", [1, -1])
def test_an_area_is_full_inside_and_empty_outside_whichever_way_its_rim_runs(turn):
    square = area([(0, 0), (10, 0), (10, 10), (0, 10)][::turn], (5, 5))
    assert covered(square, (9.4, 5)) == pytest.approx(1)
    assert covered(square, (10.6, 5)) == 0
