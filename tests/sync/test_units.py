"""The units of a device: what systemd says of them, and what they open."""

import json
import subprocess
from pathlib import Path

import pytest

from events.settings import ConfigError
from sync.units import MARK, Place, units
from sync.units_command import main
from tests import materials

DEVICE = {"tenant": "acme", "store": "s1", "device": "eyes"}
PLACE = Place(Path("/etc/floorpulse/device.toml"), Path("/bin/sh"))
"""systemd looks whether the program is there; any will do."""
RTSP = {"source": "rtsp://shop@10.0.0.7:554/stream"}
TABLES = {"device": DEVICE, "camera": {}, "kiosk": {}, "rooms": {}, "sync": {"broker": "10.0.0.9"}}


def written(folder, tables) -> list[Path]:
    for name, text in units(tables, PLACE).items():
        (folder / name).write_text(text)
    return sorted(folder.glob("*.service"))


def camera(**table) -> list[str]:
    return units({"device": DEVICE, "camera": table}, PLACE)["floorpulse-camera.service"].splitlines()


def analyze(*arguments) -> subprocess.CompletedProcess[str]:
    program = materials.program("systemd-analyze")
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)


def test_systemd_understands_every_line(tmp_path):
    said = analyze("verify", *written(tmp_path, TABLES))
    assert said.returncode == 0
    assert said.stderr == ""  # a key that it does not know is a warning, and status 0


@pytest.mark.parametrize(
    ("tables", "unit", "exposure"),
    [
        (TABLES, "camera", 0.6),
        ({"camera": {"source": "pipe:/run/shop/frames"}}, "camera", 0.4),
        ({"camera": RTSP}, "camera", 1.0),
        (TABLES, "rooms", 0.6),
        (TABLES, "file", 0.4),
        (TABLES, "kiosk", 1.1),
        (TABLES, "sync", 1.1),
    ],
    ids=["camera", "camera of a pipe", "camera in the network", "rooms", "file", "kiosk", "sync"],
)
def test_no_part_is_more_exposed_than_it_must_be(tmp_path, tables, unit, exposure):
    written(tmp_path, {"device": DEVICE} | tables)
    said = analyze(
        "security", "--offline=true", f"--threshold={exposure * 10:.0f}", tmp_path / f"floorpulse-{unit}.service"
    )
    assert said.returncode == 0, said.stdout


def test_a_camera_on_the_device_has_no_network_and_one_video_device():
    unit = camera(source="2")
    assert {"PrivateNetwork=yes", "RestrictAddressFamilies=AF_UNIX", "DevicePolicy=closed"} <= set(unit)
    assert [line for line in unit if line.startswith("DeviceAllow")] == ["DeviceAllow=/dev/video2 rw"]
    assert not [line for line in unit if line.startswith("IPAddressAllow")]


def test_a_camera_in_the_network_is_the_only_address_its_process_reaches():
    unit = camera(**RTSP)
    assert {"IPAddressDeny=any", "IPAddressAllow=10.0.0.7", "PrivateDevices=yes"} <= set(unit)
    assert "PrivateNetwork=yes" not in unit


@pytest.mark.parametrize("tables", [TABLES, {"camera": RTSP}, {"camera": {"source": "clip.avi"}}])
def test_every_part_writes_only_beside_the_shared_file_and_may_do_nothing_else(tables):
    for name, text in units({"device": DEVICE} | tables, PLACE).items():
        lines = set(text.splitlines())
        if not name.endswith(".service"):
            continue
        assert {"ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "PrivateTmp=yes"} <= lines
        writes = {line for line in lines if line.startswith(("ReadWritePaths", "StateDirectory="))}
        assert writes <= {"ReadWritePaths=/var/lib/floorpulse", "StateDirectory=floorpulse"}
        assert len(writes) == 1


def test_only_parts_that_the_device_has_get_a_unit_and_each_its_own_user():
    texts = units({"device": DEVICE, "rooms": {}}, PLACE)
    assert texts.keys() == {"floorpulse-file.service", "floorpulse-rooms.service", "floorpulse-sync.service",
                            "floorpulse.conf"}  # fmt: skip
    assert "User=floorpulse-rooms" in texts["floorpulse-rooms.service"]
    assert "u floorpulse-rooms " in texts["floorpulse.conf"]


def test_systemd_makes_the_users(tmp_path):
    written(tmp_path, TABLES)
    program = materials.program("systemd-sysusers")
    command = [program, "--dry-run", str(tmp_path / "floorpulse.conf")]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    if "floorpulse-camera" not in Path("/etc/passwd").read_text():
        assert "Creating user 'floorpulse-camera'" in said.stdout + said.stderr


def test_a_password_is_a_credential_of_the_unit_alone():
    unit = camera(**RTSP, password_file="/run/credentials/floorpulse-camera.service/door")
    assert "LoadCredential=door:/etc/floorpulse/door" in unit


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        ({}, "the key 'tenant' is missing"),
        ({"device": DEVICE | {"state": "/srv/device.db"}}, "lies in no folder of /var/lib"),
        ({"device": DEVICE | {"state": "/var/lib/device.db"}}, "lies in no folder of /var/lib"),
        ({"device": DEVICE | {"state": "/var/lib/two words/device.db"}}, "letters, digits"),
        ({"device": DEVICE, "camera": {"source": "rtsp://shop@camera.lan/1"}}, "'camera.lan' is a name"),
    ],
    ids=["no device", "elsewhere", "no folder", "two words", "a name"],
)
def test_what_no_sandbox_can_be_drawn_around_is_refused(tables, sentence):
    with pytest.raises(ConfigError, match=sentence):
        units(tables, PLACE)


@pytest.mark.parametrize("path", ["/home/pi/device.toml", "/tmp/device.toml", "device.toml", "/etc/a b.toml"])
def test_what_no_part_would_see_is_refused(path):
    with pytest.raises(ConfigError):
        Place(Path(path), Path("/bin/sh"))


def test_an_environment_whose_python_lies_where_no_part_sees_it_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("sync.units.HIDDEN", (tmp_path / "home",))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "python3").touch()
    (tmp_path / "python").symlink_to(tmp_path / "home" / "python3")
    with pytest.raises(ConfigError, match="no part sees what lies in"):
        Place(Path("/etc/floorpulse/device.toml"), tmp_path / "python")


@pytest.fixture
def config(tmp_path, monkeypatch):
    """A device's file, as if this folder were one that every part sees."""
    monkeypatch.setattr("sync.units.HIDDEN", ())
    path = tmp_path / "device.toml"
    path.write_text('[device]\ntenant = "acme"\nstore = "s1"\ndevice = "eyes"\n[camera]\n')
    return path


def test_the_command_writes_them_and_says_what_to_do(config, tmp_path, capsys):
    assert main(["--config", str(config), "--into", str(tmp_path / "units"), "--python", "/bin/sh"]) == 0
    assert "systemctl enable --now floorpulse-camera floorpulse-sync" in capsys.readouterr().out
    assert main(["--config", str(config), "--into", str(tmp_path / "units"), "--python", "/bin/sh", "--json"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert {path.name for path in (tmp_path / "units").iterdir()} == set(files)
    assert all((tmp_path / "units" / name).read_text().startswith(MARK) for name in files)


def test_a_file_of_somebody_else_is_left_alone_and_nothing_is_written(config, tmp_path, capsys):
    folder = tmp_path / "units"
    folder.mkdir()
    (folder / "floorpulse-sync.service").write_text("[Service]\n")
    with pytest.raises(SystemExit, match="was not written by floorpulse"):
        main(["--config", str(config), "--into", str(folder), "--python", "/bin/sh"])
    assert [path.read_text() for path in folder.iterdir()] == ["[Service]\n"]
