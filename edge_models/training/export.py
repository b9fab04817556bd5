"""The net as a graph that any ONNX Runtime can run, in 32 bits and in 8; the small one only when it sees as well."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from edge_models.boxes import Array
from edge_models.detector import from_file
from edge_models.evaluate import accuracy
from edge_models.session import Tensor
from edge_models.training.net import DEVIATION, MEAN, PersonNet
from edge_models.training.pool import Picture, Pool

WIDTH, HEIGHT = 448, 336
"""As large as the pictures that were rendered: the net sees best at the size that it learned at."""
NAME = "floorpulse"
CALIBRATION_PICTURES = 160
MOST_LOST = 0.01
"""Average precision that 8 bits may cost."""


def write_graph(net: PersonNet, path: Path) -> None:
    """One picture in, as the camera gives it, the maps of both heads out, all sizes fixed."""
    picture = torch.zeros(1, HEIGHT, WIDTH, 3, dtype=torch.uint8)
    options = {"input_names": ["picture"], "output_names": ["fine", "coarse"], "opset_version": 17, "dynamo": False}
    torch.onnx.export(net.cpu().eval(), (picture,), str(path), **options)


def write_int8(graph: Path, path: Path, pictures: list[Picture]) -> None:
    """Weights per channel, activations by the extremes of a few pictures; the last layer of each head stays exact: its
    errors would go straight into the boxes.
    """
    plain = path.with_suffix(".plain.onnx")
    quant_pre_process(str(graph), str(plain), skip_symbolic_shape=True)
    step = {"scale": np.array(1 / DEVIATION, np.float32), "zero_point": np.array(MEAN, np.uint8)}
    quantize_static(
        str(plain), str(path), _Calibration(graph, pictures), quant_format=QuantFormat.QDQ, per_channel=True,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax,
        op_types_to_quantize=["Conv", "Add", "Relu", "Slice", "Transpose", "Reshape", "Expand", "Unsqueeze"],
        extra_options={"TensorQuantOverrides": {_standardised(plain): [step]}},
    )  # fmt: skip
    plain.unlink()
    _look_at_the_bytes(path)


def smallest_that_sees_as_well(exact: Path, small: Path, pictures: list[Picture]) -> tuple[Path, float, float]:
    """The graph to ship, and the average precision of both over pictures that nobody trained on."""
    scores = [average_precision(path, pictures) for path in (exact, small)]
    return (small if scores[0] - scores[1] <= MOST_LOST else exact), scores[0], scores[1]


def average_precision(path: Path, pictures: list[Picture]) -> float:
    """At an overlap of 0.5; what is to be ignored counts neither way."""
    detector = from_file(NAME, path)
    found, truth = {}, {}
    for number, picture in enumerate(pictures):
        boxes = detector.detect(picture.image)
        to_ignore = picture.boxes[picture.boxes[:, 4] < 0]
        found[number] = boxes[~_mostly_inside(boxes, to_ignore)]
        truth[number] = picture.boxes[picture.boxes[:, 4] > 0, :4]
    return accuracy(found, truth).ap


def held_out(pool: Pool, count: int) -> list[Picture]:
    """Pictures from the end of the pool."""
    return [pool[number] for number in range(max(0, len(pool) - count), len(pool))]


def _mostly_inside(boxes: Array, regions: Array) -> Any:
    low, high = (
        pick(boxes[:, None, part], regions[None, :, part])
        for pick, part in ((np.maximum, slice(0, 2)), (np.minimum, slice(2, 4)))
    )
    shared = np.clip(high - low, 0, None).prod(axis=2)
    own = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return (shared > 0.5 * own[:, None]).any(axis=1)


def _standardised(graph: Path) -> str:
    """The first tensor that a convolution looks at."""
    return str(next(node for node in onnx.load(str(graph)).graph.node if node.op_type == "Conv").input[0])


def _look_at_the_bytes(path: Path) -> None:
    """A picture is 8 bits from the start: leave out the way to 32 and back, which ends at the same bytes.

    And it may be lower: `Session.look_at` cuts the graph for cameras that are wider than 4:3.
    """
    model = onnx.load(str(path))
    nodes = model.graph.node
    channels_first = next(node for node in nodes if node.op_type == "Transpose")
    last = rounded = next(node for node in nodes if node.op_type == "QuantizeLinear")
    while last is not channels_first:
        nodes.remove(last)
        last = next(node for node in nodes if node.output[0] == last.input[0])
    channels_first.output[0] = rounded.output[0]
    any_rows = {node.input[1]: row for node in nodes if (row := {"Reshape": -1, "Expand": 1}.get(node.op_type))}
    for each in (each for each in model.graph.initializer if each.name in any_rows):
        sides = onnx.numpy_helper.to_array(each).copy()
        sides[1 if len(sides) > 2 else 0] = any_rows[each.name]
        each.CopyFrom(onnx.numpy_helper.from_array(sides, each.name))
    del model.graph.value_info[:]
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


class _Calibration(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, graph: Path, pictures: list[Picture]) -> None:
        self._tensors = self._prepared(graph, pictures)

    def get_next(self) -> dict[str, Tensor] | None:
        return next(self._tensors, None)

    @staticmethod
    def _prepared(graph: Path, pictures: list[Picture]) -> Iterator[dict[str, Tensor]]:
        detector = from_file(NAME, graph)
        for picture in pictures[:CALIBRATION_PICTURES]:
            yield {"picture": detector.decoder.prepare(picture.image)[0].copy()}
