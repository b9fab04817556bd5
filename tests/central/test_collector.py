"""Batches go in exactly once, holes are not passed, and what is no fact is kept aside."""

import json
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.collector import Collector
from central.store import open_store, tables
from central.store.intake import QUARANTINE_ROWS, Intake
from central.store.reading import counts, find_site, last_words, quarantined
from events.codec import body_of, encode, member_of, pack, unpack
from events.facts import Health, LossReason, Lost, Stream
from tests.central.contents import ledger, rollups, rows_of, taps
from tests.central.sample import AFTER, Device, at_local, tap

NOON = at_local(12)


def ten_taps(device: Device):
    return [device.event(tap(1 + n % 4), NOON + timedelta(seconds=n)) for n in range(10)]


@pytest.fixture
def device() -> Device:
    return Device("kiosk-exit")


def test_a_batch_is_stored_and_acknowledged_up_to_its_last_fact(store, device):
    [ack] = Collector(store).take(device.topic, encode(ten_taps(device)), AFTER)
    assert ack.topic == device.topic.removesuffix("up") + "ack"
    assert json.loads(ack.payload) == {"epoch": device.epoch, "stream": "urgent", "sequence": 10}
    assert [sequence for sequence, _ in ledger(store)] == list(range(1, 11))
    assert taps(store) == 10


def test_the_same_batch_twice_counts_once(store, device):
    collector, payload = Collector(store), encode(ten_taps(device))
    first, again = (collector.take(device.topic, payload, AFTER) for _ in range(2))
    assert first == again, "the device did not hear us: it is told again"
    assert taps(store) == 10
    assert counts(store) == {"facts": 10, "duplicates": 10, "gaps": 0, "lost": 0, "quarantined": 0}


def test_a_hole_is_not_passed_and_the_device_is_told_where_it_is(store, device):
    collector, events = Collector(store), ten_taps(device)
    collector.take(device.topic, encode(events[:3]), AFTER)
    [ack] = collector.take(device.topic, encode(events[5:]), AFTER)
    assert ack.sequence == 3
    assert taps(store) == 3
    [ack] = collector.take(device.topic, encode(events[3:]), AFTER)
    assert ack.sequence == 10
    assert taps(store) == 10


def test_a_hole_inside_a_batch_stops_there(store, device):
    events = ten_taps(device)
    [ack] = Collector(store).take(device.topic, encode(events[:4] + events[6:]), AFTER)
    assert ack.sequence == 4
    assert taps(store) == 4


def test_a_stream_that_begins_in_the_middle_waits_for_its_beginning(store, device):
    [ack] = Collector(store).take(device.topic, encode(ten_taps(device)[4:]), AFTER)
    assert ack.sequence == 0
    assert not ledger(store)


def test_a_loss_covers_all_from_its_first_to_its_own_place(store, device):
    collector, events = Collector(store), ten_taps(device)
    collector.take(device.topic, encode(events[:2]), AFTER)
    device._next[Stream.URGENT] = 6
    loss = device.event(Lost(3, 7, LossReason.DISK_FULL), NOON, Stream.URGENT)
    [ack] = collector.take(device.topic, encode([loss, *events[7:]]), AFTER)
    assert ack.sequence == 10
    assert ledger(store)[2] == (7, "lost")
    assert [row[1:4] for row in rows_of(store, tables.lost)] == [(3, 7, "disk_full")]
    assert counts(store)["lost"] == 5
    assert taps(store) == 5


def test_a_loss_of_what_had_arrived_after_all_is_not_counted_as_lost(store, device):
    collector, events = Collector(store), ten_taps(device)
    collector.take(device.topic, encode(events[:4]), AFTER)
    device._next[Stream.URGENT] = 5
    loss = device.event(Lost(2, 6, LossReason.QUOTA), NOON, Stream.URGENT)
    [ack] = collector.take(device.topic, encode([loss]), AFTER)
    assert ack.sequence == 6
    assert counts(store)["lost"] == 2, "5 and 6; the rest had been taken"


def test_a_loss_that_leaves_a_hole_before_it_is_not_passed(store, device):
    device._next[Stream.URGENT] = 6
    loss = device.event(Lost(4, 7, LossReason.QUOTA), NOON, Stream.URGENT)
    [ack] = Collector(store).take(device.topic, encode([loss]), AFTER)
    assert ack.sequence == 0
    assert not rows_of(store, tables.lost)


def test_a_new_epoch_begins_anew(store, device):
    collector = Collector(store)
    collector.take(device.topic, encode(ten_taps(device)), AFTER)
    other = Device("kiosk-exit", epoch="ba9876543210")
    [ack] = collector.take(other.topic, encode(ten_taps(other)), AFTER)
    assert (ack.epoch, ack.sequence) == ("ba9876543210", 10)
    assert taps(store) == 20


def refused(device: Device, events, place: int, **changes) -> bytes:
    members = unpack(encode(events))
    members[place] |= changes
    return pack(json.dumps(member) for member in members)


def test_an_unknown_type_is_kept_aside_acknowledged_and_counted(store, device):
    payload = refused(device, ten_taps(device), 4, type="io.floorpulse.hologram.v1")
    [ack] = Collector(store).take(device.topic, payload, AFTER)
    assert ack.sequence == 10
    assert taps(store) == 9
    [kept] = quarantined(store)
    assert "unknown type" in kept.why
    assert b"hologram" in kept.raw
    Collector(store).take(device.topic, payload, AFTER)
    assert counts(store)["quarantined"] == 1, "sent again, it is a duplicate"


@pytest.mark.parametrize(
    "payload",
    [b"", b"hello", zlib.compress(b"{}"), zlib.compress(b"[]"), zlib.compress(b'[{"a": 1}]'), b"\x00" * 9000],
    ids=["empty", "no zlib", "no list", "no members", "no identity", "zeros"],
)
def test_what_is_no_batch_is_kept_aside_and_counted_and_nothing_else_happens(store, device, payload):
    assert Collector(store).take(device.topic, payload, AFTER) == []
    [kept] = quarantined(store)
    assert kept.topic == device.topic
    assert payload.startswith(kept.raw)
    assert counts(store)["quarantined"] == 1
    assert not ledger(store)


@pytest.mark.parametrize("topic", ["", "v1/acme/1/s1/kiosk-exit/up", "v2/x", "v1/+/+/+/+/up"])
def test_a_topic_that_no_device_speaks_on_is_refused(store, device, topic):
    assert Collector(store).take(topic, encode(ten_taps(device)), AFTER) == []
    assert counts(store)["quarantined"] == 1


def test_a_batch_on_another_leaf_of_the_device_is_refused(store, device):
    topic = device.topic.removesuffix("up") + "status"
    assert Collector(store).take(topic, encode(ten_taps(device)), AFTER) == []
    assert taps(store) == 0


@pytest.mark.parametrize(
    "liar", [Device("door-cam"), Device("kiosk-exit", store="s2"), Device("kiosk-exit", tenant="x")]
)
def test_who_speaks_for_another_device_is_not_believed_and_not_acknowledged(store, device, liar):
    assert Collector(store).take(device.topic, encode(ten_taps(liar)), AFTER) == []
    assert not ledger(store)
    assert counts(store)["quarantined"] == 10
    assert "is not the sender" in quarantined(store)[0].why


@pytest.mark.parametrize("epoch", ["0123456789AB", "\\ud800aaaaaaaaaaa", "aaaaaaaaaaa "])
def test_an_epoch_that_no_device_mints_is_refused(store, device, epoch):
    member = member_of(device.event(tap(1), NOON).source, epoch, 1, body_of(tap(1), device.event(tap(1), NOON).stamp))
    assert Collector(store).take(device.topic, pack([member]), AFTER) == []
    assert "epoch" in quarantined(store)[0].why


def test_the_quarantine_keeps_the_newest_and_counts_them_all(store, device):
    with store.writing() as connection:
        intake = Intake(connection, AFTER)
        for n in range(QUARANTINE_ROWS + 5):
            intake.refuse("topic", f"reason {n}", b"")
        intake.flush()
    assert len(rows_of(store, tables.quarantine)) == QUARANTINE_ROWS
    assert quarantined(store, 1)[0].why == f"reason {QUARANTINE_ROWS + 4}"
    assert counts(store)["quarantined"] == QUARANTINE_ROWS + 5


def test_urgent_and_bulk_have_their_own_watermarks(store, device):
    health = device.event(Health("0.1", 1.0, 1, 1, 0, 0), NOON)
    acks = Collector(store).take_many(
        [(device.topic, encode(ten_taps(device))), (device.topic, encode([health]))], AFTER
    )
    assert {(ack.stream, ack.sequence) for ack in acks} == {(Stream.URGENT, 10), (Stream.BULK, 1)}


def test_an_error_in_the_transaction_leaves_nothing_behind_and_acknowledges_nothing(store, device, monkeypatch):
    def full(self):
        raise OSError("disk full")

    monkeypatch.setattr(Intake, "_flush_devices", full)
    with pytest.raises(OSError, match="disk full"):
        Collector(store).take(device.topic, encode(ten_taps(device)), AFTER)
    monkeypatch.undo()
    assert not ledger(store)
    assert taps(store) == 0
    [ack] = Collector(store).take(device.topic, encode(ten_taps(Device("kiosk-exit"))), AFTER)
    assert ack.sequence == 10


def test_a_clock_that_runs_ahead_does_not_keep_a_dead_device_alive(store, device):
    ahead = device.event(tap(1), datetime(2031, 1, 1, tzinfo=UTC))
    Collector(store).take(device.topic, encode([ahead]), AFTER)
    with store.reading() as connection:
        words = last_words(connection, find_site(connection, "acme", "s1"))
    assert words["kiosk-exit"].last_seen == AFTER


EVENTS = ten_taps(Device("kiosk-exit"))
SLICES = st.tuples(st.integers(0, 9), st.integers(1, 10)).map(lambda cut: EVENTS[cut[0] : cut[0] + cut[1]])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SLICES, max_size=8), st.integers(1, 4))
def test_repeated_reordered_and_overlapping_batches_count_each_tap_once(
    tmp_path_factory, rollups_of_one_batch, sent, grouped
):
    device = Device("kiosk-exit")
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('s') / 'c.db'}") as store:
        collector = Collector(store)
        messages = [(device.topic, encode(cut)) for cut in sent]
        for start in range(0, len(messages), grouped):
            for ack in collector.take_many(messages[start : start + grouped], AFTER):
                assert len(ledger(store)) == ack.sequence, "acknowledged is what is stored, neither more nor less"
        collector.take(device.topic, encode(EVENTS), AFTER)  # go-back-N: in the end all of it comes again
        assert [sequence for sequence, _ in ledger(store)] == list(range(1, 11))
        assert rollups(store) == rollups_of_one_batch


@pytest.fixture(scope="session")
def rollups_of_one_batch(tmp_path_factory):
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('s') / 'c.db'}") as store:
        Collector(store).take(Device("kiosk-exit").topic, encode(EVENTS), AFTER)
        return rollups(store)


def test_what_was_acknowledged_is_on_the_disk_when_the_power_goes(url, device):
    """The rows are seen by a connection of their own at the moment the acknowledgement is in hand."""
    with open_store(url) as store, open_store(url) as other:
        [ack] = Collector(store).take(device.topic, encode(ten_taps(device)), AFTER)
        assert len(ledger(other)) == ack.sequence
        with other.writing() as connection:
            if connection.dialect.name == "sqlite":
                assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2, "FULL"
                assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            else:
                assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_a_postgres_that_would_acknowledge_too_early_is_told_not_to(postgres_server):
    url = postgres_server.create()
    with open_store(url) as store, store.writing() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar()
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
    with open_store(url) as store, store.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
