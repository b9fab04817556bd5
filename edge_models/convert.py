"""TensorFlow.js graph model to ONNX, for the static operators that NanoDet needs.

TensorFlow convolves channels-last, ONNX channels-first. A transpose is therefore not an operation here but a way to
look at a tensor (`View`), and only becomes one where an operator cares: NanoDet keeps 6 of its 83.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edge_models.errors import ModelUnusable
from edge_models.tfjs import GraphModel, Node

OPSET, IR_VERSION = 18, 9
Constant = NDArray[Any]
Order = tuple[int, ...]
CHANNELS_FIRST: Order = (0, 2, 3, 1)
"""Axis i of TensorFlow's channels-last tensor is this axis of a channels-first one."""


@dataclass(frozen=True, slots=True)
class View:
    """A TensorFlow tensor held as an ONNX one: its axis i is axis `order[i]` there."""

    name: str
    order: Order


def to_onnx(model: GraphModel) -> bytes:
    """A checked ONNX file with the inputs and outputs of the signature, weights in float32."""
    graph = _Graph(model)
    for node in model.nodes:
        graph.add(node)
    converted = graph.finish()
    onnx.checker.check_model(converted, full_check=True)
    return bytes(converted.SerializeToString(deterministic=True))


class _Graph:
    """The ONNX graph as it grows; constants are folded on the way."""

    def __init__(self, model: GraphModel) -> None:
        self._model = model
        self._values: dict[str, View | Constant] = {}
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._margins: dict[str, tuple[str, list[int]]] = {}
        """Of a tensor padded with zeros: what was padded, and by how much in ONNX's order."""

    def add(self, node: Node) -> None:
        convert = OPERATORS.get(node.op)
        if convert is None:
            raise ModelUnusable(f"the operator {node.op!r} cannot be converted")
        convert(self, node)

    def finish(self) -> Any:
        for name in self._model.outputs:
            source = self._laid_out(self._view(name), _straight(len(self._model.outputs[name])))
            self._nodes.append(helper.make_node("Identity", [source.name], [f"out:{name}"]))
        graph = helper.make_graph(
            _read(self._nodes),
            "detector",
            [_end(name, shape) for name, shape in self._model.inputs.items()],
            [_end(f"out:{name}", shape) for name, shape in self._model.outputs.items()],
            self._constants,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)

    # What the operators are made of

    def _view(self, name: str) -> View:
        value = self._values[name]
        if not isinstance(value, View):
            raise ModelUnusable(f"the constant {name!r} stands where a tensor should")
        return value

    def _constant(self, name: str) -> Constant:
        value = self._values[name]
        if isinstance(value, View):
            raise ModelUnusable(f"the sizes of the graph must be fixed, and {name!r} is not")
        return value

    def _emit(self, op: str, inputs: Sequence[str], order: Order, outputs: int = 1, **attributes: Any) -> list[View]:
        names = [f"{op}_{len(self._nodes)}_{index}" for index in range(outputs)]
        self._nodes.append(helper.make_node(op, list(inputs), names, **attributes))
        return [View(name, order) for name in names]

    def _stored(self, array: Constant) -> str:
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _laid_out(self, view: View, order: Order) -> View:
        """The same tensor held in another order, through a real transpose if need be."""
        if view.order == order:
            return view
        steps = [view.order[order.index(axis)] for axis in range(len(order))]
        return self._emit("Transpose", [view.name], order, perm=steps)[0]

    def _operand(self, name: str, order: Order) -> str:
        """A tensor or constant, ready to meet one that is held in this order."""
        value = self._values[name]
        if isinstance(value, View):
            return self._laid_out(value, order).name
        full = value.reshape((1,) * (len(order) - value.ndim) + value.shape)
        return self._stored(full.transpose(np.argsort(order)))

    # The operators

    def const(self, node: Node) -> None:
        self._values[node.name] = self._model.weights[node.name]

    def placeholder(self, node: Node) -> None:
        self._values[node.name] = View(node.name, _straight(len(self._model.inputs[node.name])))

    def transpose(self, node: Node) -> None:
        view, steps = self._view(node.inputs[0]), self._constant(node.inputs[1])
        self._values[node.name] = View(view.name, tuple(view.order[step] for step in steps))

    def elementwise(self, node: Node) -> None:
        view = self._view(node.inputs[0])
        attributes = {"alpha": node.attributes["alpha"]} if node.op == "LeakyRelu" else {}
        [self._values[node.name]] = self._emit(node.op, [view.name], view.order, **attributes)

    def sum(self, node: Node) -> None:
        values = [self._values[name] for name in node.inputs]
        held = next((value.order for value in values if isinstance(value, View)), None)
        if held is None:
            self._values[node.name] = self._constant(node.inputs[0]) + self._constant(node.inputs[1])
            return
        [self._values[node.name]] = self._emit("Add", [self._operand(name, held) for name in node.inputs], held)

    def convolution(self, node: Node) -> None:
        _refuse_implicit_padding(node)
        padded = self._laid_out(self._view(node.inputs[0]), CHANNELS_FIRST)
        # A convolution pads for nothing; a padding of its own costs a pass over the image.
        image, margin = self._margins.get(padded.name, (padded.name, [0] * 8))
        kernel = self._stored(self._constant(node.inputs[1]).transpose(3, 2, 0, 1))
        [self._values[node.name]] = self._emit(
            "Conv",
            [image, kernel],
            CHANNELS_FIRST,
            strides=node.attributes["strides"][1:3],
            dilations=node.attributes["dilations"][1:3],
            pads=[*margin[2:4], *margin[6:8]],
        )

    def max_pool(self, node: Node) -> None:
        _refuse_implicit_padding(node)
        image = self._laid_out(self._view(node.inputs[0]), CHANNELS_FIRST)
        [self._values[node.name]] = self._emit(
            "MaxPool",
            [image.name],
            CHANNELS_FIRST,
            kernel_shape=node.attributes["ksize"][1:3],
            strides=node.attributes["strides"][1:3],
        )

    def pad(self, node: Node) -> None:
        view = self._view(node.inputs[0])
        widths = self._constant(node.inputs[1])[np.argsort(view.order)].T.reshape(-1)
        fill = self._constant(node.inputs[2]) if len(node.inputs) > 2 else np.zeros(())
        inputs = [view.name, self._stored(widths.astype(np.int64)), self._stored(fill.astype(np.float32))]
        [padded] = self._emit("Pad", inputs, view.order)
        self._values[node.name] = padded
        if not fill:
            self._margins[padded.name] = view.name, widths.tolist()

    def concatenation(self, node: Node) -> None:
        order = self._view(node.inputs[0]).order
        axis = order[int(self._constant(node.inputs[-1]))]
        parts = [self._operand(name, order) for name in node.inputs[:-1]]
        [self._values[node.name]] = self._emit("Concat", parts, order, axis=axis)

    def split(self, node: Node) -> None:
        view, sizes = self._view(node.inputs[0]), self._constant(node.inputs[1])
        axis = view.order[int(self._constant(node.inputs[2]))]
        inputs = [view.name, self._stored(sizes.astype(np.int64))]
        for index, part in enumerate(self._emit("Split", inputs, view.order, len(sizes), axis=axis)):
            self._values[f"{node.name}:{index}" if index else node.name] = part

    def reshape(self, node: Node) -> None:
        view, shape = self._view(node.inputs[0]), self._constant(node.inputs[1])
        inputs = [self._laid_out(view, _straight(len(view.order))).name, self._stored(shape.astype(np.int64))]
        [self._values[node.name]] = self._emit("Reshape", inputs, _straight(len(shape)))

    def resize(self, node: Node) -> None:
        image = self._laid_out(self._view(node.inputs[0]), CHANNELS_FIRST)
        sizes = self._stored(self._constant(node.inputs[1]).astype(np.int64))
        [self._values[node.name]] = self._emit(
            "Resize",
            [image.name, "", "", sizes],
            CHANNELS_FIRST,
            axes=[2, 3],
            mode="linear",
            coordinate_transformation_mode="half_pixel" if node.attributes["half_pixel_centers"] else "asymmetric",
        )

    def dense(self, node: Node) -> None:
        places, shape, found, otherwise = (self._constant(name) for name in node.inputs)
        array = np.full(tuple(shape), otherwise)
        array[tuple(places.T)] = found
        self._values[node.name] = array


OPERATORS: dict[str, Callable[[_Graph, Node], None]] = {
    "Add": _Graph.sum,
    "AddV2": _Graph.sum,
    "ConcatV2": _Graph.concatenation,
    "Const": _Graph.const,
    "Conv2D": _Graph.convolution,
    "Identity": _Graph.elementwise,
    "LeakyRelu": _Graph.elementwise,
    "MaxPool": _Graph.max_pool,
    "Pad": _Graph.pad,
    "PadV2": _Graph.pad,
    "Placeholder": _Graph.placeholder,
    "Reshape": _Graph.reshape,
    "ResizeBilinear": _Graph.resize,
    "Sigmoid": _Graph.elementwise,
    "SparseToDense": _Graph.dense,
    "SplitV": _Graph.split,
    "Transpose": _Graph.transpose,
}


def _straight(rank: int) -> Order:
    return tuple(range(rank))


def _refuse_implicit_padding(node: Node) -> None:
    if node.attributes["padding"] != "VALID":
        raise ModelUnusable(f"the padding {node.attributes['padding']!r} of {node.name!r} cannot be converted")


def _read(nodes: Sequence[Any]) -> list[Any]:
    """The nodes that an output depends on; a padding that a convolution took over is left behind."""
    needed: set[str] = {name for node in nodes if node.op_type == "Identity" for name in node.output}
    kept = []
    for node in reversed(nodes):
        if needed.intersection(node.output):
            needed.update(node.input)
            kept.append(node)
    return kept[::-1]


def _end(name: str, shape: tuple[int, ...]) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
