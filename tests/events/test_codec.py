import json
import zlib
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.codec import BATCH_EVENTS, Refused, decode, encode, type_name
from events.envelope import Event, Source, Stamp
from events.facts import FACTS, ClockQuality, Health, QuestionKind, Stream, Tap
from tests.events.generated import EVENT

STAMP = Stamp(datetime(2026, 3, 2, 10, 15, tzinfo=UTC), "boot", 42_000, ClockQuality.NTP)
SOURCE = Source("acme", "s1", "exit", Stream.URGENT)
TAP = Event(SOURCE, "0123456789ab", 7, STAMP, Tap("pulse", 1, "visit", QuestionKind.SMILEY, 2, 4, "en"))


def batch(*members: object) -> bytes:
    return zlib.compress(json.dumps(members).encode())


def member(**changes: object) -> dict[str, Any]:
    [plain] = json.loads(zlib.decompress(encode([TAP])))
    return {**plain, **changes}


def data(**changes: object) -> dict[str, Any]:
    return {"data": {**member()["data"], **changes}}


@settings(max_examples=400, deadline=None)
@given(st.lists(EVENT, min_size=1, max_size=5))
def test_everything_survives_the_wire(events):
    assert decode(encode(events)) == events


def test_a_member_is_a_cloud_event():
    plain = member()
    assert plain["specversion"] == "1.0"
    assert plain["id"] == "0123456789ab-7"
    assert plain["source"] == "/acme/s1/exit/urgent"
    assert plain["type"] == "io.floorpulse.tap.v1"
    assert datetime.fromisoformat(plain["time"]) == STAMP.time


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"type": "io.floorpulse.face.v1"}, "unknown type"),
        ({"specversion": "0.3"}, "specversion"),
        ({"source": "/acme/s1/exit"}, "source"),
        ({"source": 5}, "source"),
        ({"time": "2026-03-02T10:15:00"}, "time zone"),
        ({"time": 3}, "time"),
        ({"monotonicms": -1}, "monotonicms"),
        ({"monotonicms": True}, "monotonicms"),
        ({"clockquality": "sundial"}, "clockquality"),
        ({"picture": "aGVsbG8="}, "unknown field: 'picture'"),
        (data(picture="aGVsbG8="), "unknown field: 'picture'"),
        (data(answer=11), "Tap.answer"),
        (data(answer=2.0), "Tap.answer"),
        (data(language="x" * 65), "Tap.language"),
        (data(language="a\nb"), "Tap.language"),
        (data(kind="frown"), "Tap.kind"),
        (data(flags="burst"), "Tap.flags"),
        (data(flags=["bored"]), "Tap.flags"),
        ({"data": None}, "Tap is not an object"),
    ],
)
def test_what_is_not_what_it_claims_is_refused_with_a_reason_and_keeps_its_place(changes, why):
    first, refused, last = decode(batch(member(), member(**changes), member()))
    assert first == last == TAP
    assert isinstance(refused, Refused)
    assert why in refused.why
    assert (refused.epoch, refused.sequence) == ("0123456789ab", 7)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"not zlib",
        zlib.compress(b"not json"),
        zlib.compress(b"{}"),
        zlib.compress(b"[]"),
        zlib.compress(b"[" * 100_000),
        zlib.compress(b"[" + b" " * 50_000_000 + b"]"),
        zlib.compress(b'[{"id":"0123456789ab-1"}]')[:-3],
        zlib.compress(b"[{}]") + b"more",
        batch(*[{}] * (BATCH_EVENTS + 1)),
        batch({"id": "no identity"}),
        batch("a text"),
        batch({"id": ["0123456789ab-1"]}),
    ],
)
def test_junk_is_refused_as_a_whole(payload):
    with pytest.raises(ValueError, match=r"."):
        decode(payload)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | st.binary(max_size=300).map(zlib.compress))
def test_random_bytes_never_raise_anything_else(payload):
    with pytest.raises(ValueError, match=r"."):
        decode(payload)


def test_numbers_that_json_should_not_have_are_refused():
    health = Event(SOURCE, "0123456789ab", 1, STAMP, Health("1", 1.5, 1, 1, 0, 0))
    raw = zlib.decompress(encode([health])).replace(b"1.5", b"NaN")
    [refused] = decode(zlib.compress(raw))
    assert isinstance(refused, Refused)


def test_a_batch_of_a_hundred_taps_costs_at_most_45_bytes_a_tap():
    taps = [
        Event(
            SOURCE,
            "0123456789ab",
            n,
            Stamp(STAMP.time.replace(microsecond=n * 7919 % 1000 * 1000), "boot", n * 104_729, ClockQuality.NTP),
            Tap("pulse", 1, "visit", QuestionKind.SMILEY, 1 + n % 4, 4, "en"),
        )
        for n in range(1, 101)
    ]
    assert len(encode(taps)) <= 45 * 100


def test_every_fact_has_its_own_type_name_and_a_stream():
    assert len({type_name(kind) for kind in FACTS}) == len(FACTS)
    assert all(isinstance(kind.stream, Stream) for kind in FACTS)


SAFE = {int, float, bool, str, datetime}
FORBIDDEN = ("image", "picture", "frame", "box", "track", "face", "bytes", "embedding", "person_id")


def test_no_field_of_any_fact_can_carry_a_picture_a_box_or_a_track():
    def walk(hint: Any) -> None:
        if is_dataclass(hint):
            for field in fields(hint):
                assert not any(word in field.name and field.name != "frames_per_second" for word in FORBIDDEN), field
                walk(get_type_hints(hint)[field.name])
        elif get_args(hint):
            for part in get_args(hint):
                if part not in (Ellipsis, type(None)):
                    walk(part)
        else:
            plain = getattr(hint, "__supertype__", hint)
            assert plain in SAFE or issubclass(plain, str), hint

    for kind in FACTS:
        walk(kind)
