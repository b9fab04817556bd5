"""Points, polygons and segments on the screen: x to the right, y down, any unit."""

from collections.abc import Iterator
from itertools import combinations

Point = tuple[float, float]
Polygon = tuple[Point, ...]
Segment = tuple[Point, Point]


def side_of(point: Point, a: Point, b: Point) -> float:
    """Distance from the line through a and b; positive at the right hand of someone who walks from a to b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length: float = (dx * dx + dy * dy) ** 0.5
    return (dx * (point[1] - a[1]) - dy * (point[0] - a[0])) / length


def distance(p: Point, q: Point) -> float:
    return float(((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2) ** 0.5)


def distance_to(segment: Segment, p: Point) -> float:
    (x1, y1), (x2, y2) = segment
    dx, dy = x2 - x1, y2 - y1
    along = ((p[0] - x1) * dx + (p[1] - y1) * dy) / (dx * dx + dy * dy or 1.0)
    share = min(max(along, 0.0), 1.0)
    return distance(p, (x1 + share * dx, y1 + share * dy))


def contains(polygon: Polygon, point: Point) -> bool:
    """Whether the point lies inside, by counting the edges to its right."""
    x, y = point
    inside = False
    x1, y1 = polygon[-1]
    for x2, y2 in polygon:  # not `edges`: every foot of every frame comes by here
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
        x1, y1 = x2, y2
    return inside


def edges(polygon: Polygon) -> Iterator[Segment]:
    """The sides of the polygon, the closing one included."""
    return zip(polygon, polygon[1:] + polygon[:1], strict=True)


def cross(first: Segment, second: Segment) -> bool:
    """Whether two segments cross in a point that is an end of neither."""
    (a, b), (c, d) = first, second
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def crosses_itself(polygon: Polygon) -> bool:
    return any(cross(first, second) for first, second in combinations(edges(polygon), 2))


def area(polygon: Polygon) -> float:
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in edges(polygon))) / 2


def overlap(first: Polygon, second: Polygon) -> bool:
    """Whether two polygons share more than a border."""
    if any(cross(a, b) for a in edges(first) for b in edges(second)):
        return True
    return any(_strictly_inside(second, p) for p in _probes(first)) or any(
        _strictly_inside(first, p) for p in _probes(second)
    )


def scaled(polygon: Polygon, width: float, height: float) -> Polygon:
    """Normalised points as pixels of a frame."""
    return tuple((x * width, y * height) for x, y in polygon)


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _probes(polygon: Polygon) -> Iterator[Point]:
    """Points of the polygon that betray an overlap where no sides cross: corners, middles of sides, the inside."""
    for (x1, y1), (x2, y2) in edges(polygon):
        yield x1, y1
        yield (x1 + x2) / 2, (y1 + y2) / 2
    yield sum(x for x, _ in polygon) / len(polygon), sum(y for _, y in polygon) / len(polygon)


def _strictly_inside(polygon: Polygon, point: Point) -> bool:
    on_border = any(abs(_turn(a, b, point)) <= 1e-9 * max(1.0, distance(a, b)) for a, b in edges(polygon))
    return not on_border and contains(polygon, point)
