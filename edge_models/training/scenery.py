"""A scene as far as it is furnished: its viewpoint, its surfaces, its triangles, and the dice that decide the rest."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edge_models.training.solids import placed
from edge_models.training.textures import Kind
from edge_models.training.viewpoint import HEIGHT, WIDTH, View, Viewpoint

Array = NDArray[Any]
Dice = np.random.Generator
TURN = 2 * np.pi
_INDOORS = {View.FAR: 0.0, View.SHOP: 1.0, View.MIDDLE: 0.35, View.OVERHEAD: 0.7, View.NEAR: 0.75}


@dataclass
class Scenery:
    """Triangles so far, and where nobody can stand because something does."""

    viewpoint: Viewpoint
    kinds: dict[Kind, range]
    dice: Dice
    rows: list[Array] = field(default_factory=list)
    taken: list[tuple[float, float, float]] = field(default_factory=list)
    """x, y, radius in metres."""

    def __post_init__(self) -> None:
        self.indoors = self.dice.random() < _INDOORS[self.viewpoint.view]

    def add(
        self, solid: Array, centre: ArrayLike, size: ArrayLike, turned: float | Array, layer: int, tint: ArrayLike,
        repeat: tuple[float, float] = (1.0, 1.0),
    ) -> None:  # fmt: skip
        self.rows.append(placed(solid, centre, size, turned, layer, tint, repeat))

    def between(self, low: float, high: float) -> float:
        return float(self.dice.uniform(low, high))

    def layer(self, *kinds: Kind) -> int:
        kind = kinds[int(self.dice.integers(len(kinds)))]
        return int(self.dice.choice(list(self.kinds[kind])))

    def tint(self, low: float = 0.6, high: float = 1.25) -> Array:
        return np.clip(np.full(3, self.between(low, high)) * (1 + self.dice.normal(0, 0.06, 3)), 0.1, 1.6)

    def cloth(self) -> Array:
        """A colour as clothes have it: mostly dark, pale or blue."""
        dice, chance = self.dice, self.dice.random()
        if chance < 0.38:
            colour = np.full(3, dice.uniform(0.03, 0.25)) + dice.normal(0, 0.02, 3)
        elif chance < 0.55:
            colour = np.full(3, dice.uniform(0.55, 0.95)) + dice.normal(0, 0.03, 3)
        elif chance < 0.70:
            colour = np.array([dice.uniform(0.05, 0.2), dice.uniform(0.1, 0.3), dice.uniform(0.25, 0.5)])
        elif chance < 0.80:
            colour = np.array([dice.uniform(0.3, 0.65), dice.uniform(0.25, 0.5), dice.uniform(0.15, 0.4)])
        else:
            colour = dice.uniform(0.03, 0.95, 3)
        return np.clip(colour, 0.02, 1)

    def spot(self, below: float = 1.15) -> Array | None:
        """Somewhere on the floor that the camera sees; None when twenty looks found nothing."""
        for _ in range(20):
            place = self.viewpoint.on_floor(self.between(-0.05, 1.05) * WIDTH, self.between(0, below) * HEIGHT)
            near_lens = place is not None and np.hypot(place[0], place[1]) <= 0.9
            if place is not None and not near_lens and place[1] < self.viewpoint.reach * 4 + 8:
                return place
        return None

    def is_free(self, place: Array, radius: float) -> bool:
        return all(np.hypot(place[0] - x, place[1] - y) >= r + radius for x, y, r in self.taken)
