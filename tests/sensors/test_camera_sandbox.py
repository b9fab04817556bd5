"""The camera's process inside its unit's sandbox: it counts, and reaches and writes nothing else.

Bubblewrap draws the sandbox that the unit describes, line by line, with the kernel's own namespaces. What it lacks are
the filters of system calls and address families.
"""

import json
import shlex
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from sensors.frames import Clip
from sync.units import Place, units
from tests import materials
from tests.sensors.test_camera_service import configure

STATE, OWN, MODELS = "/var/lib/floorpulse", "/opt/floorpulse", "/var/cache/floorpulse"
PLACE = Place(Path(OWN, "device.toml"), Path("/usr/bin/python3"))
SECONDS = 14
MEANS = {
    "ProtectSystem=strict": ["--ro-bind", "/", "/"],
    "ProtectHome=yes": ["--tmpfs", "/home", "--tmpfs", "/root"],
    "PrivateTmp=yes": ["--tmpfs", "/tmp", "--tmpfs", "/var/tmp"],
    "PrivateDevices=yes": ["--dev", "/dev"],
    "PrivateNetwork=yes": ["--unshare-net"],
    "PrivateUsers=yes": ["--unshare-user"],
    "CapabilityBoundingSet=": ["--cap-drop", "ALL"],
    "ProtectProc=invisible": ["--unshare-pid", "--proc", "/proc"],
    "ProtectHostname=yes": ["--unshare-uts"],
    "RemoveIPC=yes": ["--unshare-ipc"],
    f"ReadWritePaths={STATE}": ["--bind", "STATE", STATE],
}
"""What lines of a unit are to bubblewrap, in the order in which they must be said."""
PROBE = """
import json, os, socket, sys
def tries(what, *arguments):
    try:
        what(*arguments)
        return True
    except OSError:
        return False
def write(folder):
    with open(f"{folder}/probe", "w"):
        pass
print(json.dumps({
    "reaches": tries(socket.create_connection, ("127.0.0.1", int(sys.argv[1])), 2),
    "interfaces": [name for _, name in socket.if_nameindex()],
    "writes": [folder for folder in sys.argv[2:] if tries(write, folder)],
    "processes": sum(name.isdigit() for name in os.listdir("/proc")),
    "cameras": [name for name in os.listdir("/dev") if name.startswith(("video", "media"))],
    "can": [line.split()[1] for line in open("/proc/self/status") if line.startswith(("CapEff", "CapBnd"))],
}))
"""


@pytest.fixture
def shop(tmp_path):
    """A device whose camera is the beginning of the pedestrians' clip, and its folder of the state."""
    configure(tmp_path)
    config = tmp_path / "device.toml"
    text = config.read_text().replace(f"pipe:{tmp_path}/camera", f"{OWN}/clip.avi").replace(str(tmp_path), STATE)
    config.write_text(text.replace('"background"', '"nanodet"'))
    (tmp_path / "state").mkdir()
    return tmp_path


def unit() -> list[str]:
    tables = {"device": {"tenant": "acme", "store": "s1", "device": "eyes"}, "camera": {"source": f"{OWN}/clip.avi"}}
    return units(tables, PLACE)["floorpulse-camera.service"].splitlines()


def sandboxed(folder, lines, *command) -> subprocess.CompletedProcess[str]:
    """Runs a command in the sandbox of these lines; the checkout and Python are seen, wherever they lie."""
    means = [word for line, words in MEANS.items() if line in lines for word in words]
    at = means.index("--bind") if "--bind" in means else len(means)
    seen = {materials.ROOT, Path(sys.prefix), Path(sys.base_prefix)}
    show = [word for path in sorted(seen) for word in ("--ro-bind", str(path), str(path))]
    show += ["--tmpfs", "/opt", "--ro-bind", str(folder), OWN, "--tmpfs", "/var/lib", "--tmpfs", "/var/cache"]
    show += ["--ro-bind", str(materials.CACHE), MODELS]
    means[at:at] = [*show, "--remount-ro", "/opt", "--remount-ro", "/var/cache"]
    after = ["--remount-ro", "/var/lib", "--setenv", "FLOORPULSE_CACHE", MODELS, "--chdir", str(materials.ROOT)]
    words = [str(folder / "state") if word == "STATE" else word for word in means]
    call = [str(materials.bubblewrap()), *words, *after, "--die-with-parent", "--new-session", *command]
    return subprocess.run(call, capture_output=True, text=True, check=False, timeout=120)


def probe(folder, lines):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        everywhere = ["/", "/etc", "/opt", OWN, "/var/lib", MODELS, str(materials.ROOT), STATE]
        done = sandboxed(folder, lines, sys.executable, "-c", PROBE, port, *everywhere)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_from_inside_there_is_no_network_no_device_and_one_folder_to_write_into(shop):
    found = probe(shop, unit())
    assert not found["reaches"]
    assert set(found["interfaces"]) <= {"lo"}
    assert found["writes"] == [STATE]
    assert found["processes"] <= 2
    assert found["cameras"] == []
    assert {int(mask, 16) for mask in found["can"]} == {0}


@pytest.mark.parametrize(
    ("without", "key", "value"),
    [("PrivateNetwork=yes", "reaches", True), (f"ReadWritePaths={STATE}", "writes", [])],
    ids=["its network", "its folder"],
)
def test_the_probe_notices_when_a_line_is_missing(shop, without, key, value):
    lines = [line for line in unit() if line != without]
    assert len(lines) < len(unit())
    assert probe(shop, lines)[key] == value


def test_a_clip_is_counted_inside(shop):
    materials.model("nanodet")
    cut(shop / "clip.avi")
    start = next(line for line in unit() if line.startswith("ExecStart=")).removeprefix("ExecStart=")
    program, *arguments = shlex.split(start)
    assert program == str(PLACE.python)
    created = sandboxed(shop, unit(), sys.executable, "-m", "floorpulse", "sync", "create", *arguments[-2:])
    assert created.returncode == 0, created.stderr
    done = sandboxed(shop, unit(), sys.executable, *arguments)
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(shop / "state" / "device.db") as db:
        facts = [json.loads(body) for (body,) in db.execute("select body from outbox_bulk")]
    db.close()
    counts = [fact["data"] for fact in facts if "crossing_count" in fact["type"]]
    assert sum(count["ins"] + count["outs"] for count in counts) >= 1
    assert sum(count["valid_seconds"] for count in counts) >= SECONDS / 2  # a busy machine leaves frames out


def cut(path):
    """The first seconds of the pedestrians' clip, which plays in real time."""
    clip = Clip(materials.vtest(), fps=5)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 5, (768, 576))
    for frame in clip.frames():
        if frame.at >= SECONDS:
            break
        writer.write(frame.image)
    writer.release()
    clip.close()
