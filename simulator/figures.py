"""People in a picture: their mesh in perspective, lit from the ceiling, antialiased, with a shadow on the floor."""

from dataclasses import dataclass
from math import cos, sin

import cv2
import numpy as np
import numpy.typing as npt

from simulator.bodies import Body, Floats
from simulator.camera import Camera

Image = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels."""
FINER = 2
"""Drawn this much larger and then averaged down."""
SHIFT = 3
"""Fractional bits of the polygon corners."""
LIGHT = np.array([0.25, -0.45, 0.86])
SMALLEST_PIXELS = 12


@dataclass(frozen=True)
class Pose:
    """How and where somebody stands at one moment; metres and radians."""

    x: float
    y: float
    heading: float
    """Direction they face: 0 along +x, anticlockwise seen from above."""
    stride: float = 0.0
    swing: float = 0.0
    reach: float = 0.0


@dataclass(frozen=True)
class Sprite:
    """A person cut out: colours premultiplied with their cover, and where they go in the picture."""

    left: int
    top: int
    colours: Image
    cover: Image
    depth: float
    box: Box


def draw(body: Body, pose: Pose, camera: Camera) -> Sprite | None:
    """The person as the camera sees them; None when out of the picture or too small."""
    points, faces, colours = body.mesh(pose.stride, pose.swing, pose.reach)
    world = _placed(points, pose)
    pixels, depth = camera.project(world)
    if depth.min() < 0.5:
        return None
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    left, top = int(np.floor(low[0])) - 2, int(np.floor(low[1])) - 2
    width, height = int(np.ceil(high[0])) + 2 - left, int(np.ceil(high[1])) + 2 - top
    out = left + width < 0 or top + height < 0 or left > camera.width or top > camera.height
    if out or height < SMALLEST_PIXELS or height > camera.height * 1.5:
        return None
    corners = (pixels[faces] - (left, top)) * FINER
    order, lit = _visible(corners, world[faces], depth[faces].mean(axis=1), colours)
    canvas = np.zeros((height * FINER, width * FINER, 4), dtype=np.uint8)
    for corner, colour in zip(np.rint(corners[order] * (1 << SHIFT)).astype(np.int32), lit.tolist(), strict=True):
        cv2.fillConvexPoly(canvas, corner, colour, cv2.LINE_8, SHIFT)
    small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    return Sprite(left, top, small[:, :, :3], small[:, :, 3], float(depth.mean()), box)


def _placed(points: Floats, pose: Pose) -> Floats:
    """From the person's own axes (x right, y forward) to the shop's."""
    c, s = cos(pose.heading), sin(pose.heading)
    turned = np.empty_like(points)
    turned[:, 0] = pose.x + points[:, 1] * c + points[:, 0] * s
    turned[:, 1] = pose.y + points[:, 1] * s - points[:, 0] * c
    turned[:, 2] = points[:, 2]
    return turned


def _visible(corners: Floats, world: Floats, depth: Floats, colours: Floats) -> tuple[npt.NDArray[np.int64], Image]:
    """Quads that face the camera, far ones first, and their colours in this light."""
    one, two = corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]
    facing = np.flatnonzero(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0] < 0)
    order = facing[np.argsort(-depth[facing])]
    quads = world[order]
    normal = np.cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12
    middle = quads[:, :, 2].mean(axis=1)
    sky = 0.62 + 0.2 * normal[:, 2]
    lamp = 0.5 * np.maximum(normal @ LIGHT, 0)
    dim = 0.72 + 0.28 * np.minimum(middle / 1.1, 1.0)
    lit = np.empty((len(order), 4), dtype=np.float64)
    lit[:, :3] = colours[order] * ((sky + lamp) * dim)[:, None]
    lit[:, 3] = 255
    return order, np.clip(lit, 0, 255).astype(np.uint8)


def paste(picture: Image, sprite: Sprite, far: npt.NDArray[np.float32]) -> None:
    """Put the person into the picture, behind what is nearer than they are."""
    height, width = picture.shape[:2]
    x1, y1 = max(sprite.left, 0), max(sprite.top, 0)
    x2, y2 = min(sprite.left + sprite.cover.shape[1], width), min(sprite.top + sprite.cover.shape[0], height)
    if x1 >= x2 or y1 >= y2:
        return
    part = slice(y1 - sprite.top, y2 - sprite.top), slice(x1 - sprite.left, x2 - sprite.left)
    hidden = far[y1:y2, x1:x2] < sprite.depth - 0.1
    cover, colours = sprite.cover[part], sprite.colours[part]
    if hidden.any():
        cover, colours = cover.copy(), colours.copy()
        cover[hidden], colours[hidden] = 0, 0
    view = picture[y1:y2, x1:x2]
    rest = cv2.cvtColor(255 - cover, cv2.COLOR_GRAY2BGR)
    cv2.add(colours, cv2.multiply(view, rest, scale=1 / 255), dst=view)


def shadow(picture: Image, pose: Pose, camera: Camera) -> None:
    """The soft darkening under somebody's feet."""
    (x, y), (edge, _) = camera.spot(pose.x, pose.y), camera.spot(pose.x + 0.42, pose.y)
    wide = max(int((edge - x) * camera.width), 3)
    tall = max(int(wide * 0.42), 2)
    left, top = int(x * camera.width) - wide, int(y * camera.height) - tall
    x1, y1, x2, y2 = max(left, 0), max(top, 0), min(left + 2 * wide, camera.width), min(top + 2 * tall, camera.height)
    if x1 >= x2 or y1 >= y2:
        return
    blob = cv2.resize(BLOB, (2 * wide, 2 * tall), interpolation=cv2.INTER_AREA)[
        y1 - top : y2 - top, x1 - left : x2 - left
    ]
    view = picture[y1:y2, x1:x2]
    cv2.multiply(view, cv2.cvtColor(blob, cv2.COLOR_GRAY2BGR), dst=view, scale=1 / 255)


def _blob() -> Image:
    across = np.linspace(-1, 1, 64)
    distance = across[None, :] ** 2 + across[:, None] ** 2
    return np.asarray(255 * (1 - 0.55 * np.exp(-3.2 * distance) * (distance < 1)), dtype=np.uint8)


BLOB = _blob()
