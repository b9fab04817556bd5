"""A device, a network and a centre in one process, and everything that may happen to them; the same seed, the same day.

The outbox, the forwarder, the collector and the store are the real ones; network, disk and clocks are not.
`python -m bench.misfortune SEED` lives one day again.
"""

import json
import random
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from bench.disk import Disk, memory_folder, powered
from central.collector import Ack, Collector
from central.store import Store, open_store, tables
from events.codec import type_name
from events.envelope import NotRecorded, Stamp
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
    Stream,
    Tap,
    TenantId,
)
from events.topics import Address
from sync.forwarder import Forwarder
from sync.outbox import Outbox
from sync.sharedfile import PAGE_BYTES

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
QUOTAS = (16 * PAGE_BYTES, 16 * PAGE_BYTES, 2**28)
"""Most days on a card that is nearly full."""
LINE_HOLDS = 40
LARGEST_LOSS = 10_000
"""One `Lost` stands for any number of taps where the file cannot even say how many it held."""
ROUNDS_TO_RECOVER = 3000


class Violation(AssertionError):
    """A tap was lost in silence, counted twice, or never arrived."""


class World:
    """One device's day. Two processes of it, the kiosk and the sync service, have the shared file open."""

    kiosk: Outbox
    outbox: Outbox
    """Of the sync service."""

    def __init__(self, seed: int, folder: Path, store: Store, synchronous: str = "FULL") -> None:
        self.dice, self.folder, self.store, self._synchronous = random.Random(seed), folder, store, synchronous
        self.address = Address(TenantId("acme"), StoreId("s014"), DeviceId(f"d{seed}"))
        self.quota = self.dice.choice(QUOTAS)
        self.now, self.wall = 0.0, NOON
        self.thanked: list[int] = []
        self.in_doubt: set[int] = set()
        """Refused, and perhaps committed all the same."""
        self.taps = self.boots = self.flipped = 0
        self.is_spoilt = self.is_wrecked = False
        """Whole pages are gone, else only the `flipped` taps can be missing; nothing can say how many there were."""
        self.suffered: Counter[str] = Counter()
        """What happened, and how often, where it made a difference."""
        self.up: list[bytes] = []
        self.acks: list[Ack] = []
        self.collector = Collector(store)
        self.disk = Disk(folder)
        self._start()

    # ---- the device

    def tap(self) -> None:
        for _ in range(self.dice.randrange(1, 5)):
            self.taps += 1
            try:
                self.kiosk.add(tap(self.taps))
                self.thanked.append(self.taps)
            except NotRecorded:
                self.in_doubt.add(self.taps)

    def count(self) -> None:
        with suppress(NotRecorded):
            self.kiosk.add_many(crossings(n) for n in range(self.dice.randrange(1, 40)))

    def be_cut_off(self) -> None:
        """Hours without a network."""
        self.hang_up()
        for _ in range(4):
            self.count()
            self.tap()

    def restart(self) -> None:
        """One of the two processes is killed and comes back."""
        which = self.dice.choice(("kiosk", "outbox"))
        with suppress(sqlite3.Error):
            getattr(self, which).close()
        try:
            self._open(which)
        except sqlite3.Error:  # not even room to open a file: it is started again and again until there is
            self.clear_disk()
            self._open(which)

    def lose_power(self) -> None:
        """Now, or in the middle of the next few writes."""
        self.disk.writes_left = self.dice.randrange(0, 30)
        self.tap()
        self.disk.writes_left = 0
        self._stop()
        self.suffered["torn writes"] += self.disk.lose_power(self.dice)
        self.disk = Disk(self.folder)
        self.boots += 1
        self._start()

    def fill_disk(self) -> None:
        self.disk.is_full = True
        self.count()
        self.tap()

    def clear_disk(self) -> None:
        self.disk.is_full = False

    def flip_bit(self) -> None:
        """Of a waiting row; the sync service finds it first."""
        stream = self.dice.choice(list(Stream))
        flip = f"UPDATE outbox_{stream} SET crc = crc + 1 WHERE sequence = (SELECT min(sequence) FROM outbox_{stream})"
        with suppress(sqlite3.Error):
            waits = self.kiosk.backlog()._asdict()[stream] > 0
            self.flipped += waits and stream is Stream.URGENT  # first: a full disk says no to what it has committed
            self.kiosk._db.execute(flip).fetchone()
            self.suffered["flipped bits"] += waits
            self.outbox.pending(stream)

    def spoil_page(self) -> None:
        """A sector of a page that holds facts is garbage; whoever stumbles over it finds it."""
        self.is_spoilt |= (hit := self.disk.rot(self._path, b"io.floorpulse.", self.dice))
        self.suffered["spoilt pages"] += hit

    def spoil_file(self) -> None:
        """No database any more; found at the next start."""
        self._stop()
        self.is_spoilt = self.is_wrecked = self.disk.rot(self._path, b"SQLite format 3", self.dice)
        self.suffered["spoilt files"] += 1
        self.boots += 1
        self._start()

    def set_clock(self) -> None:
        self.wall += timedelta(days=self.dice.choice((-3000, -1, 1, 400)), seconds=self.dice.uniform(-60, 60))

    # ---- the network and the centre

    def deliver(self, at_once: int = 3) -> None:
        """Up to so many batches in one transaction."""
        batches, self.up[:] = self.up[:at_once], self.up[at_once:]
        if batches:
            self.acks += self.collector.take_many([(self.address.topic("up"), batch) for batch in batches], NOON)

    def acknowledge(self, at_once: int = 3) -> None:
        acks, self.acks[:] = self.acks[:at_once], self.acks[at_once:]
        for ack in acks:
            # An acknowledgement of what was never recorded: the service logs it and goes on.
            with suppress(ValueError, sqlite3.Error):
                self.sender.acknowledged(ack.stream, ack.epoch, ack.sequence, self.now)

    def lose_batch(self) -> None:
        self._spoil(self.up, self.up.pop)

    def lose_ack(self) -> None:
        self._spoil(self.acks, self.acks.pop)

    def repeat_batch(self) -> None:
        self._spoil(self.up, lambda which: self.up.append(self.up[which]))

    def repeat_ack(self) -> None:
        self._spoil(self.acks, lambda which: self.acks.append(self.acks[which]))

    def reorder(self) -> None:
        self.dice.shuffle(self.up)
        self.dice.shuffle(self.acks)

    def hang_up(self) -> None:
        """The broker dies, and with it everything it had acknowledged."""
        self.up.clear()
        self.acks.clear()
        self.sender.disconnected()
        self.sender.connected(self.now)

    def kill_collector(self) -> None:
        """Before its commit, or after it and before anybody hears of it."""
        if self.up and self.dice.random() < 0.5:
            with suppress(ConnectionAbortedError), aborted(self.store):
                self.deliver()
        elif self.up:
            heard = list(self.acks)
            self.deliver()
            self.acks = heard
        self.sender.collector_is(False, self.now)
        self.sender.collector_is(True, self.now)

    def wait(self) -> None:
        seconds = self.dice.uniform(0, 6)
        self.now += seconds
        self.wall += timedelta(seconds=seconds)

    # ---- the day

    def step(self) -> None:
        """What the sync service does between two misfortunes."""
        with suppress(sqlite3.Error):
            self.sender.step(self.now)

    def recover(self) -> None:
        """Nothing happens any more: everything must get there."""
        self.clear_disk()
        for _ in range(ROUNDS_TO_RECOVER):
            self.step()
            if not (self.up or self.acks or self.outbox.backlog().total or self.outbox.remains()):
                return
            self.deliver(LINE_HOLDS)
            self.acknowledge(LINE_HOLDS)
            self.now += 0.5
        raise Violation(f"{self.outbox.backlog()} never arrived")

    def close(self) -> None:
        self._stop()

    def stamp(self) -> Stamp:
        return Stamp(self.wall, f"boot-{self.boots}", int(self.now * 1000), ClockQuality.ESTIMATED)

    def publish(self, payload: bytes) -> bool:
        if len(self.up) >= LINE_HOLDS:
            return False
        self.up.append(payload)
        return True

    def _spoil(self, line: list[bytes] | list[Ack], how: Callable[[int], object]) -> None:
        if line:
            how(self.dice.randrange(len(line)))

    @property
    def _path(self) -> Path:
        return self.folder / "device.db"

    def _start(self) -> None:
        self._power = ExitStack()
        self._power.enter_context(powered(self.disk, self._synchronous))
        self._power.enter_context(patch("sync.upkeep.boot_id", lambda: f"boot-{self.boots}"))
        self._open("kiosk")
        self._open("outbox")

    def _open(self, which: str) -> None:
        setattr(self, which, Outbox(self._path, self.address, self.stamp, self.quota))
        if which == "outbox":
            self.sender = Forwarder(self.outbox, self.publish, dice=self.dice.random)
            self.sender.connected(self.now)

    def _stop(self) -> None:
        for outbox in (self.kiosk, self.outbox):
            with suppress(sqlite3.Error):
                outbox.close()
        self._power.close()


MISFORTUNES: tuple[Callable[[World], None], ...] = (
    *(World.tap, World.count, World.deliver, World.acknowledge, World.wait) * 4,
    *(World.lose_batch, World.lose_ack, World.hang_up, World.kill_collector, World.kill_collector) * 2,
    *(
        World.restart,
        World.be_cut_off,
        World.lose_power,
        World.fill_disk,
        World.clear_disk,
        World.clear_disk,
        World.flip_bit,
        World.spoil_page,
        World.spoil_file,
    ),
    *(World.set_clock, World.repeat_batch, World.repeat_ack, World.reorder),
)
SHORTEST_DAY, LONGEST_DAY = 6, 32


def suffer(seed: int, store: Store, synchronous: str = "FULL") -> World:
    """One day of misfortunes, recovered from; Violation when the promise of the design was broken."""
    with TemporaryDirectory(dir=memory_folder()) as folder:
        world = World(seed, Path(folder), store, synchronous)
        try:
            for _ in range(world.dice.randrange(SHORTEST_DAY, LONGEST_DAY)):
                what = world.dice.choice(MISFORTUNES)
                what(world)
                world.suffered[what.__name__] += 1
                world.step()
            world.recover()
            check(world)
            world.suffered["in doubt"] += bool(world.in_doubt)
            world.suffered["salvaged"] += len(list(world.folder.glob("*.sent")))
        except (sqlite3.Error, SQLAlchemyError) as error:
            raise Violation(f"{type(error).__name__}: {error}") from error
        finally:
            world.close()
    return world


def check(world: World) -> None:
    """Every acknowledged tap is counted exactly once, or reported lost with a reason; and no tap for want of room."""
    arrived, lost = _taps_at_the_centre(world), _reported_lost(world)
    twice = [number for number, times in arrived.items() if times > 1]
    missing = set(world.thanked) - set(arrived)
    strangers = set(arrived) - set(world.thanked) - world.in_doubt
    if twice or strangers:
        raise Violation(f"counted twice: {twice}; never recorded: {sorted(strangers)}")
    if len(missing) > lost["damaged"] * (LARGEST_LOSS if world.is_wrecked else 1):
        raise Violation(f"{len(missing)} thanked taps are gone, {lost['damaged']} are reported lost")
    if lost.keys() - {"damaged"}:
        raise Violation(f"taps were given up: {dict(lost)}")
    if len(missing) > world.flipped and not world.is_spoilt:
        raise Violation(f"{len(missing)} taps are gone though only {world.flipped} were damaged")


def _taps_at_the_centre(world: World) -> Counter[int]:
    ledger = tables.ledger.c
    with world.store.reading() as connection:
        taps = select(ledger.body).where(ledger.stream_no.in_(_streams(world, connection)))
        rows = connection.scalars(taps.where(ledger.type == type_name(Tap)))
        return Counter(json.loads(body)["version"] for body in rows)


def _reported_lost(world: World) -> Counter[str]:
    """Taps by the reason for which they are lost."""
    table, lost = tables.lost.c, Counter[str]()
    with world.store.reading() as connection:
        of_ours = table.stream_no.in_(_streams(world, connection))
        for reason, first, last in connection.execute(select(table.reason, table.first, table.last).where(of_ours)):
            lost[reason] += last - first + 1
    return lost


def _streams(world: World, connection: Connection) -> list[int]:
    """The numbers of this device's urgent streams, one for each epoch."""
    table = tables.streams.c
    ours = (table.device == world.address.device, table.stream == Stream.URGENT)
    return list(connection.scalars(select(table.stream_no).where(*ours)))


@contextmanager
def aborted(store: Store) -> Iterator[None]:
    """The collector is killed when it is about to commit: ConnectionAbortedError, and nothing is in the store."""
    writing = store.writing

    @contextmanager
    def killed(*turns: str) -> Iterator[object]:
        with writing(*turns) as connection:
            yield connection
            raise ConnectionAbortedError

    store.writing = killed  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        store.writing = writing  # type: ignore[method-assign]


def tap(number: int) -> Tap:
    """Told from the others by its version."""
    return Tap(Name("service"), number, Name("today"), QuestionKind.SMILEY, 1, 4, Name("en"))


def crossings(ins: int) -> Fact:
    return CrossingCount(LineName("door"), Cell(NOON, 900), ins, 0, 0, 900.0)


if __name__ == "__main__":
    with open_store("sqlite://") as new_store:
        print(suffer(int(sys.argv[1]), new_store).suffered)
