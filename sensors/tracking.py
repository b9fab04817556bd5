"""Detections become people with a path, at any frame rate: association as in BYTE, on a filter that runs in seconds."""

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from events.geometry import Point
from sensors.assignment import FORBIDDEN, assign
from sensors.motion import Box, Motion

Array = NDArray[np.floating]
FURTHEST = 1e6
"""Pixels; no picture is as wide."""
LARGEST_GROWTH = 0.5
"""Logarithm of a change in height from one frame to the next."""


@dataclass(frozen=True, slots=True)
class Track:
    """A person as seen just now. The id means nothing outside this process and never leaves it."""

    id: int
    foot: Point
    """Where they stand: the bottom centre of the box, in pixels."""
    height: float
    """Pixels."""
    speed: Point
    """Pixels per second."""
    first_foot: Point
    first_seen: float
    """Where and when the first detection was; a track is believed a little later."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a tracker needs to know of its detector, and how generous it is."""

    birth_score: float = 0.55
    high_score: float = 0.5
    low_score: float = 0.15
    hits: int = 2
    """Sightings before a track is believed."""
    memory_seconds: float = 2.0
    reach_heights: float = 0.8
    """How far from the expected place, in body heights, somebody may turn up."""
    least_overlap: float = 0.15


@dataclass(slots=True)
class _Life:
    """What is remembered of one person."""

    motion: Motion
    first_foot: Point
    first_seen: float
    last_seen: float
    id: int = 0
    """0 until believed."""
    hits: int = 1


class Tracker:
    """`update` with the detections of a frame, `reset` when the view changes."""

    def __init__(self, recipe: Recipe = Recipe()) -> None:
        self._recipe = recipe
        self._ids = 0
        self.reset()

    def reset(self) -> None:
        """Forgets everybody; ids are never used again."""
        self._lives = list[_Life]()
        self._now: float | None = None

    def update(self, detections: Array, now: float) -> list[Track]:
        """Those people who are seen in this frame. Detections: (n, 5) x1, y1, x2, y2 in pixels, score; `now` rises."""
        seconds = 0.0 if self._now is None else now - self._now
        if seconds < 0:
            raise ValueError(f"time runs backwards: {now} after {self._now}")
        self._now = now
        for life in self._lives:
            life.motion.predict(seconds)
        boxes = [box for box in np.asarray(detections).reshape(-1, 5).tolist() if _is_possible(box)]
        fresh = self._associate(boxes, seconds)
        self._retire(now)
        self._spawn(fresh, now)
        return self._seen(now)

    def _associate(self, detections: list[Box], seconds: float) -> list[Box]:
        """Sure detections first, then unsure ones for those still missing; answers the sure ones nobody took."""
        recipe = self._recipe
        sure = [box for box in detections if box[4] >= recipe.high_score]
        unsure = [box for box in detections if recipe.low_score <= box[4] < recipe.high_score]
        believed = [life for life in self._lives if life.id]
        left = self._match(believed, sure, recipe.reach_heights, seconds)
        missing = [life for life in believed if life.last_seen != self._now]
        self._match(missing, unsure, recipe.reach_heights / 2, seconds)
        return self._match([life for life in self._lives if not life.id], left, recipe.reach_heights, seconds)

    def _match(self, people: list[_Life], boxes: list[Box], reach: float, seconds: float) -> list[Box]:
        """Corrects people to their boxes; answers the boxes that are nobody's."""
        if not people or not boxes:
            return boxes
        assert self._now is not None
        costs = []
        for life in people:
            unseen = min(max(self._now - life.last_seen - seconds, 0.0), 2.0)
            costs.append(_costs(life.motion.box, boxes, reach * (1 + 0.5 * unseen), self._recipe.least_overlap))
        taken = set()
        for row, j in assign(costs):
            people[row].motion.correct(boxes[j])
            people[row].last_seen = self._now
            people[row].hits += 1
            taken.add(j)
        return [box for j, box in enumerate(boxes) if j not in taken]

    def _retire(self, now: float) -> None:
        """Whoever is unseen for too long is gone; who is not believed yet, at the first miss."""
        memory = self._recipe.memory_seconds
        self._lives = [
            life for life in self._lives if life.last_seen == now or (life.id and now - life.last_seen <= memory)
        ]

    def _spawn(self, boxes: list[Box], now: float) -> None:
        born = [box for box in boxes if box[4] >= self._recipe.birth_score]
        self._lives += [_Life(Motion(box), _foot(box), now, now) for box in born]

    def _seen(self, now: float) -> list[Track]:
        tracks = []
        for life in self._lives:
            if not life.id and life.hits >= self._recipe.hits:
                self._ids += 1
                life.id = self._ids
            if life.id and life.last_seen == now:
                tracks.append(_track(life))
        return tracks


def _is_possible(box: Box) -> bool:
    """False for what is infinite or no number: a damaged model or frame may yield anything."""
    return all(-FURTHEST <= value <= FURTHEST for value in box)


def _track(life: _Life) -> Track:
    box, speed = life.motion.box, life.motion.speed
    down = speed[1] + speed[3] / 2
    return Track(life.id, _foot(box), box[3] - box[1], (speed[0], down), life.first_foot, life.first_seen)


def _foot(box: Box) -> Point:
    return (box[0] + box[2]) / 2, box[3]


def _costs(person: Box, boxes: list[Box], reach: float, least_overlap: float) -> list[float]:
    """Overlap, distance of the feet and likeness in size; FORBIDDEN where they cannot be the same."""
    height, (x, y) = max(person[3] - person[1], 1.0), _foot(person)
    costs = [FORBIDDEN] * len(boxes)
    for j, box in enumerate(boxes):
        across, down = x - (box[0] + box[2]) / 2, y - box[3]
        away = sqrt(across * across + down * down) / height
        shared = overlap(person, box)
        if shared < least_overlap and away >= reach:
            continue
        growth = abs(log(max(box[3] - box[1], 1.0) / height))
        if growth < LARGEST_GROWTH:
            costs[j] = 0.5 * (1 - shared) + 0.5 * min(away / reach, 1) + 0.3 * growth
    return costs


def overlap(first: Box, second: Box) -> float:
    """Intersection over union."""
    across = min(first[2], second[2]) - max(first[0], second[0])
    down = min(first[3], second[3]) - max(first[1], second[1])
    if across <= 0 or down <= 0:
        return 0.0
    shared = across * down
    return shared / max(_area(first) + _area(second) - shared, 1e-9)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
