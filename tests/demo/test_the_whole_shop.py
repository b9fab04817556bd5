"""The demo itself, from the command line to Ctrl-C: every part the real one."""

import json
import os
import signal
import sqlite3
import subprocess
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from simulator.staging import floorpulse, free_port
from tests import materials
from tests.demo.test_processes import alive, eventually


@pytest.fixture
def cache(tmp_path):
    """A cache of its own that holds the model already, so that nothing is fetched."""
    (tmp_path / "models").symlink_to(materials.model("nanodet").parent)
    return tmp_path


def page(port: int) -> int:
    web = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        web.request("GET", "/")
        return web.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        web.close()


def taps(cache: Path) -> int:
    """How many answers have come from the live store's kiosks."""
    store = f"file:{cache / 'demo' / 'central.db'}?mode=ro"
    with closing(sqlite3.connect(store, uri=True, timeout=10)) as central:
        (found,) = central.execute(
            "SELECT coalesce(sum(raw), 0) FROM roll_taps JOIN sites USING (site) WHERE store = 'terminal'"
        )
    return found[0]


def children_of(pid: int) -> set[int]:
    """Everyone below a process."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    below: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in below | {pid}} - below:
        below |= more
    return below


def test_a_shop_opens_hears_a_live_tap_and_closes_without_leaving_anyone_behind(cache):
    port = free_port()
    with (
        (cache / "stderr").open("w") as errors,
        subprocess.Popen(
            floorpulse("demo", "--weeks", "1", "--json", "--port", str(port)),
            env={**os.environ, "FLOORPULSE_CACHE": str(cache)},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as demo,
    ):
        try:
            assert demo.stdout is not None
            told = json.loads(demo.stdout.readline() or "{}")
            assert told, (cache / "stderr").read_text()
            assert told["reports"] == f"http://127.0.0.1:{port}/"
            assert told["login"]["password"]
            assert eventually(lambda: page(port) in (200, 302, 303, 307))
            before, everyone = taps(cache), children_of(demo.pid)
            assert len(everyone) >= 10
            assert eventually(lambda: taps(cache) > before, seconds=90)
            everyone |= children_of(demo.pid)
        finally:
            demo.send_signal(signal.SIGINT)
        assert demo.wait(30) == 0
    assert eventually(lambda: not any(alive(pid) for pid in everyone))
