"""Facts to bytes and back: a batch is a zlib-compressed CloudEvents JSON array of one stream.

`encode` and `decode` are inverse for every event; `decode` raises DecodeError for anything else and never runs out of
memory on a small message that unpacks to a large one.
"""

import json
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast

from events.checks import DecodeError, choice, exactly, instant, lacking, mould, reader, text, whole, writer, written
from events.envelope import Event, Source, Stamp, event_id, split_id
from events.facts import FACTS, ClockQuality, DeviceId, Fact, StoreId, Stream, TenantId

BATCH_EVENTS = 500
BATCH_BYTES = 100_000
"""Compressed; what a batch on the wire may hold at most."""
UNPACKED_BYTES = 4_000_000

_PREFIX, _SUFFIX = "io.floorpulse.", ".v1"


def type_name(kind: type[Fact]) -> str:
    """`io.floorpulse.zone_summary.v1` for `ZoneSummary`."""
    return _PREFIX + re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() + _SUFFIX


@dataclass(frozen=True, slots=True)
class Refused:
    """One member of a batch that is no event we know: kept aside with the reason, and acknowledged."""

    why: str
    raw: str
    epoch: str
    sequence: int
    """Both empty, `""` and 0, where even the identity cannot be read."""
    source: Source | None = None
    """Where it says it comes from; None when even that cannot be read."""


_WRITERS: dict[type, tuple[str, Callable[[Any], dict[str, Any]]]] = {
    kind: (type_name(kind), writer(kind)) for kind in FACTS
}
_READERS: dict[str, Callable[[Any], Fact]] = {type_name(kind): reader(kind) for kind in FACTS}
_STREAMS = {stream.value: stream for stream in Stream}
_QUALITIES = {quality.value: quality for quality in ClockQuality}
_NEEDED = ("specversion", "id", "source", "type", "time", "bootid", "monotonicms", "clockquality", "data")
_ATTRIBUTES = frozenset({*_NEEDED, "datacontenttype", "dataschema"})
_needed = itemgetter(*_NEEDED)
_event, _stamp = mould(Event), mould(Stamp)
Loads = Callable[[bytes], Any]
"""What reads JSON; a centre has a faster one than the standard library's."""
_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)


def _made_encoder() -> Callable[[Any], str]:
    """`_JSON.encode`, which makes its encoder in C anew for every call; that takes longer than a small fact does."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return _JSON.encode
    parts = make(None, _JSON.default, json.encoder.encode_basestring, None, ":", ",", False, False, True)
    return lambda value: "".join(parts(value, 0))


_dumps = _made_encoder()


def body_of(fact: Fact, stamp: Stamp) -> str:
    """The JSON members of an event that are known before its identity: what an outbox stores."""
    name, write = _WRITERS[type(fact)]
    return _dumps(
        {
            "type": name,
            "time": written(stamp.time),
            "bootid": stamp.boot_id,
            "monotonicms": stamp.monotonic_ms,
            "clockquality": stamp.clock_quality,
            "data": write(fact),
        }
    )


def data_of(fact: Fact) -> str:
    """The `data` of an event as JSON: what a ledger keeps of the fact itself."""
    return _dumps(_WRITERS[type(fact)][1](fact))


def member_of(source: Source, epoch: str, sequence: int, body: str) -> str:
    """The whole CloudEvent, as JSON, from a body that an outbox stored."""
    return f'{{"specversion":"1.0","id":"{event_id(epoch, sequence)}","source":"{source}",{body[1:]}'


def pack(members: Iterable[str]) -> bytes:
    """A batch for the wire from whole events as JSON."""
    return zlib.compress(f"[{','.join(members)}]".encode(), 6)


def encode(events: Iterable[Event]) -> bytes:
    """A batch for the wire."""
    return pack(member_of(e.source, e.epoch, e.sequence, body_of(e.fact, e.stamp)) for e in events)


def unpack(payload: bytes, loads: Loads = json.loads) -> list[Any]:
    """The members of a batch, unchecked; DecodeError when it is not a batch at all."""
    try:
        inflate = zlib.decompressobj()
        raw = inflate.decompress(payload, UNPACKED_BYTES)
        if not inflate.eof or inflate.unused_data:
            raise DecodeError("the batch is cut short, too large or followed by something else")
        members = loads(raw)
    except (zlib.error, ValueError, RecursionError) as error:
        raise DecodeError(f"not a batch: {error}") from error
    if type(members) is not list or not 0 < len(members) <= BATCH_EVENTS:
        raise DecodeError(f"a batch holds 1 to {BATCH_EVENTS} events")
    return members


def decode_member(member: Any) -> Event:
    """One event of a batch; DecodeError says what is wrong with it."""
    try:
        version, name, source, kind, time, boot, monotonic, quality, data = _needed(member)
    except (KeyError, TypeError):
        raise lacking(exactly(member, "the event", _ATTRIBUTES), "the event", _NEEDED) from None
    if len(member) != len(_NEEDED):
        exactly(member, "the event", _ATTRIBUTES)
    if version != "1.0":
        raise DecodeError(f"specversion is not 1.0: {version!r:.40}")
    read = _READERS.get(kind) if type(kind) is str else None
    if read is None:
        raise DecodeError(f"unknown type: {kind!r:.80}")
    event = _event()
    event.source = source_of(source)
    event.epoch, event.sequence = identity_of(name)
    event.stamp = _stamp_of(time, boot, monotonic, quality)
    event.fact, event.data = read(data), data
    event.__class__ = Event
    return cast(Event, event)


def _stamp_of(time: Any, boot: Any, monotonic: Any, quality: Any) -> Stamp:
    stamp = _stamp()
    stamp.time = instant(time, "time")
    stamp.boot_id = text(boot, "bootid")
    stamp.monotonic_ms = whole(monotonic, "monotonicms", 0, 10**15)
    stamp.clock_quality = choice(quality, "clockquality", _QUALITIES)  # type: ignore[arg-type]
    stamp.__class__ = Stamp
    return cast(Stamp, stamp)


def identity_of(name: Any) -> tuple[str, int]:
    """Epoch and sequence from the `id` of a member that may be refused for other reasons; DecodeError without them."""
    try:
        return split_id(name)
    except (TypeError, ValueError, AttributeError) as error:
        raise DecodeError(f"the event has no identity: {error}") from error


def decode(payload: bytes, loads: Loads = json.loads) -> list[Event | Refused]:
    """The events of a batch in order, each refused member in its place; DecodeError when none has an identity."""
    members = [_decoded(member) for member in unpack(payload, loads)]
    if not any(member.epoch for member in members):
        raise DecodeError("no event of the batch has an identity")
    return members


def _decoded(member: Any) -> Event | Refused:
    try:
        return decode_member(member)
    except DecodeError as error:
        return _refused(member, str(error))
    except RecursionError:
        return _refused(member, "the event is nested too deeply to look at")


def _refused(member: Any, why: str) -> Refused:
    try:
        raw = json.dumps(member)[:4000]
    except RecursionError:
        raw = ""
    claims = member if type(member) is dict else {}
    return Refused(why, raw, *_claimed_identity(claims.get("id")), _claimed_source(claims.get("source")))


def _claimed_identity(name: Any) -> tuple[str, int]:
    try:
        return identity_of(name)
    except (DecodeError, RecursionError):
        return "", 0


def _claimed_source(source: Any) -> Source | None:
    try:
        return source_of(source)
    except (DecodeError, RecursionError):
        return None


def source_of(value: Any) -> Source:
    """`/tenant/store/device/stream` taken apart; DecodeError when it is not that."""
    if type(value) is not str or len(value) > 140:
        raise DecodeError(f"source is no short text: {value!r:.120}")
    return _source_of(value)


@lru_cache(maxsize=4096)
def _source_of(value: str) -> Source:
    parts = value.split("/")
    if len(parts) != 5 or parts[0] or parts[4] not in _STREAMS:
        raise DecodeError(f"source is not /tenant/store/device/stream: {value!r}")
    return Source(TenantId(parts[1]), StoreId(parts[2]), DeviceId(parts[3]), _STREAMS[parts[4]])


def now_utc() -> datetime:
    """The wall clock, cut to milliseconds as it travels."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
