import json
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from central.quick_json import dumps, loads
from events.checks import DecodeError
from events.codec import Refused, data_of, decode, encode, unpack
from events.envelope import Event, Source, Stamp
from events.facts import ClockQuality, QuestionKind, Stream, Tap, TapFlag
from tests.events.generated import EVENT

TEXTS = st.text(st.characters(exclude_categories=()), max_size=8)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4))


EXAMPLE = Event(
    Source("acme", "s1", "exit", Stream.URGENT),
    "0123456789ab",
    7,
    Stamp(datetime(2026, 3, 2, 10, 15, tzinfo=UTC), "boot", 42_000, ClockQuality.NTP),
    Tap("pulse", 1, "visit", QuestionKind.SMILEY, 2, 4, "en", flags=(TapFlag.HOLD,)),
)


def outcome(payload: bytes, read: Any) -> object:
    """What becomes of a batch; of what is refused only who it is, for the words may tell a number differently."""
    try:
        return [each if isinstance(each, Event) else (each.epoch, each.sequence, each.source) for each in read(payload)]
    except DecodeError:
        return "no batch"


def both(raw: bytes) -> tuple[object, object]:
    payload = zlib.compress(raw)
    return outcome(payload, decode), outcome(payload, lambda payload: decode(payload, loads))


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENT, min_size=1, max_size=3))
def test_every_event_is_read_alike(events):
    payload = encode(events)
    assert decode(payload, loads) == decode(payload) == events


@settings(max_examples=150, deadline=None)
@given(
    VALUES, st.sampled_from(("specversion", "id", "source", "type", "time", "bootid", "monotonicms", "data", "more"))
)
def test_whatever_stands_in_a_member_it_is_taken_or_refused_alike(value, field):
    [member] = unpack(encode([EXAMPLE]))
    ours, theirs = both(json.dumps([member, {**member, field: value}]).encode())
    assert ours == theirs


@settings(max_examples=150, deadline=None)
@given(VALUES, st.sampled_from(("survey", "version", "answer", "scale", "language", "flags", "more")))
def test_whatever_stands_in_a_fact_it_is_taken_or_refused_alike(value, field):
    [member] = unpack(encode([EXAMPLE]))
    raw = json.dumps([{**member, "data": {**member["data"], field: value}}]).encode()
    ours, theirs = both(raw)
    assert ours == theirs


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.text('[]{},:"\\u0123456789dDeE+-. nulltrefasNI', max_size=40).map(str.encode))
@example(b"[NaN]")
@example(b"[1e400, -1e400]")
@example(b'["\\ud800"]')
@example(b'["\xed\xa0\x80"]')
@example(b'[{"a":1,"a":2}]')
@example(b"[123456789012345678901234567890]")
@example(b"\xef\xbb\xbf[1]")
@example('["ä"]'.encode("utf-16"))
@example(b"[" * 2000 + b"]" * 2000)
def test_bytes_are_a_list_for_both_readers_or_for_none(raw):
    assert lists(raw, json.loads) == lists(raw, loads)


def lists(raw: bytes, read: Any) -> bool:
    try:
        return isinstance(unpack(zlib.compress(raw), read), list)
    except DecodeError:
        return False


@pytest.mark.parametrize("depth", [900, 980, 990, 996, 1000, 1015, 1022, 5000])
@pytest.mark.parametrize("field", ["id", "source", "specversion", "data"])
def test_a_member_nested_deeply_is_refused_wherever_it_is_deep(depth, field):
    [member] = unpack(encode([EXAMPLE]))
    raw = json.dumps([{**member, "sequence": 1, field: "here"}]).encode()
    for read in (json.loads, loads):
        try:
            members = decode(zlib.compress(raw.replace(b'"here"', b"[" * depth + b"]" * depth)), read)
        except DecodeError:
            continue
        assert [type(each) for each in members] == [Refused]


@settings(max_examples=60, deadline=None)
@given(EVENT)
def test_a_ledger_keeps_of_a_fact_what_its_device_wrote(event):
    [arrived] = decode(encode([event]), loads)
    assert json.loads(dumps(arrived.data)) == json.loads(data_of(event.fact))
