"""What can be measured on the pixels of a picture."""

import numpy as np
from PIL import Image

from kiosk.layout import Box, Panel
from kiosk.window import pixels


def photograph(panel: Panel) -> np.ndarray:
    """Rows from the top down, red, green and blue from 0 to 255."""
    shot = np.frombuffer(pixels(panel.width, panel.height), np.uint8)
    return shot.reshape(panel.height, panel.width, 3)[::-1]


def part(shot: np.ndarray, box: Box) -> np.ndarray:
    """The pixels of a box whose origin is at the bottom left."""
    height, width = shot.shape[:2]
    left, right = max(0, int(box.x)), min(width, int(box.right) + 1)
    top, bottom = max(0, int(height - box.top)), min(height, int(height - box.y) + 1)
    return shot[top:bottom, left:right].reshape(-1, 3)


def contrast(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """WCAG contrast ratio of colours, each of the one with the other."""
    first, second = luminance(one), luminance(other)
    return (np.maximum(first, second) + 0.05) / (np.minimum(first, second) + 0.05)


def luminance(colours: np.ndarray) -> np.ndarray:
    share = np.asarray(colours, float) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def ground(colours: np.ndarray) -> np.ndarray:
    """The commonest colour, shades of a gradient counted together."""
    coarse = colours // 24 @ np.array([121, 11, 1])
    return np.median(colours[coarse == np.bincount(coarse).argmax()], axis=0)


def stands_out(shot: np.ndarray, box: Box, share: float) -> float:
    """Contrast of a box's ground with what is on it: with the `share` of its pixels that differ most."""
    colours = part(shot, box)
    return float(np.quantile(contrast(colours, ground(colours)), 1 - share))


def small(shot: np.ndarray) -> Image.Image:
    """As large as a stamp: 320 pixels wide."""
    height = round(320 * shot.shape[0] / shot.shape[1])
    return Image.fromarray(np.ascontiguousarray(shot)).resize((320, height), Image.Resampling.BOX)


def difference(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    """Of two stamps: the mean over all, and over the block of 8 x 8 where it is greatest; 0 .. 255."""
    first, second = (np.asarray(stamp.convert("RGB"), float) for stamp in (one, other))
    apart = np.abs(first - second).mean(axis=2)
    height, width = (side // 8 * 8 for side in apart.shape)
    blocks = apart[:height, :width].reshape(height // 8, 8, width // 8, 8).mean(axis=(1, 3))
    return float(apart.mean()), float(blocks.max())
