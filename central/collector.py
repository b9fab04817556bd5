"""Takes batches into the store exactly once and says how far each stream is safe: commit first, then acknowledge."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from central.births import Beginning
from central.opening import Message, Opened, opened
from central.placing import first_of, is_own, placed, raw_of
from central.store import Store
from central.store.intake import Intake, StreamState
from events.codec import Refused
from events.envelope import Event, Source
from events.facts import Stream
from events.topics import Address

_SEQUENCE = attrgetter("sequence")
Streams = dict[tuple[Source, str], Sequence[Event | Refused]]


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

    def take_many(self, messages: Sequence[Message], now: datetime) -> list[Ack]:
        """Several messages in one transaction: all of them are committed, or the error is raised and none is."""

        def take(connection: Connection) -> list[Ack]:
            # Each is opened when its turn comes: what is read of thousands of facts at once falls out of the cache.
            return _take_all(Intake(connection, now), (opened(*message) for message in messages))

        return self._store.write(take, *_turns(messages))


def _turns(messages: Sequence[Message]) -> set[str]:
    """One collector at a time writes what a shard's devices send; it is the third part of their topics."""
    return {f"shard {'/'.join(topic.split('/', 3)[1:3])}" for topic, _ in messages}


def _take_all(intake: Intake, messages: Iterable[Opened]) -> list[Ack]:
    acks: dict[tuple[Address, Stream, str], Ack] = {}
    for message in messages:
        for ack in _take(intake, message):
            acks[ack.address, ack.stream, ack.epoch] = ack
    intake.flush()
    return list(acks.values())


def _take(intake: Intake, message: Opened) -> list[Ack]:
    address = message.address
    if address is None:
        intake.refuse(message.topic, message.why, message.payload)
        return []
    if message.members:
        return _take_batch(intake, message.topic, address, message.members)
    acks = [_pass(intake, address, beginning) for beginning in message.beginnings]
    return [ack for ack in acks if ack.sequence]


def _take_batch(intake: Intake, topic: str, address: Address, members: Sequence[Event | Refused]) -> list[Ack]:
    acks = []
    for (source, epoch), mine in _streams(intake, topic, address, members).items():
        state = intake.stream(source, epoch)
        _take_stream(intake, topic, state, sorted(mine, key=_SEQUENCE))
        acks.append(Ack(address, source.stream, epoch, state.watermark))
    return acks


def _streams(intake: Intake, topic: str, address: Address, members: Sequence[Event | Refused]) -> Streams:
    """The members by source and epoch; most batches hold one stream and nothing strange."""
    source, epoch = members[0].source, members[0].epoch
    is_one = all(member.source == source and member.epoch == epoch for member in members)
    if is_one and source is not None and is_own(members[0], address):
        return {(source, epoch): members}
    return _sorted_out(intake, topic, address, placed(members, address))


def _sorted_out(intake: Intake, topic: str, address: Address, members: Sequence[Event | Refused]) -> Streams:
    """The members by stream. Whoever speaks for another device is refused and never acknowledged."""
    streams: dict[tuple[Source, str], list[Event | Refused]] = {}
    for member in members:
        if member.source is not None and is_own(member, address):
            streams.setdefault((member.source, member.epoch), []).append(member)
        else:
            intake.refuse(topic, _why_not(member, address), raw_of(member))
    return dict(streams)


def _why_not(member: Event | Refused, address: Address) -> str:
    if isinstance(member, Refused) and not member.epoch:
        return member.why
    if member.source is None or member.source[:3] != (address.tenant, address.store, address.device):
        return f"the source {member.source} is not the sender of the topic"
    return "the epoch is not 12 hexadecimal digits"


def _take_stream(intake: Intake, topic: str, state: StreamState, members: list[Any]) -> None:
    """Take what follows the watermark without a hole; what lies beyond one will be sent again."""
    for member in members:
        if type(member) is Event and member.sequence == state.watermark + 1:
            intake.store(state, member)
        elif member.sequence <= state.watermark:
            intake.count("duplicates")
        elif first_of(member) > state.watermark + 1:
            intake.count("gaps")
            return
        elif isinstance(member, Refused):
            intake.refuse(topic, member.why, member.raw.encode())
            intake.advance(state, member.sequence)
        else:
            intake.store(state, member)


def _pass(intake: Intake, address: Address, beginning: Beginning) -> Ack:
    """Whatever the device no longer has is lost to this store: say so, count it, and wait for it no longer."""
    source = Source(address.tenant, address.store, address.device, beginning.stream)
    state = intake.stream(source, beginning.epoch)
    if beginning.first > state.watermark + 1:
        intake.lose(state, beginning.first - 1)
    return Ack(address, beginning.stream, beginning.epoch, state.watermark)
