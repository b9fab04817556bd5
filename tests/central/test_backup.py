"""A backup is one moment of the store, made while it is used, and restored into either database."""

import json
import os
import sqlite3
import stat
import threading
from contextlib import closing

import pytest
from sqlalchemy import func, select

from central.__main__ import main
from central.collector import Collector
from central.store import open_store, tables
from central.store.backup import backup, restore
from central.store.plans import load_plan
from central.store.rebuilding import rebuild
from central.store.users import Role, check_password, create_user
from events.codec import encode
from events.settings import ConfigError
from tests.central import sample
from tests.central.contents import rollups, rows_of, taps
from tests.central.sample import AFTER, Device, at_local, tap
from tests.central.test_migrations import old_url  # noqa: F401


def everything(store) -> dict[str, list]:
    return {table.name: rows_of(store, table) for table in tables.metadata.sorted_tables}


def some_taps(device: Device, count: int = 10):
    return [device.event(tap(1), at_local(12)) for _ in range(count)]


@pytest.fixture
def full(store):
    sample.fill(store, weeks=1)
    create_user(store, "ada", Role.ADMIN, "correct horse", AFTER)
    Collector(store).take(Device("kiosk-exit").topic, b"\x00junk\xff", AFTER)
    return store


@pytest.fixture(params=["into sqlite", "into postgres"])
def empty_url(request, tmp_path) -> str:
    if request.param == "into sqlite":
        return f"sqlite:///{tmp_path / 'restored.db'}"
    return request.getfixturevalue("postgres_server").create()


def test_what_is_restored_is_what_was_backed_up_and_life_goes_on(full, empty_url, tmp_path):
    facts, seen = backup(full, tmp_path / "backup.db"), []
    with open_store(empty_url) as restored:
        assert restore(restored, tmp_path / "backup.db", lambda *told: seen.append(told)) == facts > 800
        assert everything(restored) == everything(full)
        assert seen[-1][0] == seen[-1][1]
        assert load_plan(restored) == sample.plan()
        assert check_password(restored, "ada", "correct horse")
        before = rollups(restored)
        rebuild(restored)
        assert rollups(restored) == before
        newcomer = Device("kiosk-new", store="s2")
        [ack] = Collector(restored).take(newcomer.topic, encode(some_taps(newcomer)), AFTER)
        assert ack.sequence == 10, "new numbers are given to new stores and streams"
        Collector(restored).take("junk", b"junk", AFTER)


def test_a_backup_is_one_moment_however_busy_the_store_is(url, tmp_path, monkeypatch):
    monkeypatch.setattr("central.store.backup.PAGES", 5)  # many steps, with commits between them
    device, done = Device("kiosk-exit"), threading.Event()

    def feed() -> None:
        with open_store(url) as store:
            while not done.is_set():
                Collector(store).take(device.topic, encode(some_taps(device)), AFTER)

    feeding = threading.Thread(target=feed)
    with open_store(url) as store:
        sample.fill(store, weeks=1)
        feeding.start()
        try:
            for number in range(3):
                backup(store, tmp_path / f"backup-{number}.db")
        finally:
            done.set()
            feeding.join(60)
    for number in range(3):
        with open_store(f"sqlite:///{tmp_path / f'backup-{number}.db'}") as copy, copy.reading() as connection:
            mine = tables.streams.c.device == "kiosk-exit", tables.streams.c.stream == "urgent"
            last = connection.execute(select(tables.streams.c.stream_no, tables.streams.c.watermark).where(*mine)).one()
            held = select(func.max(tables.ledger.c.sequence)).where(tables.ledger.c.stream_no == last.stream_no)
            assert connection.scalar(held) == last.watermark
            before = rollups(copy)
            rebuild(copy)
            assert rollups(copy) == before


def test_a_backup_overwrites_nothing_and_leaves_nothing_half_done(full, tmp_path, monkeypatch):
    (tmp_path / "backup").mkdir()
    file = tmp_path / "backup" / "backup.db"
    backup(full, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600, "it holds password hashes"
    before = file.read_bytes()
    with pytest.raises(ConfigError, match="overwrites nothing"):
        backup(full, file)
    assert file.read_bytes() == before
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(ConfigError, match="No space left"):
        backup(full, tmp_path / "backup" / "other.db")
    assert [each.name for each in (tmp_path / "backup").iterdir()] == ["backup.db"]


def test_a_backup_goes_into_an_empty_store_alone(full, new_url, tmp_path):
    file = tmp_path / "backup.db"
    backup(full, file)
    with open_store(new_url()) as other:
        Collector(other).take(Device("kiosk").topic, encode(some_taps(Device("kiosk"))), AFTER)
        before = everything(other)
        with pytest.raises(ConfigError, match="restored into an empty one"):
            restore(other, file)
        assert everything(other) == before


@pytest.mark.parametrize("harm", ["text", "cut", "bytes", "missing", "another database"])
def test_what_is_no_whole_backup_is_refused_and_nothing_is_restored(full, new_url, tmp_path, harm):
    file = tmp_path / "backup.db"
    backup(full, file)
    whole = file.read_bytes()
    if harm == "missing":
        file.unlink()
    elif harm == "another database":
        file.unlink()
        with closing(sqlite3.connect(file)) as database:
            database.execute("CREATE TABLE a (b)")
    else:
        middle = len(whole) // 2
        broken = whole[:middle] + b"\xff" * 9000 + whole[middle + 9000 :]
        file.write_bytes({"text": b"no backup" * 99, "cut": whole[:middle], "bytes": broken}[harm])
    with open_store(new_url()) as other:
        before = everything(other)
        with pytest.raises(ConfigError, match=r"backup\.db (is|cannot)"):
            restore(other, file)
        assert everything(other) == before


@pytest.mark.parametrize("old_url", ["sqlite"], indirect=True)
def test_a_backup_of_an_older_floorpulse_is_brought_up_to_date_on_the_way(old_url, empty_url, tmp_path):  # noqa: F811
    file = tmp_path / "old.db"
    before = file.read_bytes()
    with open_store(empty_url) as restored:
        assert restore(restored, file) == 3
        assert taps(restored) == 2
    assert file.read_bytes() == before, "the backup itself is left as it is"


def test_both_are_commands(url, empty_url, tmp_path, capsys):
    with open_store(url) as store:
        sample.fill(store, weeks=1)
    assert main(["backup", str(tmp_path / "b.db"), "--store", url, "--json"]) == 0
    assert main(["restore", str(tmp_path / "b.db"), "--store", empty_url, "--json"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == second
    with pytest.raises(SystemExit, match=r"^floorpulse central: .* restored into an empty one$"):
        main(["restore", str(tmp_path / "b.db"), "--store", empty_url])
