"""The net as a graph that any ONNX Runtime can run, in 32 bits and in 8; the small one only when it sees as well."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from edge_models.boxes import Array
from edge_models.detector import from_file
from edge_models.evaluate import accuracy
from edge_models.training.net import DEVIATION, MEAN, PersonNet
from edge_models.training.pool import Picture, Pool

WIDTH, HEIGHT = 448, 320
NAME = "floorpulse"
CALIBRATION_PICTURES = 160
MOST_LOST = 0.01
"""Average precision that 8 bits may cost."""


def write_graph(net: PersonNet, path: Path) -> None:
    """One picture in, the maps of both heads out, all sizes fixed."""
    picture = torch.zeros(1, 3, HEIGHT, WIDTH)
    graph = _Shifted(net.cpu().eval())
    options = {"input_names": ["picture"], "output_names": ["fine", "coarse"], "opset_version": 17, "dynamo": False}
    torch.onnx.export(graph, (picture,), str(path), **options)


def write_int8(graph: Path, path: Path, pictures: list[Picture]) -> None:
    """Weights per channel and activations by the extremes of a few pictures; the first layer and the last ones stay."""
    plain = path.with_suffix(".plain.onnx")
    quant_pre_process(str(graph), str(plain))
    quantize_static(
        str(plain), str(path), _Calibration(graph, pictures), quant_format=QuantFormat.QDQ, per_channel=True,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax,
        op_types_to_quantize=["Conv", "Add", "Relu", "Resize"], nodes_to_exclude=_kept_exact(plain),
    )  # fmt: skip
    plain.unlink()


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


def _kept_exact(graph: Path) -> list[str]:
    """First layer and last convolution of each head.

    Three channels fill no 8-bit kernel: 32 bits take half the time. Errors of the last ones go straight into the boxes.
    """
    nodes = onnx.load(str(graph)).graph
    ends = {output.name for output in nodes.output}
    second = [i for i, node in enumerate(nodes.node) if node.op_type == "Conv"][1]
    return [node.name for i, node in enumerate(nodes.node) if i < second or set(node.output) & ends]


class _Shifted(nn.Module):
    """The net with the picture's deviation in its first weights: one pass over the picture less."""

    def __init__(self, net: PersonNet) -> None:
        super().__init__()
        self.net = deepcopy(net)
        with torch.no_grad():
            self.net.to4[0][0].weight /= DEVIATION

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        return self.net.maps(picture - MEAN)


class _Calibration(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, graph: Path, pictures: list[Picture]) -> None:
        self._tensors = self._prepared(graph, pictures)

    def get_next(self) -> dict[str, Array] | None:
        return next(self._tensors, None)

    @staticmethod
    def _prepared(graph: Path, pictures: list[Picture]) -> Iterator[dict[str, Array]]:
        detector = from_file(NAME, graph)
        for picture in pictures[:CALIBRATION_PICTURES]:
            yield {"picture": detector.decoder.prepare(picture.image)[0].copy()}
