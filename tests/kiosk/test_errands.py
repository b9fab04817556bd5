"""What the kiosk hears from the device's other services, and tells them."""

import json
import sqlite3
from datetime import UTC, datetime

import pytest

from kiosk.calling import Bell, commanded, open_call, told
from kiosk.errands import Ears, Errands
from kiosk.glass import Control, Help
from kiosk.ways import Ways
from sync.inbox import AWAY, Inbox
from tests.kiosk.parts import Glass, eventually

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CALL = {"call": "1f0c9d2ab8e4-1", "group": "fitting", "room": "2", "by": "rooms"}


@pytest.fixture
def inbox(tmp_path):
    return Inbox(tmp_path / "device.db")


@pytest.fixture
def heard():
    return []


@pytest.fixture
def errands(inbox, heard):
    ears = Ears(*(lambda told, name=name: heard.append((name, told)) for name in ("reached", "call", "cmd", "cfg")))
    return Errands(lambda: inbox, ears)


def test_each_message_is_told_once_and_of_configurations_the_newest(errands, inbox, heard):
    inbox.put("calls", json.dumps({**CALL, "state": "coming"}))
    inbox.put("cmd", "one")
    inbox.put("cmd", "two")
    inbox.put("cfg", "old")
    inbox.put("cfg", "new")
    errands.go_round()
    errands.go_round()
    assert heard == [
        ("reached", False), ("call", {**CALL, "state": "coming"}), ("cmd", "one"), ("cmd", "two"), ("cfg", "new"),
    ]  # fmt: skip


def test_the_centre_is_reached_once_sync_says_so_and_every_change_is_told(errands, inbox, heard):
    for away in ("0", "0", "1"):
        inbox.set_state(AWAY, away)
        errands.go_round()
    assert heard == [("reached", True), ("reached", False)]


def test_a_call_by_the_rooms_button_from_before_the_start_is_not_called_open(errands, inbox, heard):
    inbox.put("calls", json.dumps({**CALL, "state": "asked"}))
    errands.go_round()
    inbox.put("calls", json.dumps({**CALL, "state": "asked"}))
    errands.go_round()
    assert [name for name, _ in heard].count("call") == 1


def test_what_is_told_and_remembered_is_written_before_it_closes(errands, inbox):
    errands.start()
    errands.tell("calls", CALL)
    errands.remember("kiosk.call", "x")
    errands.close(10)
    assert json.loads(inbox.poll("calls")[0].body) == CALL
    assert inbox.state("kiosk.call") == "x"


@pytest.mark.parametrize("error", [sqlite3.OperationalError, PermissionError])
def test_a_file_that_cannot_be_used_is_said_once_and_tried_again(heard, caplog, error):
    tries = []

    def broken():
        tries.append(1)
        raise error("disk I/O error")

    errands = Errands(broken, Ears())
    errands.start()
    assert eventually(lambda: len(tries) >= 3)
    errands.close(10)
    assert caplog.text.count("disk I/O error") == 1


def asked():
    glass = Glass(ways=Ways(help=("fitting", "2")))
    glass.flow.desk.staff_can_be_reached(True, glass.now)
    glass.touch(Control.HELP)
    return glass


@pytest.mark.parametrize(
    ("state", "shown"), [("coming", Help.COMING), ("answered", Help.ANSWERED), ("over", Help.READY)]
)
def test_what_the_rooms_say_of_our_call_reaches_the_screen(state, shown):
    glass = asked()
    told({**CALL, "call": glass.flow.desk.call, "state": state})(glass.flow, glass.now)
    assert glass.flow.desk.state == shown


@pytest.mark.parametrize(
    "message", [{}, {"call": 7, "state": "over"}, {**CALL, "state": "late"}, {**CALL, "by": "kiosk"}]
)
def test_what_makes_no_sense_or_is_our_own_does_nothing(message):
    assert told(message) is None


def test_a_phone_that_says_i_am_going_is_believed_in_time_only():
    glass = asked()
    command = {"device": "acme/s014/door", "id": "1", "op": "call_acknowledged", "expires": "2026-03-02T12:05+00:00",
               "body": {"group": "fitting", "room": "2", "call": glass.flow.desk.call}}  # fmt: skip
    assert commanded(json.dumps(command), NOW.replace(hour=13)) is None
    assert commanded(json.dumps({**command, "op": "identify"}), NOW) is None
    assert commanded("rubbish", NOW) is None
    commanded(json.dumps(command), NOW)(glass.flow, glass.now)
    assert glass.flow.desk.state == Help.COMING


def test_the_bell_tells_the_room_keeps_the_open_call_and_lights_its_light():
    said, kept, lights = [], {}, []
    bell = Bell(said.append, kept.__setitem__, lambda *light: lights.append(light), lambda: NOW)
    glass = asked()
    bell.ring(glass.flow.desk)
    assert open_call(kept["kiosk.call"], NOW.replace(minute=1)) == (glass.flow.desk.call, 60.0)
    glass.wait(60.1)
    bell.ring(glass.flow.desk)
    glass.flow.desk.answered(glass.flow.desk.call, glass.now)
    bell.ring(glass.flow.desk)
    assert lights == [(True, False), (True, True), (False, False)]
    assert [message["state"] for message in said] == ["asked", "over"]
    assert kept["kiosk.call"] == ""


@pytest.mark.parametrize("text", [None, "", "rubbish", "{}", "[]", '{"call": "x", "at": "noon"}'])
def test_a_call_that_was_kept_and_cannot_be_read_is_none(text):
    assert open_call(text, NOW) is None
