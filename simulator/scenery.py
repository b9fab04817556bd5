"""The empty shop as a camera sees it: floor, walls, racks, shelves, counter, and how far each pixel of them is."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from simulator.camera import Camera
from simulator.figures import Image

Depth = npt.NDArray[np.float32]
Corner = tuple[float, float, float]
FINER = 2
FAR_WALL = 10.6
CEILING = 3.6


@dataclass(frozen=True)
class Panel:
    """A flat textured quadrilateral; corners from the texture's top left, clockwise, in metres."""

    corners: tuple[Corner, Corner, Corner, Corner]
    texture: Image
    hides: bool = True
    """Whether it can stand in front of people."""


def empty_shop(camera: Camera, seed: int) -> tuple[Image, Depth]:
    """The picture without people, and the depth of what can hide them (infinite elsewhere)."""
    rng = np.random.default_rng(seed)
    large = replace(camera, width=camera.width * FINER, height=camera.height * FINER)
    picture = np.full((large.height, large.width, 3), 178, dtype=np.uint8)
    far = np.full((camera.height, camera.width), np.inf, dtype=np.float32)
    rays = camera.rays()
    for panel in panels(camera.x, rng):
        _lay(picture, panel, large)
        if panel.hides:
            _measure(far, panel, camera, rays)
    picture = cv2.resize(picture, (camera.width, camera.height), interpolation=cv2.INTER_AREA)
    return _lit(picture, rng), far


def _lay(picture: Image, panel: Panel, camera: Camera) -> None:
    height, width = panel.texture.shape[:2]
    target, _ = camera.project(np.array(panel.corners))
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, target.astype(np.float32))
    size = (camera.width, camera.height)
    laid = cv2.warpPerspective(panel.texture, matrix, size, flags=cv2.INTER_LINEAR)
    mask = np.zeros(picture.shape[:2], dtype=np.uint8)
    cv2.fillConvexPoly(mask, np.rint(target).astype(np.int32), 255)
    picture[mask > 0] = laid[mask > 0]


def _measure(far: Depth, panel: Panel, camera: Camera, rays: npt.NDArray[np.float64]) -> None:
    corners = np.array(panel.corners)
    normal = np.cross(corners[1] - corners[0], corners[3] - corners[0])
    mask = np.zeros(far.shape, dtype=np.uint8)
    cv2.fillConvexPoly(mask, np.rint(camera.project(corners)[0]).astype(np.int32), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = ((corners[0] - camera.eye) @ normal) / (rays @ normal)
    inside = (mask > 0) & (depth > 0)
    far[inside] = np.minimum(far[inside], depth[inside]).astype(np.float32)


def _lit(picture: Image, rng: np.random.Generator) -> Image:
    """Uneven light: brighter under the lamps, darker towards the corners."""
    height, width = picture.shape[:2]
    across, down = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    light = 1.02 - 0.16 * (across**2 + 0.6 * down**2)
    for _ in range(4):
        x, y, size = rng.uniform(-0.8, 0.8), rng.uniform(-0.2, 0.9), rng.uniform(0.08, 0.2)
        light += 0.09 * np.exp(-((across - x) ** 2 + 2 * (down - y) ** 2) / size)
    return np.asarray(np.clip(picture * light[:, :, None], 0, 255), dtype=np.uint8)


def panels(x: float, rng: np.random.Generator) -> list[Panel]:
    """The furniture of the view whose camera hangs at x, far things first."""
    found = [_floor(x, rng), _back_wall(x, rng)]
    return found + (_door_side(rng) if x < 10 else _till_side(rng))


def _floor(x: float, rng: np.random.Generator) -> Panel:
    left, right, near, far, scale = x - 14.0, x + 14.0, -0.9, 16.0, 56
    width, depth = int((right - left) * scale), int((far - near) * scale)
    tiles = rng.normal(0, 3.5, (int(far - near) * 2 + 2, int(right - left) * 2 + 2))
    shade = cv2.resize(tiles, (width, depth), interpolation=cv2.INTER_NEAREST)
    texture = np.empty((depth, width, 3))
    texture[:] = (176, 184, 190)
    texture += shade[:, :, None]
    texture += cv2.resize(rng.normal(0, 5, (60, 90)), (width, depth), interpolation=cv2.INTER_CUBIC)[:, :, None]
    texture[:: scale // 2] *= 0.86
    texture[:, :: scale // 2] *= 0.86
    mall = slice(0, max(0, int((1.2 - left) * scale)))
    texture[:, mall] *= (0.80, 0.84, 0.92)
    corners = ((left, far, 0.0), (right, far, 0.0), (right, near, 0.0), (left, near, 0.0))
    return Panel(corners, np.clip(texture, 0, 255).astype(np.uint8), hides=False)


def _back_wall(x: float, rng: np.random.Generator) -> Panel:
    """Shelves full of folded things along the far wall."""
    left, right = max(1.2, x - 14.0), x + 14.0
    texture = _shelves(int((right - left) * 40), int(CEILING * 40), rng)
    return _upright((left, FAR_WALL), (right, FAR_WALL), CEILING, texture)


def _door_side(rng: np.random.Generator) -> list[Panel]:
    across = _posters(500, 150, rng)
    found = [_upright((-6.0, 18.0), (-6.0, 0.5), CEILING, across)]
    found.append(_upright((1.2, FAR_WALL), (1.2, 7.6), CEILING, _wall(120, 140, rng)))
    found += _rack(2.8, 5.0, 7.1, 7.7, 1.3, rng)
    found += _rack(5.7, 8.2, 7.1, 7.7, 1.4, rng)
    found += _block(9.3, 10.9, 5.0, FAR_WALL, 2.5, _curtains(140, 110, rng), rng)
    return found


def _till_side(rng: np.random.Generator) -> list[Panel]:
    found = _block(8.4, 10.6, 5.0, FAR_WALL, 2.5, _curtains(140, 110, rng), rng)
    found += _rack(11.0, 13.1, 7.1, 7.7, 1.5, rng)
    found += _rack(13.4, 15.7, 7.1, 7.7, 1.4, rng)
    found += _block(19.1, 21.2, 5.7, 6.2, 1.02, _wall(90, 50, rng), rng)
    return found


def _rack(left: float, right: float, near: float, far: float, tall: float, rng: np.random.Generator) -> list[Panel]:
    """Clothes on hangers."""
    return _block(left, right, near, far, tall, _clothes(int((right - left) * 60), int(tall * 60), rng), rng)


def _block(
    left: float, right: float, near: float, far: float, tall: float, front: Image, rng: np.random.Generator
) -> list[Panel]:
    """A box: its sides, top and front."""
    side = _wall(40, 60, rng)
    top = ((left, far, tall), (right, far, tall), (right, near, tall), (left, near, tall))
    return [
        _upright((left, far), (left, near), tall, side),
        _upright((right, near), (right, far), tall, side),
        Panel(top, _wall(60, 40, rng, 1.12)),
        _upright((left, near), (right, near), tall, front),
    ]


def _upright(start: tuple[float, float], end: tuple[float, float], tall: float, texture: Image) -> Panel:
    return Panel(((*start, tall), (*end, tall), (*end, 0.0), (*start, 0.0)), texture)


def _wall(width: int, height: int, rng: np.random.Generator, bright: float = 1.0) -> Image:
    base = np.array([168, 176, 184]) * rng.uniform(0.75, 1.05) * bright
    texture = base + rng.normal(0, 2.0, (height, width, 1))
    return np.clip(texture * np.linspace(1.05, 0.9, height)[:, None, None], 0, 255).astype(np.uint8)


def _shelves(width: int, height: int, rng: np.random.Generator) -> Image:
    texture = _wall(width, height, rng)
    for shelf in range(12, height - 8, 22):
        texture[shelf + 16 : shelf + 19] = (92, 104, 116)
        for left in range(4, width - 14, 15):
            if rng.random() < 0.8:
                tall = int(rng.integers(5, 15))
                texture[shelf + 16 - tall : shelf + 16, left : left + 12] = _cloth(rng)
    return _soft(texture, 0.8)


def _clothes(width: int, height: int, rng: np.random.Generator) -> Image:
    texture = np.full((height, width, 3), 120, dtype=np.uint8)
    left = 0
    while left < width:
        wide = int(rng.integers(3, 9))
        texture[6 : height - int(rng.integers(8, 26)), left : left + wide] = _cloth(rng)
        left += wide
    texture[2:5] = (150, 150, 154)
    return _soft(texture, 0.9)


def _curtains(width: int, height: int, rng: np.random.Generator) -> Image:
    folds = 0.8 + 0.2 * np.sin(np.arange(width) * 0.55 + rng.normal(0, 0.2, width))
    texture = np.array([96, 88, 128]) * folds[None, :, None] * np.ones((height, 1, 1))
    texture[: height // 12] = (150, 158, 166)
    return np.clip(texture, 0, 255).astype(np.uint8)


def _posters(width: int, height: int, rng: np.random.Generator) -> Image:
    """The shop fronts across the mall."""
    texture = _wall(width, height, rng, 0.9)
    for left in range(10, width - 70, 90):
        texture[18 : height - 20, left : left + 70] = rng.integers(120, 235, 3)
        texture[40 : height - 50, left + 8 : left + 62] = rng.integers(60, 200, 3)
    return _soft(texture, 1.2)


def _cloth(rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Pale goods: the eye, and the detector, should find the people."""
    return np.asarray(rng.integers(118, 205) + rng.integers(-24, 25, 3))


def _soft(texture: Image, sigma: float) -> Image:
    return np.asarray(cv2.GaussianBlur(texture, (0, 0), sigma), dtype=np.uint8)
