"""A pinhole camera under the ceiling: the shop floor in metres to pixels and back."""

from dataclasses import dataclass, field
from math import atan2, cos, sin

import numpy as np
import numpy.typing as npt

from simulator import floor

Points = npt.NDArray[np.float64]
"""(n, 3) metres, or (n, 2) pixels."""


@dataclass(frozen=True)
class Camera:
    """Hangs at (x, y, height) and looks along +y at a spot `ahead` metres away on the floor."""

    x: float
    width: int = 640
    height: int = 480
    y: float = -1.7
    above: float = 3.3
    ahead: float = 6.6
    focal: float = field(init=False)
    """Pixels."""
    turn: Points = field(init=False, compare=False)
    """Rows: right, up and forward of the camera in the shop."""

    def __post_init__(self) -> None:
        tilt = atan2(self.above, self.ahead)
        turn = [[1, 0, 0], [0, sin(tilt), cos(tilt)], [0, cos(tilt), -sin(tilt)]]
        object.__setattr__(self, "focal", 0.78 * self.width)
        object.__setattr__(self, "turn", np.array(turn, dtype=np.float64))

    @property
    def eye(self) -> Points:
        return np.array([self.x, self.y, self.above])

    def project(self, points: Points) -> tuple[Points, Points]:
        """Pixels (n, 2) and depth along the view (n,) of points (n, 3)."""
        seen = (points - self.eye) @ self.turn.T
        depth = np.maximum(seen[:, 2], 0.05)
        pixels = np.empty((len(points), 2))
        pixels[:, 0] = self.width / 2 + self.focal * seen[:, 0] / depth
        pixels[:, 1] = self.height / 2 - self.focal * seen[:, 1] / depth
        return pixels, seen[:, 2]

    def spot(self, x: float, y: float, z: float = 0.0) -> tuple[float, float]:
        """Normalised image coordinates of one point of the shop."""
        pixels, _ = self.project(np.array([[x, y, z]]))
        return float(pixels[0, 0] / self.width), float(pixels[0, 1] / self.height)

    def rays(self) -> Points:
        """Direction in the shop through every pixel, (h, w, 3), with depth 1 along the view."""
        across, down = np.meshgrid(np.arange(self.width) + 0.5, np.arange(self.height) + 0.5)
        right, up = (across - self.width / 2) / self.focal, (self.height / 2 - down) / self.focal
        view = np.stack([right, up, np.ones_like(right)], axis=2)
        return np.asarray(view @ self.turn, dtype=np.float64)


def camera_of(device: str, width: int = 640, height: int = 480) -> Camera:
    """The camera of that device; ValueError for one that the shop does not have."""
    if device not in floor.VIEWS:
        raise ValueError(f"there is no camera {device!r}; the shop has {', '.join(floor.VIEWS)}")
    view = floor.VIEWS[device]
    return Camera(view.x, width, height, view.y, view.above, view.ahead)
