"""One graph on the processor: the rim towards ONNX Runtime, which ships no types."""

import os
from pathlib import Path
from typing import Any

import numpy as np

from edge_models.boxes import Array
from edge_models.errors import ModelUnusable

Shape = tuple[int, ...]
QUIET = 3
"""Errors only; ONNX Runtime warns of unused initialisers in every export."""


class Session:
    """A graph with one image input of fixed size.

    Threads are explicit and do not spin: with the defaults, two threads on a busy machine doubled the latency.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self._inner = _load(path, threads)
        self.input_shape, self.output_shapes = _shapes(self._inner, path)
        self._input_name: str = self._inner.get_inputs()[0].name

    def run(self, tensor: Array) -> list[Array]:
        """Outputs in the graph's order for a float32 tensor of `input_shape`."""
        return [np.asarray(output, np.float32) for output in self._inner.run(None, {self._input_name: tensor})]


def _runtime() -> Any:
    """ONNX Runtime, kept from telling its maker: else it makes an id of this machine and a diary, and sends both."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read while it is imported; its function of that name comes too late
    import onnxruntime

    return onnxruntime


def _load(path: Path, threads: int) -> Any:
    runtime = _runtime()
    try:
        return runtime.InferenceSession(
            str(path), _options(runtime.SessionOptions(), threads), providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the classes it raises share no base but Exception
        raise ModelUnusable(f"{path.name} is not an ONNX model that can be run here") from error


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
