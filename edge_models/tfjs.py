"""Reads a TensorFlow.js graph model: nodes in order of use, attributes and weights as plain values."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_models.errors import ModelUnusable

STORED = {"float16": np.float16, "float32": np.float32, "int32": np.int32}
"""How weights lie in the file; more compressed forms are not needed here."""


@dataclass(frozen=True, slots=True)
class Node:
    """One operation: `inputs` are tensor names, `name` for output 0 and `name:1` for further ones."""

    op: str
    name: str
    inputs: tuple[str, ...]
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class GraphModel:
    """A graph model with its weights in memory; shapes are those of the signature."""

    nodes: tuple[Node, ...]
    weights: dict[str, NDArray[Any]]
    inputs: dict[str, tuple[int, ...]]
    outputs: dict[str, tuple[int, ...]]


def read(topology: bytes, weights: bytes) -> GraphModel:
    """The model of a `.json` file and the one `.bin` file beside it."""
    document = json.loads(topology)
    signature = document["signature"]
    return GraphModel(
        nodes=tuple(_node(raw) for raw in document["modelTopology"]["node"]),
        weights=_weights(document["weightsManifest"], weights),
        inputs=_ends(signature["inputs"]),
        outputs=_ends(signature["outputs"]),
    )


def _node(raw: dict[str, Any]) -> Node:
    inputs = tuple(name.removesuffix(":0") for name in raw.get("input", ()) if not name.startswith("^"))
    attributes = {key: _plain(value) for key, value in raw.get("attr", {}).items()}
    return Node(raw["op"], raw["name"], inputs, attributes)


def _plain(value: dict[str, Any]) -> Any:
    """The number, truth, text or list of numbers inside an attribute; others stay as they are."""
    match value:
        case {"i": number}:
            return int(number)
        case {"f": number}:
            return float(number)
        case {"b": truth}:
            return bool(truth)
        case {"s": text}:
            return base64.b64decode(text).decode()
        case {"list": items}:
            return [int(number) for number in items.get("i", ())]
        case _:
            return value


def _weights(manifest: list[dict[str, Any]], content: bytes) -> dict[str, NDArray[Any]]:
    weights, offset = {}, 0
    for spec in (spec for group in manifest for spec in group["weights"]):
        weights[spec["name"]], offset = _weight(spec, content, offset)
    if offset != len(content):
        raise ModelUnusable(f"the weights are {len(content)} bytes, where {offset} are described")
    return weights


def _weight(spec: dict[str, Any], content: bytes, offset: int) -> tuple[NDArray[Any], int]:
    """One tensor, widened to the type that it is used in, and where the next one begins."""
    stored = np.dtype(STORED[spec.get("quantization", spec)["dtype"]])
    end = offset + int(np.prod(spec["shape"], dtype=int)) * stored.itemsize
    if end > len(content):
        raise ModelUnusable(f"the weights end before {spec['name']!r} does")
    return np.frombuffer(content[offset:end], stored).reshape(spec["shape"]).astype(spec["dtype"]), end


def _ends(described: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    return {
        name.removesuffix(":0"): tuple(int(dim["size"]) for dim in end["tensorShape"]["dim"])
        for name, end in described.items()
    }
