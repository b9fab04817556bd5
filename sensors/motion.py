"""How boxes move: a constant-velocity Kalman filter per person, in seconds rather than frames.

A box is centre x, centre y, width, height. The four are filtered apart, so each is a position with a speed and
their three variances: no matrices, and all people are one array operation. Noise scales with the person's height.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Standard deviations in body heights; speeds and drifts per second.
SPREAD = np.array([0.1, 0.1, 0.1, 0.1])
SPEED_SPREAD = np.array([0.6, 0.6, 0.1, 0.1])
DRIFT = np.array([0.16, 0.16, 0.16, 0.16])
SPEED_DRIFT = np.array([0.66, 0.66, 0.06, 0.06])  # people keep their pace: more makes feet waver on a line
NOISE = np.array([0.12, 0.12, 0.17, 0.17])

SMALLEST = 4.0
"""Pixels; no person is smaller."""


class Motion:
    """Where n people are and how they move; rows are people, in the order in which they were added."""

    def __init__(self) -> None:
        self.place, self.speed = np.zeros((0, 4)), np.zeros((0, 4))
        self._var, self._cov, self._speed_var = np.zeros((0, 4)), np.zeros((0, 4)), np.zeros((0, 4))

    @property
    def boxes(self) -> Array:
        """(n, 4): x1, y1, x2, y2."""
        return corners(self.place)

    def add(self, boxes: Array) -> None:
        """People who are seen for the first time; (m, 4) x1, y1, x2, y2."""
        place = centres(boxes)
        height = place[:, 3:]
        self.place = np.concatenate([self.place, place])
        self.speed = np.concatenate([self.speed, np.zeros_like(place)])
        self._var = np.concatenate([self._var, (SPREAD * height) ** 2])
        self._cov = np.concatenate([self._cov, np.zeros_like(place)])
        self._speed_var = np.concatenate([self._speed_var, (SPEED_SPREAD * height) ** 2])

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Forgets everybody else."""
        self.place, self.speed = self.place[mask], self.speed[mask]
        self._var, self._cov, self._speed_var = self._var[mask], self._cov[mask], self._speed_var[mask]

    def predict(self, seconds: float) -> None:
        """Everybody walks on."""
        height = self.place[:, 3:]
        self.place = self.place + self.speed * seconds
        self.place[:, 2:] = np.maximum(self.place[:, 2:], SMALLEST)
        self._var = self._var + 2 * seconds * self._cov + seconds**2 * self._speed_var + (DRIFT * height) ** 2 * seconds
        self._cov = self._cov + seconds * self._speed_var
        self._speed_var = self._speed_var + (SPEED_DRIFT * height) ** 2 * seconds

    def correct(self, rows: list[int], boxes: Array) -> None:
        """These people were seen again, at these boxes (m, 4)."""
        error = centres(boxes) - self.place[rows]
        total = self._var[rows] + (NOISE * self.place[rows][:, 3:]) ** 2
        gain, speed_gain = self._var[rows] / total, self._cov[rows] / total
        self.place[rows] += gain * error
        self.speed[rows] += speed_gain * error
        self._speed_var[rows] -= speed_gain * self._cov[rows]
        self._cov[rows] *= 1 - gain
        self._var[rows] *= 1 - gain


def centres(boxes: Array) -> Array:
    """x1, y1, x2, y2 as centre x, centre y, width, height."""
    low, high = boxes[:, :2], boxes[:, 2:4]
    return np.concatenate([(low + high) / 2, high - low], axis=1)


def corners(place: Array) -> Array:
    half = place[:, 2:] / 2
    return np.concatenate([place[:, :2] - half, place[:, :2] + half], axis=1)
