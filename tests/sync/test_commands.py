"""`floorpulse sync` and `floorpulse doctor outbox` as people run them."""

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from sync import doctor
from sync.__main__ import main
from tests.brokers import free_port
from tests.sync.parts import crossings, outbox_at, tap


@pytest.fixture
def config(tmp_path):
    return written(tmp_path, f"port = {free_port()}")


def written(tmp_path, sync: str, device: str = 'tenant = "acme"\nstore = "s014"\ndevice = "door"'):
    config = tmp_path / "device.toml"
    config.write_text(f'[device]\n{device}\nstate = "{tmp_path}/state/device.db"\n[sync]\n{sync}\n')
    return config


def test_create_makes_the_shared_file_and_leaves_a_sound_one_as_it_is(config, tmp_path):
    assert main(["create", "--config", str(config)]) == 0
    file = tmp_path / "state/device.db"
    made = file.read_bytes()
    assert main(["create", "--config", str(config)]) == 0
    assert file.read_bytes() == made


def test_create_says_where_a_damaged_file_lies_now(config, tmp_path, capsys):
    (tmp_path / "state").mkdir()
    (tmp_path / "state/device.db").write_bytes(b"coffee" * 1000)
    assert main(["create", "--config", str(config)]) == 0
    assert f"it lies at {tmp_path}/state/device.db.damaged-" in capsys.readouterr().err
    with outbox_at(tmp_path / "state/device.db") as outbox:
        assert outbox.backlog() == (1, 1)  # how much was lost cannot be told, but something may have been


@pytest.mark.parametrize(
    ("sync", "sentence"),
    [
        ('brocker = "x"', "unknown key 'brocker'; did you mean 'broker'?"),
        ("port = 0", "0 is no port"),
        ('port = "1883"', "expected a whole number"),
        ('password-file = "/nowhere/secret"', "/nowhere/secret: no such file"),
        ('certificate = "c.pem"', "certificate and key belong together"),
    ],
)
def test_a_wrong_setting_is_named_and_nothing_is_made(tmp_path, sync, sentence):
    with pytest.raises(SystemExit, match="floorpulse sync: ") as refusal:
        main(["--config", str(written(tmp_path, sync))])
    assert sentence in str(refusal.value)
    assert not (tmp_path / "state").exists()


def test_the_shared_file_is_made_and_read_back_by_whoever_is_shown_no_secrets(tmp_path):
    config = str(written(tmp_path, 'password-file = "/run/credentials/floorpulse-sync.service/mqtt"'))
    assert main(["create", "--config", config]) == 0
    assert doctor.main(["outbox", "--config", config]) == 0


def test_a_missing_configuration_is_named(tmp_path):
    with pytest.raises(SystemExit, match="no such file"):
        main(["--config", str(tmp_path / "none.toml")])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_service_says_that_the_broker_is_away_and_ends_cleanly_when_asked(config, number):
    service = subprocess.Popen([sys.executable, "-m", "sync", "--config", config], stderr=subprocess.PIPE, text=True)
    try:
        assert "the broker cannot be used" in service.stderr.readline()
        service.send_signal(number)
        assert service.wait(20) == 0
        assert service.stderr.read() == ""
    finally:
        service.kill()
        service.communicate()


def test_the_doctor_reads_every_row_back(config, tmp_path, capsys):
    with outbox_at(tmp_path / "state/device.db") as outbox:
        outbox.add_many([tap(1), tap(2), crossings(1)])
        outbox.remove("urgent", outbox.epoch("urgent"), 1)
        epoch = outbox.epoch("urgent")
    assert doctor.main(["outbox", "--config", str(config), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["trouble"] is None
    urgent, bulk = report["streams"]
    assert urgent == {
        "stream": "urgent", "epoch": epoch, "waiting": 1, "first": 2, "last": 2,
        "oldest": "2026-06-01T12:00:00Z", "damaged": [],
    }  # fmt: skip
    assert bulk["waiting"] == 1
    assert doctor.main(["outbox", "--config", str(config)]) == 0
    assert "Every row can be read back." in capsys.readouterr().out


def test_the_doctor_names_a_row_with_a_flipped_bit_and_changes_nothing(config, tmp_path, capsys):
    file = tmp_path / "state/device.db"
    with outbox_at(file) as outbox:
        outbox.add_many([tap(1), tap(2)])
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE outbox_urgent SET crc = crc + 1 WHERE sequence = 2")
    assert doctor.main(["outbox", "--config", str(config), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["trouble"] == "1 rows do not match their checksums or do not follow each other"
    assert report["streams"][0]["damaged"] == [2]
    assert file.exists()
    assert not list(file.parent.glob("*.damaged-*"))


def test_the_doctor_reads_back_what_is_whole_in_a_file_that_was_set_aside(config, tmp_path, capsys):
    file = tmp_path / "state/device.db"
    with outbox_at(file) as outbox:
        outbox.add_many([tap(1), tap(2), tap(3), crossings(1)])
        with closing(sqlite3.connect(file)) as db, db:
            db.execute("UPDATE outbox_urgent SET crc = crc + 1 WHERE sequence = 2")
    assert main(["create", "--config", str(config)]) == 0
    capsys.readouterr()
    assert doctor.main(["outbox", "--config", str(config), "--json"]) == 0
    (aside,) = json.loads(capsys.readouterr().out)["set_aside"]
    assert aside["path"].startswith(f"{file}.damaged-")
    assert (aside["sent"], aside["whole"]) == (False, {"urgent": 2, "bulk": 1})
    doctor.main(["outbox", "--config", str(config)])
    assert "2 whole urgent rows and 1 whole bulk rows; still to be sent" in " ".join(capsys.readouterr().out.split())


def test_the_doctor_says_so_when_the_file_is_no_database_any_more(config, tmp_path, capsys):
    (tmp_path / "state").mkdir()
    (tmp_path / "state/device.db").write_bytes(b"coffee" * 1000)
    assert doctor.main(["outbox", "--config", str(config)]) == 1
    assert "Something is wrong: file is not a database" in capsys.readouterr().out


def test_the_doctor_makes_no_outbox_where_there_is_none(config, tmp_path):
    with pytest.raises(SystemExit, match="there is no outbox"):
        doctor.main(["outbox", "--config", str(config)])
    assert not (tmp_path / "state").exists()
