"""Real detectors on real pixels: persons are found where people drew boxes around them."""

import os
import subprocess
import sys

import numpy as np
import pytest

from edge_models import open_detector
from edge_models.errors import ModelError, ModelUnavailable, ModelUnusable
from edge_models.evaluate import accuracy, frames_of, read_truth, standing_below
from tests import materials
from tests.edge_models.graphs import one_person, onnx_file

POLE = 150
"""Feet above this row belong to a pole that every detector takes for a person."""


@pytest.fixture(params=["yolox-nano", "nanodet"])
def detector(request):
    """The two models of the catalogue."""
    if request.param == "yolox-nano":
        return open_detector(materials.shared("models/yolox_nano_416.onnx"))
    return open_detector(materials.model("nanodet"))


def test_nine_tenths_of_the_pedestrians_are_found(detector):
    people = read_truth(materials.shared("clips/vtest-truth-frames-1-397.txt"))
    truth = {number: standing_below(boxes, POLE) for number, boxes in people.items()}
    found = {
        number: standing_below(detector.detect(frame), POLE)
        for number, frame in frames_of(materials.vtest(), every=12)
        if number in truth
    }
    assert len(found) > 30
    assert accuracy(found, truth, 0.5).ap >= 0.89
    assert accuracy(found, truth, 0.3).ap >= 0.94


def test_nobody_is_seen_in_an_empty_room(detector):
    for grey in (0, 90, 255):
        boxes = detector.detect(np.full((480, 640, 3), grey, np.uint8))
        assert boxes.shape == (0, 5)
        assert boxes.dtype == np.float32


def test_a_person_is_the_same_person_in_a_picture_twice_as_large(detector):
    _, frame = next(frames_of(materials.vtest()))
    small, large = detector.detect(frame), detector.detect(frame.repeat(2, axis=0).repeat(2, axis=1))
    sure = small[small[:, 4] >= detector.high_score]
    assert len(sure) >= 3
    for box in sure:
        assert np.abs(large[:, :4] / 2 - box[:4]).max(axis=1).min() < 6


def yolox():
    return open_detector(materials.shared("models/yolox_nano_416.onnx"))


def test_a_square_graph_is_cut_to_a_wide_picture_and_sees_the_same():
    _, frame = next(frames_of(materials.vtest()))
    square = np.full((768, 768, 3), 114, np.uint8)
    square[:576] = frame
    whole, cut = yolox(), yolox()
    seen = whole.detect(square)
    assert len(seen[seen[:, 4] > 0.5]) >= 3
    assert cut.detect(frame)[:3] == pytest.approx(seen[:3], abs=0.5)
    assert (whole.decoder.shape, cut.decoder.shape) == ((1, 3, 416, 416), (1, 3, 320, 416))
    wider = yolox()
    wider.detect(frame[:432])
    assert wider.decoder.shape == (1, 3, 256, 416)


def test_frames_of_several_shapes_get_the_whole_graph_for_good():
    _, frame = next(frames_of(materials.vtest()))
    eyes, heights = yolox(), []
    for shown in (frame, frame[:432], frame, frame[:, :400]):
        eyes.detect(shown)
        heights.append(eyes.decoder.shape[2])
    assert heights == [320, 416, 416, 416]


def test_a_graph_that_was_made_for_one_size_is_left_whole(tmp_path):
    rows = np.zeros((1, 52 * 52 + 26 * 26 + 13 * 13, 85), np.float32)
    rows[0, 52 * 4 + 4, :6] = 0, 0, np.log(2), np.log(4), 0.9, 1.0
    (tmp_path / "one.onnx").write_bytes(onnx_file(rows, side=416))
    eyes = open_detector(tmp_path / "one.onnx")
    for _ in range(2):
        assert eyes.detect(np.zeros((312, 416, 3), np.uint8))[0, :4] == pytest.approx([24, 16, 40, 48])
        assert eyes.decoder.shape == (1, 3, 416, 416)


@pytest.mark.parametrize("shape", [(1, 1), (1, 2000), (2000, 1), (7, 13), (1080, 1920)])
def test_a_frame_of_any_size_and_content_is_answered(detector, shape):
    dice, fallback = np.random.default_rng(3), open_detector("background")
    for eyes in [detector] + [fallback] * 12:
        boxes = eyes.detect(dice.integers(0, 256, (*shape, 3), np.uint8))
        assert boxes.shape[1] == 5
        assert np.isfinite(boxes).all()


def test_scores_a_tracker_needs_are_in_order(detector):
    assert 0 < detector.low_score < detector.high_score <= detector.birth_score < 1
    assert not detector.counts_only


@pytest.fixture
def shopper(tmp_path):
    """A file whose graph sees one person in the middle of everything."""
    (tmp_path / "shopper.onnx").write_bytes(one_person())
    return tmp_path / "shopper.onnx"


def test_a_file_given_by_path_is_understood_by_its_shapes(shopper):
    detector = open_detector(shopper)
    assert detector.name == "shopper"
    np.testing.assert_allclose(detector.detect(np.zeros((128, 128, 3), np.uint8)), [[48, 32, 80, 96, 0.9]], rtol=1e-5)


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((64, 64), np.uint8),
        np.zeros((64, 64, 4), np.uint8),
        np.zeros((0, 64, 3), np.uint8),
        np.zeros((64, 64, 3), np.float32),
    ],
)
def test_what_is_no_picture_is_refused(shopper, frame):
    for detector in (open_detector(shopper), open_detector("background")):
        with pytest.raises(ValueError, match="a frame is uint8"):
            detector.detect(frame)


def test_a_file_that_is_cut_short_is_refused_in_a_sentence(tmp_path):
    for content in (one_person()[:-40], b"", b"not a model"):
        (tmp_path / "half.onnx").write_bytes(content)
        with pytest.raises(ModelUnusable, match=r"^half\.onnx "):
            open_detector(tmp_path / "half.onnx")


def test_a_graph_that_is_no_detector_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "cat.onnx").write_bytes(onnx_file(np.zeros((1, 1000), np.float32)))
    with pytest.raises(
        ModelUnusable, match=r"cat\.onnx has outputs \(\(1, 1000\),\), which no decoder here understands"
    ):
        open_detector(tmp_path / "cat.onnx")


def test_an_unknown_name_is_answered_with_the_known_ones(cache_folder):
    with pytest.raises(ModelUnavailable, match="'yolo99'; the models are yolox-nano, nanodet, floorpulse, background"):
        open_detector("yolo99")


def test_opening_a_model_by_name_fetches_nothing(cache_folder):
    with pytest.raises(ModelError, match="yolox-nano is not on this machine yet: floorpulse models fetch yolox-nano"):
        open_detector("yolox-nano")
    assert not cache_folder.exists()


def test_the_runtime_makes_no_id_of_this_machine_and_no_diary(tmp_path):
    """ONNX Runtime sends both to its maker, if it is let."""
    model = tmp_path / "one.onnx"
    model.write_bytes(one_person())
    program = f"from edge_models.session import Session; from pathlib import Path; Session(Path({str(model)!r}))"
    home = tmp_path / "home"
    home.mkdir()
    environment = {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache"), "XDG_STATE_HOME": str(home / ".state")}
    outside = {name: value for name, value in os.environ.items() if not name.startswith("ORT_")}
    subprocess.run([sys.executable, "-c", program], check=True, cwd=materials.ROOT, env=outside | environment)
    assert list(home.rglob("*")) == []
