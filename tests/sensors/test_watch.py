"""The real detector on real clips: what `floorpulse watch` says against what was counted by hand."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from edge_models import open_detector
from sensors.frames import Clip
from sensors.site_file import read_site
from sensors.sparing import Sparing
from sensors.watching import watch_clip
from tests import materials
from tests.sensors.truth import FRAME, LINES, ZONES

CROSSINGS = {"left": (7, 5), "sign": (18, 13), "right": (18, 15), "across": (10, 12)}
"""IN and OUT on the whole clip: 98 crossings by 19 people."""
STAYS = {"junction": (11, 17, 74.4), "centre": (22, 30, 148.1), "right": (21, 20, 182.1)}
"""Stays, boundary entries and person-seconds."""


@pytest.fixture
def site(tmp_path) -> Path:
    return write_site(tmp_path)


def write_site(folder) -> Path:
    """The four lines and three zones of the clip; feet above y = 150 belong to a pole."""
    w, h = FRAME
    lines = [
        f'[[camera.line]]\nname = "{name}"\nrole = "internal"\n'
        f"a = [{a[0] / w}, {a[1] / h}]\nb = [{b[0] / w}, {b[1] / h}]"
        for name, (a, b) in LINES.items()
    ]
    zones = [
        f'[[camera.zone]]\nname = "{name}"\nkind = "display"\npolygon = '
        f"[[{x1 / w}, {y1 / h}], [{x2 / w}, {y1 / h}], [{x2 / w}, {y2 / h}], [{x1 / w}, {y2 / h}]]"
        for name, (x1, y1, x2, y2) in ZONES.items()
    ]
    path = folder / "site.toml"
    region = f"region = [[0, {150 / h}], [1, {150 / h}], [1, 1], [0, 1]]"
    path.write_text("\n".join(["[camera]\nfps = 5", region, *lines, *zones]))
    return path


def watch(*arguments) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import sys; from sensors.__main__ import watch; sys.exit(watch(sys.argv[1:]))"]
    return subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True, check=False)


def figures(clip, site, *arguments):
    done = watch(clip, "--site", site, "--json", *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def line_error(found, crossings=CROSSINGS) -> float:
    pairs = [(found["lines"][name], truth) for name, truth in crossings.items()]
    wrong = sum(abs(line["in"] - ins) + abs(line["out"] - outs) for line, (ins, outs) in pairs)
    return wrong / sum(map(sum, crossings.values()))


def zone_error(found, i: int, stays=STAYS) -> float:
    key = ("stays", "entries", "person_seconds")[i]
    return sum(abs(found["zones"][z][key] - truth[i]) for z, truth in stays.items()) / sum(t[i] for t in stays.values())


FIRST_HALF = {"left": (3, 1), "sign": (9, 7), "right": (9, 8), "across": (6, 8)}
FIRST_HALF_STAYS = {"junction": (4, 8, 29.9), "centre": (11, 15, 89.0), "right": (10, 9, 108.1)}
"""Of the frames up to number 397, with a truth of their own."""


def test_nanodet_counts_the_pedestrians_within_an_eighth(site):
    """The first half of the clip: the model is slow, and `floorpulse bench vision` shows the whole."""
    clip, camera = Clip(materials.vtest(), 3.33), replace(read_site(site), fps=3.33)
    frames = (frame for frame in clip.frames() if frame.at < 39.65)
    found = watch_clip(frames, Sparing(open_detector(materials.model("nanodet")), 3.33), camera).as_json()
    clip.close()
    assert line_error(found, FIRST_HALF) <= 0.12
    assert [zone_error(found, i, FIRST_HALF_STAYS) <= limit for i, limit in enumerate((0.12, 0.10, 0.08))] == [True] * 3


def test_yolox_nano_counts_the_pedestrians_within_a_twentieth(site):
    found = figures(materials.vtest(), site, "--model", materials.shared("models/yolox_nano_416.onnx"))
    assert line_error(found) <= 0.05
    assert [zone_error(found, i) <= limit for i, limit in enumerate((0.12, 0.10, 0.08))] == [True] * 3
    assert set(found) == {"frames", "seconds", "frames_per_s", "cpu_ms_per_frame", "model", "lines", "zones"}
    keys = {"stays", "entries", "person_seconds", "mean_s", "median_s", "p90_s", "peak", "coverage"}
    assert all(set(zone) == keys for zone in found["zones"].values())
    assert found["frames"] == 398
    assert {zone["coverage"] for zone in found["zones"].values()} == {1.0}


SIX_AT_THE_TABLE = [12.8, 21.2, 18.8, 11.8, 26.2, 11.6]


def test_six_people_at_a_table_are_six_stays_and_none_is_split(tmp_path):
    clip = materials.shared("clips/one-by-one-person-detection.mp4")
    model = materials.shared("models/yolox_nano_416.onnx")
    (tmp_path / "site.toml").write_text(
        '[camera]\nfps = 2\n[[camera.zone]]\nname = "table"\nkind = "display"\n'
        "polygon = [[0.01, 0.5], [0.99, 0.5], [0.99, 1], [0.01, 1]]"
    )
    table = figures(clip, tmp_path / "site.toml", "--model", model)["zones"]["table"]
    assert table["stays"] == 6
    assert table["mean_s"] == pytest.approx(sum(SIX_AT_THE_TABLE) / 6, abs=1)
    assert table["person_seconds"] == pytest.approx(sum(SIX_AT_THE_TABLE), abs=12)
    assert table["peak"] == 1


def test_background_subtraction_counts_lines_and_shows_no_dwell(site):
    found = figures(materials.vtest(), site, "--model", "background")
    assert line_error(found) <= 0.2
    assert "background subtraction" in found["note"]
    for zone in found["zones"].values():
        assert {zone[key] for key in ("stays", "person_seconds", "mean_s", "median_s", "p90_s", "peak")} == {None}


def test_without_json_a_table_is_shown(site):
    site.write_text(site.read_text().replace("fps = 5", "fps = 1"))
    done = watch(materials.vtest(), "--site", site, "--model", "background")
    assert done.returncode == 0
    assert all(name in done.stdout for name in [*LINES, *ZONES, "no dwell is shown"])


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        (lambda clip, site: ["nowhere.avi", "--site", site], "there is no clip nowhere.avi"),
        (lambda clip, site: [site, "--site", site], "damaged or no clip"),
        (lambda clip, site: [clip, "--site", "nowhere.toml"], "nowhere.toml: no such file"),
        (lambda clip, site: [clip, "--site", site, "--model", "nowhere.onnx"], "nowhere.onnx"),
        (lambda clip, site: [clip, "--site", site, "--model", site], "not an ONNX model"),
        (lambda clip, site: [clip, "--site", _with_a_typing_error(site)], "unknown key 'roll'; did you mean 'role'"),
    ],
    ids=["no clip", "no video", "no site file", "no model", "no ONNX", "an unknown key"],
)
def test_a_mistake_is_one_sentence_and_no_json(site, mistake, sentence):
    done = watch(*mistake(materials.vtest(), site), "--json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert sentence in done.stderr
    assert done.stderr.startswith("floorpulse watch: ")
    assert done.stderr.count("\n") == 1


def _with_a_typing_error(site):
    site.write_text(site.read_text().replace("role", "roll", 1))
    return site
