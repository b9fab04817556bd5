"""Shapes as triangles whose rims fade over one pixel: smooth without multisampling, flush where lines meet and end.

Pixels in, vertices out; draws nothing. A rim runs half a pixel inside the true edge, and half a pixel outside.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import acos, cos, hypot, pi, sin
from typing import NamedTuple

Point = tuple[float, float]
FADE = 0.5
SMOOTH_TURN = 0.866
"""Cosine of the turn up to which a line bends as a curve; a sharper corner is rounded."""


class Vertex(NamedTuple):
    x: float
    y: float
    cover: float
    """1 is full colour, 0 is none."""


Row = tuple[Vertex, ...]


class Outline:
    """Vertices, and the triangles between them as indices."""

    def __init__(self) -> None:
        self.vertices: list[Vertex] = []
        self.triangles: list[int] = []

    def ribbon(self, rows: Sequence[Sequence[Vertex]]) -> None:
        """Fills between each row of vertices and the next; all rows are of one length."""
        first, across = len(self.vertices), len(rows[0])
        self.vertices += [vertex for row in rows for vertex in row]
        for row in range(len(rows) - 1):
            for at in range(first + row * across, first + row * across + across - 1):
                self.triangles += (at, at + 1, at + across, at + 1, at + across + 1, at + across)


def area(rim: Sequence[Point], centre: Point) -> Outline:
    """A shape that its centre sees whole; the rim runs once around it, in either direction."""
    corners = _distinct([*rim, rim[0]])[:-1]
    outward = 1 if _turns_left(corners) else -1
    outline, middle, rows = Outline(), Vertex(*centre, 1.0), []
    for before, (x, y), after in zip([corners[-1], *corners], corners, [*corners[1:], corners[0]], strict=False):
        dx, dy = _mitre(_normal(before, (x, y)), _normal((x, y), after))
        dx, dy = -dx * FADE * outward, -dy * FADE * outward
        rows.append((middle, Vertex(x - dx, y - dy, 1.0), Vertex(x + dx, y + dy, 0.0)))
    outline.ribbon([*rows, rows[0]])
    return outline


def stroke(points: Sequence[Point], thickness: float) -> Outline:
    """A line with round ends and corners; a closed one when it ends where it began."""
    path, half, outline = _distinct(points), thickness / 2, Outline()
    if len(path) == 1:
        outline.ribbon(_fan(path[0], (0.0, 1.0), 2 * pi, half))
        return outline
    normals = [_normal(a, b) for a, b in pairwise(path)]
    closed = len(path) > 3 and hypot(path[0][0] - path[-1][0], path[0][1] - path[-1][1]) < 1e-3
    starts, ends = list(normals), list(normals)
    for i in range(0 if closed else 1, len(normals)):  # normals[-1] comes before the first of a closed line
        before, after = normals[i - 1], normals[i]
        if _dot(before, after) > SMOOTH_TURN:
            starts[i] = ends[i - 1] = _mitre(before, after)
        else:
            outline.ribbon(_corner(path[i], before, after, half))
    for (a, b), start, end in zip(pairwise(path), starts, ends, strict=True):
        outline.ribbon((_across(a, start, half), _across(b, end, half)))
    if not closed:
        outline.ribbon(_fan(path[0], normals[0], pi, half))
        outline.ribbon(_fan(path[-1], (-normals[-1][0], -normals[-1][1]), pi, half))
    return outline


def arc(centre: Point, across: float, up: float, start: float, end: float) -> list[Point]:
    """Points of an ellipse between two angles, anticlockwise from the right, close enough to look round."""
    steps = max(6, int(abs(end - start) * 1.2 * max(across, up) ** 0.5))
    turns = (start + (end - start) * i / steps for i in range(steps + 1))
    return [(centre[0] + across * cos(turn), centre[1] + up * sin(turn)) for turn in turns]


def _across(at: Point, normal: Point, half: float) -> list[Vertex]:
    """A cut through a line."""
    reach = ((-half - FADE, 0.0), (FADE - half, 1.0), (half - FADE, 1.0), (half + FADE, 0.0))
    return [Vertex(at[0] + normal[0] * by, at[1] + normal[1] * by, cover) for by, cover in reach]


def _corner(at: Point, before: Point, after: Point, half: float) -> list[Row]:
    """The wedge on the outer side of a corner."""
    turn = acos(max(-1.0, min(1.0, _dot(before, after))))
    if before[0] * after[1] - before[1] * after[0] > 0:  # to the left, so the wedge is on the right
        return _fan(at, (-before[0], -before[1]), turn, half)
    return _fan(at, before, -turn, half)


def _fan(at: Point, first: Point, turn: float, half: float) -> list[Row]:
    """A sector of a disc, from a direction on, anticlockwise."""
    steps, middle, rows = max(4, int(abs(turn) * 1.5 * half**0.5)), Vertex(*at, 1.0), list[Row]()
    for i in range(steps + 1):
        c, s = cos(turn * i / steps), sin(turn * i / steps)
        x, y = first[0] * c - first[1] * s, first[0] * s + first[1] * c
        near, far = half - FADE, half + FADE
        rows.append((middle, Vertex(at[0] + x * near, at[1] + y * near, 1.0),
                     Vertex(at[0] + x * far, at[1] + y * far, 0.0)))  # fmt: skip
    return rows


def _distinct(points: Sequence[Point]) -> list[Point]:
    """Without points that lie on the one before."""
    found = [points[0]]
    for point in points[1:]:
        if hypot(point[0] - found[-1][0], point[1] - found[-1][1]) > 1e-3:
            found.append(point)
    return found


def _normal(a: Point, b: Point) -> Point:
    """Of length 1, to the left of the way from a to b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = hypot(dx, dy)
    return (-dy / length, dx / length)


def _mitre(one: Point, other: Point) -> Point:
    """Where the sides of two segments meet, for a line of half width 1; never far out at a spike."""
    share = max(1 + _dot(one, other), 0.25)
    return ((one[0] + other[0]) / share, (one[1] + other[1]) / share)


def _dot(one: Point, other: Point) -> float:
    return one[0] * other[0] + one[1] * other[1]


def _turns_left(corners: Sequence[Point]) -> bool:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*corners, corners[0]])) > 0
