"""The kiosk alone with its shoppers: frozen, locked out of its disk, pushed a survey, asked for help, and closed."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise
from threading import Event

import pytest

from bench.supervisor import Supervisor
from events.codec import now_utc
from events.facts import CallOutcome, Stream
from kiosk.contacts import REPEAT_SECONDS
from kiosk.remembered import DOOR, kept_tries, read_tries
from kiosk.staffdoor import Tries, hashed
from sync.inbox import AWAY, Inbox
from sync.outbox import open_outbox
from tests.kiosk.parts import eventually
from tests.kiosk.processes import ROOT, Process, offscreen, rows, write
from tests.kiosk.test_centre import push, survey
from tests.materials import another_clock

BREATH = Event()
"""Never set: a pause between two looks."""
HELP = '[kiosk.help]\ngroup = "fitting"\nroom = "2"'


def soon(holds, seconds=60):
    return eventually(lambda: holds() or BREATH.wait(0.05), seconds)


def bulk(device):
    with open_outbox(device) as outbox:
        return [json.loads(row.body) for row in outbox.pending(Stream.BULK)]


def test_a_frozen_kiosk_is_started_anew_and_has_lost_nothing(config, device, tmp_path):
    command = [sys.executable, "-m", "kiosk", "--config", str(config), "--size", "800x480", "--shoppers", "-"]
    supervisor = Supervisor(command, tmp_path, offscreen(), ROOT)
    said = lambda: re.findall(r'{"thanked": "(.*?)"}', supervisor.said.read_text())  # noqa: E731
    try:
        assert soon(lambda: len(supervisor.ready) == 1)
        supervisor.say('{"press": 1}')
        assert soon(lambda: len(said()) == 1)
        os.kill(supervisor.process.pid, signal.SIGSTOP)
        assert soon(lambda: len(supervisor.ready) == 2, 120), "the watchdog was not fed, so it was ended and started"
        supervisor.say('{"press": 2}')
        assert soon(lambda: len(said()) == 2)
    finally:
        supervisor.close()
    assert [(event, data["answer"]) for event, data in rows(device)] == list(zip(said(), (1, 2), strict=True))


def test_a_pushed_survey_shows_once_nobody_is_there_is_reported_and_outlives_a_restart(start, device):
    kiosk, inbox = start(), Inbox(device.state)
    inbox.put("cfg", push(7))
    kiosk.say(press=1)
    kiosk.hears("thanked")
    assert soon(lambda: any("config_applied" in row["type"] for row in bulk(device)))
    [report] = [row["data"] for row in bulk(device)]
    assert (report["part"], report["version"], report["applied"]) == ("kiosk", 7, True)
    assert inbox.state("kiosk.seen") == "7"
    kiosk.end(signal.SIGKILL)
    again = start()
    again.say(press=0)
    again.hears("thanked")
    assert [data["question"] for _, data in rows(device)] == ["visit", "offer"], "the shopper who was there kept hers"


def test_a_broken_survey_changes_nothing_and_is_reported_with_the_reason(start, device):
    kiosk, inbox = start(), Inbox(device.state)
    inbox.put("cfg", push(8, survey({"de": {"ask": "Na?", "answers": ["Ja", "Nein"]}})))
    assert soon(lambda: any("config_applied" in row["type"] for row in bulk(device)))
    kiosk.say(press=1)
    kiosk.hears("thanked")
    [report] = [row["data"] for row in bulk(device)]
    assert (report["applied"], "no en" in report["why"]) == (False, True)
    assert [data["question"] for _, data in rows(device)] == ["visit"]


@pytest.mark.parametrize("answered_by", ["phone", "room"])
def test_a_call_from_the_fitting_room_reaches_the_room_and_is_answered(start, device, config, answered_by):
    write(config.parent, device, HELP)
    inbox = Inbox(device.state)
    inbox.set_state(AWAY, "0")
    kiosk = start()
    kiosk.say(control="help")
    call = kiosk.hears("called")
    assert soon(lambda: inbox.poll("calls"))
    told = json.loads(inbox.poll("calls")[0].body)
    assert told == {"call": call, "group": "fitting", "room": "2", "state": "asked", "by": "kiosk"}
    if answered_by == "room":
        inbox.put("calls", json.dumps({**told, "state": "answered", "by": "rooms"}))
    else:
        body = {"group": "fitting", "room": "2", "call": call}
        command = {"device": "acme/s014/door", "id": "1", "op": "call_acknowledged", "expires": "2099-01-01T00:00Z"}
        inbox.put("cmd", json.dumps({**command, "body": body}))
    kiosk.hears("call_ended")
    ended = rows(device)[-1][1]
    assert (ended["call"], ended["outcome"]) == (call, CallOutcome.ANSWERED)
    assert soon(lambda: len(inbox.poll("calls")) >= 2)


def test_a_kiosk_that_is_killed_with_a_call_open_ends_it_in_its_next_life(start, device, config):
    write(config.parent, device, HELP)
    inbox = Inbox(device.state)
    kiosk = start()
    kiosk.say(control="help")
    call = kiosk.hears("called")
    assert soon(lambda: inbox.state("kiosk.call"))
    kiosk.end(signal.SIGKILL)
    again = start()
    inbox.put("calls", json.dumps({"call": call, "group": "fitting", "room": "2", "state": "over", "by": "rooms"}))
    again.hears("call_ended")
    ended = rows(device)[-1][1]
    assert (ended["call"], ended["outcome"]) == (call, CallOutcome.UNANSWERED)


def test_a_closed_shop_stores_a_touch_and_takes_no_answer(start, device, config):
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    path = write(config.parent, device)
    path.write_text(path.read_text() + "[hours]\n" + "".join(f'{day} = "closed"\n' for day in days))
    kiosk = start()
    kiosk.say(press=1, now=True)
    kiosk.hears("kept")
    [(_, data)] = rows(device)
    assert (data.get("answer"), data["flags"]) == (None, ["lockout"])


def test_staff_get_in_by_the_corner_and_try_a_tap_that_is_never_counted(start, device, config):
    write(config.parent, device, f'pin = "{hashed("402719")}"')
    kiosk = start()
    kiosk.say(x=0.01, y=0.01, hold=3.3)
    kiosk.hears("kept")
    BREATH.wait(3.4)
    kiosk.say(x=0.99, y=0.01)
    for digit in (4, 0, 2, 7, 1, 9):
        kiosk.say(digit=digit)
    kiosk.say(control="test_tap")
    kiosk.say(press=3)
    event = kiosk.hears("thanked")
    assert "test" in dict(rows(device))[event]["flags"]


def test_wrong_pins_of_before_a_restart_count_and_a_shut_door_is_kept_for_the_next(start, device, config):
    write(config.parent, device, f'pin = "{hashed("402719")}"')
    inbox = Inbox(device.state)
    inbox.set_state(DOOR, kept_tries(Tries(4), now_utc()))
    kiosk = start()
    kiosk.say(x=0.01, y=0.01, hold=3.3)
    kiosk.hears("kept")
    BREATH.wait(3.4)
    kiosk.say(x=0.99, y=0.01)
    for _ in range(6):
        kiosk.say(digit=0)
    assert soon(lambda: read_tries(inbox.state(DOOR), now_utc()).shut_seconds > 200)


@pytest.fixture
def card(tmp_path):
    """A disk of its own, that can be filled or made read-only."""
    disk = tmp_path / "card"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "card", disk], capture_output=True).returncode:
        pytest.skip("not run: needs the right to mount a disk")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_kiosk_on_a_read_only_disk_is_out_of_service_until_a_touch_can_be_stored(tmp_path, device, card):
    device = type(device)(device.tenant, device.store, device.device, card / "device.db")
    open_outbox(device).close()
    subprocess.run(["mount", "-o", "remount,ro", card], check=True)
    kiosk = Process(write(tmp_path, device))
    try:
        kiosk.hears("ready")
        subprocess.run(["mount", "-o", "remount,rw", card], check=True)
        kiosk.say(x=0.5, y=0.5)
        touch = kiosk.hears("kept", 60)
        kiosk.say(press=2)
        thanked = kiosk.hears("thanked", 20)
    finally:
        kiosk.end(signal.SIGKILL)
    assert [(row, data.get("answer")) for row, data in rows(device)] == [(touch, None), (thanked, 2)]


def fill(log):
    while log.write(bytes(4096)):
        pass


def test_a_full_disk_keeps_every_vote_that_was_thanked(tmp_path, device, card):
    device = type(device)(device.tenant, device.store, device.device, card / "device.db")
    kiosk = Process(write(tmp_path, device))
    try:
        kiosk.hears("ready")
        with pytest.raises(OSError, match="No space"), (card / "log").open("wb", buffering=0) as log:
            fill(log)
        thanked = []
        for answer in (1, 4, 2):
            kiosk.say(press=answer)
            thanked.append((kiosk.hears("thanked", 60), answer))
    finally:
        kiosk.end(signal.SIGKILL)
    (card / "log").unlink()
    assert [(event, data["answer"]) for event, data in rows(device)] == thanked


def test_an_outbox_that_comes_back_damaged_is_set_aside_its_loss_counted_and_the_kiosk_serves(start, device):
    kiosk = start()
    kiosk.say(press=1)
    lost = kiosk.hears("thanked")
    kiosk.end(signal.SIGKILL)
    for file in (device.state, device.state.with_name("device.db-wal")):
        with file.open("r+b") as damaged:
            damaged.write(b"\xff" * 4096)
    again = start()
    again.say(press=4)
    event = again.hears("thanked", 60)
    stored = dict(rows(device))
    assert stored[event]["answer"] == 4
    assert list(device.state.parent.glob("device.db.damaged-*")), "nothing is deleted"
    told = [data for data in stored.values() if data.get("reason") == "damaged"]
    assert lost in stored or told, "kept, or the loss is counted"


def test_a_clock_that_jumps_by_years_takes_no_vote(start, device, tmp_path):
    clock = tmp_path / "clock"
    clock.write_text("+0")
    monotonic = {"DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
    faked = {"LD_PRELOAD": str(another_clock()), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1"}
    kiosk = start(environment=offscreen() | monotonic | faked)
    stored = []
    for years in (0, +12, -30, +70, 0):
        clock.write_text(f"{years:+d}y")
        kiosk.say(press=1)
        # A busy machine may store it after the kiosk's patience, and the kiosk then says sorry; the vote counts.
        stored.append(kiosk.hears("thanked", otherwise="kept"))
    with open_outbox(device) as outbox:
        pending = list(outbox.pending(Stream.URGENT))
    kept = [json.loads(row.body) for row in pending]
    assert [f"{row.epoch}-{row.sequence}" for row in pending] == stored
    assert {fact["data"]["answer"] for fact in kept} == {1}
    apart = [later["monotonicms"] - fact["monotonicms"] for fact, later in pairwise(kept)]
    repeats = ["repeat" in fact["data"].get("flags", ()) for fact in kept[1:]]
    assert repeats == [0 < gap < 1000 * REPEAT_SECONDS for gap in apart], "by no clock on the wall"
    ahead = [datetime.fromisoformat(fact["time"]) - datetime.now(UTC) for fact in kept]
    assert [round(jump.days / 365) for jump in ahead] == [0, 12, -30, 70, 0], "the wall clock of this process did jump"


def test_no_key_and_no_gesture_leads_out_of_the_kiosk(config, device, tmp_path):
    for program in ("Xvfb", "xdotool"):
        if shutil.which(program) is None:
            pytest.skip(f"not run: Debian's package {program.lower()} is not installed")
    reading, writing = os.pipe()
    screen = subprocess.Popen(["Xvfb", "-displayfd", str(writing), "-screen", "0", "800x480x24", "-nolisten", "tcp"],
                              pass_fds=[writing], stderr=subprocess.DEVNULL)  # fmt: skip
    os.close(writing)
    display = f":{os.read(reading, 20).decode().strip()}"
    environment = {**os.environ, "DISPLAY": display, "SDL_VIDEODRIVER": "x11", "LIBGL_ALWAYS_SOFTWARE": "1"}
    kiosk = Process(config, "--fullscreen", environment=environment)
    try:
        kiosk.hears("ready", 60)
        hand = lambda *words: subprocess.run(["xdotool", *words], env=environment, check=True)  # noqa: E731
        hand("key", "Escape", "F1", "F11", "ctrl+c", "ctrl+q", "ctrl+w", "alt+F4", "ctrl+alt+Delete", "super", "Menu")
        hand("key", "Tab", "Print", "XF86PowerOff", "ctrl+z", "alt+Tab", "ctrl+shift+i", "ctrl+e")
        hand("mousemove", "799", "240", "mousedown", "1", "mousemove", "400", "240", "mouseup", "1")
        hand("mousemove", "400", "0", "click", "3", "click", "2", "click", "4")
        kiosk.say(press=1)
        event = kiosk.hears("thanked", 60)
        os.kill(kiosk.pid, 0)
    finally:
        kiosk.end(signal.SIGKILL)
        screen.kill()
        screen.wait()
        os.close(reading)
    assert dict(rows(device))[event]["answer"] == 1
