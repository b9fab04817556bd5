"""One bad member does not block its stream, and a store that was restored does not wait for what is gone."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from central.collector import Collector
from central.receiver import Receiver
from central.store import open_store, tables
from central.store.backup import backup, restore
from central.store.reading import counts, quarantined
from events.codec import encode, pack, unpack
from events.facts import DeviceId, LossReason, Lost, StoreId, Stream, TenantId
from events.topics import Address
from sync.clock import device_clock
from sync.inbox import Inbox
from sync.outbox import Outbox
from sync.service import Service
from sync.settings import Sync
from tests.brokers import iotcore_broker
from tests.central.contents import ledger, rows_of, taps
from tests.central.sample import AFTER, Device, at_local, tap

NOON = at_local(12)
DEADLINE_SECONDS = 30.0


@pytest.fixture
def device() -> Device:
    return Device("kiosk-exit")


def ten_taps(device: Device):
    return [device.event(tap(1 + n % 4), NOON + timedelta(seconds=n)) for n in range(10)]


def spoiled(events, changes: dict[int, object]) -> bytes:
    """A batch in which some members are something else."""
    members = dict(enumerate(unpack(encode(events)))) | changes
    return pack(json.dumps(members[at]) for at in sorted(members))


FOREIGN = unpack(encode([Device("door-cam").event(tap(1), NOON)]))[0]
JUNK = [{"a": 1}, "a text", None, {"id": "junk"}, {"id": "0123456789AB-5"}, {"id": "0123456789ab-5"}, FOREIGN]


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: json.dumps(junk)[:30])
@pytest.mark.parametrize("place", [0, 4, 8])
def test_a_member_that_cannot_say_who_it_is_takes_the_place_between_its_neighbours(store, device, junk, place):
    payload = spoiled(ten_taps(device), {place: junk})
    [ack] = Collector(store).take(device.topic, payload, AFTER)
    assert ack.sequence == 10, "the device may delete it, and go on"
    assert taps(store) == 9
    assert counts(store)["quarantined"] == len(quarantined(store)) == 1
    Collector(store).take(device.topic, payload, AFTER)
    assert counts(store)["quarantined"] == 1, "sent again, it is a duplicate"


def test_several_in_a_row_are_as_many_places(store, device):
    [ack] = Collector(store).take(device.topic, spoiled(ten_taps(device), {3: None, 4: 7, 5: {}}), AFTER)
    assert (ack.sequence, taps(store), counts(store)["quarantined"]) == (10, 7, 3)


def test_the_last_of_a_batch_waits_until_something_follows_it(store, device):
    events = ten_taps(device)
    [ack] = Collector(store).take(device.topic, spoiled(events[:5], {4: {}}), AFTER)
    assert ack.sequence == 4, "nothing says yet that it is the fifth"
    [ack] = Collector(store).take(device.topic, spoiled(events[4:], {0: {}}), AFTER)
    assert (ack.sequence, taps(store)) == (10, 9)


@pytest.mark.parametrize("cut", [slice(0, 4), slice(0, 6)], ids=["no place is open", "two places are open"])
def test_no_place_is_made_up_where_the_numbers_leave_none_or_too_many(store, device, cut):
    events = ten_taps(device)
    members = [*unpack(encode(events[cut])), {}, *unpack(encode(events[4 if cut.stop == 4 else 8 :]))]
    [ack] = Collector(store).take(device.topic, pack(map(json.dumps, members)), AFTER)
    assert counts(store)["quarantined"] == 1
    if cut.stop == 4:
        assert ack.sequence == 10, "the fifth is there itself: what stood before it was nothing of the stream"
        assert taps(store) == 10
    else:
        assert (ack.sequence, taps(store)) == (6, 6), "the seventh and the eighth are sent again"


def test_a_loss_says_where_the_place_before_it_is(store, device):
    events = ten_taps(device)[:3]
    device._next[Stream.URGENT] = 7
    loss = device.event(Lost(5, 8, LossReason.QUOTA), NOON, Stream.URGENT)
    members = [*unpack(encode(events)), {"b": 2}, *unpack(encode([loss]))]
    [ack] = Collector(store).take(device.topic, pack(map(json.dumps, members)), AFTER)
    assert (ack.sequence, counts(store)["lost"], counts(store)["quarantined"]) == (8, 4, 1)


def born(device: Device, first: int, stream: str = "urgent") -> tuple[str, bytes]:
    said = {"on": True, "software": "0.1", "streams": {stream: {"epoch": device.epoch, "first": first}}, "backlog": 0}
    return device.topic.removesuffix("up") + "status", json.dumps(said).encode()


def test_a_birth_lets_the_store_pass_what_the_device_no_longer_has_and_counts_it(store, device):
    collector, events = Collector(store), ten_taps(device)
    collector.take(device.topic, encode(events[:2]), AFTER)
    [ack] = collector.take(*born(device, 6), AFTER)
    assert (ack.stream, ack.epoch, ack.sequence) == (Stream.URGENT, device.epoch, 5)
    assert [row[1:4] for row in rows_of(store, tables.lost)] == [(3, 5, "gone")]
    [ack] = collector.take(device.topic, encode(events[5:]), AFTER)
    assert (ack.sequence, taps(store), counts(store)["lost"]) == (10, 7, 3)


@pytest.mark.parametrize("first", [1, 2, 3])
def test_a_birth_that_leaves_no_hole_changes_nothing(store, device, first):
    collector, events = Collector(store), ten_taps(device)
    collector.take(device.topic, encode(events[:2]), AFTER)
    [ack] = collector.take(*born(device, first), AFTER)
    assert ack.sequence == 2
    assert not rows_of(store, tables.lost)


def test_a_birth_speaks_of_its_own_epoch_and_stream_alone(store, device):
    collector, events = Collector(store), ten_taps(device)
    collector.take(device.topic, encode(events[:2]), AFTER)
    collector.take(*born(Device("kiosk-exit", epoch="ba9876543210"), 6), AFTER)
    collector.take(*born(device, 6, "bulk"), AFTER)
    [ack] = collector.take(device.topic, encode(events[5:]), AFTER)
    assert ack.sequence == 2, "the hole stands until the device itself says that it is one"


@pytest.mark.parametrize(
    "said", [b'{"on":false}', b'{"on":true}', b'{"on":true,"streams":{}}'], ids=["will", "short birth", "no streams"]
)
def test_other_words_on_status_are_no_trouble(store, device, said):
    assert Collector(store).take(born(device, 1)[0], said, AFTER) == []
    assert counts(store)["quarantined"] == 0


@pytest.mark.parametrize(
    "streams",
    [
        {"urgent": {"epoch": "short", "first": 6}},
        {"urgent": {"epoch": "0123456789ab", "first": True}},
        {"urgent": {"epoch": "0123456789ab", "first": 10**30}},
        {"slow": {"epoch": "0123456789ab", "first": 6}},
        {"urgent": 6},
        [],
    ],
)
def test_a_birth_that_makes_no_sense_is_kept_aside_and_not_believed(store, device, streams):
    payload = json.dumps({"on": True, "streams": streams}).encode()
    assert Collector(store).take(born(device, 1)[0], payload, AFTER) == []
    assert counts(store)["quarantined"] == 1
    assert not rows_of(store, tables.lost)


@contextmanager
def real_device(folder: Path, port: int) -> Iterator[tuple[Outbox, Service]]:
    """Outbox and forwarder as `floorpulse sync` runs them."""
    folder.mkdir(exist_ok=True)
    address = Address(TenantId("acme"), StoreId("s1"), DeviceId("kiosk-exit"))
    clock, path = device_clock(), folder / "device.db"
    outbox = Outbox(path, address, clock.stamp)
    service = Service(outbox, Inbox(path), Sync(port=port), clock, path)
    try:
        yield outbox, service
    finally:
        service.close()
        outbox.close()


def drain(outbox: Outbox, service: Service) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while outbox.backlog().total:
        assert time.monotonic() < deadline, f"still waiting: {outbox.backlog()}"
        service.step(time.monotonic())


@contextmanager
def receiving(store, port: int) -> Iterator[None]:
    receiver = Receiver(Collector(store), "127.0.0.1", port)
    receiver.start()
    try:
        yield
    finally:
        receiver.stop()


def test_a_store_restored_from_an_older_backup_and_a_real_device_find_together_again(store, new_url, tmp_path):
    older = tmp_path / "backup.db"
    with iotcore_broker(tmp_path) as port:
        with receiving(store, port), real_device(tmp_path / "device", port) as (outbox, service):
            outbox.add_many([tap(1)] * 5)
            drain(outbox, service)
            backup(store, older)
            outbox.add_many([tap(2)] * 4)
            drain(outbox, service)
        with open_store(new_url()) as restored:
            restore(restored, older)
            with receiving(restored, port), real_device(tmp_path / "device", port) as (outbox, service):
                outbox.add_many([tap(3)] * 3)
                drain(outbox, service)
            urgent = [sequence for sequence, kind in ledger(restored) if kind == "tap"]
            assert urgent == [1, 2, 3, 4, 5, 10, 11, 12]
            assert (6, 9, "gone") in [row[1:4] for row in rows_of(restored, tables.lost)]
