"""The faces: eyes and a mouth in ink, from delighted to dismayed. Shape alone tells them apart."""

from math import asin, pi

from kiosk.brush import Brush
from kiosk.outlines import Point, arc
from kiosk.palette import Colour


def draw_face(brush: Brush, centre: Point, radius: float, goodness: float, ink: Colour) -> None:
    """A face whose features fill a circle; `goodness` runs from 0.0 to 1.0."""
    brush.colour(ink)
    x, y = centre
    for side in (-1, 1):
        _eye(brush, (x + side * radius * 0.46, y + radius * 0.28), radius, goodness, side)
    _mouth(brush, (x, y - radius * 0.38), radius, goodness)


def _eye(brush: Brush, centre: Point, radius: float, goodness: float, side: int) -> None:
    x, y = centre
    if goodness > 0.85:  # laughing
        brush.stroke(arc((x, y - radius * 0.10), radius * 0.23, radius * 0.23, 0, pi), radius * 0.15)
        return
    brush.disc(centre, radius * 0.14, tall=1.2)
    if goodness < 0.5:  # the brow rises towards the nose, the more the worse
        tilt = radius * (0.10 + 0.12 * (0.5 - goodness) * 2)
        inner, outer = (
            (x - side * radius * 0.23, y + radius * 0.38 + tilt),
            (x + side * radius * 0.23, y + radius * 0.34),
        )
        brush.stroke([inner, outer], radius * 0.12)


def _mouth(brush: Brush, centre: Point, radius: float, goodness: float) -> None:
    x, y = centre
    if goodness > 0.85:
        brush.bowl((x, y + radius * 0.12), radius * 0.54, 0.9)
        return
    if goodness < 0.15:
        brush.bowl((x, y - radius * 0.22), radius * 0.44, -0.86)
        return
    bend = (goodness - 0.5) * 2
    width, depth = radius * 0.52, radius * (0.16 + 0.18 * abs(bend))
    if abs(bend) < 0.1:
        brush.stroke([(x - width, y), (x + width, y)], radius * 0.15)
    elif bend > 0:
        brush.stroke(_bow((x, y - depth * 0.4), width, depth), radius * 0.15)
    else:
        brush.stroke(_bow((x, y + depth * 0.4), width * 0.92, -depth), radius * 0.15)


def _bow(middle: Point, width: float, depth: float) -> list[Point]:
    """Part of a circle through its middle, the ends `width` to either side and `depth` above (below if negative)."""
    radius = (width**2 + depth**2) / (2 * depth)
    half = asin(width / abs(radius))
    return arc((middle[0], middle[1] + radius), abs(radius), radius, 1.5 * pi - half, 1.5 * pi + half)
