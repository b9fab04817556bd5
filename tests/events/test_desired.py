"""What the centre wants of a device is read whole, or refused in one sentence."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from events.desired import Command, Desired, Part, read_command, read_desired
from events.settings import ConfigError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_configuration_has_a_part_for_each_process():
    text = json.dumps({"device": "acme/s1/door", "version": 4, "parts": {"kiosk": {"version": 2, "body": {"a": 1}}}})
    assert read_desired(text) == Desired("acme/s1/door", 4, {"kiosk": Part(2, {"a": 1})})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        '{"device": "acme/s1/door"}',
        '{"device": "acme/s1/door", "version": "4"}',
        '{"device": "acme/s1/door", "version": 4, "parts": []}',
        '{"device": "acme/s1/door", "version": 4, "parts": {"kiosk": {"version": 1}}}',
        '{"device": "acme/s1/door", "version": 4, "parts": {"kiosk": {"version": 1, "body": {}, "more": 1}}}',
        '{"device": "acme/s1/door", "version": 4, "colour": "red"}',
    ],
)
def test_anything_else_is_refused_in_one_sentence(text):
    with pytest.raises(ConfigError) as refused:
        read_desired(text)
    assert "\n" not in str(refused.value)


def test_a_command_is_over_when_its_time_has_come():
    table = {"device": "acme/s1/door", "id": "7", "op": "identify", "expires": NOON.isoformat(), "body": {"s": 3}}
    command = read_command(json.dumps(table))
    assert command == Command("acme/s1/door", "7", "identify", NOON.isoformat(), {"s": 3})
    assert command.is_over(NOON)
    assert not command.is_over(NOON - timedelta(seconds=1))


@pytest.mark.parametrize(
    "wrong", [{"expires": "tomorrow"}, {"expires": "2026-03-02T12:00:00"}, {"body": []}, {"op": 1}]
)
def test_a_command_that_makes_no_sense_is_refused(wrong):
    table = {"device": "acme/s1/door", "id": "7", "op": "identify", "expires": NOON.isoformat(), **wrong}
    with pytest.raises(ConfigError):
        read_command(json.dumps(table))
