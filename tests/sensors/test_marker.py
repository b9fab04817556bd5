"""The staff's marker as a camera sees it: from which size on it is read, and what is never taken for it."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from events.settings import ConfigError
from sensors.frames import Clip, Frame
from sensors.marker import DICTIONARY, READABLE_PIXELS, Marker, cells
from sensors.marker_command import sheet
from sensors.settings import read_camera
from sensors.watching import watch_clip
from tests import materials
from tests.materials import ROOT

NUMBER = 7
BODY = 170 / 14
"""A person's height, in sides of a marker of 140 mm."""
FINE = 4
"""Everything is drawn so much larger first."""


@dataclass
class Body:
    """An upper body with a marker, as a camera hung at the ceiling sees it: blurred, noisy, packed as JPEG."""

    picture: np.ndarray
    centre: tuple[float, float]
    side: float


def body(side, dice, number=NUMBER, turned=30.0):
    """The marker is `side` pixels wide where seen straight; it is turned by up to `turned` degrees, and tilted."""
    height = BODY * side
    size = (round(0.56 * height), round(0.65 * height))
    cloth = cv2.resize(
        dice.integers(40, 90, (size[1] // 4 + 1, size[0] // 4 + 1)).astype(np.float32), (FINE * size[0], FINE * size[1])
    )
    quad = corners(side, dice, turned) * FINE + FINE * np.array([size[0] / 2, 0.55 * size[1]])
    worn = np.full((8, 8), 255, np.float32)
    worn[1:7, 1:7] = 255 * np.array(cells(number))
    worn = 40 + 0.6 * worn.repeat(8, 0).repeat(8, 1)
    warp = cv2.getPerspectiveTransform(np.array([[0, 0], [64, 0], [64, 64], [0, 64]], np.float32), np.float32(quad))
    flags = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_CONSTANT, "borderValue": -1}
    drawn = cv2.warpPerspective(worn, warp, cloth.shape[::-1], **flags)
    small = cv2.resize(np.where(drawn >= 0, drawn, cloth), size, interpolation=cv2.INTER_AREA)
    noisy = cv2.GaussianBlur(small, (0, 0), 0.7) + dice.normal(0, 4, small.shape)
    grey = cv2.cvtColor(np.clip(noisy, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)
    packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 70])[1]
    return Body(cv2.imdecode(packed, cv2.IMREAD_COLOR), tuple(quad.mean(axis=0) / FINE), side)


def corners(side, dice, turned):
    """Of the marker and its white margin, from its centre, in perspective."""
    turn, tilt, roll = np.radians([dice.uniform(-turned, turned), dice.uniform(10, 40), dice.uniform(-8, 8)])
    flat = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * side * 8 / 6 / 2
    around = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    forward = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    level = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    there, away = flat @ (forward @ around @ level).T, 3 * BODY * side
    return there[:, :2] * away / (away + there[:, 2:])


def found(marker, seen):
    return marker.find(seen.picture, (0, 0, *seen.picture.shape[1::-1]))


def share_read(side, number=NUMBER, **how):
    dice, marker = np.random.default_rng(1), Marker(NUMBER)
    looks = 60 if side < 40 else 15  # large ones are slow to draw
    return np.mean([found(marker, body(side, dice, number, **how)) is not None for _ in range(looks)])


@pytest.mark.parametrize("side", [READABLE_PIXELS, 20, 28, 48, 80])
def test_a_marker_of_that_size_and_more_is_read_by_nearly_every_look(side):
    assert share_read(side) >= 0.9


def test_a_marker_of_half_that_size_is_not_read_at_all():
    """So the size is no modest one: from twice the distance two looks will not do."""
    assert share_read(READABLE_PIXELS // 2) == 0


@pytest.mark.parametrize("side", [READABLE_PIXELS, 48])
def test_a_reading_says_where_the_marker_is_and_how_large(side):
    dice, marker = np.random.default_rng(2), Marker(NUMBER)
    for seen in (body(side, dice, turned=10.0) for _ in range(20)):
        if reading := found(marker, seen):
            assert np.hypot(*np.subtract(reading.centre, seen.centre)) < 0.1 * side + 1
            assert reading.side == pytest.approx(side, rel=0.2)


def test_another_chains_marker_is_none():
    assert share_read(48, number=8) == 0


def test_where_two_people_wear_it_in_one_window_nobody_does():
    dice, marker = np.random.default_rng(3), Marker(NUMBER)
    one, other = body(48, dice), body(48, dice)
    assert found(marker, one)
    assert found(marker, Body(np.hstack([one.picture, other.picture]), (0, 0), 48)) is None


def test_without_a_number_nothing_is_read():
    assert found(Marker(None), body(48, np.random.default_rng(1))) is None


@pytest.mark.parametrize("window", [(-500, -500, -10, -10), (5, 5, 5, 5), (900, 900, 1000, 1000), (10, 10, 11, 11)])
def test_a_window_outside_the_frame_shows_nothing(window):
    assert Marker(NUMBER).find(np.zeros((100, 100, 3), np.uint8), window) is None


def test_in_a_street_without_markers_none_is_read():
    clip, marker = Clip(materials.vtest(), fps=0.25), Marker(NUMBER)
    windows = [
        (x, y, x + 0.56 * h, y + 0.65 * h) for h in (90, 200) for x in range(0, 700, 70) for y in (100, 250, 400)
    ]
    pictures = [frame.image for frame in clip.frames()]
    clip.close()
    assert len(pictures) * len(windows) > 1000
    assert not any(marker.find(picture, window) for picture in pictures for window in windows)


# ---- from pixels to counts ------------------------------------------------------------------------------------------


class Boxes:
    """A detector that is told where the one person is."""

    name, low_score, high_score, birth_score, counts_only = "eyes", 0.15, 0.5, 0.55, False

    def __init__(self, boxes):
        self.boxes = iter(boxes)

    def detect(self, frame):
        return np.array([[*next(self.boxes), 0.9]])


def walk_through(number, side=20):
    """Somebody who walks through the picture with this marker on, and stops in its middle."""
    dice = np.random.default_rng(4)
    steps = [*range(80, 300, 12), *[300] * 40, *range(300, 560, 12)]
    height, pictures, boxes = round(BODY * side), [], []
    empty = dice.integers(70, 130, (480, 640, 3)).astype(np.uint8)
    for x in steps:
        worn = body(side, dice, number).picture
        picture, left, top = empty.copy(), x - worn.shape[1] // 2, 100
        picture[top : top + worn.shape[0], left : left + worn.shape[1]] = worn
        pictures.append(picture)
        boxes.append((x - 50, top, x + 50, top + height))
    return [Frame(picture, i / 5) for i, picture in enumerate(pictures)], Boxes(boxes)


@pytest.mark.parametrize(("number", "stays"), [(NUMBER, 0), (NUMBER + 1, 1)], ids=["staff", "somebody else"])
def test_who_wears_the_marker_is_counted_nowhere(number, stays):
    place = {"name": "shelf", "kind": "display", "polygon": [[0.3, 0], [0.7, 0], [0.7, 1], [0.3, 1]]}
    frames, detector = walk_through(number)
    shelf = watch_clip(frames, detector, read_camera({"zone": [place], "staff_marker": NUMBER})).zones["shelf"]
    assert (len(shelf.stays), shelf.entries, shelf.person_seconds > 0) == (stays, stays, stays > 0)


# ---- the sheet ------------------------------------------------------------------------------------------------------


def test_what_is_printed_is_what_is_read():
    drawn = np.full((297 * 3, 210 * 3), 255, np.uint8)
    for x, y, side, look in re.findall(
        r'<rect x="(\S+)" y="(\S+)" width="(\S+)" height="\S+" fill="(\w+)"/>', sheet(3, 100)
    ):
        a, b, c = (round(3 * float(value)) for value in (x, y, side))
        drawn[b : b + c, a : a + c] = 0 if look == "black" else 255
    _, numbers, _ = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(DICTIONARY)).detectMarkers(drawn)
    assert numbers.ravel().tolist() == [3]


@pytest.mark.parametrize(("number", "side"), [(50, 100), (-1, 100), (3, 200), (3, 10)])
def test_a_sheet_that_cannot_be_read_is_not_drawn(number, side):
    with pytest.raises(ConfigError):
        sheet(number, side)


def test_the_command_writes_the_sheet_and_says_what_to_write_into_the_settings(tmp_path):
    command = [sys.executable, "-m", "sensors", "marker", "--out", str(tmp_path / "sheet.svg"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["staff_marker"] == read_camera({"staff_marker": 7}).staff_marker
    assert (tmp_path / "sheet.svg").read_text() == sheet(7, 140)
    wrong = subprocess.run([*command[:-2], "/nowhere/x.svg"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 1
    assert wrong.stderr.count("\n") == 1


def test_the_manual_names_the_size():
    page = " ".join((ROOT / "docs" / "operations.md").read_text(encoding="utf-8").split())
    assert f"at least {READABLE_PIXELS} pixels wide" in page
