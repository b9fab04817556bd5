"""Frames of every size, type and content, at times that are none, seen by a detector gone mad: no crash."""

from datetime import UTC, datetime, time, timedelta

import numpy as np
import pytest

from bench.endurance import Mad, Nonsense
from events.facts import CameraHealth, DwellSummary, OccupancySummary, ZoneSummary
from events.hours import OpeningHours
from sensors.camera_service import CameraService, World
from sensors.frames import Frame
from sensors.settings import read_camera
from sensors.sparing import Sparing
from sensors.watching import watch_clip

ALWAYS = OpeningHours("UTC", ((time(0), time(23, 59)),) * 7)
CAMERA = read_camera(
    {
        "fps": 5,
        "line": [{"name": "door", "role": "door", "a": [0.5, 0.0], "b": [0.5, 1.0]}],
        "zone": [{"name": "foyer", "kind": "display", "polygon": [[0, 0], [0.4, 0], [0.4, 1], [0, 1]]}],
    }
)


class Clock:
    now = 1000.0

    def utc(self):
        return datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(seconds=self.now)

    def wait(self, seconds):
        self.now += seconds
        return False


def served(seed, frames):
    clock, facts, said = Clock(), [], []
    source = Nonsense(frames, clock, seed)
    world = World(lambda: source, facts.extend, lambda: clock.now, clock.utc, clock.wait, said.append)
    CameraService(CAMERA, ALWAYS, Sparing(Mad(seed=seed), CAMERA.fps), world).run()
    assert source.given == frames
    assert source.wrong > frames / 20
    assert source.untimely > frames / 20
    return facts


@pytest.mark.parametrize("seed", range(3))
def test_a_service_outlives_frames_and_times_that_are_none(seed):
    facts = served(seed, 500)
    assert [fact for fact in facts if isinstance(fact, CameraHealth)]
    for fact in facts:
        if isinstance(fact, ZoneSummary | CameraHealth):
            assert 0 <= fact.valid_seconds <= fact.cell.seconds + 1
        if isinstance(fact, OccupancySummary):
            assert fact.person_seconds >= 0
        if isinstance(fact, DwellSummary):
            assert min(fact.completed) >= 0


class Walker:
    name, low_score, high_score, birth_score, counts_only = "walker", 0.1, 0.5, 0.6, False

    def __init__(self):
        self.looks = 0

    def detect(self, frame):
        self.looks += 1
        height, width = frame.shape[:2]
        x = width * (0.9 - 0.8 * (self.looks % 50) / 50)
        return np.array([[x - 5, height / 2, x + 5, height / 2 + 25, 0.9]])


def test_a_size_that_changes_in_the_middle_of_a_clip_begins_a_new_view():
    frames = [Frame(np.zeros((120, 160, 3) if i < 50 else (240, 320, 3), np.uint8), i / 5) for i in range(100)]
    assert watch_clip(frames, Walker(), CAMERA).lines["door"].ins == 2
