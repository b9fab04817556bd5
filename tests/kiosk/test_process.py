"""The kiosk as a process of its own, with its real outbox: killed, stopped, starved, and fed nonsense."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys

import pytest

from kiosk.__main__ import main
from tests.kiosk.processes import ROOT, Process, rows, write


def test_a_kiosk_that_is_killed_right_after_thanks_has_lost_nothing(start, device):
    thanked = []
    for answer in (1, 4):
        kiosk = start()
        kiosk.say(press=answer)
        thanked.append((kiosk.hears("thanked"), answer))
        kiosk.end(signal.SIGKILL)
    assert [(event, data["answer"]) for event, data in rows(device)] == thanked


def test_a_tap_and_its_reason_reach_the_outbox_in_order(start, device):
    kiosk = start()
    kiosk.say(language="de")
    kiosk.say(press=4)
    kiosk.say(reason="queue")
    tap = kiosk.hears("thanked")
    noted = kiosk.hears("noted")
    (first, tapped), (second, reason) = rows(device)
    assert (first, second) == (tap, noted)
    assert (tapped["answer"], tapped["language"]) == (4, "de")
    assert (reason["tap"], reason["reason"]) == (tap, "queue")


def test_the_kiosk_at_the_rooms_asks_about_the_rooms(start, device, config):
    write(config.parent, device, 'question = "rooms"')
    kiosk = start()
    kiosk.say(press=2)
    kiosk.hears("thanked")
    assert [data["question"] for _, data in rows(device)] == ["rooms"]


def test_systemd_hears_that_it_is_ready_once_the_first_frame_is_up(start, tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        start()
        assert b"READY=1" in [systemd.recv(100), systemd.recv(100)]


def test_the_next_shopper_need_not_wait_for_the_last_ones_reason(start, device):
    kiosk = start()
    kiosk.say(press=1)
    kiosk.say(press=2)
    kiosk.hears("thanked")
    kiosk.hears("thanked", seconds=8)
    assert [data["answer"] for _, data in rows(device)] == [1, 2]


def test_a_touch_anywhere_is_kept_and_the_end_of_the_shoppers_ends_no_kiosk(start, device):
    kiosk = start()
    kiosk.say(x=0.5, y=0.02)
    kiosk.end_of_shoppers()
    event = kiosk.hears("kept")
    assert [(row, data.get("answer")) for row, data in rows(device)] == [(event, None)]
    os.kill(kiosk.pid, 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_kiosk_that_is_asked_to_stop_does_so_within_two_seconds(start, number):
    assert start().end(number, seconds=2) == 0


def test_a_store_that_is_locked_makes_it_say_sorry_counts_it_and_goes_on(start, device):
    kiosk = start()
    blocker = sqlite3.connect(device.state, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    kiosk.say(press=1)
    assert kiosk.hears("sorry", seconds=3) is True
    blocker.execute("ROLLBACK")
    kiosk.say(press=2)
    kiosk.hears("thanked", seconds=20)
    assert [data["answer"] for _, data in rows(device)][-1] == 2
    assert blocker.execute("SELECT value FROM state WHERE key = 'unrecorded_taps'").fetchone()[0] in ("1", 1)
    blocker.close()


def test_the_first_frame_can_be_had_as_a_picture(config, tmp_path):
    picture = tmp_path / "first.png"
    process = Process(config, "--screenshot", str(picture))
    assert process.end(0) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 5000


@pytest.mark.parametrize(
    ("kiosk", "options", "sentence"),
    [
        ('colour = "red"', [], "unknown key 'colour'"),
        ('survey = "none.toml"', [], "no such file"),
        ("panel_inches = 70", [], "lies between 7 and 32"),
        ("", ["--size", "wide"], "written 1280x800"),
        ('question = "parking"', [], "no question 'parking'"),
        ('language = "xx"', [], "'xx' cannot be shown here"),
    ],
)
def test_what_cannot_be_used_ends_it_with_a_sentence_before_a_window_opens(
    tmp_path, device, kiosk, options, sentence, capsys
):
    with pytest.raises(SystemExit) as end:
        main(["--config", str(write(tmp_path, device, kiosk)), *options])
    said = str(end.value.code) if isinstance(end.value.code, str) else capsys.readouterr().err
    assert sentence in said
    assert end.value.code != 0
    assert not device.state.exists(), "nothing was written"


def test_an_outbox_that_is_a_directory_ends_it_with_a_sentence(config, device):
    device.state.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "--config", str(config), "--size", "800x480"],
        cwd=ROOT, env=os.environ | {"SDL_VIDEODRIVER": "offscreen"}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("floorpulse kiosk: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_missing_configuration_and_a_missing_table_are_said(tmp_path):
    with pytest.raises(SystemExit, match="no such file"):
        main(["--config", str(tmp_path / "none.toml")])
    empty = tmp_path / "empty.toml"
    empty.write_text("")
    with pytest.raises(SystemExit, match=r"the table \[device\] is missing"):
        main(["--config", str(empty)])
