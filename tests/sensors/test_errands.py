"""What the centre asks of a camera is done while it counts, and nothing that was counted gets lost."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from datetime import timedelta

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from central.sealing import opened
from events.desired import Command, Desired, Part, Progress, written
from events.facts import ConfigApplied, CrossingCount, ZoneSummary
from events.layout import as_table
from sensors.camera_service import CameraService, World
from sensors.frames import Frame
from tests.sensors.test_camera_service import CAMERA, OPENING, Clock, Lens, Walker, of

DEVICE = "acme/s1/eyes"
DOOR, FOYER = CAMERA.line[0], CAMERA.zone[0]
SHORT = replace(DOOR, b=(0.5, 0.9))
AISLE = replace(FOYER, name="aisle", polygon=((0.6, 0), (1, 0), (1, 1), (0.6, 1)))
ANEW = replace(CAMERA.layout, line=(SHORT,), zone=(FOYER, AISLE))


@dataclass(frozen=True)
class Note:
    id: int
    body: str


class Shop:
    """A camera that counts for so long, and what the centre leaves in its inbox at which second."""

    def __init__(self, *letters, detector=Walker, lens=Lens):
        self.clock, self.facts, self.results, self.said = Clock(), [], [], []
        self._letters = [(at, part, text) for at, part, text in letters]
        self._detector, self._lens = detector, lens

    def poll(self, part, after):
        return [
            Note(number, text)
            for number, (at, to, text) in enumerate(self._letters, 1)
            if to == part and self.clock.now - 1000 >= at and number > after
        ]

    def serve(self, seconds):
        self.clock.end = self.clock.now + seconds
        world = World(
            lambda: self._lens(self.clock, 10_000), self.facts.extend, self.clock.monotonic, self.clock.utc,
            self.clock.wait, self.said.append, poll=self.poll, tell=self.results.append,
        )  # fmt: skip
        CameraService(CAMERA, OPENING, self._detector(self.clock), world).run()
        return self


def configuration(layout, version=1, body=None):
    body = {"layout": as_table(layout)} if body is None else body
    return written(Desired(DEVICE, version, {"camera": Part(version, body)}))


def command(op, number="c1", expires="2026-03-02T12:00:00+00:00", **body):
    return written(Command(DEVICE, number, op, expires, body))


def cells(facts, kind, name):
    return [fact for fact in of(facts, kind) if getattr(fact, "line", None) == name or getattr(fact, "zone", 0) == name]


def end(fact):
    return fact.cell.start + timedelta(seconds=fact.cell.seconds)


def test_other_lines_and_zones_are_counted_by_without_a_restart():
    shop = Shop((400, "cfg", configuration(ANEW))).serve(910)
    [applied] = of(shop.facts, ConfigApplied)
    assert (applied.part, applied.version, applied.applied) == ("camera", 1, True)
    first, second = cells(shop.facts, CrossingCount, "door")[:2]
    assert end(first) == second.cell.start
    assert first.cell.seconds + second.cell.seconds == 900
    assert 395 <= first.cell.seconds <= 405
    total = first.ins + first.outs + second.ins + second.outs
    assert total == pytest.approx(900 / 12, abs=3)
    assert first.valid_seconds + second.valid_seconds == pytest.approx(900, abs=3)


def test_a_zone_that_stayed_as_it_was_goes_on_in_its_quarter():
    shop = Shop((400, "cfg", configuration(ANEW))).serve(910)
    [foyer] = [fact for fact in cells(shop.facts, ZoneSummary, "foyer") if fact.cell.start.minute == 0]
    assert foyer.cell.seconds == 900
    assert foyer.entries == pytest.approx(75, abs=3)


def test_a_new_zone_begins_with_its_own_cell():
    shop = Shop((400, "cfg", configuration(ANEW))).serve(910)
    aisle = cells(shop.facts, ZoneSummary, "aisle")[0]
    assert 495 <= aisle.cell.seconds <= 505
    assert aisle.valid_seconds == pytest.approx(aisle.cell.seconds, abs=3)


def test_a_zone_that_is_removed_has_a_last_word():
    shop = Shop((400, "cfg", configuration(replace(ANEW, zone=(AISLE,))))).serve(1810)
    [foyer] = cells(shop.facts, ZoneSummary, "foyer")
    assert 395 <= foyer.cell.seconds <= 405
    assert foyer.stays == pytest.approx(400 / 12, abs=3)


def test_a_quarter_that_waits_to_be_told_is_told_whole_before_anything_changes():
    shop = Shop((902, "cfg", configuration(ANEW))).serve(1810)
    assert next(fact.cell.seconds for fact in cells(shop.facts, CrossingCount, "door")) == 900
    assert sum(fact.cell.seconds for fact in cells(shop.facts, CrossingCount, "door")[:3]) == 1800


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"layout": as_table(replace(ANEW, zone=(FOYER, replace(FOYER, name="again"))))}, "overlap"),
        (
            {"layout": {"zone": [{"name": "fitting room", "kind": "display", "polygon": [[0, 0], [1, 0], [1, 1]]}]}},
            "fit",
        ),
        ({"layout": {"lines": []}}, "unknown key"),
        ({"layout": {}, "source": "rtsp://elsewhere"}, "nothing else"),
        ({}, "expected a layout"),
    ],
)
def test_a_layout_with_anything_wrong_is_refused_whole_and_the_old_one_counts_on(body, why):
    shop = Shop((400, "cfg", configuration(None, body=body))).serve(910)
    [applied] = of(shop.facts, ConfigApplied)
    assert not applied.applied
    assert why in applied.why
    [door] = [fact for fact in cells(shop.facts, CrossingCount, "door") if fact.cell.start.minute == 0]
    assert door.cell.seconds == 900


def test_the_newest_layout_counts_and_the_same_one_twice_changes_nothing():
    shop = Shop(
        (100, "cfg", configuration(replace(ANEW, zone=()), 1)), (100, "cfg", configuration(ANEW, 2)),
        (500, "cfg", configuration(ANEW, 2)),
    ).serve(910)  # fmt: skip
    assert [(fact.version, fact.applied) for fact in of(shop.facts, ConfigApplied)] == [(2, True)]


def test_a_layout_that_came_before_the_start_is_counted_by_from_the_start():
    shop = Shop((0, "cfg", configuration(ANEW))).serve(910)
    assert sum(fact.cell.seconds for fact in cells(shop.facts, ZoneSummary, "aisle")[:1]) >= 890


def test_an_audit_cuts_the_count_of_its_line_at_both_ends():
    shop = Shop(
        (200, "cmd", command("audit_start", "a", line="door")), (600, "cmd", command("audit_stop", "b", line="door"))
    ).serve(910)
    start, stop = shop.results
    assert (start.state, stop.state) == (Progress.DONE, Progress.DONE)
    counts = cells(shop.facts, CrossingCount, "door")
    window = [fact for fact in counts if fact.cell.start.isoformat() >= start.at and end(fact).isoformat() <= stop.at]
    [count] = window
    assert count.ins + count.outs == pytest.approx(400 / 12, abs=2)
    assert count.valid_seconds == pytest.approx(count.cell.seconds, abs=2)
    assert sum(fact.cell.seconds for fact in counts[:3]) == 900
    assert len([fact for fact in cells(shop.facts, ZoneSummary, "foyer") if fact.cell.start.minute == 0]) == 1


def test_an_audit_of_a_line_that_is_not_there_says_so():
    [result] = Shop((200, "cmd", command("audit_start", line="attic"))).serve(300).results
    assert result.state is Progress.FAILED
    assert "no line 'attic'" in result.words


def test_a_command_that_is_over_does_nothing():
    assert Shop((200, "cmd", command("audit_start", expires="2026-03-02T09:00:10+00:00"))).serve(300).results == []


class Seer(Walker):
    """Finds whoever is red, wherever they are."""

    def detect(self, frame):
        red = (frame[..., 2].astype(int) - frame[..., 1]) > 80
        rows, columns = np.nonzero(red)
        if not len(rows):
            return np.zeros((0, 5), np.float32)
        return np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1, 0.9]], np.float32)


class Street(Lens):
    """A floor with a pattern, and somebody red who walks over it."""

    def frames(self):
        floor = np.kron(np.random.default_rng(3).integers(60, 160, (12, 16, 1)), np.ones((10, 10, 3))).astype(np.uint8)
        start = self.clock.now
        while self.clock.now < start + self.seconds:
            self.clock.now += 0.5
            image, x = floor.copy(), int(12 * self.clock.now) % 150
            image[40:90, x : x + 10] = (0, 0, 250)
            image[0, 0] = (self.clock.now * 2) % 2
            yield Frame(image, self.clock.now)


def asked_for_floor(**body):
    key = X25519PrivateKey.generate()
    half = b64encode(key.public_key().public_bytes_raw()).decode()
    return key, Shop((50, "cmd", command("backdrop", "f", **{"key": half, **body})), detector=Seer, lens=Street)


def test_the_floor_is_handed_out_without_people_to_who_asked_alone():
    key, shop = asked_for_floor()
    result = shop.serve(300).results[-1]
    assert (result.result, result.state) == ("f", Progress.DONE)
    content = json.loads(opened(result.sealed, key, "f"))
    floor = cv2.imdecode(np.frombuffer(b64decode(content["picture"]), np.uint8), cv2.IMREAD_COLOR)
    assert floor.shape == (120, 160, 3)
    assert len(Seer(None).detect(floor)) == 0
    assert content["layout"] == as_table(CAMERA.layout)
    with pytest.raises(ValueError, match="not for this request"):
        opened(result.sealed, X25519PrivateKey.generate(), "f")
    with pytest.raises(ValueError, match="not for this request"):
        opened(result.sealed, key, "another")


def test_nothing_of_the_floor_becomes_a_fact_or_a_line_of_the_log():
    _, shop = asked_for_floor()
    shop.serve(910)
    assert not [fact for fact in shop.facts if "picture" in repr(fact)]
    assert len([result for result in shop.results if result.sealed]) == 1, "once, and to nobody else"


def test_a_request_without_a_key_gets_no_picture():
    _, shop = asked_for_floor(key="no key")
    result = shop.serve(300).results[-1]
    assert (result.state, result.sealed) == (Progress.FAILED, "")


def test_a_floor_that_is_never_empty_says_what_is_missing():
    class Crowd(Seer):
        def detect(self, frame):
            return np.array([[0, 0, 100, 120, 0.9]], np.float32)

    _, shop = asked_for_floor()
    shop._detector = Crowd
    results = shop.serve(500).results
    assert results[-1].state is Progress.FAILED
    assert "not yet seen without people; ask again when it is quieter" in results[-1].words
    assert any(result.state is Progress.WAITING and "%" in result.words for result in results)


def test_without_a_person_detector_there_is_no_floor():
    class Motion(Seer):
        counts_only = True

    _, shop = asked_for_floor()
    shop._detector = Motion
    [result] = shop.serve(300).results
    assert result.state is Progress.FAILED
    assert "without a person detector" in result.words
