"""Only what the centre has signed, for this device, in time and once, reaches the device's other processes."""

import json
import sqlite3
from contextlib import closing

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from events.codec import now_utc
from events.desired import COMMAND, CONFIGURATION, LONGEST_MESSAGE, Answer, read_answer, read_desired
from events.settings import ConfigError
from sync.inbox import Inbox
from sync.signed import ACCEPTED, REMEMBERED_COMMANDS, Gate, read_key
from tests.sync.parts import ADDRESS
from tests.sync.signing import Signer

CENTRE = Signer()


@pytest.fixture
def inbox(tmp_path):
    return Inbox(tmp_path / "device.db")


@pytest.fixture
def gate(tmp_path, inbox):
    return Gate(read_key(CENTRE.public_file(tmp_path)), ADDRESS, inbox, now_utc)


def told(gate: Gate, leaf: str, message: bytes) -> Answer:
    _, answer = gate.take(leaf, message)
    return read_answer(answer.encode())


def versions(inbox: Inbox) -> list[int]:
    return [read_desired(message.body).version for message in inbox.poll("cfg")]


def test_a_signed_configuration_waits_in_the_inbox_and_the_centre_is_told(gate, inbox):
    leaf, answer = gate.take(CONFIGURATION, CENTRE.desired(3, language="de"))
    assert (leaf, json.loads(answer)) == ("cfg/rep", {"state": "accepted", "version": 3, "holds": 3})
    (message,) = inbox.poll("cfg")
    assert read_desired(message.body).parts["kiosk"].body == {"language": "de"}
    assert gate.version == 3


def test_the_same_configuration_again_is_no_news(gate, inbox):
    message = CENTRE.desired(3)
    assert told(gate, CONFIGURATION, message) == told(gate, CONFIGURATION, message)
    assert versions(inbox) == [3]


def test_an_older_configuration_cannot_be_played_back(gate, inbox):
    old = CENTRE.desired(1)
    gate.take(CONFIGURATION, old)
    gate.take(CONFIGURATION, CENTRE.desired(2))
    answer = told(gate, CONFIGURATION, old)
    assert (answer.state, answer.version, answer.holds) == ("rejected", 1, 2)
    assert "older than version 2" in answer.why
    assert versions(inbox) == [1, 2]


def test_it_is_not_forgotten_over_a_restart(gate, inbox, tmp_path):
    gate.take(CONFIGURATION, CENTRE.desired(2))
    gate.take(COMMAND, command := CENTRE.command("a"))
    again = Gate(read_key(CENTRE.public_file(tmp_path)), ADDRESS, Inbox(tmp_path / "device.db"), now_utc)
    assert told(again, CONFIGURATION, CENTRE.desired(1)).state == "rejected"
    assert told(again, COMMAND, command).why == "it was taken before"


def test_two_texts_with_one_version_are_not_both_believed(gate, inbox):
    gate.take(CONFIGURATION, CENTRE.desired(2, language="de"))
    answer = told(gate, CONFIGURATION, CENTRE.desired(2, language="fr"))
    assert (answer.state, answer.holds) == ("rejected", 2)
    assert versions(inbox) == [2]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (Signer().desired(3), "signature"),
        (CENTRE.desired(3).replace(b"kiosk", b"camera"), "signature"),
        (CENTRE.desired(3, device="acme/s014/other"), "it is for acme/s014/other"),
        (CENTRE.seal("{}"), "the key 'device' is missing"),
        (CENTRE.seal("[" * 50_000), "configuration"),
        (CENTRE.seal('{"device": "acme/s014/door", "version": 3, "colour": "red"}'), "unknown key"),
        (b"", "message"),
        (b"\xff\xfe", "message"),
        (b"[" * 50_000, "message"),
        (b'{"text": "{}"}', "expected text and signature"),
        (b'{"text": "{}", "signature": "?"}', "message"),
        (b'{"text": "\\ud800", "signature": ""}', "message"),
        (CENTRE.desired(3, more="x" * LONGEST_MESSAGE), "too long"),
    ],
)
def test_anything_else_is_refused_with_a_sentence_and_changes_nothing(gate, inbox, message, why):
    answer = told(gate, CONFIGURATION, message)
    assert answer.state == "rejected"
    assert why in answer.why
    assert "\n" not in answer.why
    assert inbox.poll("cfg") == []
    assert gate.version == 0


def test_a_command_is_taken_once(gate, inbox):
    message = CENTRE.command("a")
    leaf, answer = gate.take(COMMAND, message)
    assert (leaf, json.loads(answer)) == ("res", {"state": "accepted", "id": "a"})
    assert told(gate, COMMAND, message) == Answer("accepted", "it was taken before", id="a")
    assert len(inbox.poll("cmd")) == 1


def test_the_last_commands_are_remembered_and_no_more(gate, inbox):
    messages = [CENTRE.command(str(n)) for n in range(REMEMBERED_COMMANDS + 1)]
    inbox.set_state("cmd.taken", json.dumps([str(n) for n in range(REMEMBERED_COMMANDS)]))
    assert told(gate, COMMAND, messages[0]).why == "it was taken before"
    assert told(gate, COMMAND, messages[-1]).why == ""
    assert len(inbox.poll("cmd")) == 1
    assert len(json.loads(inbox.state("cmd.taken"))) == REMEMBERED_COMMANDS


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (CENTRE.command("a", seconds=-1), "too late"),
        (CENTRE.command("a", device="acme/s014/other"), "it is for acme/s014/other"),
        (Signer().command("a"), "signature"),
        (CENTRE.desired(3), "command"),
    ],
)
def test_a_command_that_is_late_or_for_another_does_nothing(gate, inbox, message, why):
    answer = told(gate, COMMAND, message)
    assert answer.state == "rejected"
    assert why in answer.why
    assert inbox.poll("cmd") == []


def test_a_configuration_is_no_command_and_a_command_no_configuration(gate, inbox):
    assert told(gate, CONFIGURATION, CENTRE.command("a")).state == "rejected"
    assert told(gate, COMMAND, CENTRE.desired(1)).state == "rejected"


def test_a_device_without_a_key_refuses_everything_and_says_so_once(inbox, caplog):
    gate = Gate(None, ADDRESS, inbox, now_utc)
    for leaf, message in ((CONFIGURATION, CENTRE.desired(3)), (COMMAND, CENTRE.command("a")), (COMMAND, b"")):
        assert "no key of the centre" in told(gate, leaf, message).why
    assert len(caplog.messages) == 1
    assert inbox.poll("cfg") + inbox.poll("cmd") == []


def test_a_file_that_holds_no_such_key_stops_the_start(tmp_path):
    file = tmp_path / "centre.pub"
    other = generate_private_key(SECP256R1()).public_key()
    for wrong in (b"not a key", other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)):
        file.write_bytes(wrong)
        with pytest.raises(ConfigError, match="centre_key"):
            read_key(file)


def test_what_a_flipped_bit_made_unreadable_is_told_again(gate, inbox):
    gate.take(CONFIGURATION, CENTRE.desired(3))
    inbox.set_state(ACCEPTED, "[3")
    assert told(gate, CONFIGURATION, CENTRE.desired(3)).state == "accepted"


def test_a_disk_that_fails_decides_nothing(gate, inbox, tmp_path):
    gate.take(CONFIGURATION, CENTRE.desired(1))
    with closing(sqlite3.connect(tmp_path / "device.db")) as db:
        db.execute("ALTER TABLE inbox RENAME TO gone")
        with pytest.raises(sqlite3.Error):
            gate.take(CONFIGURATION, CENTRE.desired(2))
        db.execute("ALTER TABLE gone RENAME TO inbox")
    assert gate.version == 1
    assert told(gate, CONFIGURATION, CENTRE.desired(2)).state == "accepted"


@given(st.binary(max_size=300) | st.text(max_size=300).map(CENTRE.seal))
def test_no_message_is_too_strange_for_an_answer(message):
    gate = Gate(CENTRE.key.public_key(), ADDRESS, _Nothing(), now_utc)
    for leaf in (CONFIGURATION, COMMAND):
        assert told(gate, leaf, message).state == "rejected"


class _Nothing:
    """An inbox in which nothing was ever put, and in which nothing may be."""

    def state(self, key: str) -> None:
        return None
