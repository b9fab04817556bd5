"""Signs for the reasons and a few words, as strokes in a square from -1 to 1. A reason without one gets a bubble."""

from collections.abc import Callable
from math import cos, pi, sin

from kiosk.brush import Brush
from kiosk.outlines import Point

ROUND = 48
Strokes = list[list[Point]]


def draw_icon(brush: Brush, name: str, centre: Point, radius: float, weight: float = 0.17) -> None:
    """In the brush's colour; `weight` is the thickness of the strokes over the radius."""
    for points in _ICONS.get(name, _bubble)():
        placed = [(centre[0] + x * radius, centre[1] + y * radius) for x, y in points]
        brush.stroke(placed, radius * weight)


def _round(x: float, y: float, radius: float, start: float = 0.0, turns: float = 1.0) -> list[Point]:
    angles = (2 * pi * (start + turns * i / ROUND) for i in range(ROUND + 1))
    return [(x + radius * cos(angle), y + radius * sin(angle)) for angle in angles]


def _service() -> Strokes:
    """A bell on a counter."""
    return [
        [*_round(0, -0.42, 0.72, 0.0, 0.5)],
        [(-0.95, -0.42), (0.95, -0.42)],
        [(0, 0.30), (0, 0.58)],
        [(-0.22, 0.62), (0.22, 0.62)],
        [(-0.5, -0.75), (0.5, -0.75)],
    ]


def _queue() -> Strokes:
    """A clock."""
    return [_round(0, 0, 0.88), [(0, 0.5), (0, 0), (0.36, -0.24)]]


def _fitting_room() -> Strokes:
    """A hanger."""
    hook = [(0, 0.18), (0, 0.34), *_round(0.0, 0.56, 0.22, 0.75, -0.75)[8:]]
    return [hook, [(0, 0.18), (-0.95, -0.46), (-0.86, -0.62), (0.86, -0.62), (0.95, -0.46), (0, 0.18)]]


def _price() -> Strokes:
    """A tag."""
    tag = [(-0.85, 0.85), (0.05, 0.85), (0.9, 0.0), (0.0, -0.9), (-0.85, -0.05), (-0.85, 0.85)]
    return [tag, _round(-0.42, 0.42, 0.11)]


def _choice() -> Strokes:
    """Shelves of different things."""
    boxes = [(-0.5, 0.48), (0.5, 0.48), (-0.5, -0.48), (0.5, -0.48)]
    square = [_square(x, y, 0.34) for x, y in (boxes[0], boxes[3])]
    return [*square, _round(*boxes[1], 0.36), [(0.14 - 1, -0.82), (-0.14, -0.82), (-0.5, -0.14), (0.14 - 1, -0.82)]]


def _square(x: float, y: float, half: float) -> list[Point]:
    return [
        (x - half, y - half),
        (x + half, y - half),
        (x + half, y + half),
        (x - half, y + half),
        (x - half, y - half),
    ]


def _cleanliness() -> Strokes:
    """Sparkles."""
    return [_sparkle(-0.16, -0.12, 0.84), [(0.66, 0.38), (0.66, 0.86)], [(0.42, 0.62), (0.9, 0.62)]]


def _sparkle(x: float, y: float, size: float) -> list[Point]:
    corners: list[Point] = []
    for i in range(9):
        reach = size if i % 2 == 0 else size * 0.28
        corners.append((x + reach * cos(pi * i / 4), y + reach * sin(pi * i / 4)))
    return corners


def _payment() -> Strokes:
    """A card."""
    return [[(-0.9, 0.6), (0.9, 0.6), (0.9, -0.6), (-0.9, -0.6), (-0.9, 0.6)], [(-0.9, 0.2), (0.9, 0.2)]]


def _bubble() -> Strokes:
    """Something said."""
    return [
        [(-0.9, 0.7), (0.9, 0.7), (0.9, -0.45), (-0.1, -0.45), (-0.5, -0.9), (-0.5, -0.45), (-0.9, -0.45), (-0.9, 0.7)]
    ]


def _check() -> Strokes:
    return [[(-0.62, 0.0), (-0.16, -0.46), (0.66, 0.48)]]


def _cross() -> Strokes:
    return [[(-0.55, -0.55), (0.55, 0.55)], [(-0.55, 0.55), (0.55, -0.55)]]


def _warning() -> Strokes:
    return [[(0, 0.7), (0, -0.15)], [(0, -0.6), (0, -0.62)]]


def _shield() -> Strokes:
    """What is stored, and that it is little."""
    rim = [(0, 0.95), (0.78, 0.66), (0.78, -0.05), (0.45, -0.62), (0, -0.95)]
    return [[*rim, *[(-x, y) for x, y in reversed(rim)]], [(0, 0.34), (0, -0.22)]]


def _news() -> Strokes:
    """Something said, and done."""
    return [*_bubble(), [(-0.42, 0.16), (-0.1, -0.14), (0.46, 0.42)]]


def _speaker() -> Strokes:
    horn = [(-0.85, 0.3), (-0.5, 0.3), (-0.05, 0.72), (-0.05, -0.72), (-0.5, -0.3), (-0.85, -0.3), (-0.85, 0.3)]
    return [horn, _round(-0.05, 0, 0.48, -0.14, 0.28), _round(-0.05, 0, 0.9, -0.14, 0.28)]


def _moon() -> Strokes:
    outer, inner = _round(0, 0, 0.85, 0.227, 0.679), _round(0.45, 0.2, 0.72, 0.808, -0.483)
    return [[*outer, *inner, outer[0]]]


def _person() -> Strokes:
    return [_round(0, 0.48, 0.36), [(-0.72, -0.8), *_round(0, -0.72, 0.72, 0.5, -0.5), (0.72, -0.8)]]


_ICONS: dict[str, Callable[[], Strokes]] = {
    "service": _service,
    "queue": _queue,
    "fitting_room": _fitting_room,
    "price": _price,
    "choice": _choice,
    "cleanliness": _cleanliness,
    "payment": _payment,
    "check": _check,
    "cross": _cross,
    "warning": _warning,
    "shield": _shield,
    "bubble": _bubble,
    "news": _news,
    "speaker": _speaker,
    "moon": _moon,
    "person": _person,
}
