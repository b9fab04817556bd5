"""What the tests of the way out share: facts, a clock that stands still, a device."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from events.envelope import Stamp
from events.facts import (
    Cell,
    ClockQuality,
    CrossingCount,
    DeviceId,
    Fact,
    LineName,
    Name,
    QuestionKind,
    StoreId,
    Tap,
    TenantId,
)
from events.topics import Address
from sync.outbox import Outbox
from sync.sharedfile import QUOTA_BYTES, Row

ADDRESS = Address(TenantId("acme"), StoreId("s014"), DeviceId("door"))
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
TAP = Tap(Name("service"), 1, Name("today"), QuestionKind.SMILEY, 1, 4, Name("en"))


def stamp() -> Stamp:
    return Stamp(NOON, "boot-1", 1000, ClockQuality.NTP)


def tap(version: int) -> Tap:
    """Told from the others by its version."""
    return Tap(Name("service"), version, Name("today"), QuestionKind.SMILEY, 1, 4, Name("en"))


def crossings(ins: int = 0) -> Fact:
    return CrossingCount(LineName("door"), Cell(NOON, 900), ins, 0, 0, 900.0)


def outbox_at(path: Path, quota_bytes: int = QUOTA_BYTES) -> Outbox:
    return Outbox(path, ADDRESS, stamp, quota_bytes)


def told(rows: Iterable[Row]) -> list[int | tuple[int, int]]:
    """Sequence numbers of facts, and from where to where something is announced as lost to damage."""
    bodies = [(row.sequence, json.loads(row.body)) for row in rows]
    return [
        (body["data"]["first"], sequence) if body["data"].get("reason") == "damaged" else sequence
        for sequence, body in bodies
    ]
