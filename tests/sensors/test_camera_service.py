"""The camera's service: whatever happens to the camera, the quarters are told."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from time import monotonic

import numpy as np
import pytest

from events.envelope import NotRecorded
from events.facts import CameraHealth, CameraState, Cell, CrossingCount, ZoneSummary
from events.hours import OpeningHours
from sensors.camera_service import CameraService, World
from sensors.frames import CameraLost, Frame
from sensors.settings import read_camera

OPENING = OpeningHours("UTC", ((time(9), time(20)),) * 7)
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
CAMERA = read_camera(
    {
        "fps": 2,
        "line": [{"name": "door", "role": "door", "a": [0.5, 0.0], "b": [0.5, 1.0]}],
        "zone": [{"name": "foyer", "kind": "display", "polygon": [[0, 0], [0.4, 0], [0.4, 1], [0, 1]]}],
    }
)


class Clock:
    """Time that passes only when somebody waits or a frame comes."""

    def __init__(self, was_unset=0.0):
        """The wall clock was never set, and is after so many seconds."""
        self.now, self.end, self.known = 1000.0, float("inf"), 1000.0 + was_unset

    def monotonic(self):
        return self.now

    def utc(self):
        begun = NINE if self.now >= self.known else datetime(1970, 1, 1, tzinfo=UTC)
        return begun + timedelta(seconds=self.now - 1000)

    def wait(self, seconds):
        self.now += seconds
        return self.now >= self.end


class Walker:
    """Sees one person who walks from the right to the left in ten seconds, again and again."""

    name, low_score, high_score, birth_score, counts_only = "walker", 0.1, 0.5, 0.6, False

    def __init__(self, clock):
        self.clock = clock

    def detect(self, frame):
        x = 150 - 12.5 * (self.clock.now % 12)
        return np.array([[x - 5, 50, x + 5, 75, 0.9]], dtype=np.float32)


class Lens:
    """Gives frames until it breaks, each with a grain of noise."""

    def __init__(self, clock, seconds, level=120):
        self.clock, self.seconds, self.level = clock, seconds, level

    def frames(self):
        start = self.clock.now
        while self.clock.now < start + self.seconds:
            self.clock.now += 0.5
            image = np.full((120, 160, 3), self.level, np.uint8)
            image[0, 0] = (self.clock.now * 2) % 2
            yield Frame(image, self.clock.now)
        raise CameraLost("the camera gives no more frames")

    def close(self):
        pass


def serve(seconds, lenses, record=None, detector=None, lens=None, was_unset=0.0):
    """Runs the service for so long; each opening takes the next lens, and fails where that is None."""
    clock, facts, said = Clock(was_unset), [], []
    clock.end = clock.now + seconds
    left = [lens(clock)] if lens else [each and Lens(clock, *each) for each in lenses]

    def open_source():
        if not left or left[0] is None:
            del left[:1]
            raise CameraLost("there is no camera /dev/video0")
        return left.pop(0)

    world = World(open_source, record or facts.extend, clock.monotonic, clock.utc, clock.wait, said.append)
    CameraService(CAMERA, OPENING, (detector or Walker)(clock), world).run()
    return facts, said


def of(facts, kind):
    return [fact for fact in facts if isinstance(fact, kind)]


def test_a_quarter_at_the_door_is_told():
    facts, _ = serve(910, [(5000,)])
    count = of(facts, CrossingCount)[0]
    assert count.ins == pytest.approx(900 / 12, abs=2) or count.outs == pytest.approx(900 / 12, abs=2)
    assert count.valid_seconds == pytest.approx(900, abs=1)
    assert of(facts, CameraHealth)[0].state is CameraState.OK


def test_a_camera_that_is_unplugged_and_comes_back_costs_only_its_own_time():
    facts, said = serve(910, [(300,), None, None, (5000,)])
    zone, health = of(facts, ZoneSummary)[0], of(facts, CameraHealth)[0]
    assert 870 < zone.valid_seconds < 900
    assert health.state is CameraState.UNPLUGGED
    tries = [line.split("; ")[-1] for line in said if "trying" in line]
    assert tries == [f"trying again in {s} s" for s in (1, 2, 4)]


def test_a_camera_that_never_comes_is_told_each_quarter_with_no_valid_time():
    facts, _ = serve(1810, [])
    counts = of(facts, CrossingCount)
    assert [(count.ins, count.valid_seconds) for count in counts[:2]] == [(0, 0), (0, 0)]
    assert {health.state for health in of(facts, CameraHealth)} == {CameraState.UNPLUGGED}


def test_dark_time_is_not_valid():
    facts, _ = serve(910, [(300,), (300, 2), (5000,)])
    health = of(facts, CameraHealth)[0]
    assert health.valid_seconds == pytest.approx(600, abs=10)


class Pushed(Lens):
    """A shop full of edges, whose camera is pushed aside after half a quarter."""

    def frames(self):
        shelves = np.random.default_rng(1).integers(0, 2, (15, 24, 1)).repeat(8, 0).repeat(8, 1).repeat(3, 2)
        start = self.clock.now
        while self.clock.now < start + self.seconds:
            self.clock.now += 0.5
            across = 0 if self.clock.now < start + 450 else 20
            image = np.ascontiguousarray(60 + 90 * shelves[:, across : across + 160]).astype(np.uint8)
            image[0, 0] = (self.clock.now * 2) % 2
            yield Frame(image, self.clock.now)
        raise CameraLost("the camera gives no more frames")


def test_the_time_of_a_camera_that_was_moved_is_not_valid_and_says_why():
    facts, said = serve(910, [], lens=lambda clock: Pushed(clock, 2000))
    health, zone = of(facts, CameraHealth)[0], of(facts, ZoneSummary)[0]
    assert health.state is CameraState.MOVED
    assert 450 <= zone.valid_seconds <= 460
    assert any("the camera is moved" in line for line in said)


def test_facts_that_cannot_be_recorded_wait_for_the_next_time():
    facts, full = [], [True]

    def record(some):
        if full[0]:
            full[0] = len(facts) > 0
            raise NotRecorded("the disk is full")
        facts.extend(some)

    serve(1810, [(5000,)], record)
    assert len(of(facts, CrossingCount)) >= 2
    assert len({fact.cell for fact in of(facts, CameraHealth)}) == len(of(facts, CameraHealth))


def test_the_facts_of_a_quarter_are_committed_together():
    commits = []
    serve(910, [(5000,)], commits.append)
    longest = max(commits, key=len)
    assert len({type(fact) for fact in longest}) >= 3
    assert len([some for some in commits if some]) <= 3


def test_the_moment_at_which_a_clock_becomes_known_costs_no_crossing_and_no_second():
    known, _ = serve(1810, [(5000,)])
    late, said = serve(1810, [(5000,)], was_unset=400)
    for kind, what in ((CrossingCount, "ins"), (CrossingCount, "outs"), (ZoneSummary, "stays")):
        assert sum(getattr(fact, what) for fact in of(late, kind)) == sum(
            getattr(fact, what) for fact in of(known, kind)
        )
    for kind in (CrossingCount, ZoneSummary, CameraHealth):
        assert [(each.cell.start, each.cell.seconds) for each in of(late, kind)][:3] == [
            (NINE, 400), (NINE + timedelta(seconds=400), 500), (NINE + timedelta(minutes=15), 900),
        ]  # fmt: skip
    first, second = of(late, CameraHealth)[:2]
    assert (first.valid_seconds, second.valid_seconds) == (pytest.approx(400, abs=1), pytest.approx(500, abs=1))
    assert any("the clock was set" in line for line in said)


def test_what_a_full_disk_refused_before_the_clock_was_known_is_recorded_where_it_was():
    facts, refused = [], []

    def record(some):
        """There is room from the moment on at which the clock is known."""
        if any(fact.cell.start.year == 1970 for fact in some):
            refused.extend(some)
            raise NotRecorded("the disk is full")
        facts.extend(some)

    serve(1000, [(5000,)], record, was_unset=906)
    assert refused
    assert [each.cell for each in of(facts, CameraHealth)][:2] == [
        Cell(NINE, 900),
        Cell(NINE + timedelta(seconds=900), 6),
    ]


CONFIG = """
[device]
tenant = "acme"
store = "s1"
device = "eyes"
state = "{folder}/device.db"
[hours]
{hours}
[camera]
source = "pipe:{folder}/camera"
model = "background"
[[camera.line]]
name = "door"
role = "door"
a = [0.5, 0]
b = [0.5, 1]
"""


def configure(folder):
    hours = "\n".join(
        f'{day} = "04:00-04:00"'
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
    (folder / "device.toml").write_text(CONFIG.format(folder=folder, hours=hours))
    return folder / "device.toml"


def test_a_service_that_is_terminated_records_what_it_saw(tmp_path):
    os.mkfifo(tmp_path / "camera")
    command = [sys.executable, "-m", "sensors", "camera", "--config", str(configure(tmp_path))]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
        deadline = monotonic() + 60
        with (tmp_path / "camera").open("wb") as pipe:
            pipe.write(json.dumps({"width": 64, "height": 48, "fps": 25}).encode() + b"\n")
            for _ in range(50):
                pipe.write(np.full((48, 64, 3), 120, np.uint8).tobytes())
            pipe.flush()
            service.send_signal(signal.SIGTERM)
            status = service.wait(deadline - monotonic())
    assert status == 0
    with sqlite3.connect(tmp_path / "device.db") as db:
        bodies = " ".join(str(row) for row in db.execute("select * from outbox_bulk"))
    db.close()
    assert "crossing_count" in bodies
    assert "camera_health" in bodies


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("camera", "kamera"), "the table [camera] is missing"),
        (('"background"', '"nowhere.onnx"'), "nowhere.onnx"),
        (('name = "door"', 'name = "fitting room"'), "never allowed in fitting rooms"),
    ],
    ids=["no camera table", "no model", "a fitting room"],
)
def test_a_wrong_configuration_stops_the_start_with_one_sentence(tmp_path, change, sentence):
    path = configure(tmp_path)
    path.write_text(path.read_text().replace(*change))
    command = [sys.executable, "-m", "sensors", "camera", "--config", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
