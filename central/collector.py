"""Takes batches into the store exactly once and says how far each stream is safe: commit first, then acknowledge."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from central.store import Store
from central.store.intake import Intake, StreamState
from events.checks import DecodeError
from events.codec import Refused, decode
from events.envelope import Event, Source
from events.facts import Lost, Stream
from events.topics import Address

_EPOCH = re.compile(r"[0-9a-f]{12}")
Message = tuple[str, bytes]
"""Topic and payload."""


@dataclass(frozen=True, slots=True)
class Ack:
    """Everything of this stream up to `sequence` is committed; the device may delete it."""

    address: Address
    stream: Stream
    epoch: str
    sequence: int

    @property
    def topic(self) -> str:
        return self.address.topic("ack")

    @property
    def payload(self) -> bytes:
        return json.dumps({"epoch": self.epoch, "stream": self.stream, "sequence": self.sequence}).encode()


class Collector:
    """The rules of taking: no hole is passed, no fact is counted twice, what is no fact is kept aside."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, topic: str, payload: bytes, now: datetime) -> list[Ack]:
        """One message; the acknowledgements are returned only after the commit."""
        return self.take_many([(topic, payload)], now)

    def take_many(self, messages: Iterable[Message], now: datetime) -> list[Ack]:
        """Several messages in one transaction: all of them are committed, or the error is raised and none is."""
        acks: dict[tuple[Address, Stream, str], Ack] = {}
        with self._store.writing() as connection:
            intake = Intake(connection, now)
            for topic, payload in messages:
                for ack in _take(intake, topic, payload):
                    acks[ack.address, ack.stream, ack.epoch] = ack
            intake.flush()
        return list(acks.values())


def _take(intake: Intake, topic: str, payload: bytes) -> list[Ack]:
    try:
        address = _sender(topic)
        members = decode(payload)
    except (DecodeError, ValueError) as error:
        intake.refuse(topic, str(error), payload)
        return []
    streams = _sorted_out(intake, topic, address, members)
    acks = []
    for (source, epoch), mine in streams.items():
        state = intake.stream(source, epoch)
        _take_stream(intake, topic, state, sorted(mine, key=lambda member: member.sequence))
        acks.append(Ack(address, source.stream, epoch, state.watermark))
    return acks


def _sender(topic: str) -> Address:
    address = Address.of(topic)
    if topic != address.topic("up"):
        raise ValueError(f"batches arrive on the topic `up`, not on {topic[:120]!r}")
    return address


def _sorted_out(
    intake: Intake, topic: str, address: Address, members: list[Event | Refused]
) -> dict[tuple[Source, str], list[Event | Refused]]:
    """The members by stream. Whoever speaks for another device is refused and never acknowledged."""
    streams: dict[tuple[Source, str], list[Event | Refused]] = {}
    for member in members:
        source = member.source
        if source is None or source[:3] != (address.tenant, address.store, address.device):
            intake.refuse(topic, f"the source {source} is not the sender of the topic", _raw(member))
        elif not _EPOCH.fullmatch(member.epoch):
            intake.refuse(topic, "the epoch is not 12 hexadecimal digits", _raw(member))
        else:
            streams.setdefault((source, member.epoch), []).append(member)
    return streams


def _take_stream(intake: Intake, topic: str, state: StreamState, members: list[Any]) -> None:
    """Take what follows the watermark without a hole; what lies beyond one will be sent again."""
    for member in members:
        if member.sequence <= state.watermark:
            intake.count("duplicates")
        elif _first(member) > state.watermark + 1:
            intake.count("gaps")
            return
        elif isinstance(member, Refused):
            intake.refuse(topic, member.why, member.raw.encode())
            intake.advance(state, member.sequence)
        else:
            intake.store(state, member)


def _first(member: Event | Refused) -> int:
    """The first sequence that a member stands for: a loss covers all that came before it, down to its `first`."""
    if isinstance(member, Event) and isinstance(member.fact, Lost):
        return min(member.fact.first, member.sequence)
    return member.sequence


def _raw(member: Event | Refused) -> bytes:
    return (member.raw if isinstance(member, Refused) else repr(member)).encode()
