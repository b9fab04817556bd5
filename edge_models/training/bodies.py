"""Random people: identities of every build and age on one reduced mesh, with clothes' and hair's own geometry."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import fast_simplification
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from edge_models.training.makehuman import BONES, Floats, Indices, MakeHuman, fetch

IDENTITIES = 64
PARTS = (("body", 2600), ("helper-tights", 1700), ("helper-hair", 350), ("helper-skirt", 500))
"""Groups of MakeHuman's mesh, and to how many triangles each is reduced."""
BODY, TIGHTS, HAIR, SKIRT = range(len(PARTS))
LEVELS = ("min", "average", "max")
PEOPLES = ("caucasian", "asian", "african")

Array = NDArray[Any]


@dataclass(frozen=True)
class Bodies:
    """`k` identities of `n` vertices; arrays in metres, feet on the ground."""

    rest: Array
    """(k, n, 3) where each vertex is when the body stands at rest."""
    normals: Array
    """(k, n, 3)"""
    heads: Array
    """(k, bones, 3) where each bone begins."""
    heights: Array
    """(k,)"""
    weights: Array
    """(n, bones)"""
    parents: Array
    """(bones,)"""
    faces: Array
    """(triangles, 3), part after part."""
    spans: Array
    """(parts, 2): first index and number of indices of each part in `faces`."""
    part: Array
    """(n,) which part a vertex belongs to."""
    relative: Array
    """(n, 3) the mean body over its height: where a pattern lies on the cloth."""
    sleeve: Array
    """(n,) 0 at the shoulder, 1 at the wrist, 1.2 on the hand, -1 elsewhere."""
    leg: Array
    """(n,) 0 at the hip, 1 at the ankle, 1.2 on the foot, -1 elsewhere."""
    head: Array
    """(n,) 1 on the head."""

    def save(self, path: Path) -> None:
        np.savez(path, **{each.name: getattr(self, each.name) for each in fields(self)})

    @classmethod
    def load(cls, path: Path) -> "Bodies":
        with np.load(path) as arrays:
            return cls(**{each.name: arrays[each.name] for each in fields(cls)})


def prepared(folder: Path, seed: int) -> Bodies:
    """The bodies of this seed, made once and kept in the folder."""
    path = folder / f"bodies-{seed}.npz"
    if not path.exists():
        source = MakeHuman(fetch(folder))
        fresh = path.with_suffix(".new.npz")
        make(source, np.random.default_rng(seed)).save(fresh)
        fresh.replace(path)
        source.close()
    return Bodies.load(path)


def make(source: MakeHuman, dice: np.random.Generator) -> Bodies:
    people = np.stack([_identity(source, dice) for _ in range(IDENTITIES)])
    skeleton = source.skeleton()
    vertices, faces, part, spans = _reduced(source, people[:8].mean(0))
    heads = np.stack([[person[ring].mean(0) for ring in skeleton.heads] for person in people])
    rest = people[:, vertices]
    floor = rest[:, part == BODY, 1].min(axis=1)
    rest[:, :, 1] -= floor[:, None]
    heads[:, :, 1] -= floor[:, None]
    heights = rest[:, part == BODY, 1].max(axis=1)
    weights = skeleton.weights[vertices]
    owner = weights.argmax(axis=1)
    mean, mean_heads = rest.mean(0), heads.mean(0)
    return Bodies(
        rest.astype(np.float32),
        np.stack([_normals(person, faces) for person in rest]).astype(np.float32),
        heads, heights, weights.astype(np.float32), np.array(skeleton.parents), faces.astype(np.int32), spans, part,
        (mean / heights.mean()).astype(np.float32),
        _along_limb(mean, mean_heads, owner, ("upperarm", "lowerarm", "hand"), ("hand",)),
        _along_limb(mean, mean_heads, owner, ("thigh", "calf", "foot"), ("foot", "ball")),
        (owner == BONES.index("head")).astype(np.float32),
    )  # fmt: skip


def _identity(source: MakeHuman, dice: np.random.Generator) -> Floats:
    """One person's vertices, (n, 3): MakeHuman's targets, blended as its sliders would."""
    sex = "male" if dice.random() < 0.5 else "female"
    ages, peoples = _ages(dice), dict(zip(PEOPLES, dice.dirichlet([0.6] * 3), strict=True))
    muscle, weight = (_levels(np.clip(dice.normal(mean, 0.2), 0, 1)) for mean in (0.5, 0.46))
    tallness, ideal = np.clip(dice.normal(0, 0.4), -1, 1), dice.uniform(0, 0.7)
    height = "maxheight" if tallness > 0 else "minheight"
    person = source.base.copy()
    for age, share in ages.items():
        for name, part in peoples.items():
            person += share * part * source.target(f"{name}-{sex}-{age}")
        for strong, much in muscle.items():
            for heavy, more in weight.items():
                shape, blend = f"{sex}-{age}-{strong}muscle-{heavy}weight", share * much * more
                person += blend * source.target(f"universal-{shape}")
                person += blend * abs(tallness) * source.target(f"height/{shape}-{height}")
                person += blend * ideal * source.target(f"proportions/{shape}-idealproportions")
    return person


def _ages(dice: np.random.Generator) -> dict[str, float]:
    if dice.random() < 0.10:
        child = dice.uniform(0.3, 1)
        return {"child": child, "young": 1 - child}
    old = dice.uniform(0, 0.9) ** 2
    return {"young": 1 - old, "old": old}


def _levels(value: float) -> dict[str, float]:
    """How much of MakeHuman's min, average and max target a slider at 0 .. 1 takes."""
    shares = (max(0.0, 1 - 2 * value), 1 - abs(2 * value - 1), max(0.0, 2 * value - 1))
    return {level: share for level, share in zip(LEVELS, shares, strict=True) if share > 0.01}


def _reduced(source: MakeHuman, mean: Floats) -> tuple[Indices, Indices, Indices, Indices]:
    """Which vertices are kept, the triangles between them, the part of each vertex, and the spans of the parts."""
    kept, faces, part, spans, count, first = [], [], [], [], 0, 0
    for number, (group, triangles) in enumerate(PARTS):
        vertices, corners = np.unique(source.faces[group], return_inverse=True)
        corners = corners.reshape(-1, 3)
        if len(corners) > triangles:
            points, corners = fast_simplification.simplify(
                mean[vertices].astype(np.float32), corners.astype(np.int32), target_count=triangles
            )
            vertices = vertices[cKDTree(mean[vertices]).query(points)[1]]
        corners = corners[[len(set(vertices[triangle])) == 3 for triangle in corners]]
        kept.append(vertices)
        faces.append(corners + count)
        part += [number] * len(vertices)
        spans.append((first, corners.size))
        count, first = count + len(vertices), first + corners.size
    return np.concatenate(kept), np.concatenate(faces), np.array(part), np.array(spans)


def _normals(points: Floats, faces: Indices) -> Floats:
    corners = points[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(points)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], across)
    return normals / (np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9)


def _along_limb(
    mean: Floats, heads: Floats, owner: Indices, joints: tuple[str, str, str], ends: tuple[str, ...]
) -> Array:
    """0 where the limb begins, 0.5 at its middle joint, 1 at its last, 1.2 beyond, -1 elsewhere."""
    place = np.full(len(mean), -1.0)
    for side in "lr":
        first, middle, last = (BONES.index(f"{joint}_{side}") for joint in joints)
        for begin, end, offset in ((first, middle, 0.0), (middle, last, 0.5)):
            mine, axis = owner == begin, heads[end] - heads[begin]
            place[mine] = offset + 0.5 * np.clip((mean[mine] - heads[begin]) @ axis / (axis @ axis), 0, 1)
        for end_bone in ends:
            place[owner == BONES.index(f"{end_bone}_{side}")] = 1.2
    return place.astype(np.float32)
