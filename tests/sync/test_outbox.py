import json
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from events.codec import decode, member_of, pack
from events.envelope import NotRecorded, split_id
from events.facts import Stream
from sync import ballast, upkeep
from sync.inbox import Inbox
from sync.outbox import UNRECORDED_TAPS, Outbox, create
from sync.sharedfile import PAGE_BYTES, first_fact
from tests.sync.parts import ADDRESS, TAP, crossings, outbox_at, stamp, tap, told

QUOTA = 40 * PAGE_BYTES


@pytest.fixture
def path(tmp_path):
    return tmp_path / "device.db"


@pytest.fixture
def outbox(path):
    with outbox_at(path) as outbox:
        yield outbox


def sequences(outbox: Outbox, stream: Stream) -> list[int]:
    found: list[int] = []
    while rows := outbox.pending(stream, found[-1] if found else 0):
        found += [row.sequence for row in rows]
    return found


def state(path, key):
    with closing(sqlite3.connect(path)) as db:
        return (db.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone() or [None])[0]


def fill_with_taps(outbox: Outbox) -> None:
    for n in range(10_000):
        outbox.add(tap(n))


def test_a_tap_is_a_row_on_the_disk_before_the_shopper_is_thanked(outbox, path):
    outbox.add(TAP)
    with closing(sqlite3.connect(path)) as another_process:
        assert another_process.execute("SELECT count(*) FROM outbox_urgent").fetchone() == (1,)


def test_the_parts_of_a_device_are_users_of_one_group_and_all_of_them_write(path):
    before = os.umask(0o007)  # as in their units
    try:
        with outbox_at(path) as outbox:
            outbox.add(TAP)
            modes = {file.name: oct(file.stat().st_mode & 0o777) for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert {"device.db", "device.db-wal", "device.db-shm"} <= modes.keys()
    assert set(modes.values()) == {"0o660"}


def test_every_commit_is_a_full_one(outbox):
    assert outbox._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert outbox._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_was_stored_is_what_travels_under_the_identity_that_add_returned(outbox):
    identity = outbox.add(TAP)
    (row,) = outbox.pending(Stream.URGENT)
    epoch = outbox.epoch(Stream.URGENT)
    (event,) = decode(pack([member_of(outbox.source(Stream.URGENT), epoch, row.sequence, row.body)]))
    assert (event.id, event.fact, event.stamp) == (identity, TAP, stamp())


def test_facts_of_a_stream_keep_their_order_and_streams_count_apart(outbox):
    outbox.add_many([tap(1), crossings(1), tap(2), crossings(2), crossings(3)])
    assert sequences(outbox, Stream.URGENT) == [1, 2]
    assert sequences(outbox, Stream.BULK) == [1, 2, 3]
    assert outbox.backlog() == (2, 3)


def test_only_what_the_centre_has_committed_is_removed(outbox):
    outbox.add_many([tap(n) for n in range(1, 6)])
    assert outbox.remove(Stream.URGENT, outbox.epoch(Stream.URGENT), 3) == 3
    assert sequences(outbox, Stream.URGENT) == [4, 5]


def test_an_acknowledgement_for_another_file_removes_nothing(outbox):
    outbox.add(TAP)
    assert outbox.remove(Stream.URGENT, "0123456789ab", 1) == 0
    assert outbox.remove(Stream.URGENT, outbox.epoch(Stream.BULK), 1) == 0
    assert sequences(outbox, Stream.URGENT) == [1]


def test_an_emptied_outbox_goes_on_counting(path):
    with outbox_at(path) as outbox:
        outbox.add_many([tap(1), tap(2)])
        outbox.remove(Stream.URGENT, outbox.epoch(Stream.URGENT), 2)
        epoch = outbox.epoch(Stream.URGENT)
    with outbox_at(path) as outbox:
        assert split_id(outbox.add(TAP)) == (epoch, 3)


def test_epochs_are_random_and_of_one_stream_and_one_file(tmp_path):
    epochs = set()
    for name in ("a.db", "b.db"):
        with outbox_at(tmp_path / name) as outbox:
            epochs |= {outbox.epoch(stream) for stream in Stream}
    assert len(epochs) == 4
    assert all(len(epoch) == 12 and int(epoch, 16) >= 0 for epoch in epochs)


def test_a_full_quota_costs_old_bulk_facts_and_no_tap(path):
    with outbox_at(path, QUOTA) as outbox:
        taps = [outbox.add(tap(n)) for n in range(20)]
        for n in range(1500):
            outbox.add(crossings(n))
        assert len(sequences(outbox, Stream.URGENT)) == len(taps)
        waiting = outbox.pending(Stream.BULK)
        lost = json.loads(waiting[0].body)
        assert lost["type"] == "io.floorpulse.lost.v1"
        assert lost["data"] == {"first": 1, "last": waiting[0].sequence, "reason": "quota"}
        assert sequences(outbox, Stream.BULK) == list(range(waiting[0].sequence, 1501))
        assert outbox.backlog() == (20, 1501 - waiting[0].sequence)


def test_a_tap_finds_room_where_bulk_facts_have_taken_it_all(path):
    with outbox_at(path, QUOTA) as outbox:
        outbox.add_many(crossings(n) for n in range(300))
        kept = sum(1 for n in range(150) if outbox.add(tap(n)))
        assert sequences(outbox, Stream.URGENT) == list(range(1, kept + 1))
        assert sequences(outbox, Stream.BULK)[-1] == 300


def test_a_tap_that_finds_no_room_at_all_is_refused_and_counted(path):
    with outbox_at(path, QUOTA) as outbox:
        with pytest.raises(NotRecorded, match="full"):
            fill_with_taps(outbox)
        with pytest.raises(NotRecorded):
            outbox.add(TAP)
        stored = sequences(outbox, Stream.URGENT)
        assert stored == list(range(1, len(stored) + 1))
        outbox.remove(Stream.URGENT, outbox.epoch(Stream.URGENT), stored[-1])
        outbox.add(TAP)
    assert int(state(path, UNRECORDED_TAPS)) == 2


def test_facts_added_together_are_stored_together_or_not_at_all(path):
    with outbox_at(path, QUOTA) as outbox:
        with pytest.raises(NotRecorded):
            outbox.add_many(tap(n) for n in range(5000))
        assert outbox.backlog() == (0, 0)


@pytest.fixture
def small_card(tmp_path):
    """A disk of 12 MB."""
    disk = tmp_path / "card"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "card", disk], capture_output=True).returncode:
        pytest.skip("not run: needs the right to mount a small disk")
    yield disk
    subprocess.run(["umount", disk], check=True)


def fill_up(disk) -> None:
    with pytest.raises(OSError, match="No space"), (disk / "log").open("wb", buffering=0) as log:
        write_for_ever(log)


def write_for_ever(log) -> None:
    while log.write(bytes(4096)):
        pass


def test_a_full_disk_costs_old_bulk_facts_and_no_tap(small_card):
    path = small_card / "device.db"
    with outbox_at(path) as outbox:
        assert ballast.ballast_of(path).stat().st_blocks * 512 == ballast.BALLAST_BYTES
        outbox.add_many(crossings(n) for n in range(2000))
        fill_up(small_card)
        for n in range(3000):
            outbox.add(tap(n))
        assert sequences(outbox, Stream.URGENT) == list(range(1, 3001))
        assert '"reason":"disk_full"' in outbox.pending(Stream.BULK)[0].body
        (small_card / "log").unlink()
        outbox.remove(Stream.URGENT, outbox.epoch(Stream.URGENT), 3000)
        assert ballast.ballast_of(path).exists()
        assert upkeep.damage(path) is None


def test_a_device_that_starts_on_a_full_disk_serves(small_card):
    path = small_card / "device.db"
    with outbox_at(path) as outbox:
        outbox.add_many(crossings(n) for n in range(2000))
    fill_up(small_card)
    for n in range(3):
        with outbox_at(path) as outbox:
            outbox.add(tap(n))
            Inbox(path).set_state("away", "1")
    with outbox_at(path) as outbox:
        assert sequences(outbox, Stream.URGENT) == [1, 2, 3]


def test_a_file_that_is_damaged_on_a_full_disk_is_replaced_too(small_card):
    path = small_card / "device.db"
    with outbox_at(path) as outbox:
        outbox.add_many(tap(n) for n in range(500))
        fill_up(small_card)
        with closing(sqlite3.connect(path)) as db:
            db.execute("UPDATE outbox_urgent SET crc = crc + 1 WHERE sequence = 250")
            db.commit()
        create(path)
        outbox.add(TAP)
        assert sequences(outbox, Stream.URGENT) == [1]
        assert told(outbox.remains().pending(Stream.URGENT, 240, 500))[9] == (250, 250)


def test_a_damaged_file_is_moved_aside_and_serving_goes_on(path):
    with outbox_at(path) as outbox:
        outbox.add_many([tap(1), tap(2), crossings(1)])
        before = {outbox.epoch(stream) for stream in Stream}
    damaged = b"not a database" + path.read_bytes()[14:]
    path.write_bytes(damaged)
    with outbox_at(path) as outbox:
        assert not before & {outbox.epoch(stream) for stream in Stream}
        (lost,) = outbox.pending(Stream.URGENT)
        assert '"reason":"damaged"' in lost.body
        outbox.add(TAP)
    (aside,) = path.parent.glob("device.db.damaged-*")
    assert aside.read_bytes() == damaged


@pytest.mark.parametrize(
    ("body", "first"),
    [
        ('{"type":"io.floorpulse.tap.v1","data":{"first":2}}', 9),
        ('{"type":"io.floorpulse.lost.v1","data":{"first":2}}', 2),
        ('{"type":"io.floorpulse.lost.v1","data":{"first":77}}', 9),
        ('{"type":"io.floorpulse.lost.v1","da', 1),
    ],
)
def test_a_marker_speaks_for_all_that_was_lost_before_it(body, first):
    assert first_fact(9, body) == first


def test_a_long_backlog_is_read_back_once_after_each_start_of_the_machine(path, monkeypatch):
    reads = []
    check = upkeep.damage
    monkeypatch.setattr(upkeep, "damage", lambda path: reads.append(path) or check(path))
    for boot, expected in (("boot-1", 1), ("boot-1", 1), ("boot-2", 2), ("boot-2", 2)):
        monkeypatch.setattr(upkeep, "boot_id", lambda boot=boot: boot)
        with outbox_at(path) as outbox:
            outbox.add(TAP)
        with outbox_at(path):
            assert len(reads) == expected - 1
    create(path)
    assert len(reads) == 2


def test_damage_while_the_shop_is_open_stops_nobody(path):
    with outbox_at(path) as kiosk, outbox_at(path) as camera:
        kiosk.add(tap(1))
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE outbox_urgent SET crc = crc + 1")
        assert camera.pending(Stream.URGENT) == []
        assert kiosk.epoch(Stream.URGENT) == camera.epoch(Stream.URGENT)
        kiosk.add(tap(2))
        assert sequences(camera, Stream.URGENT) == [1]
        assert told(camera.remains().pending(Stream.URGENT)) == [(1, 1)]
        assert list(path.parent.glob("device.db.damaged-*-wal")), "the damaged file keeps its log"


def test_a_log_that_lies_beside_no_file_never_gets_into_the_new_one(path):
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE stranger (x)")
        log = path.with_name("device.db-wal").read_bytes()
    path.unlink()
    path.with_name("device.db-wal").write_bytes(log)
    with outbox_at(path) as outbox:
        outbox.add(TAP)
    assert upkeep.damage(path) is None
    assert list(path.parent.glob("device.db.stray-*-wal"))


def test_an_outbox_written_by_an_older_program_is_brought_forward(path):
    with outbox_at(path) as outbox:
        outbox.add(crossings(1))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM sqlite_sequence WHERE name = 'outbox_urgent'")
        db.execute("PRAGMA user_version = 1")
    with outbox_at(path) as outbox:
        assert split_id(outbox.add(TAP))[1] == 1
        assert sequences(outbox, Stream.BULK) == [1]
    assert not list(path.parent.glob("*.damaged-*"))


def test_a_counter_that_is_gone_begins_no_second_time_from_one(path):
    with outbox_at(path) as outbox:
        outbox.add_many([tap(1), tap(2)])
        outbox.remove(Stream.URGENT, outbox.epoch(Stream.URGENT), 2)
        epoch = outbox.epoch(Stream.URGENT)
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("DELETE FROM sqlite_sequence WHERE name = 'outbox_urgent'")
        outbox.add(tap(3))
        assert outbox.epoch(Stream.URGENT) != epoch


def test_rows_that_are_gone_from_the_middle_are_damage(path):
    with outbox_at(path) as outbox:
        outbox.add_many(tap(n) for n in range(1, 7))
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("DELETE FROM outbox_urgent WHERE sequence IN (3, 4)")
        assert outbox.pending(Stream.URGENT) == []
        assert told(outbox.remains().pending(Stream.URGENT)) == [1, 2, (3, 4), 5, 6]


def test_an_outbox_written_by_a_newer_program_is_left_alone(path):
    create(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(ValueError, match="newer floorpulse"):
        outbox_at(path)
    assert not list(path.parent.glob("*.damaged-*"))


def failing(message: str, code: int = sqlite3.SQLITE_IOERR_FSYNC):
    """Stands in for a part of SQLite that the disk lets down."""
    error = sqlite3.OperationalError(message)
    error.sqlite_errorcode = code

    def fail(*_):
        raise error

    return fail


def test_a_lost_fsync_refuses_the_tap_and_the_next_one_is_stored(outbox, monkeypatch):
    used = outbox._db
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_insert", failing("disk I/O error"))
        with pytest.raises(NotRecorded, match="disk I/O"):
            outbox.add(TAP)
    assert outbox._db is not used
    assert split_id(outbox.add(TAP))[1] == 1


def test_after_a_file_that_could_not_be_opened_again_the_next_tap_tries_anew(outbox, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_insert", failing("disk I/O error"))
        patch.setattr("sync.outbox.connect", failing("too many open files"))
        with pytest.raises(NotRecorded, match="too many open files"):
            outbox.add(TAP)
    assert split_id(outbox.add(TAP))[1] == 1


def test_threads_of_one_process_take_turns(outbox):
    writers = [threading.Thread(target=lambda: [outbox.add(TAP) for _ in range(50)]) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sequences(outbox, Stream.URGENT) == list(range(1, 201))


WRITER = """
import sys
from pathlib import Path
from tests.sync.parts import TAP, outbox_at
with outbox_at(Path(sys.argv[1])) as outbox:
    for _ in range(100):
        print(outbox.add(TAP))
"""


def test_several_processes_that_start_together_share_one_file(path):
    services = [
        subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    minted = [line for service in services for line in service.communicate(timeout=60)[0].split()]
    assert [service.returncode for service in services] == [0] * 4
    assert len(set(minted)) == 400
    with outbox_at(path) as outbox:
        assert sequences(outbox, Stream.URGENT) == list(range(1, 401))


CREATOR = """
import sys
from pathlib import Path
from tests.sync.parts import outbox_at
for line in sys.stdin:
    with outbox_at(Path(line.strip())) as outbox:
        print(outbox.epoch("urgent"), flush=True)
"""


def test_services_that_start_at_the_same_moment_make_one_file_between_them(tmp_path):
    command = [sys.executable, "-c", CREATOR]
    services = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) for _ in range(4)
    ]
    for shop in range(6):
        for service in services:
            service.stdin.write(f"{tmp_path}/{shop}.db\n")
        assert len({service.stdout.readline() for service in services}) == 1
    for service in services:
        service.communicate(timeout=30)
    assert not list(tmp_path.glob("*.stray-*"))


def test_reading_what_waits_stays_within_a_megabyte_of_memory(outbox, monkeypatch):
    outbox.add_many(tap(n) for n in range(100))
    monkeypatch.setattr("sync.outbox.READ_BYTES", 1000)
    assert 1 <= len(outbox.pending(Stream.URGENT)) < 6
    monkeypatch.setattr("sync.outbox.READ_BYTES", 1)
    assert len(outbox.pending(Stream.URGENT)) == 1


def test_the_address_is_in_the_source(outbox):
    assert str(outbox.source(Stream.BULK)) == f"/{ADDRESS.tenant}/{ADDRESS.store}/{ADDRESS.device}/bulk"


def test_counting_a_long_backlog_takes_no_longer_than_counting_a_short_one(outbox):
    steps = []
    outbox.add_many(tap(n) for n in range(3000))
    outbox._db.set_progress_handler(lambda: steps.append(1), 100)
    assert outbox.backlog().urgent == 3000
    assert steps == []
