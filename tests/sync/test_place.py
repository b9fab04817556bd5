"""An outbox that cannot be used stops the start, with one sentence; whoever opens it says the same."""

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync import doctor
from sync.__main__ import main
from sync.outbox import create

DEVICE = '[device]\ntenant = "acme"\nstore = "s014"\ndevice = "door"\nstate = "{state}"\n'
ROOMS = """
[[rooms.group]]
name = "fitting"
lobby = 4
[[rooms.group.room]]
name = "1"
contact = 17
presence = 27
"""
CAMERA = """
[camera]
source = "pipe:nowhere"
model = "background"
[[camera.line]]
name = "door"
role = "door"
a = [0.5, 0]
b = [0.5, 1]
"""
NOBODY = 65534


def config_for(folder: Path, state: Path, more: str = "") -> str:
    config = folder / "device.toml"
    config.write_text(DEVICE.format(state=state) + more)
    return str(config)


def said_by(*words: str) -> str:
    """What a command says when it will not start."""
    environment = {**os.environ, "SDL_VIDEODRIVER": "offscreen", "KIVY_NO_ARGS": "1", "KIVY_NO_FILELOG": "1"}
    ended = subprocess.run(
        [sys.executable, "floorpulse.py", *words], env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    return ended.stderr.strip().splitlines()[-1]


def refusal(run) -> str:
    with pytest.raises(SystemExit) as refused:
        run()
    return str(refused.value)


def both(config: str) -> set[str]:
    """What `floorpulse sync create` and `floorpulse doctor outbox` say, without their names."""
    said = [refusal(lambda: main(["create", "--config", config]))]
    said.append(refusal(lambda: doctor.main(["outbox", "--config", config])))
    return {sentence.split(": ", 1)[1] for sentence in said}


@contextmanager
def somebody_else():
    """Not root, for whom no file is locked."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("words", "more"),
    [
        (["sync"], ""),
        (["sync", "create"], ""),
        (["doctor", "outbox"], ""),
        (["kiosk"], ""),
        (["sensors", "rooms", "--moves", "-"], ROOMS),
        (["sensors", "camera"], CAMERA),
    ],
)
def test_a_directory_in_the_outboxs_place_is_named_by_every_command(tmp_path, words, more):
    state = tmp_path / "device.db"
    state.mkdir()
    said = said_by(*words, "--config", config_for(tmp_path, state, more))
    name = " ".join(words[:2] if words[0] == "sensors" else words[:1])
    assert said == f"floorpulse {name}: the outbox {state} is a directory; the setting device.state names a file"


def test_a_file_where_the_folder_should_be_is_named(tmp_path):
    (tmp_path / "state").write_text("no folder")
    said = refusal(lambda: main(["create", "--config", config_for(tmp_path, tmp_path / "state" / "device.db")]))
    assert said == (
        f"floorpulse sync: the outbox {tmp_path}/state/device.db cannot be made: "
        f"{tmp_path}/state is a file, not a directory"
    )


def test_an_outbox_of_somebody_else_is_named_before_the_first_tap_finds_out():
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o755)
        state = folder / "device.db"
        config = config_for(folder, state)
        create(state)
        state.chmod(0o444 if os.geteuid() == 0 else 0o400)
        with somebody_else():
            assert both(config) == {f"the outbox {state} cannot be used: this user may not read and write {state}"}
        folder.chmod(0o755)


def test_an_outbox_on_a_read_only_disk_is_named(tmp_path):
    disk = tmp_path / "card"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "card", disk], capture_output=True).returncode:
        pytest.skip("not run: needs the right to mount a disk")
    try:
        state = disk / "device.db"
        create(state)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        config = config_for(tmp_path, state)
        assert both(config) == {f"the outbox {state} lies on a read-only disk"}
        elsewhere = config_for(tmp_path, disk / "new" / "device.db")
        assert "lies on a read-only disk" in refusal(lambda: main(["create", "--config", elsewhere]))
    finally:
        subprocess.run(["umount", disk], check=True)
