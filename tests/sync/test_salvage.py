"""A damaged file is moved aside; what is whole in it reaches the centre all the same, once, under its own identity."""

import shutil
import sqlite3
import threading
from contextlib import closing, suppress

import pytest

from events.facts import Lost, Stream
from sync import salvage, upkeep
from sync.forwarder import Forwarder
from sync.outbox import create
from sync.sharedfile import PAGE_BYTES
from tests.sync.collector import Ledger
from tests.sync.parts import crossings, outbox_at, stamp, tap, told


@pytest.fixture
def path(tmp_path):
    return tmp_path / "device.db"


def flip_a_bit(path, sequence: int) -> None:
    """In a waiting tap, which is found at once."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE outbox_urgent SET body = replace(body, 'today', 'toda9') WHERE sequence = ?", (sequence,))
    assert create(path, stamp)


def spoil_pages(path, pages: range) -> None:
    """Coffee, in the middle of the file."""
    with path.open("r+b") as file:
        file.seek(pages.start * PAGE_BYTES)
        file.write(b"coffee--" * (PAGE_BYTES // 8 * len(pages)))
    assert create(path, stamp)


def remains(outbox, limit: int = 500) -> list:
    """All that is sent of the oldest damaged file's taps."""
    found = outbox.remains()
    rows = []
    while more := found.pending(Stream.URGENT, rows[-1].sequence if rows else 0, limit):
        assert len(more) <= limit
        rows += more
    return told(rows)


def drain(outbox, ledger: Ledger) -> None:
    """A network that loses nothing, until nothing waits any more."""
    batches: list[bytes] = []
    sender = Forwarder(outbox, lambda payload: not batches.append(payload))
    sender.connected(0.0)
    for now in range(200):
        sender.step(float(now))
        for payload in batches:
            ack = ledger.take(payload)
            sender.acknowledged(Stream(ack["stream"]), ack["epoch"], ack["sequence"], float(now))
        batches.clear()
    assert outbox.backlog().total == 0
    assert outbox.remains() is None


def test_one_flipped_bit_costs_one_tap(path):
    with outbox_at(path) as outbox:
        outbox.add_many(tap(n) for n in range(1, 8))
        flip_a_bit(path, 3)
        outbox.add(tap(8))
        assert remains(outbox) == [1, 2, (3, 3), 4, 5, 6, 7]
        ledger = Ledger()
        drain(outbox, ledger)
        assert sorted(fact.version for fact in ledger.facts["urgent"] if not isinstance(fact, Lost)) == [
            1, 2, 4, 5, 6, 7, 8,
        ]  # fmt: skip
        ledger.close()


def test_what_waits_in_a_damaged_file_is_in_the_backlog_until_the_centre_has_it(path):
    ledger = Ledger()
    with outbox_at(path) as outbox:
        outbox.add_many([*(tap(n) for n in range(1, 8)), crossings()])
        flip_a_bit(path, 3)
        outbox.add(tap(8))
        assert outbox.backlog() == (8, 1)
        left = outbox.remains()
        left.remove(Stream.URGENT, left.epoch(Stream.URGENT), 5)
        assert outbox.backlog() == (3, 1)
        left.remove(Stream.URGENT, left.epoch(Stream.URGENT), 7)
        assert outbox.backlog() == (1, 1)
        drain(outbox, ledger)
        assert outbox.backlog() == (0, 0)
    ledger.close()


def test_a_damaged_file_that_cannot_say_how_much_waits_counts_as_one(path):
    with outbox_at(path) as outbox:
        outbox.add_many(tap(n) for n in range(1, 4))
        flip_a_bit(path, 1)
        for file in salvage.set_aside(path):
            file.write_bytes(b"coffee" * 1000)
        assert outbox.backlog() == (1, 0)


def test_what_the_centre_has_already_is_not_counted_again(path):
    ledger = Ledger()
    with outbox_at(path) as outbox:
        outbox.add_many(tap(n) for n in range(1, 6))
        sent = []
        sender = Forwarder(outbox, sent.append)
        sender.connected(0.0)
        sender.step(0.0)
        ledger.take(sent[0])  # and the device never hears of it
        flip_a_bit(path, 2)
        drain(outbox, ledger)
        assert [fact.version for fact in ledger.facts["urgent"]] == [1, 2, 3, 4, 5]
    ledger.close()


def test_what_was_sent_and_deleted_before_is_nobodys_loss(path):
    ledger = Ledger()
    with outbox_at(path) as outbox:
        outbox.add_many(tap(n) for n in range(1, 4))
        drain(outbox, ledger)
        outbox.add_many(tap(n) for n in range(4, 7))
        flip_a_bit(path, 6)
        assert remains(outbox) == [(1, 3), 4, 5, (6, 6)]
        drain(outbox, ledger)
        facts = ledger.facts["urgent"]
        assert [fact.version for fact in facts[:5]] == [1, 2, 3, 4, 5]
        assert (facts[5].first, facts[5].last, len(facts)) == (6, 6, 6)
    ledger.close()


@pytest.mark.parametrize("limit", [4, 50, 500])
def test_around_spoiled_pages_everything_is_read_back(path, limit):
    with outbox_at(path) as outbox:
        for first in range(0, 4000, 500):
            outbox.add_many(tap(first + n) for n in range(500))
    with outbox_at(path) as outbox:
        spoil_pages(path, range(40, 43))
        said = remains(outbox, limit)
        whole = [number for number in said if isinstance(number, int)]
        holes = [hole for hole in said if not isinstance(hole, int)]
        lost = [number for first, last in holes for number in range(first, last + 1)]
        assert sorted(whole + lost) == list(range(1, 4001))
        assert 10 < len(lost) < 100
        assert whole == sorted(whole)


def test_a_file_that_cannot_even_say_whose_it_is_is_announced_as_lost(path):
    with outbox_at(path) as outbox:
        outbox.add_many(tap(n) for n in range(5))
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("DELETE FROM state WHERE key = 'epoch.urgent'")
        create(path, stamp)
        assert told(outbox.pending(Stream.URGENT)) == [(1, 5)]
        assert outbox.remains() is None or Stream.URGENT not in outbox.remains().streams


def test_a_new_file_that_is_damaged_too_keeps_both_promises(path):
    ledger = Ledger()
    with outbox_at(path) as outbox:
        outbox.add_many(tap(n) for n in range(1, 5))
        flip_a_bit(path, 2)
        outbox.add_many(tap(n) for n in range(5, 9))
        flip_a_bit(path, 4)
        outbox.add(tap(9))
        drain(outbox, ledger)
        lost = [fact for fact in ledger.facts["urgent"] if isinstance(fact, Lost)]
        taps = [fact.version for fact in ledger.facts["urgent"] if not isinstance(fact, Lost)]
        assert sorted(taps) == [1, 3, 4, 5, 6, 7, 9]
        assert [(one.first, one.last) for one in lost] == [(2, 2), (4, 4)]
    ledger.close()


def test_a_damaged_file_is_kept_as_it_was_and_marked_when_all_of_it_is_sent(path):
    ledger = Ledger()
    with outbox_at(path) as outbox:
        outbox.add_many(tap(n) for n in range(1, 5))
    flip_a_bit(path, 1)
    (aside,) = salvage.set_aside(path)
    before = aside.read_bytes()
    assert salvage.is_unsent(aside)
    with outbox_at(path) as outbox:
        drain(outbox, ledger)
    assert aside.read_bytes() == before
    assert not salvage.is_unsent(aside)
    assert aside.with_name(aside.name + ".sent").exists()
    ledger.close()


def test_a_note_that_is_torn_is_read_from_the_file_itself(path):
    with outbox_at(path) as outbox:
        outbox.add_many(tap(n) for n in range(1, 4))
        flip_a_bit(path, 1)
        (note,) = path.parent.glob("*.unsent")
        note.write_bytes(b"\x00" * 10)
        assert remains(outbox) == [(1, 1), 2, 3]


def test_a_file_of_which_nothing_is_known_any_more_does_not_stand_in_the_way_of_the_next(path):
    with outbox_at(path) as outbox:
        outbox.add(tap(1))
        flip_a_bit(path, 1)
        (note,) = path.parent.glob("*.unsent")
        note.write_bytes(b"")
        salvage.set_aside(path)[0].write_bytes(b"coffee")
        outbox.add_many([tap(2), tap(3)])
        flip_a_bit(path, 1)
        assert remains(outbox) == [(1, 1), 2]


@pytest.mark.parametrize("step", ["note_unsent", "_finish_moving"])
def test_a_plug_pulled_while_the_file_is_moved_loses_nothing(path, monkeypatch, step):
    with outbox_at(path) as outbox:
        outbox.add_many(tap(n) for n in range(1, 4))
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE outbox_urgent SET crc = crc + 1 WHERE sequence = 2")

    honest, calls = getattr(upkeep, step), []

    def dark(*arguments):
        calls.append(step)
        if step == "_finish_moving" and len(calls) == 1:
            return honest(*arguments)
        raise InterruptedError("no power")

    with monkeypatch.context() as patch, suppress(InterruptedError):
        patch.setattr(upkeep, step, dark)
        create(path, stamp)
    with outbox_at(path) as outbox:
        outbox.add(tap(4))
        create(path, stamp)  # in case nobody has noticed yet
        ledger = Ledger()
        drain(outbox, ledger)
        taps = [fact.version for fact in ledger.facts["urgent"] if not isinstance(fact, Lost)]
        assert sorted(taps) == [1, 3, 4]
        ledger.close()
    assert not list(path.parent.glob("*.ready"))


def test_taps_recorded_while_the_file_is_moved_are_stored_once(path):
    """Several writers at full speed, and damage again and again."""
    done, recorded = threading.Event(), []

    def record(first: int) -> None:
        with outbox_at(path) as kiosk:
            for version in range(first, first + 10_000):
                kiosk.add(tap(version))
                recorded.append(version)
                if done.is_set():
                    return

    create(path, stamp)
    writers = [threading.Thread(target=record, args=[number * 10_000]) for number in (1, 2)]
    for writer in writers:
        writer.start()
    for _ in range(3):
        enough = len(recorded) + 20
        while len(recorded) < enough:
            done.wait(0.01)
        with closing(sqlite3.connect(path, timeout=10)) as db, db:
            db.execute("INSERT INTO outbox_bulk (body, crc) VALUES ('x', 0)")
        assert create(path, stamp)
    done.set()
    for writer in writers:
        writer.join()
    ledger = Ledger()
    with outbox_at(path) as outbox:
        drain(outbox, ledger)
    arrived = [fact.version for fact in ledger.facts["urgent"] if not isinstance(fact, Lost)]
    assert sorted(arrived) == sorted(recorded)
    ledger.close()


def test_a_copy_of_a_damaged_file_can_be_read_where_nothing_may_be_written(path, tmp_path):
    with outbox_at(path) as outbox:
        outbox.add_many(tap(n) for n in range(1, 4))
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    assert salvage.whole_rows(copy, Stream.URGENT, 3) == 3
