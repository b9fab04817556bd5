"""Draws scenes with OpenGL 3.3, on a graphics card or in software, and finds the box of everybody in them."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import moderngl
import numpy as np

from edge_models.training.bodies import HAIR, SKIRT, TIGHTS, Array, Bodies
from edge_models.training.crowd import MOST, Person, gather
from edge_models.training.lens import recorded
from edge_models.training.scenery import TURN, Scenery
from edge_models.training.solids import COLUMNS
from edge_models.training.surroundings import furnish
from edge_models.training.textures import SIDE, atlas
from edge_models.training.viewpoint import HEIGHT, WIDTH, Viewpoint, random_viewpoint

os.environ.setdefault("LP_NUM_THREADS", "1")  # software GL: one process a core does more than threads

SUPERSAMPLED = 1.5
SHADOW_SIDE = 512
MOST_VERTICES = 60_000
LEAST_VISIBLE, LEAST_INSIDE = 0.22, 0.4
"""Shares of a person below which nobody need find them: a box to ignore."""
_SHADERS = Path(__file__).with_name("shaders")


class Scene(NamedTuple):
    picture: Array
    """uint8 (HEIGHT, WIDTH, 3) BGR."""
    boxes: Array
    """(n, 5): x1, y1, x2, y2 in pixels, and 1 for a person, -1 for one to ignore."""


@dataclass(frozen=True)
class _Light:
    direction: Array
    sun: Array
    sky: Array
    ground: Array
    depth: float


class Renderer:
    """One set of surfaces and an endless row of scenes; the same dice, the same scenes."""

    def __init__(self, bodies: Bodies, dice: np.random.Generator) -> None:
        self._bodies, self._dice = bodies, dice
        self._gl = moderngl.create_context(standalone=True, backend="egl")
        layers, self._kinds = atlas(dice)
        self._surfaces = self._gl.texture_array((SIDE, SIDE, len(layers)), 4, layers.tobytes())
        self._surfaces.build_mipmaps()
        self._people, self._things = self._program("person"), self._program("thing")
        self._depth = self._program("depth")
        self._size = int(WIDTH * SUPERSAMPLED), int(HEIGHT * SUPERSAMPLED)
        self._make_targets()
        self._make_buffers()
        self._gl.enable(moderngl.DEPTH_TEST)

    def scene(self) -> Scene:
        """The next one; too dark a picture, or one of people who are all to be ignored, is made again."""
        while True:
            scenery = Scenery(random_viewpoint(self._dice), self._kinds, self._dice)
            furnish(scenery)
            people = gather(scenery, self._bodies)[:MOST]
            picture, numbers = self._draw(scenery, people)
            boxes = self._boxes(scenery.viewpoint, people, numbers)
            is_useless = len(boxes) and not (boxes[:, 4] > 0).any() and self._dice.random() < 0.85
            if picture.mean() >= 10 and not is_useless:
                return Scene(recorded(picture, self._dice), boxes)

    def close(self) -> None:
        self._gl.release()

    # ---- OpenGL

    def _program(self, name: str) -> Any:
        light = (_SHADERS / "light.glsl").read_text(encoding="utf-8")
        vertex, fragment = ((_SHADERS / f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("vert", "frag"))
        return self._gl.program(vertex_shader=vertex, fragment_shader=fragment.replace("//LIGHT", light))

    def _make_targets(self) -> None:
        colour, number = (self._gl.texture(self._size, 4) for _ in range(2))
        self._canvas = self._gl.framebuffer([colour, number], self._gl.depth_renderbuffer(self._size))
        self._shadows = self._gl.depth_texture((SHADOW_SIDE, SHADOW_SIDE))
        self._shadows.compare_func = "<="
        self._shade = self._gl.framebuffer(depth_attachment=self._shadows)

    def _make_buffers(self) -> None:
        bodies, gl = self._bodies, self._gl
        limb = np.stack([bodies.part, bodies.sleeve, bodies.leg, bodies.head], axis=1)
        still = gl.buffer(np.concatenate([bodies.relative, limb], axis=1).astype(np.float32).tobytes())
        faces = gl.buffer(bodies.faces.tobytes())
        self._slots = []
        for _ in range(MOST):
            moving = gl.buffer(reserve=len(bodies.part) * 24)
            parts = [(moving, "3f 3f", "p", "n"), (still, "3f 4f", "rest", "limb")]
            seen = gl.vertex_array(self._people, parts, faces, index_element_size=4)
            cast = gl.vertex_array(self._depth, [(moving, "3f 12x", "p")], faces, index_element_size=4)
            self._slots.append((moving, seen, cast))
        self._triangles = gl.buffer(reserve=4 * COLUMNS * MOST_VERTICES)
        self._seen = gl.vertex_array(self._things, [(self._triangles, "3f 3f 3f 3f", "p", "n", "surface", "tint")])
        self._cast = gl.vertex_array(self._depth, [(self._triangles, "3f 36x", "p")])

    def _draw(self, scenery: Scenery, people: list[Person]) -> tuple[Array, Array]:
        """The picture, uint8 BGR of the canvas's size, and which person each pixel shows, from 1."""
        rows = np.concatenate(scenery.rows).astype(np.float32)[:MOST_VERTICES]
        self._triangles.write(rows.tobytes())
        for person, (moving, _, _) in zip(people, self._slots, strict=False):
            moving.write(np.concatenate([person.points, person.normals], axis=1).tobytes())
        light = self._light(scenery)
        sun = _sun_matrix(light.direction, scenery.viewpoint.reach)
        self._cast_shadows(people, len(rows), sun)
        self._canvas.use()
        self._canvas.clear(*self._sky(scenery), 0.0)
        self._light_up(scenery, light, sun, people)
        self._draw_people(people)
        self._seen.render(vertices=len(rows))
        return self._read()

    def _cast_shadows(self, people: list[Person], rows: int, sun: Array) -> None:
        self._shade.use()
        self._shade.clear(depth=1.0)
        _set(self._depth, VP=_columns(sun))
        for _, (_, _, cast) in zip(people, self._slots, strict=False):
            cast.render(vertices=self._dressed)
        self._cast.render(vertices=rows - 36, first=36)  # the floor comes first, and casts none

    @property
    def _dressed(self) -> int:
        """Indices of body and clothes."""
        return int(self._bodies.spans[TIGHTS].sum())

    def _light_up(self, scenery: Scenery, light: _Light, sun: Array, people: list[Person]) -> None:
        self._surfaces.use(0)
        self._shadows.use(1)
        for program in (self._people, self._things):
            _set(
                program, VP=_columns(scenery.viewpoint.matrix), sun_VP=_columns(sun), shadows=1,
                sun_direction=tuple(light.direction), sun_light=tuple(light.sun), sky_light=tuple(light.sky),
                ground_light=tuple(light.ground), shadow_depth=light.depth,
            )  # fmt: skip
        feet = [(0.0, 0.0)] * 16
        for number, person in enumerate(people):
            feet[number] = (float(person.place[0]), float(person.place[1]))
        _set(self._things, surfaces=0, feet=feet, people=len(people), contact=scenery.between(0.1, 0.5))

    def _draw_people(self, people: list[Person]) -> None:
        spans = self._bodies.spans
        for number, (person, (_, seen, _)) in enumerate(zip(people, self._slots, strict=False), 1):
            _set(self._people, number=float(number), **person.dress)
            seen.render(vertices=self._dressed)
            for wanted, part in ((person.long_hair, HAIR), (person.skirt, SKIRT)):
                if wanted:
                    seen.render(vertices=int(spans[part][1]), first=int(spans[part][0]))

    def _read(self) -> tuple[Array, Array]:
        wide, high = self._size
        colour, numbers = (
            np.frombuffer(self._canvas.read(components=4, attachment=number), np.uint8).reshape(high, wide, 4)[::-1]
            for number in range(2)
        )
        drawn = numbers[..., 3] == 255  # the sky fills both targets
        return np.ascontiguousarray(colour[..., 2::-1]), np.where(drawn, numbers[..., 0], 0)

    # ---- light and boxes

    def _light(self, scenery: Scenery) -> _Light:
        dice, between = self._dice, scenery.between
        sunny = not scenery.indoors and dice.random() < 0.6
        up = np.radians(between(20, 75) if sunny else between(50, 89))
        around = between(0, TURN)
        direction = np.array([np.cos(up) * np.cos(around), np.cos(up) * np.sin(around), np.sin(up)])
        warm = np.array([1 + dice.normal(0.03, 0.05), 1, 1 + dice.normal(-0.03, 0.06)])
        if sunny:
            sun, ambient, depth = between(0.6, 1.1) * warm, between(0.3, 0.6), between(0.6, 1)
        else:
            sun, ambient, depth = between(0.05, 0.45) * warm, between(0.55, 0.95), between(0.1, 0.7)
        sky = ambient * (1 + dice.normal(0, 0.04, 3))
        return _Light(direction, sun, sky, sky * between(0.35, 0.8), depth)

    def _sky(self, scenery: Scenery) -> Array:
        if scenery.indoors:
            return np.full(3, scenery.between(0.1, 0.9))
        bright = self._dice.uniform([0.5, 0.6, 0.65], [1, 1, 1.05]) * scenery.between(0.5, 1.05)
        return np.clip(bright, 0, 1)

    def _boxes(self, viewpoint: Viewpoint, people: list[Person], numbers: Array) -> Array:
        shown = np.bincount(numbers.ravel(), minlength=MOST + 2) / SUPERSAMPLED**2
        boxes = [
            box
            for number, person in enumerate(people, 1)
            if (box := self._box(viewpoint, person, float(shown[number]))) is not None
        ]
        return np.array(boxes, np.float32).reshape(-1, 5)

    def _box(self, viewpoint: Viewpoint, person: Person, shown: float) -> Array | None:
        """The projected body, cut at the edges; 1 where enough of it shows, else -1. `shown` is in pixels."""
        pixels, ahead = viewpoint.project(person.outline(self._bodies).astype(float))
        if ahead.min() < 0.2:
            return np.array([0, 0, WIDTH, HEIGHT, -1])
        cloth = 0.01 * viewpoint.focal / max(float(ahead.mean()), 0.5)
        whole = np.concatenate([pixels.min(0) - cloth, pixels.max(0) + cloth])
        cut = np.clip(whole, 0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
        if cut[2] - cut[0] < 3 or cut[3] - cut[1] < 4:
            return None
        full = _area(whole)
        inside = _area(cut) / full
        visible = shown / (full * 0.5 * max(inside, 0.05))  # a body fills about half of its box
        counts = inside > LEAST_INSIDE and visible > LEAST_VISIBLE and shown > 25
        return np.append(cut, 1 if counts else -1)


def _area(box: Array) -> float:
    return float((box[2] - box[0]) * (box[3] - box[1]))


def _sun_matrix(direction: Array, reach: float) -> Array:
    """(4, 4) from the world to the shadow map: parallel light on the middle of the scene."""
    middle, radius = np.array([0, reach * 0.95, 0]), min(max(reach * 0.9, 4), 22)
    across = np.cross([0, 1, 0.001], direction)
    across /= np.linalg.norm(across)
    matrix = np.eye(4)
    for row, (axis, scale) in enumerate(((across, radius), (np.cross(direction, across), radius), (-direction, 40))):
        matrix[row, :3], matrix[row, 3] = axis / scale, -axis @ middle / scale
    return matrix


def _columns(matrix: Array) -> tuple[float, ...]:
    return tuple(matrix.T.astype(np.float32).ravel().tolist())


def _set(program: Any, **uniforms: Any) -> None:
    for name, value in uniforms.items():
        if name in program:  # a compiler drops what a shader does not use
            program[name].value = value
