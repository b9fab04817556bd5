"""While nothing moves the detector rests, and nobody's stay ends for it."""

import numpy as np
import pytest

from sensors.settings import read_camera
from sensors.sparing import Sparing
from sensors.view import View
from sensors.watching import recipe_for

FPS = 2
SHOP = read_camera(
    {"fps": FPS, "zone": [{"name": "shelf", "kind": "display", "polygon": [[0.3, 0], [1, 0], [1, 1], [0.3, 1]]}]}
)


class Shopper:
    """Somebody who comes at 10 s, stands at the shelf from 20 s to 1220 s and leaves, in front of a noisy camera."""

    name, low_score, high_score, birth_score, counts_only = "eyes", 0.15, 0.5, 0.55, False

    def __init__(self):
        self.looks, self.x = 0, None
        self._grains = np.random.default_rng(1).normal(100, 3, (16, 240, 320, 3)).astype(np.uint8)

    def picture(self, at):
        self.x = self._at(at)
        picture = self._grains[int(at * 7) % 16].copy()
        if self.x is not None:
            picture[100:200, self.x - 20 : self.x + 20] += 60
        return picture

    def detect(self, frame):
        self.looks += 1
        there = [] if self.x is None else [[self.x - 20, 100, self.x + 20, 200, 0.9]]
        return np.array(there).reshape(-1, 5)

    def _at(self, at):
        if not 10 <= at <= 1230:
            return None
        return round(np.interp(at, [10, 20, 1220, 1230], [30, 200, 200, 30]))


def watched(seconds):
    shopper = Shopper()
    sparing, stays = Sparing(shopper, FPS), []
    view = View(SHOP, (320, 240), recipe_for(sparing))
    for step in range(seconds * FPS):
        at = step / FPS
        stays += view.update(sparing.detect(shopper.picture(at)), at).zones["shelf"].stays
    return shopper, stays + list(view.close().zones["shelf"].stays)


def test_who_stands_still_for_twenty_minutes_is_one_stay_of_twenty_minutes_and_seldom_looked_at():
    shopper, stays = watched(1250)
    assert [stay.seconds for stay in stays] == [pytest.approx(1206, abs=6)]
    assert shopper.looks < 0.1 * 1250 * FPS


def test_an_empty_shop_is_looked_at_every_ten_seconds_and_a_walker_in_every_frame():
    shopper = Shopper()
    sparing = Sparing(shopper, FPS)
    for step in range(20):
        sparing.detect(shopper.picture(2000 + step))
    assert shopper.looks == 1
    for step in range(20):
        sparing.detect(shopper.picture(10 + step / FPS))
    assert shopper.looks >= 20


def test_another_size_of_picture_is_looked_at_at_once():
    shopper = Shopper()
    sparing = Sparing(shopper, FPS)
    sparing.detect(shopper.picture(0))
    sparing.detect(shopper.picture(0)[:120])
    assert shopper.looks == 2
