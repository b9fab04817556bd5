"""What a shopper sees and touches: the real window, real dispatch, real rows."""

import json
import threading
from dataclasses import replace

import pytest

from events.envelope import NotRecorded
from events.facts import EventId, Stream
from kiosk.glass import Control, Face, Said, Screen, Switch, Tile
from kiosk.layout import Box
from kiosk.palette import contrast
from kiosk.survey import read_survey
from tests.kiosk.conftest import PANEL, colours
from tests.kiosk.parts import eventually

ASKED = Box(0, 600, PANEL.width, 200)
"""Where the question is."""
REASONS = read_survey().question[0].reasons


def rows(outbox):
    return [json.loads(row.body)["data"] for row in outbox.pending(Stream.URGENT)]


def box_of(screen, hit):
    """Where it can be touched."""
    return next(box for box, target in screen.kiosk._picture.targets if target == hit)


def differing(one, other, box):
    """How many of a box's pixels differ."""
    return sum(a != b for a, b in zip(colours(one, box), colours(other, box), strict=True))


@pytest.mark.parametrize("answer", [1, 2, 3, 4])
def test_a_tap_on_a_face_lights_it_in_the_next_frame_and_is_a_row_before_thanks(hung, outbox, answer):
    screen = hung(outbox.add)
    box = box_of(screen, Face(answer))
    before = screen.shot()
    screen.touch(Face(answer))
    after = screen.shot()
    assert differing(before, after, Box(box.x - 4, box.y - 4, 3, box.height)) > 40, "a rim of light around the face"
    for other in {1, 2, 3, 4} - {answer}:
        assert differing(before, after, box_of(screen, Face(other))) > 500, "the light goes off in the other windows"
    screen.until(lambda: Said.THANKED in [said for said, _ in screen.said])
    assert [row["answer"] for row in rows(outbox)] == [answer]
    screen.until(lambda: screen.flow.screen == Screen.REASON)


def test_a_tap_between_the_faces_is_a_row_without_an_answer(hung, outbox):
    screen = hung(outbox.add)
    first, second = box_of(screen, Face(1)), box_of(screen, Face(2))
    screen.touch_at((first.right + second.x) / 2 / PANEL.width, first.centre[1] / PANEL.height)
    screen.until(lambda: bool(screen.outcomes))
    assert "answer" not in rows(outbox)[0]
    assert screen.flow.screen == Screen.QUESTION


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_can_be_touched_and_refers_to_its_tap(hung, outbox, reason):
    screen = hung(outbox.add)
    screen.touch(Face(4))
    screen.until(lambda: screen.flow.screen == Screen.REASON)
    screen.frame(1.0)
    screen.touch(Tile(reason))
    screen.until(lambda: screen.flow.screen == Screen.THANKS)
    _, stored = rows(outbox)
    assert stored["reason"] == reason
    assert stored["tap"] == screen.flow.tap == f"{outbox.epoch(Stream.URGENT)}-1"


def test_the_countdown_is_seen_to_run(hung, outbox):
    screen = hung(outbox.add)
    screen.touch(Face(1))
    screen.until(lambda: screen.flow.screen == Screen.REASON)
    ring = screen.kiosk._picture.countdown[0]
    shots = [screen.shot(1.0) for _ in range(3)]
    assert differing(shots[0], shots[1], ring) > 10
    assert differing(shots[1], shots[2], ring) > 10


@pytest.mark.parametrize("language", ["de", "fr", "es", "ar", "hi"])
def test_a_language_is_chosen_on_the_glass_and_every_screen_changes(hung, outbox, language):
    screen = hung(outbox.add)
    if screen.kiosk.place_of(Switch(language)) is None:
        pytest.skip("not run: Debian's package fonts-noto-core is not installed")
    before = screen.shot()
    screen.touch(Switch(language))
    assert differing(before, screen.shot(), ASKED) > 300
    screen.frame(1.0)
    screen.touch(Face(1))
    screen.until(lambda: screen.flow.screen == Screen.REASON)
    assert rows(outbox)[0]["language"] == language


def test_arabic_has_the_best_answer_on_the_right(hung, outbox):
    screen = hung(outbox.add)
    if screen.kiosk.place_of(Switch("ar")) is None:
        pytest.skip("not run: Debian's package fonts-noto-core is not installed")
    left = screen.kiosk.place_of(Face(1))[0]
    screen.touch(Switch("ar"))
    screen.frame()
    assert screen.kiosk.place_of(Face(1))[0] == pytest.approx(PANEL.width - left)


def test_the_privacy_receipt_is_one_tap_away_and_names_the_last_answer(hung, outbox):
    screen = hung(outbox.add)
    screen.touch(Face(2))
    screen.until(lambda: screen.flow.screen == Screen.REASON)
    screen.frame(11.0)
    screen.frame(3.0)
    screen.touch(Control.RECEIPT)
    screen.frame()
    assert screen.kiosk._view.last.startswith("Last answer stored here: Good, ")
    screen.frame(1.0)
    screen.touch_at(0.5, 0.5)
    screen.frame()
    assert screen.flow.screen == Screen.QUESTION


def test_a_screen_fades_in_within_a_fifth_of_a_second_and_not_at_all_when_motion_is_off(hung, outbox):
    screen = hung(outbox.add)
    still = screen.shot(1.0)
    screen.touch(Control.RECEIPT)
    assert screen.shot(0.0) == screen.shot(0.2) != still
    screen.touch(Control.BACK)
    screen.frame(1.0)
    screen.kiosk._wiring = replace(screen.kiosk._wiring, motion=True)
    screen.touch(Control.RECEIPT)
    first, halfway, after = screen.shot(0.0), screen.shot(0.08), screen.shot(0.11)
    assert len({first, halfway, after}) == 3
    assert after == screen.shot(1.0)


def test_a_disk_that_hangs_makes_the_screen_say_sorry_within_half_a_second(hung):
    go_on = threading.Event()

    def hang(fact):
        go_on.wait(30)
        return EventId("1f0c9d2ab8e4-1")

    screen = hung(hang)
    screen.touch(Face(1))
    pressed = screen.shot(0.1)
    sorry = screen.shot(0.38)
    assert screen.flow.screen == Screen.SORRY
    assert differing(pressed, sorry, Box(0, 0, PANEL.width, PANEL.height)) > 10_000
    go_on.set()
    assert eventually(lambda: bool(screen.outcomes))
    screen.frame()
    assert screen.said[0][0] == Said.SORRY
    assert Said.THANKED not in [said for said, _ in screen.said]


def test_a_full_disk_makes_the_screen_say_sorry_and_the_next_shopper_may_try(hung, outbox):
    full = [True]

    def record(fact):
        if full[0]:
            raise NotRecorded("the disk is full")
        return outbox.add(fact)

    screen = hung(record)
    screen.touch(Face(1))
    screen.until(lambda: screen.flow.screen == Screen.SORRY)
    assert rows(outbox) == []
    full[0] = False
    screen.frame(5.0)
    screen.touch(Face(2))
    screen.until(lambda: screen.flow.screen == Screen.REASON)
    assert [row["answer"] for row in rows(outbox)] == [2]


def test_the_watchdog_is_pinged_while_frames_and_commits_are_healthy_and_not_else(hung):
    go_on, began = threading.Event(), threading.Event()

    def hang(fact):
        began.set()
        go_on.wait(30)
        return EventId("1f0c9d2ab8e4-1")

    screen = hung(hang)
    for _ in range(5):
        screen.frame(2.5)
    assert screen.pings >= 5
    screen.touch(Face(1))
    screen.frame()
    assert began.wait(5)
    screen.frame(2.5)
    before = screen.pings
    for _ in range(5):
        screen.frame(2.5)
    assert screen.pings == before
    go_on.set()


def test_the_faces_differ_by_shape_alone(hung, outbox):
    """Ink or not ink: without any colour no two faces are alike."""
    screen = hung(outbox.add)
    shot = screen.shot()
    ink = screen.kiosk.stage.palette.ink
    drawn = []
    for answer in (1, 2, 3, 4):
        box = box_of(screen, Face(answer))
        head = Box(box.x, box.y + box.height * 0.42, box.width, box.height * 0.55)
        drawn.append([contrast(colour, ink) < 2 for colour in colours(shot, head)])
    for i in range(4):
        for j in range(i):
            assert sum(a != b for a, b in zip(drawn[i], drawn[j], strict=True)) > 70
