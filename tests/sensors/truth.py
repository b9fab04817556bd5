"""The hand-annotated boxes of the clip `vtest.avi`, frames 1-397, as tracks."""

from events.geometry import Point
from sensors.tracking import Track
from tests import materials

Footage = list[tuple[float, list[Track]]]

LINES = {
    "left": ((200.0, 120.0), (200.0, 420.0)),
    "sign": ((400.0, 120.0), (400.0, 560.0)),
    "right": ((560.0, 120.0), (560.0, 480.0)),
    "across": ((150.0, 230.0), (700.0, 230.0)),
}
ZONES = {"junction": (60, 160, 300, 330), "centre": (300, 150, 520, 330), "right": (520, 150, 760, 400)}
FRAME = (768, 576)


def corners(zone: str) -> tuple[Point, ...]:
    x1, y1, x2, y2 = ZONES[zone]
    return ((x1, y1), (x2, y1), (x2, y2), (x1, y2))


def annotated() -> Footage:
    """One entry a frame, 10 a second; skips the test where the annotations are absent."""
    frames: dict[int, list[Track]] = {frame: [] for frame in range(1, 398)}
    first: dict[int, tuple[Point, float]] = {}
    last: dict[int, Point] = {}
    for row in materials.shared("clips/vtest-truth-frames-1-397.txt").read_text().splitlines():
        frame, person, left, top, width, height = map(float, row.split(",")[:6])
        foot, who = (left + width / 2, top + height), int(person)
        before = last.get(who, foot)
        first.setdefault(who, (foot, (frame - 1) / 10))
        speed = (10 * (foot[0] - before[0]), 10 * (foot[1] - before[1]))
        frames[int(frame)].append(Track(who, foot, height, speed, *first[who]))
        last[who] = foot
    return [((frame - 1) / 10, tracks) for frame, tracks in frames.items()]
