"""Batches, losses, duplicates and reconnections on a network made of two lists."""

import json
import random
import sqlite3
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.codec import BATCH_BYTES, decode
from events.facts import Lost, Stream
from sync import forwarder as forwarding
from sync.forwarder import Forwarder
from sync.sharedfile import PAGE_BYTES
from tests.sync.collector import Ledger
from tests.sync.parts import crossings, outbox_at, tap


@pytest.fixture
def outbox(tmp_path):
    with outbox_at(tmp_path / "device.db") as outbox:
        yield outbox


def calm() -> float:
    return 0.5


class Pipe:
    """Takes batches; a broker's part in ten lines."""

    def __init__(self, room: int = 1000) -> None:
        self.batches: list[bytes] = []
        self.room = room

    def __call__(self, payload: bytes) -> bool:
        if len(self.batches) >= self.room:
            return False
        self.batches.append(payload)
        return True

    def sequences(self) -> list[tuple[str, int, int]]:
        events = [decode(batch) for batch in self.batches]
        return [(str(batch[0].source.stream), batch[0].sequence, batch[-1].sequence) for batch in events]


def test_taps_go_before_summaries(outbox):
    outbox.add_many([crossings(1), crossings(2), tap(1)])
    pipe = Pipe()
    sender = Forwarder(outbox, pipe)
    sender.connected(0.0)
    sender.step(0.0)
    assert pipe.sequences() == [("urgent", 1, 1), ("bulk", 1, 2)]


def test_nothing_is_sent_without_a_connection_or_a_collector(outbox):
    outbox.add(tap(1))
    pipe = Pipe()
    sender = Forwarder(outbox, pipe)
    sender.step(0.0)
    sender.connected(1.0)
    sender.collector_is(False, 1.0)
    sender.step(1.0)
    sender.disconnected()
    sender.step(100.0)
    assert pipe.batches == []
    assert not sender.is_sending
    sender.connected(101.0)
    sender.collector_is(False, 101.0)
    sender.collector_is(True, 102.0)
    sender.step(102.0)
    assert pipe.sequences() == [("urgent", 1, 1)]


def test_at_most_eight_batches_of_five_hundred_are_on_their_way(outbox):
    outbox.add_many(tap(n) for n in range(5000))
    pipe = Pipe()
    sender = Forwarder(outbox, pipe, dice=calm)
    sender.connected(0.0)
    for _ in range(5):
        sender.step(0.1)
    assert [first for _, first, _ in pipe.sequences()] == list(range(1, 4000, 500))
    sender.acknowledged(Stream.URGENT, outbox.epoch(Stream.URGENT), 1000, 0.2)
    sender.step(0.2)
    assert [first for _, first, _ in pipe.sequences()][8:] == [4001, 4501]
    assert outbox.backlog().urgent == 4000


def test_a_publish_is_no_reason_to_forget(outbox):
    outbox.add(tap(1))
    sender = Forwarder(outbox, Pipe())
    sender.connected(0.0)
    sender.step(0.0)
    sender.step(1.0)
    assert outbox.backlog().urgent == 1


def test_silence_sends_all_of_it_again_and_waits_longer_each_time(outbox):
    outbox.add_many([tap(1), tap(2)])
    pipe = Pipe()
    sender = Forwarder(outbox, pipe, dice=calm)
    sender.connected(0.0)
    sent_at = []
    for tenth in range(10_000):
        before = len(pipe.batches)
        sender.step(tenth / 10)
        sent_at += [tenth / 10] * (len(pipe.batches) - before)
    pauses = [round(b - a) for a, b in pairwise(sent_at)]
    assert pauses[:7] == [2, 4, 8, 16, 32, 60, 60]
    assert set(pipe.sequences()) == {("urgent", 1, 2)}


def test_devices_that_lost_the_same_collector_do_not_come_back_in_step(outbox):
    outbox.add(tap(1))
    second_tries = set()
    for seed in range(10):
        pipe = Pipe()
        sender = Forwarder(outbox, pipe, dice=random.Random(seed).random)
        sender.connected(0.0)
        second_tries.add(next(t for t in range(400) if sender.step(t / 100) or len(pipe.batches) == 2))
    assert len(second_tries) > 5


def test_an_acknowledgement_of_another_epoch_or_an_old_one_changes_nothing(outbox):
    outbox.add_many(tap(n) for n in range(10))
    sender = Forwarder(outbox, Pipe())
    sender.connected(0.0)
    sender.step(0.0)
    sender.acknowledged(Stream.URGENT, "0123456789ab", 10, 0.1)
    assert outbox.backlog().urgent == 10
    epoch = outbox.epoch(Stream.URGENT)
    sender.acknowledged(Stream.URGENT, epoch, 6, 0.2)
    sender.acknowledged(Stream.URGENT, epoch, 3, 0.3)
    assert outbox.pending(Stream.URGENT)[0].sequence == 7


def test_an_acknowledgement_of_what_was_never_recorded_is_refused_and_deletes_nothing(outbox):
    outbox.add(tap(1))
    sender = Forwarder(outbox, Pipe())
    sender.connected(0.0)
    sender.step(0.0)
    with pytest.raises(ValueError, match="only 1 were recorded"):
        sender.acknowledged(Stream.URGENT, outbox.epoch(Stream.URGENT), 7, 0.1)
    assert outbox.backlog().urgent == 1


def test_what_is_deleted_though_the_disk_says_no_stops_nothing(outbox, monkeypatch):
    outbox.add_many([tap(1), tap(2), tap(3)])
    pipe, remove = Pipe(), outbox.remove
    sender = Forwarder(outbox, pipe)
    sender.connected(0.0)
    sender.step(0.0)
    sender.acknowledged(Stream.URGENT, outbox.epoch(Stream.URGENT), 1, 0.1)

    def committed_but_refused(*deleted):
        remove(*deleted)
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(outbox, "remove", committed_but_refused)
    with pytest.raises(sqlite3.OperationalError):
        sender.acknowledged(Stream.URGENT, outbox.epoch(Stream.URGENT), 3, 0.2)
    monkeypatch.undo()
    outbox.add(tap(4))
    sender.connected(0.3)
    sender.step(0.3)
    assert pipe.sequences() == [("urgent", 1, 3), ("urgent", 4, 4)]
    sender.acknowledged(Stream.URGENT, outbox.epoch(Stream.URGENT), 4, 0.4)
    assert outbox.backlog().urgent == 0


def test_a_batch_stays_below_the_limit_of_the_wire(outbox, monkeypatch):
    monkeypatch.setattr(forwarding, "BATCH_BYTES", 1500)
    outbox.add_many(tap(random.Random(n).randrange(10**9)) for n in range(400))
    pipe = Pipe()
    sender = Forwarder(outbox, pipe, window=100)
    sender.connected(0.0)
    sender.step(0.0)
    assert max(map(len, pipe.batches)) <= 1500 < BATCH_BYTES
    assert sum(last - first + 1 for _, first, last in pipe.sequences()) == 400


def test_a_pipe_that_takes_nothing_more_is_tried_again_later(outbox):
    outbox.add_many(tap(n) for n in range(1000))
    pipe = Pipe(room=1)
    sender = Forwarder(outbox, pipe)
    sender.connected(0.0)
    sender.step(0.0)
    pipe.room = 10
    sender.step(0.1)
    assert pipe.sequences() == [("urgent", 1, 500), ("urgent", 501, 1000)]


def test_after_a_damaged_file_was_replaced_the_new_epoch_is_sent_from_its_start(outbox, tmp_path):
    outbox.add_many(tap(n) for n in range(5))
    pipe = Pipe()
    sender = Forwarder(outbox, pipe)
    sender.connected(0.0)
    sender.step(0.0)
    (tmp_path / "device.db").rename(tmp_path / "gone")
    outbox.add(tap(9))
    sender.step(0.1)
    assert pipe.sequences()[-1] == ("urgent", 1, 1)


MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Many examples, many commits: where there is a disk in memory, they need not wait for the real one."""
NETWORK_FAULTS = ["up", "ack", "lose", "again", "swap", "lose ack", "again ack", "swap ack"]
SHOP_FAULTS = ["taps", "counts", "wait", "hang up", "restart", "away"]
FAULTS = st.sampled_from(["up", "ack", "up", "ack", *NETWORK_FAULTS, *SHOP_FAULTS])


class Shop:
    """A device, a network that misbehaves and a collector, with one clock for all of them."""

    def __init__(self, folder: Path, quota: int) -> None:
        self.path, self.quota, self.now, self.recorded = folder / "device.db", quota, 0.0, {"urgent": [], "bulk": []}
        self.up, self.acks, self.ledger = Pipe(), [], Ledger()
        self.outbox = outbox_at(self.path, quota)
        self.start()

    def start(self) -> None:
        self.sender = Forwarder(self.outbox, self.up, dice=calm)
        self.sender.connected(self.now)

    def record(self, facts: list) -> None:
        self.outbox.add_many(facts)
        for fact in facts:
            self.recorded[str(fact.stream)].append(fact)

    def suffer(self, fault: str, dice: random.Random) -> None:
        if fault in NETWORK_FAULTS:
            self._suffer_network(fault.split()[0], self.acks if "ack" in fault else self.up.batches, dice)
        else:
            self._suffer_shop(fault, dice)
        self.sender.step(self.now)

    def _suffer_network(self, fault: str, line: list, dice: random.Random) -> None:
        match fault:
            case "swap":
                dice.shuffle(line)
            case "lose" if line:
                line.pop(dice.randrange(len(line)))
            case "again" if line:
                line.append(dice.choice(line))
            case "up" if line:
                self.acks.append(json.dumps(self.ledger.take(line.pop(0))))
            case "ack" if line:
                ack = json.loads(line.pop(0))
                self.sender.acknowledged(Stream(ack["stream"]), ack["epoch"], ack["sequence"], self.now)

    def _suffer_shop(self, fault: str, dice: random.Random) -> None:
        match fault:
            case "taps":
                self.record([tap(dice.randrange(10**6)) for _ in range(dice.randrange(1, 700))])
            case "counts":
                self.record([crossings(dice.randrange(10**6)) for _ in range(dice.randrange(1, 700))])
            case "wait":
                self.now += dice.uniform(0, 5)
            case "hang up":
                self.up.batches.clear()
                self.sender.disconnected()
                self.sender.connected(self.now)
            case "restart":
                self.outbox.close()
                self.outbox = outbox_at(self.path, self.quota)
                self.start()
            case "away":
                self.sender.collector_is(False, self.now)
                self.sender.collector_is(True, self.now)

    def recover(self) -> None:
        """No more faults: everything must get there."""
        dice = random.Random(0)
        for _ in range(2000):
            if self.outbox.backlog().total == 0:
                return
            for step in ("up", "ack"):
                self.suffer(step, dice)
            self.now += 0.5
        raise AssertionError(f"still waiting: {self.outbox.backlog()}")

    def close(self) -> None:
        self.outbox.close()
        self.ledger.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(faults=st.lists(FAULTS, max_size=80), seed=st.integers(0, 2**32))
def test_whatever_the_network_does_every_fact_arrives_once_and_in_order(faults, seed):
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        shop = Shop(Path(folder), 2**28)
        dice = random.Random(seed)
        shop.record([tap(1), crossings(1)])
        for fault in faults:
            shop.suffer(fault, dice)
        shop.recover()
        assert shop.ledger.facts == {stream: facts for stream, facts in shop.recorded.items() if facts}
        shop.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(faults=st.lists(FAULTS, max_size=60), seed=st.integers(0, 2**32))
def test_on_a_full_device_every_tap_arrives_and_every_other_fact_arrives_or_is_announced_as_lost(faults, seed):
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        shop = Shop(Path(folder), 100 * PAGE_BYTES)
        dice = random.Random(seed)
        for fault in ["counts"] * 5 + [fault for fault in faults if fault != "taps"]:
            shop.suffer(fault, dice)
            shop.record([tap(dice.randrange(10**6))])
        shop.recover()
        assert shop.ledger.facts["urgent"] == shop.recorded["urgent"]
        expected = iter(enumerate(shop.recorded["bulk"], 1))
        for fact in shop.ledger.facts["bulk"]:
            sequence, recorded = next(expected)
            if isinstance(fact, Lost):
                while sequence < fact.last:
                    sequence, recorded = next(expected)
            else:
                assert fact == recorded
        assert next(expected, None) is None
        shop.close()
