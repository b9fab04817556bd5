"""Where nobody has chosen a detector, the best one that can be had is taken, and the choice is explained."""

import hashlib
import json
from dataclasses import replace

import pytest

from edge_models import __main__ as command
from edge_models import cache, default
from edge_models.catalogue import CATALOGUE, OWN, Download, Entry, Shipped
from edge_models.decoders import FAMILIES
from tests import materials
from tests.edge_models.graphs import one_person
from tests.edge_models.test_fetching import closed_port, sends

MODEL = one_person()
SHA256 = hashlib.sha256(MODEL).hexdigest()


@pytest.fixture
def shops(monkeypatch, cache_folder):
    """A catalogue of two models, `good` and `fair`, whose addresses the test gives."""

    def offer(good, fair):
        entries = {
            name: Entry(name, "", "yolox", (64, 64), "CC0", "us", (Download(url, SHA256, len(MODEL)),), (SHA256,))
            for name, url in (("good", good), ("fair", fair))
        }
        monkeypatch.setattr(default, "CATALOGUE", entries)
        return entries

    return offer


@pytest.fixture
def without_our_own(monkeypatch):
    """As if the file that comes with floorpulse were gone."""
    monkeypatch.setattr(default, "OWN", replace(OWN, sources=(Shipped("gone.onnx", SHA256, len(MODEL)),)))


def test_the_better_model_is_fetched_first(shops, serve):
    url = serve(sends(MODEL))
    shops(url, url)
    detector, why = default.default_detector()
    assert (detector.name, why) == ("good", "good was fetched")


def test_a_model_that_is_here_goes_before_one_that_must_be_fetched(shops, serve):
    url = serve(sends(MODEL))
    cache.keep(shops(url, url)["fair"], MODEL)
    detector, why = default.default_detector()
    assert (detector.name, why) == ("fair", "fair is on this machine")


def test_the_second_is_fetched_when_the_first_cannot_be(shops, serve):
    shops(closed_port(), serve(sends(MODEL)))
    detector, why = default.default_detector()
    assert detector.name == "fair"
    assert why == "fair was fetched (good cannot be fetched: 127.0.0.1 cannot be reached)"


def test_where_nothing_can_be_fetched_it_is_our_own_which_measures_stays(shops):
    shops(closed_port(), closed_port())
    detector, why = default.default_detector()
    assert (detector.name, detector.counts_only) == ("floorpulse", False)
    assert why.startswith("our own model, which came with floorpulse (good cannot be fetched")


def test_with_nothing_to_be_had_it_falls_back_and_says_what_that_costs(shops, without_our_own):
    shops(closed_port(), closed_port())
    detector, why = default.default_detector()
    assert detector.counts_only
    assert why.startswith("background subtraction, which counts lines but measures no stays: good cannot be fetched")
    assert why.endswith("floorpulse came with floorpulse and is damaged or gone; install floorpulse again")


def test_offline_nothing_is_asked_of_the_network(shops, serve):
    asked = []
    url = serve(asked.append)
    shops(url, url)
    assert default.default_detector(offline=True)[0].name == "floorpulse"
    assert asked == []


def test_a_damaged_model_is_mentioned_and_passed_over(shops, serve):
    url = serve(sends(MODEL))
    entries = shops(url, url)
    cache.keep(entries["good"], MODEL).write_bytes(b"rot")
    cache.keep(entries["fair"], MODEL)
    detector, why = default.default_detector()
    assert detector.name == "fair"
    assert "good on this machine was damaged" in why


def test_the_catalogue_says_where_each_model_is_from_and_whose_it_is():
    decoders = {family.family for family in FAMILIES}
    for name, entry in CATALOGUE.items():
        assert entry.name == name
        assert entry.decoder in decoders
        assert entry.licence
        assert entry.attribution
        assert "AGPL" not in entry.licence
        assert entry.sources
        assert all(len(digest) == 64 for digest in entry.sha256)


def run(capsys, *words):
    status = command.main(words)
    out, err = capsys.readouterr()
    return status, out, err


def test_the_list_shows_what_is_here(cache_folder, capsys):
    status, out, _ = run(capsys, "list", "--json")
    rows = json.loads(out)
    assert status == 0
    assert [row["name"] for row in rows] == list(CATALOGUE)
    assert {row["name"]: row["here"] for row in rows} == {"yolox-nano": "no", "nanodet": "no", "floorpulse": "yes"}
    assert run(capsys, "list")[0] == 0


def test_a_model_brought_by_hand_is_fetched_listed_verified_and_measured(cache_folder, capsys):
    file = materials.shared("models/yolox_nano_416.onnx")
    assert run(capsys, "fetch", "yolox-nano", "--file", str(file))[0] == 0
    assert json.loads(run(capsys, "list", "--json")[1])[0]["here"] == "yes"
    assert run(capsys, "verify")[:2] == (0, "yolox-nano: good\nfloorpulse: good\n")
    status, out, _ = run(capsys, "bench", "yolox-nano", "--json")
    [measured] = json.loads(out)
    assert status == 0
    assert measured["frames"] == 30
    assert measured["milliseconds"] > 1
    assert measured["ap50"] is None, "noise has no truth"


def test_a_file_is_verified_by_running_it_and_named_if_it_is_known(cache_folder, tmp_path, capsys):
    (tmp_path / "shopper.onnx").write_bytes(MODEL)
    words = "shopper: runs here, but is not in the catalogue\n"
    assert run(capsys, "verify", str(tmp_path / "shopper.onnx"))[:2] == (0, words)
    file = materials.shared("models/yolox_nano_416.onnx")
    assert json.loads(run(capsys, "verify", str(file), "--json")[1])[0]["known"]


def test_measuring_against_a_truth_gives_average_precision(cache_folder, capsys):
    truth = materials.shared("clips/vtest-truth-frames-1-397.txt")
    model = materials.shared("models/yolox_nano_416.onnx")
    words = ["--clip", str(materials.vtest()), "--truth", str(truth), "--every", "40", "--feet-below", "150", "--json"]
    [measured] = json.loads(run(capsys, "bench", str(model), *words)[1])
    assert measured["frames"] == 10
    assert 0.85 < measured["ap50"] <= measured["ap30"] <= 1


def test_a_damaged_model_is_listed_as_damaged_and_fails_verification(cache_folder, capsys):
    file = materials.shared("models/yolox_nano_416.onnx")
    run(capsys, "fetch", "yolox-nano", "--file", str(file))
    next(cache_folder.iterdir()).write_bytes(b"rot")
    status, _, err = run(capsys, "verify", "yolox-nano")
    assert status == 1
    assert err == "floorpulse models: yolox-nano on this machine was damaged and is not used; fetch it again\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["fetch", "yolo99"], "there is no model 'yolo99'; there are yolox-nano, nanodet, floorpulse"),
        (["verify", "nanodet"], "nanodet is not on this machine yet: floorpulse models fetch nanodet"),
        (
            ["verify", "nonsense"],
            "there is no model and no file 'nonsense'; the models are yolox-nano, nanodet, floorpulse, background",
        ),
        (["fetch", "nanodet", "--file", "x"], "nanodet is converted here and cannot be brought as a file"),
        (["bench", "--clip", "x", "--truth", "nowhere.txt"], "nowhere.txt holds no boxes in MOT text"),
        (["bench", "--truth", "nowhere.txt"], "a truth needs the clip that it belongs to: --clip FILE"),
        (["bench", "--clip", "nowhere.avi"], "nowhere.avi is not a clip that can be read"),
    ],
)
def test_bad_input_is_answered_with_one_sentence(cache_folder, capsys, words, sentence):
    assert run(capsys, *words) == (1, "", f"floorpulse models: {sentence}\n")


@pytest.mark.parametrize("words", [["bench", "--every", "0"], ["bench", "--threads", "-1"], ["dance"], []])
def test_bad_options_are_refused_before_anything_is_done(capsys, words):
    with pytest.raises(SystemExit) as end:
        command.main(words)
    assert end.value.code == 2
    assert "floorpulse models" in capsys.readouterr().err
