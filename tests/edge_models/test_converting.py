"""A TensorFlow.js model means the same after its conversion."""

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest

from edge_models import convert, tfjs
from edge_models.errors import ModelUnusable
from tests.edge_models.graphs import tfjs_file

NHWC, NCHW = np.array([0, 2, 3, 1], np.int32), np.array([0, 3, 1, 2], np.int32)
ONE, TWO = (1, 1, 1, 1), (1, 2, 2, 1)
DICE = np.random.default_rng(7)
KERNEL = DICE.normal(size=(3, 3, 2, 4)).astype(np.float16)
BIAS = DICE.normal(size=4).astype(np.float32)
WEIGHTS = {
    "kernel": KERNEL,
    "bias": BIAS,
    "nhwc": NHWC,
    "nchw": NCHW,
    "margin": np.array([[0, 0], [0, 0], [1, 1], [1, 1]], np.int32),
    "lowest": np.array(-3e38, np.float32),
    "size": np.array([6, 8], np.int32),
    "parts": np.array([3, 5], np.int32),
    "one": np.array(1, np.int32),
    "no place": np.zeros((0, 1), np.int32),
    "rank": np.array([3], np.int32),
    "nothing": np.zeros(0, np.int32),
    "zero": np.array(0, np.int32),
    "shape": np.array([1, 3, 48], np.int32),
    "flip": np.array([0, 2, 1], np.int32),
}
STEP = {"strides": ONE, "dilations": ONE, "padding": "VALID"}
NODES = [
    ("Placeholder", "x", (), {}),
    ("Pad", "padded", ("x", "margin"), {}),
    ("Transpose", "padded last", ("padded", "nhwc"), {}),
    ("Conv2D", "conv", ("padded last", "kernel"), STEP),
    ("Add", "biased", ("conv", "bias"), {}),
    ("Transpose", "first", ("biased", "nchw"), {}),
    ("LeakyRelu", "bent", ("first",), {"alpha": 0.1}),
    ("PadV2", "walled", ("bent", "margin", "lowest"), {}),
    ("Transpose", "walled last", ("walled", "nhwc"), {}),
    ("MaxPool", "pooled last", ("walled last",), {"ksize": (1, 3, 3, 1), "strides": TWO, "padding": "VALID"}),
    ("ResizeBilinear", "large last", ("pooled last", "size"), {"half_pixel_centers": True, "align_corners": False}),
    ("Transpose", "large", ("large last", "nchw"), {}),
    ("ConcatV2", "both", ("large", "bent", "one"), {}),
    ("SplitV", "split", ("both", "parts", "one"), {}),
    ("Sigmoid", "sure", ("split",), {}),
    ("SparseToDense", "zeros", ("no place", "rank", "nothing", "zero"), {}),
    ("AddV2", "full shape", ("shape", "zeros"), {}),
    ("Reshape", "rows", ("sure", "full shape"), {}),
    ("Transpose", "columns", ("rows", "flip"), {}),
    ("Identity", "scores", ("columns",), {}),
    ("Identity", "rest", ("split:1",), {}),
]
ENDS = {"x": (1, 2, 6, 8)}, {"scores": (1, 48, 3), "rest": (1, 5, 6, 8)}


def expected(image):
    """What the graph above means, step by step."""
    padded = np.pad(image, ((0, 0), (0, 0), (1, 1), (1, 1)))[0]
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    conv = np.einsum("chwij,ijco->ohw", windows, KERNEL.astype(np.float32)) + BIAS[:, None, None]
    bent = np.where(conv > 0, conv, 0.1 * conv)
    walled = np.pad(bent, ((0, 0), (1, 1), (1, 1)), constant_values=-3e38)
    pooled = np.lib.stride_tricks.sliding_window_view(walled, (3, 3), axis=(1, 2))[:, ::2, ::2].max(axis=(3, 4))
    large = np.stack([cv2.resize(plane, (8, 6), interpolation=cv2.INTER_LINEAR) for plane in pooled.astype(np.float32)])
    both = np.concatenate([large, bent])
    return (1 / (1 + np.exp(-both[:3]))).reshape(3, 48).T, both[3:]


def test_every_operator_gives_the_numbers_that_tensorflow_would():
    image = DICE.normal(size=(1, 2, 6, 8)).astype(np.float32)
    content = convert.to_onnx(tfjs.read(*tfjs_file(NODES, WEIGHTS, ENDS)))
    scores, rest = onnxruntime.InferenceSession(content).run(None, {"x": image})
    wanted_scores, wanted_rest = expected(image)
    np.testing.assert_allclose(scores[0], wanted_scores, atol=1e-4)
    np.testing.assert_allclose(rest[0], wanted_rest, atol=1e-4)


def test_no_transpose_is_left_in_the_middle_of_the_graph():
    graph = onnx.load_from_string(convert.to_onnx(tfjs.read(*tfjs_file(NODES, WEIGHTS, ENDS)))).graph
    operators = [node.op_type for node in graph.node]
    assert operators.count("Transpose") == 1, "only the rows of scores are turned"
    assert operators.count("Pad") == 1, "the convolution pads by itself, the pooling cannot"


def test_the_same_model_is_converted_to_the_same_bytes():
    files = tfjs_file(NODES, WEIGHTS, ENDS)
    assert convert.to_onnx(tfjs.read(*files)) == convert.to_onnx(tfjs.read(*files))


def test_an_operator_that_nobody_converts_is_named():
    nodes = [("Placeholder", "x", (), {}), ("Einsum", "y", ("x",), {})]
    with pytest.raises(ModelUnusable, match="'Einsum' cannot be converted"):
        convert.to_onnx(tfjs.read(*tfjs_file(nodes, {}, ({"x": (1, 2)}, {"y": (1, 2)}))))


def test_weights_that_are_too_short_or_too_long_are_refused():
    topology, weights = tfjs_file(NODES, WEIGHTS, ENDS)
    with pytest.raises(ModelUnusable, match="end before"):
        tfjs.read(topology, weights[:-4])
    with pytest.raises(ModelUnusable, match="are described"):
        tfjs.read(topology, weights + b"more")
