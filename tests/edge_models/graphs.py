"""Small graphs, written by hand: what a detector's file looks like, with known numbers inside."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SIDE = 64
"""Of the picture that these graphs take; strides 8, 16 and 32 give 64 + 16 + 4 cells."""
CELLS = 84


def yolox_rows(**cells: Sequence[float]) -> NDArray[np.float32]:
    """Output of YOLOX: `cell_N=(x, y, log w, log h, objectness, person)`, nothing elsewhere."""
    rows = np.zeros((1, CELLS, 85), np.float32)
    for name, values in cells.items():
        rows[0, int(name.removeprefix("cell_")), :6] = values
    return rows


def onnx_file(*outputs: NDArray[np.float32], side: int = SIDE) -> bytes:
    """A graph that answers every picture with these outputs."""
    stored = [numpy_helper.from_array(array, f"known_{index}") for index, array in enumerate(outputs)]
    nodes = [helper.make_node("Identity", [f"known_{index}"], [f"out_{index}"]) for index in range(len(outputs))]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, (1, 3, side, side))
    ends = [
        helper.make_tensor_value_info(f"out_{index}", TensorProto.FLOAT, array.shape)
        for index, array in enumerate(outputs)
    ]
    graph = helper.make_graph(nodes, "known", [image], ends, stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return bytes(model.SerializeToString())


def one_person() -> bytes:
    """A YOLOX file that sees one person in the middle of every picture."""
    # Row 4, column 4 of the level of stride 8 (cell 36): centre (32, 32), 16 wide, 32 high.
    return onnx_file(yolox_rows(cell_36=(0, 0, np.log(2), np.log(4), 0.9, 1.0)))


def tfjs_file(
    nodes: Sequence[tuple[str, str, Sequence[str], Mapping[str, Any]]],
    weights: Mapping[str, NDArray[Any]],
    ends: tuple[Mapping[str, Sequence[int]], Mapping[str, Sequence[int]]],
) -> tuple[bytes, bytes]:
    """Topology and weights of a TensorFlow.js graph model: nodes are (op, name, inputs, attributes)."""
    every = [("Const", name, (), {}) for name in weights] + list(nodes)
    topology = {
        "signature": dict(zip(("inputs", "outputs"), map(_ends, ends), strict=True)),
        "modelTopology": {
            "node": [
                {
                    "op": op,
                    "name": name,
                    "input": list(inputs),
                    "attr": {k: _attribute(v) for k, v in attributes.items()},
                }
                for op, name, inputs, attributes in every
            ]
        },
        "weightsManifest": [{"paths": ["x.bin"], "weights": [_spec(*item) for item in weights.items()]}],
    }
    return json.dumps(topology).encode(), b"".join(array.tobytes() for array in weights.values())


def _ends(shapes: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    return {
        f"{name}:0": {"tensorShape": {"dim": [{"size": str(size)} for size in shape]}} for name, shape in shapes.items()
    }


def _attribute(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"b": value}
        case float():
            return {"f": value}
        case str():
            return {"s": base64.b64encode(value.encode()).decode()}
        case _:
            return {"list": {"i": [str(number) for number in value]}}


def _spec(name: str, array: NDArray[Any]) -> dict[str, Any]:
    spec: dict[str, Any] = {"name": name, "shape": list(array.shape), "dtype": str(array.dtype)}
    if array.dtype == np.float16:
        spec.update(dtype="float32", quantization={"dtype": "float16", "original_dtype": "float32"})
    return spec
