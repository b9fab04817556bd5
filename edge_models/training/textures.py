"""Surfaces of shops and streets, painted by dice: RGBA layers of SIDE x SIDE pixels, by kind."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 128
Array = NDArray[Any]
Dice = np.random.Generator
Painter = Callable[[Dice], Array]


class Kind(StrEnum):
    GROUND = "ground"
    WALL = "wall"
    SHELF = "shelf"
    RACK = "rack"
    POSTER = "poster"
    LEAF = "leaf"


_LAYERS = {Kind.GROUND: 44, Kind.WALL: 36, Kind.SHELF: 26, Kind.RACK: 12, Kind.POSTER: 16, Kind.LEAF: 16}


def atlas(dice: Dice) -> tuple[Array, dict[Kind, range]]:
    """All layers, (layers, SIDE, SIDE, 4) uint8, and which of them are of each kind."""
    layers: list[Array] = []
    kinds = {}
    for kind, count in _LAYERS.items():
        kinds[kind] = range(len(layers), len(layers) + count)
        layers += [_layer(kind, dice) for _ in range(count)]
    return np.stack(layers), kinds


def _layer(kind: Kind, dice: Dice) -> Array:
    layer = np.full((SIDE, SIDE, 4), 255, np.uint8)
    layer[..., :3] = np.clip(_PAINTERS[kind](dice), 0, 255)
    if kind == Kind.LEAF:
        layer[..., 3] = np.where(_clouds(dice, 8, 5, 0.8) > -0.55, 255, 0)
    return layer


def _clouds(dice: Dice, coarsest: int, octaves: int, fall: float = 0.6) -> Array:
    """Seamless noise of several scales, mean 0 and deviation about 1."""
    total, weight, power, cells = np.zeros((SIDE, SIDE), np.float32), 1.0, 0.0, coarsest
    for _ in range(octaves):
        if cells > SIDE:
            break
        grid = np.pad(dice.normal(0, 1, (cells, cells)).astype(np.float32), 2, mode="wrap")
        scale = SIDE / cells
        large = cv2.resize(grid, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        edge = round(2 * scale)
        total += weight * large[edge : edge + SIDE, edge : edge + SIDE]
        power, weight, cells = power + weight**2, weight * fall, cells * 2
    return total / np.sqrt(power)


def _grain(dice: Dice) -> Array:
    return dice.normal(0, 1, (SIDE, SIDE, 1)).astype(np.float32)


def _colour(dice: Dice) -> Array:
    chance = dice.random()
    if chance < 0.5:
        return np.clip(np.full(3, dice.uniform(40, 225)) + dice.normal(0, 8, 3), 0, 255)
    if chance < 0.8:
        return np.clip(np.full(3, dice.uniform(40, 210)) + dice.normal(0, 28, 3), 0, 255)
    return dice.uniform(0, 255, 3)


def _flat(dice: Dice) -> Array:
    return np.zeros((SIDE, SIDE, 3), np.float32) + _colour(dice)


def _one_of(dice: Dice, *painters: Painter) -> Painter:
    return painters[int(dice.integers(len(painters)))]


def _any_of(dice: Dice, *sizes: int) -> int:
    return int(dice.choice(sizes))


# ---- floors ---------------------------------------------------------------------------------------------------------


def _ground(dice: Dice) -> Array:
    return _one_of(dice, _grass, _asphalt, _asphalt, _tiles, _tiles, _planks, _carpet, _gravel)(dice)


def _grass(dice: Dice) -> Array:
    green = dice.uniform(60, 150)
    blade = np.array([green * dice.uniform(0.65, 1.0), green, green * dice.uniform(0.3, 0.8)])
    clumps = _clouds(dice, 4, 6, 0.8)[..., None] * dice.uniform(6, 18) * np.array([1, 1, 0.7])
    return blade + clumps + _grain(dice) * dice.uniform(4, 22)


def _asphalt(dice: Dice) -> Array:
    tone = np.full(3, dice.uniform(60, 190)) + dice.normal(0, 7, 3)
    stains = _clouds(dice, _any_of(dice, 2, 4, 8), 6, 0.7)[..., None] * dice.uniform(2, 14)
    return tone + stains + _grain(dice) * dice.uniform(1, 14)


def _tiles(dice: Dice) -> Array:
    high = _any_of(dice, 8, 16, 32, 64)
    wide = min(high * _any_of(dice, 1, 2), SIDE)
    shades = dice.normal(0, dice.uniform(0, 18), (SIDE // high, SIDE // wide, 1))
    floor = _flat(dice) + np.repeat(np.repeat(shades, high, 0), wide, 1)
    if dice.random() < 0.2:
        chequer = np.add.outer(np.arange(SIDE) // high, np.arange(SIDE) // wide) % 2 == 1
        floor[chequer] = _colour(dice)
    floor[::high] = floor[:, ::wide] = _colour(dice)
    return floor + _clouds(dice, 4, 5)[..., None] * dice.uniform(1, 8) + _grain(dice) * dice.uniform(1, 6)


def _planks(dice: Dice) -> Array:
    board = _any_of(dice, 8, 16, 32)
    tone = np.sort([dice.uniform(90, 200), dice.uniform(60, 150), dice.uniform(30, 110)])[::-1]
    veins = cv2.resize(dice.normal(0, 1, (SIDE, 4)).astype(np.float32), (SIDE, SIDE))[..., None] * dice.uniform(4, 16)
    floor = tone + veins + np.repeat(dice.normal(0, 10, (SIDE // board, 1, 1)), board, 0)
    floor[::board] -= dice.uniform(10, 50)
    return np.asarray(floor)


def _carpet(dice: Dice) -> Array:
    share = np.clip(_clouds(dice, _any_of(dice, 8, 16), 3) * 0.8 + 0.5, 0, 1)[..., None]
    return _flat(dice) * (1 - share) + _flat(dice) * share + _grain(dice) * dice.uniform(2, 12)


def _gravel(dice: Dice) -> Array:
    tone = np.array([dice.uniform(100, 190), dice.uniform(90, 160), dice.uniform(70, 130)])
    return tone + _clouds(dice, 4, 6, 0.8)[..., None] * dice.uniform(8, 25) + _grain(dice) * dice.uniform(8, 30)


# ---- walls ----------------------------------------------------------------------------------------------------------


def _wall(dice: Dice) -> Array:
    return _one_of(dice, _plaster, _plaster, _bricks, _facade, _cladding, _glass)(dice)


def _plaster(dice: Dice) -> Array:
    return _flat(dice) + _clouds(dice, 4, 5)[..., None] * dice.uniform(1, 9)


def _bricks(dice: Dice) -> Array:
    high, joint = _any_of(dice, 8, 16), _colour(dice)
    clay = np.array([dice.uniform(110, 190), dice.uniform(60, 120), dice.uniform(40, 100)])
    wall = np.tile(clay, (SIDE, SIDE, 1))
    for row in range(SIDE // high):
        shift, rows = row % 2 * high, slice(row * high, (row + 1) * high)
        shades = np.roll(np.repeat(dice.normal(0, 14, SIDE // (2 * high)), 2 * high), shift)
        wall[rows] += shades[None, :, None]
        wall[row * high] = joint
        wall[rows, (np.arange(0, SIDE, 2 * high) + shift) % SIDE] = joint
    return wall + _clouds(dice, 4, 5)[..., None] * 5


def _facade(dice: Dice) -> Array:
    wall, cell = _flat(dice), _any_of(dice, 32, 64)
    above, beside = dice.integers(3, cell // 3, 2)
    for y in range(0, SIDE, cell):
        for x in range(0, SIDE, cell):
            pane = np.full(3, dice.uniform(10, 110)) + dice.normal(0, 8, 3)
            wall[y + above : y + cell - above, x + beside : x + cell - beside] = pane
            wall[y + above : y + cell - above, x + cell // 2] = _colour(dice)
    return wall + _clouds(dice, 4, 5)[..., None] * 3


def _cladding(dice: Dice) -> Array:
    wide = _any_of(dice, 4, 8, 16, 32)
    wall = _flat(dice) + np.repeat(dice.normal(0, 12, (1, SIDE // wide, 1)), wide, 1)
    wall[:, ::wide] -= dice.uniform(5, 50)
    return wall + _clouds(dice, 4, 5)[..., None] * 3


def _glass(dice: Dice) -> Array:
    sky = np.linspace(dice.uniform(20, 150), dice.uniform(20, 200), SIDE)[:, None, None] * np.ones((1, SIDE, 3))
    pane, frame = _any_of(dice, 32, 64), _colour(dice)
    wall = sky + _clouds(dice, 4, 5)[..., None] * dice.uniform(5, 25)
    wall[:, ::pane] = wall[:, 1::pane] = frame
    wall[::64] = _colour(dice)
    return np.asarray(wall)


# ---- goods ----------------------------------------------------------------------------------------------------------


def _shelf(dice: Dice) -> Array:
    """Rows of products, several of each beside each other."""
    goods = np.zeros((SIDE, SIDE, 3), np.float32) + dice.uniform(15, 70)
    rows, board = int(dice.integers(2, 6)), _colour(dice)
    for row in range(rows):
        bottom, x = (row + 1) * SIDE // rows, 0
        while x < SIDE:
            x = _products(goods, dice, x, bottom - 3, SIDE / rows)
        goods[bottom - 3 : bottom] = board
    return goods + _clouds(dice, 4, 4)[..., None] * 3


def _products(goods: Array, dice: Dice, x: int, foot: int, room: float) -> int:
    """Paint a few of the same product from x on; returns where they end."""
    wide, high = int(dice.integers(3, 18)), int(dice.uniform(0.4, 0.9) * room)
    pack, label = dice.uniform(10, 250, 3), _colour(dice)
    for _ in range(int(dice.integers(1, 6))):
        goods[max(foot - high, 0) : foot, x : x + wide - 1] = pack * dice.uniform(0.85, 1.1)
        if wide > 6:
            goods[max(foot - int(high * 0.7), 0) : foot - int(high * 0.4), x + 1 : x + wide - 2] = label
        x += wide + int(dice.random() < 0.3)
    return x


def _rack(dice: Dice) -> Array:
    """Clothes on hangers, or a curtain."""
    rail, x = np.zeros((SIDE, SIDE, 3), np.float32) + dice.uniform(20, 80), 0
    while x < SIDE:
        wide = min(int(dice.integers(4, 20)), SIDE - x)
        top, hem = int(dice.integers(0, 20)), int(dice.uniform(0.6, 1) * SIDE)
        rail[top:hem, x : x + wide] = _colour(dice) + np.linspace(-15, 10, wide)[None, :, None]
        x += wide
    return rail + _clouds(dice, 8, 4)[..., None] * 5


def _poster(dice: Dice) -> Array:
    sheet = _flat(dice).astype(np.uint8)
    for _ in range(int(dice.integers(2, 12))):
        x, y = (int(v) for v in dice.integers(0, SIDE, 2))
        wide, high = (int(v) for v in dice.integers(4, 70, 2))
        colour = tuple(float(v) for v in dice.uniform(0, 255, 3))
        match dice.integers(5):
            case 0 | 1:
                cv2.rectangle(sheet, (x, y), (x + wide, y + high), colour, -1)
            case 2:
                cv2.circle(sheet, (x, y), wide // 2 + 1, colour, -1)
            case _:
                word = "".join(chr(letter) for letter in dice.integers(65, 91, int(dice.integers(2, 8))))
                size, width = float(dice.uniform(0.4, 1.6)), int(dice.integers(1, 4))
                cv2.putText(sheet, word, (x - 20, y), int(dice.integers(0, 4)), size, colour, width, cv2.LINE_AA)
    return sheet.astype(np.float32)


def _leaf(dice: Dice) -> Array:
    green = np.array([dice.uniform(20, 90), dice.uniform(45, 120), dice.uniform(10, 60)])
    return green * (1 + 0.35 * _clouds(dice, 4, 6, 0.85)[..., None]) + _grain(dice) * 14


_PAINTERS: dict[Kind, Painter] = {
    Kind.GROUND: _ground,
    Kind.WALL: _wall,
    Kind.SHELF: _shelf,
    Kind.RACK: _rack,
    Kind.POSTER: _poster,
    Kind.LEAF: _leaf,
}
