"""One graph on the processor: the rim towards ONNX Runtime, which ships no types."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_models.boxes import Array
from edge_models.errors import ModelUnusable

Shape = tuple[int, ...]
Tensor = NDArray[np.float32] | NDArray[np.uint8]
QUIET = 4
"""Errors are raised, not logged as well; and ONNX Runtime warns of unused initialisers in every export."""


class Session:
    """A graph with one image input of fixed size.

    Threads are explicit and do not spin: with the defaults, two threads on a busy machine doubled the latency.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self._path, self._threads = path, threads
        self._inner = _load(path.name, str(path), threads)
        self.input_shape, self.output_shapes = _shapes(self._inner, path)
        self._shape_in_file = self.input_shape
        self._input_name: str = self._inner.get_inputs()[0].name
        self._kind = np.uint8 if self._inner.get_inputs()[0].type == "tensor(uint8)" else np.float32

    def run(self, tensor: Tensor) -> list[Array]:
        """Outputs in the graph's order for a tensor of `input_shape` and of the input's type."""
        return [np.asarray(output, np.float32) for output in self._inner.run(None, {self._input_name: tensor})]

    def look_at(self, shape: Shape) -> Shape:
        """Take input of this shape from now on, where the graph runs with it. Returns the input's shape now.

        The shape stands in the file as protocol buffers write it, so that another of as many bytes takes its place. To
        rewrite it with `onnx` would cost a camera's process 25 MB.
        """
        old, new = _written(self._shape_in_file), _written(shape)
        with suppress(OSError):  # the file is gone: it goes on as it was
            content = self._path.read_bytes()
            if content.count(old) == 1 and len(new) == len(old):
                self._become(content.replace(old, new), shape, content)
        return self.input_shape

    def _become(self, content: bytes, shape: Shape, before: bytes) -> None:
        """One graph at a time: two would be the most memory that a camera's process ever takes."""
        self._inner = None
        try:
            self._inner = _load(self._path.name, content, self._threads)
            outputs = self._inner.run(None, {self._input_name: np.zeros(shape, self._kind)})
            self.input_shape, self.output_shapes = shape, tuple(each.shape for each in outputs)
        except Exception:  # layers that are made for one size; the classes that are raised share no base but Exception
            self._inner = _load(self._path.name, before, self._threads)
            self.input_shape, self.output_shapes = _shapes(self._inner, self._path)


def _runtime() -> Any:
    """ONNX Runtime, kept from telling its maker: else it makes an id of this machine and a diary, and sends both."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read while it is imported; its function of that name comes too late
    import onnxruntime

    return onnxruntime


def _load(name: str, model: str | bytes, threads: int) -> Any:
    """From a file or from its content."""
    runtime = _runtime()
    try:
        return runtime.InferenceSession(
            model, _options(runtime.SessionOptions(), threads), providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the classes it raises share no base but Exception
        raise ModelUnusable(f"{name} is not an ONNX model that can be run here") from error


def _options(options: Any, threads: int) -> Any:
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = QUIET
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _shapes(inner: Any, path: Path) -> tuple[Shape, tuple[Shape, ...]]:
    inputs, outputs = ([tuple(end.shape) for end in ends] for ends in (inner.get_inputs(), inner.get_outputs()))
    if len(inputs) != 1 or not all(isinstance(side, int) for shape in inputs + outputs for side in shape):
        raise ModelUnusable(f"{path.name} must have one input, and fixed sizes throughout")
    return inputs[0], tuple(outputs)


def _written(shape: Shape) -> bytes:
    """TensorShapeProto of onnx.proto: for each side a message (field 1) that holds its value (field 1)."""
    sides = [b"\x08" + _varint(side) for side in shape]
    return b"".join(b"\x0a" + _varint(len(side)) + side for side in sides)


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])
