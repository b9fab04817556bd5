import subprocess
import sys

import pytest

from sync.inbox import KEPT_MESSAGES, Inbox


@pytest.fixture
def inbox(tmp_path):
    return Inbox(tmp_path / "device.db")


def test_a_message_waits_for_the_part_it_is_meant_for(inbox):
    inbox.put("cfg", "one")
    inbox.put("cmd", "blink")
    inbox.put("cfg", "two")
    assert [message.body for message in inbox.poll("cfg")] == ["one", "two"]
    assert [message.body for message in inbox.poll("cmd")] == ["blink"]


def test_who_polls_again_hears_only_what_is_new(inbox):
    seen = inbox.put("cfg", "one")
    new = inbox.put("cfg", "two")
    assert inbox.poll("cfg", seen) == [(new, "two")]
    assert inbox.poll("cfg", new) == []


def test_a_listener_from_before_the_file_was_replaced_hears_the_new_messages(inbox, tmp_path):
    for _ in range(20):
        inbox.put("cfg", "old")
    (tmp_path / "device.db").unlink()
    fresh = Inbox(tmp_path / "device.db")
    fresh.put("cfg", "new")
    assert [message.body for message in inbox.poll("cfg", 20)] == ["new"]


def test_a_chatty_centre_does_not_fill_the_card(inbox):
    inbox.put("cmd", "kept")
    for n in range(KEPT_MESSAGES + 20):
        inbox.put("cfg", str(n))
    assert [message.body for message in inbox.poll("cfg")] == [str(n) for n in range(20, KEPT_MESSAGES + 20)]
    assert [message.body for message in inbox.poll("cmd")] == ["kept"]


def test_processes_tell_each_other_small_things(inbox, tmp_path):
    assert inbox.state("away") is None
    inbox.set_state("away", "1")
    inbox.set_state("away", "0")
    ask = "from pathlib import Path; from sync.inbox import Inbox; print(Inbox(Path('{}')).state('away'))"
    command = [sys.executable, "-c", ask.format(tmp_path / "device.db")]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "0"


def test_what_several_processes_count_adds_up(inbox):
    inbox.add_to_state("unrecorded_taps", 2)
    inbox.add_to_state("unrecorded_taps", 3)
    inbox.add_to_state("unrecorded_taps", -4)
    assert inbox.state("unrecorded_taps") == "1"
