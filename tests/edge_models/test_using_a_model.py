"""`floorpulse models use`: what is chosen is what runs, and an int8 model only after it has been judged."""

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from edge_models import __main__ as command
from edge_models import default_detector, open_detector
from edge_models.gate import judge
from tests import materials
from tests.edge_models.graphs import one_person


def int8(step: float) -> bytes:
    """The graph that sees one person, its numbers rounded to whole steps on the way out."""
    model = onnx.load_from_string(one_person())
    graph = model.graph
    end = graph.output[0].name
    graph.node[-1].output[0] = "exact"
    graph.initializer.append(numpy_helper.from_array(np.float32(step), "step"))
    graph.initializer.append(numpy_helper.from_array(np.int8(0), "zero"))
    graph.node.append(helper.make_node("QuantizeLinear", ["exact", "step", "zero"], ["whole"]))
    graph.node.append(helper.make_node("DequantizeLinear", ["whole", "step", "zero"], [end]))
    assert graph.output[0].type.tensor_type.elem_type == TensorProto.FLOAT
    return bytes(model.SerializeToString())


@pytest.fixture
def shop(cache_folder, tmp_path, monkeypatch):
    """A folder with a clip, and a known model to compare with: the one that always sees one person."""
    clip = cv2.VideoWriter(str(tmp_path / "shop.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 64))
    for level in range(20):
        clip.write(np.full((64, 64, 3), level * 10, np.uint8))
    clip.release()
    (tmp_path / "known.onnx").write_bytes(one_person())
    (tmp_path / "fine.onnx").write_bytes(int8(0.011))
    (tmp_path / "coarse.onnx").write_bytes(int8(2.0))
    monkeypatch.setattr(command, "_here", lambda: [str(tmp_path / "known.onnx")])
    return tmp_path


def use(capsys, *words):
    status = command.main(["use", *map(str, words)])
    shown = capsys.readouterr()
    return status, shown.out, shown.err


def test_a_known_model_is_chosen_by_its_name_and_is_what_a_camera_takes(cache_folder, capsys):
    command.main(["fetch", "yolox-nano", "--file", str(materials.shared("models/yolox_nano_416.onnx"))])
    capsys.readouterr()
    status, out, _ = use(capsys, "yolox-nano")
    assert (status, out.startswith("yolox-nano is this machine's model now; ")) == (0, True)
    assert default_detector(offline=True)[1] == "yolox-nano was chosen for this machine"


def test_an_int8_model_that_sees_as_well_passes_the_gate_and_is_used(shop, capsys):
    status, out, _ = use(capsys, shop / "fine.onnx", "--clip", shop / "shop.avi")
    assert status == 0
    assert "it passes the accuracy gate: AP@.5 1.000 over 4 frames" in out
    assert default_detector(offline=True)[0].name == "fine"


def test_an_int8_model_that_lost_its_sight_is_refused_and_nothing_changes(shop, capsys):
    use(capsys, shop / "fine.onnx", "--clip", shop / "shop.avi")
    status, out, err = use(capsys, shop / "coarse.onnx", "--clip", shop / "shop.avi")
    assert (status, out) == (1, "")
    assert "coarse.onnx was not chosen: it fails the accuracy gate: AP@.5" in err
    assert err.count("\n") == 1
    assert default_detector(offline=True)[0].name == "fine"


def test_against_a_truth_a_model_may_lose_two_points_and_no_more(shop):
    frames = [(i, np.zeros((64, 64, 3), np.uint8)) for i in range(1, 5)]
    known, coarse = (open_detector(shop / f"{name}.onnx") for name in ("known", "coarse"))
    truth = {i: known.detect(frame)[:, :4] for i, frame in frames}
    assert judge(known, known, frames, truth).passes
    assert not judge(coarse, known, frames, truth).passes
    assert not judge(known, known, [], truth).passes, "no frame judges nobody"


def test_a_chosen_file_that_changes_is_not_used_any_more(shop, capsys):
    use(capsys, shop / "fine.onnx", "--clip", shop / "shop.avi")
    (shop / "fine.onnx").write_bytes(int8(2.0))
    detector, why = default_detector(offline=True)
    assert detector.name == "floorpulse"
    assert "has changed since it was chosen" in why


def test_best_forgets_the_choice(shop, capsys):
    use(capsys, shop / "fine.onnx", "--clip", shop / "shop.avi")
    assert use(capsys, "best")[0] == 0
    assert default_detector(offline=True)[0].name == "floorpulse"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["yolo99"], "there is no model and no file 'yolo99'; the models are yolox-nano, nanodet, floorpulse"),
        (["nanodet"], "nanodet is not on this machine yet: floorpulse models fetch nanodet"),
        (["fine.onnx"], "fine.onnx is int8 or unknown here and is taken only after a test: --clip FILE"),
        (["fine.onnx", "--clip", "nowhere.avi"], "nowhere.avi is not a clip that can be read"),
    ],
)
def test_what_cannot_be_chosen_is_said_in_one_sentence(shop, capsys, monkeypatch, words, sentence):
    monkeypatch.chdir(shop)
    assert use(capsys, *words) == (1, "", f"floorpulse models: {sentence}\n")
