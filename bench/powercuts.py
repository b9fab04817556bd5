"""Power cuts: is every fact that was acknowledged there again, whole and in its place?"""

import random
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Error as SqliteError
from tempfile import TemporaryDirectory

from bench.disk import Disk, memory_folder, powered
from events.envelope import NotRecorded, Stamp, split_id
from events.facts import ClockQuality, DeviceId, Name, QuestionKind, StoreId, Stream, Tap, TenantId
from events.topics import Address
from sync.outbox import Outbox
from sync.upkeep import create, damage

ADDRESS = Address(TenantId("acme"), StoreId("s014"), DeviceId("door"))
ROUNDS = 200
MOST_WRITES = 600


def tap(number: int) -> Tap:
    """Told from the others by its version."""
    return Tap(Name("service"), number, Name("today"), QuestionKind.SMILEY, 1, 4, Name("en"))


def stamp() -> Stamp:
    return Stamp(datetime(2026, 6, 1, 12, tzinfo=UTC), "boot-1", 1000, ClockQuality.NTP)


@dataclass
class Aftermath:
    """What a device found when the power came back."""

    acknowledged: int
    lost: int
    """Acknowledged facts that are gone and that the centre does not have."""
    damage: str | None
    reused: bool
    """Whether a number that was given to an acknowledged fact is given again."""


def power_cut(seed: int, synchronous: str = "FULL") -> Aftermath:
    """A device records and empties its outbox until the power goes; the same seed, the same cut."""
    dice = random.Random(seed)
    with TemporaryDirectory(dir=memory_folder()) as folder:
        path, disk = Path(folder) / "device.db", Disk(Path(folder))
        create(path, stamp)
        with powered(disk, synchronous):
            thanked, removed = _record_until_dark(path, disk, dice)
        disk.lose_power(dice)
        wrong = damage(path)
        found, following = _found(path) if not wrong else (set(), max(thanked, default=0) + 1)
    owed = {sequence for sequence in thanked if sequence > removed}
    return Aftermath(len(thanked), len(owed - found), wrong, following <= max(thanked, default=0))


def _record_until_dark(path: Path, disk: Disk, dice: random.Random) -> tuple[list[int], int]:
    """The sequence numbers that were acknowledged, and up to which the centre has them."""
    thanked: list[int] = []
    removed = 0
    outbox = Outbox(path, ADDRESS, stamp)
    disk.writes_left = dice.randrange(1, MOST_WRITES)
    with suppress(NotRecorded, OSError, SqliteError):
        for _ in range(ROUNDS):
            ids = outbox.add_many(tap(dice.randrange(10**6)) for _ in range(dice.choice((1, 1, 1, 20))))
            thanked += [split_id(identity)[1] for identity in ids]
            if dice.random() < 0.1:
                removed = dice.randint(removed, thanked[-1])
                outbox.remove(Stream.URGENT, outbox.epoch(Stream.URGENT), removed)
    disk.writes_left = 0
    with suppress(SqliteError):
        outbox.close()
    return thanked, removed


def _found(path: Path) -> tuple[set[int], int]:
    with Outbox(path, ADDRESS, stamp) as outbox:
        rows: set[int] = set()
        while waiting := outbox.pending(Stream.URGENT, max(rows, default=0)):
            rows |= {row.sequence for row in waiting}
        return rows, split_id(outbox.add(tap(0)))[1]
