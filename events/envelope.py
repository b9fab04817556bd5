"""The one boring envelope for all facts: a CloudEvents 1.0 event whose identity is minted once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from events.facts import ClockQuality, DeviceId, EventId, Fact, StoreId, Stream, TenantId


class NotRecorded(Exception):
    """A fact could not be committed on the device; tell the shopper the truth and count it."""


class Source(NamedTuple):
    """Whose stream an event belongs to; `/tenant/store/device/stream` on the wire."""

    tenant: TenantId
    store: StoreId
    device: DeviceId
    stream: Stream

    def __str__(self) -> str:
        return f"/{self.tenant}/{self.store}/{self.device}/{self.stream}"


@dataclass(frozen=True, slots=True)
class Stamp:
    """When and under which clock something was recorded."""

    time: datetime
    """UTC, as the device believed; devices never rewrite it."""
    boot_id: str
    monotonic_ms: int
    clock_quality: ClockQuality


@dataclass(frozen=True, slots=True)
class Event:
    """A fact, where it comes from and its identity (device, stream, epoch, sequence)."""

    source: Source
    epoch: str
    """Random, 12 hexadecimal digits, new with every outbox file."""
    sequence: int
    """From 1, without holes within an epoch."""
    stamp: Stamp
    fact: Fact
    data: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)
    """What the fact was read from; None where it was made here."""

    @property
    def id(self) -> EventId:
        return event_id(self.epoch, self.sequence)


def event_id(epoch: str, sequence: int) -> EventId:
    return EventId(f"{epoch}-{sequence}")


def split_id(text: str) -> tuple[str, int]:
    """Epoch and sequence of an event id; ValueError when it is none."""
    epoch, _, digits = text.partition("-")
    if len(epoch) != 12 or not digits.isdecimal() or len(digits) > 18:
        raise ValueError(f"not an event id: {text[:40]!r}")
    return epoch, int(digits)
