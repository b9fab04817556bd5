"""How a box moves: a constant-velocity Kalman filter for one person, in seconds rather than frames.

A box is centre x, centre y, width, height. The four are filtered apart, so each is a position with a speed and
their three variances: no matrices. Noise scales with the person's height. A shop view holds a dozen people, for whom
plain numbers are several times as fast as arrays.
"""

Box = list[float]
"""x1, y1, x2, y2 in pixels; what follows, such as a score, is ignored here."""

# Standard deviations in body heights, of centre x and y, width and height; speeds and drifts per second.
SPREAD = (0.1, 0.1, 0.1, 0.1)
SPEED_SPREAD = (0.6, 0.6, 0.1, 0.1)
DRIFT = (0.16, 0.16, 0.16, 0.16)
SPEED_DRIFT = (0.66, 0.66, 0.06, 0.06)  # people keep their pace: more makes feet waver on a line
NOISE = (0.12, 0.12, 0.17, 0.17)

SMALLEST = 4.0
"""Pixels; no person is smaller."""


class Motion:
    """Where somebody is, how they move, and how sure that is."""

    def __init__(self, box: Box) -> None:
        self._place, self.speed = _centre_and_size(box), [0.0] * 4
        """Pixels, and pixels a second, of centre x and y, width and height."""
        height = max(self._place[3], SMALLEST)
        self._var = [(spread * height) ** 2 for spread in SPREAD]
        self._cov = [0.0] * 4
        self._speed_var = [(spread * height) ** 2 for spread in SPEED_SPREAD]

    @property
    def box(self) -> Box:
        x, y, width, height = self._place
        return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]

    def predict(self, seconds: float) -> None:
        """They walk on."""
        place, height = self._place, self._place[3]
        for i in range(4):
            place[i] += self.speed[i] * seconds
            self._var[i] += 2 * seconds * self._cov[i] + seconds**2 * self._speed_var[i]
            self._var[i] += (DRIFT[i] * height) ** 2 * seconds
            self._cov[i] += seconds * self._speed_var[i]
            self._speed_var[i] += (SPEED_DRIFT[i] * height) ** 2 * seconds
        place[2], place[3] = max(place[2], SMALLEST), max(place[3], SMALLEST)

    def correct(self, box: Box) -> None:
        """They were seen again, in this box."""
        seen, height = _centre_and_size(box), self._place[3]
        for i in range(4):
            error = seen[i] - self._place[i]
            total = self._var[i] + (NOISE[i] * height) ** 2
            gain, speed_gain = self._var[i] / total, self._cov[i] / total
            self._place[i] += gain * error
            self.speed[i] += speed_gain * error
            self._speed_var[i] -= speed_gain * self._cov[i]
            self._cov[i] *= 1 - gain
            self._var[i] *= 1 - gain


def _centre_and_size(box: Box) -> list[float]:
    return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0], box[3] - box[1]]
