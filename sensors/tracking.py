"""Detections become people with a path, at any frame rate: association as in BYTE, on a filter that runs in seconds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensors.assignment import FORBIDDEN, Pairs, assign
from sensors.geometry import Point
from sensors.motion import Motion

Array = NDArray[np.float64]


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
    """What is remembered of one person beside their motion."""

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
        self._motion, self._lives = Motion(), list[_Life]()
        self._now: float | None = None

    def update(self, detections: Array, now: float) -> list[Track]:
        """Those people who are seen in this frame. Detections: (n, 5) x1, y1, x2, y2 in pixels, score; `now` rises."""
        seconds = 0.0 if self._now is None else now - self._now
        if seconds < 0:
            raise ValueError(f"time runs backwards: {now} after {self._now}")
        self._now = now
        self._motion.predict(seconds)
        fresh = self._associate(np.asarray(detections, dtype=np.float64).reshape(-1, 5), seconds)
        self._retire(now)
        self._spawn(fresh, now)
        return self._seen(now)

    def _associate(self, detections: Array, seconds: float) -> Array:
        """Sure detections first, then unsure ones for those still missing; answers the sure ones nobody took."""
        recipe = self._recipe
        sure = detections[detections[:, 4] >= recipe.high_score]
        unsure = detections[(detections[:, 4] < recipe.high_score) & (detections[:, 4] >= recipe.low_score)]
        believed = [row for row, life in enumerate(self._lives) if life.id]
        pairs = self._match(believed, sure, recipe.reach_heights, seconds)
        missing = sorted(set(believed) - {row for row, _ in pairs})
        self._match(missing, unsure, recipe.reach_heights / 2, seconds)
        left = _without(sure, pairs)
        young = [row for row, life in enumerate(self._lives) if not life.id]
        return _without(left, self._match(young, left, recipe.reach_heights, seconds))

    def _match(self, rows: list[int], boxes: Array, reach: float, seconds: float) -> Pairs:
        """Pairs (row of a person, row of a box); the people are corrected to their boxes."""
        if not rows or not len(boxes):
            return []
        assert self._now is not None
        unseen = np.array([self._now - self._lives[row].last_seen for row in rows])
        widened = reach * (1 + 0.5 * np.clip(unseen - seconds, 0, 2))
        cost = _cost(self._motion.boxes[rows], boxes[:, :4], widened[:, None], self._recipe.least_overlap)
        pairs = [(rows[i], j) for i, j in assign(cost)]
        if pairs:
            self._motion.correct([row for row, _ in pairs], boxes[[j for _, j in pairs]])
        for row, _ in pairs:
            self._lives[row].last_seen = self._now
            self._lives[row].hits += 1
        return pairs

    def _retire(self, now: float) -> None:
        """Whoever is unseen for too long is gone; who is not believed yet, at the first miss."""
        memory = self._recipe.memory_seconds
        stays = [life.last_seen == now or (life.id > 0 and now - life.last_seen <= memory) for life in self._lives]
        self._motion.keep(np.array(stays, dtype=bool))
        self._lives = [life for life, stay in zip(self._lives, stays, strict=True) if stay]

    def _spawn(self, detections: Array, now: float) -> None:
        born = detections[detections[:, 4] >= self._recipe.birth_score]
        self._motion.add(born[:, :4])
        self._lives += [_Life(_foot(box), now, now) for box in born]

    def _seen(self, now: float) -> list[Track]:
        tracks = []
        for box, life, speed in zip(self._motion.boxes, self._lives, self._motion.speed, strict=True):
            if not life.id and life.hits >= self._recipe.hits:
                self._ids += 1
                life.id = self._ids
            if life.id and life.last_seen == now:
                tracks.append(_track(life, box, speed))
        return tracks


def _track(life: _Life, box: Array, speed: Array) -> Track:
    down = float(speed[1] + speed[3] / 2)
    return Track(life.id, _foot(box), float(box[3] - box[1]), (float(speed[0]), down), life.first_foot, life.first_seen)


def _foot(box: Array) -> Point:
    return (float(box[0] + box[2]) / 2, float(box[3]))


def _without(boxes: Array, pairs: Pairs) -> Array:
    left = np.ones(len(boxes), dtype=bool)
    left[[j for _, j in pairs]] = False
    return boxes[left]


def _cost(people: Array, boxes: Array, reach: Array, least_overlap: float) -> Array:
    """(people, boxes): overlap, distance of the feet and likeness in size; FORBIDDEN where they cannot be the same."""
    heights = np.maximum(people[:, 3] - people[:, 1], 1.0)[:, None]
    feet = np.stack([(people[:, 0] + people[:, 2]) / 2, people[:, 3]], axis=1)
    spots = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]], axis=1)
    away = np.linalg.norm(feet[:, None] - spots[None], axis=2) / heights
    growth = np.abs(np.log(np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)[None] / heights))
    overlap = overlaps(people, boxes)
    possible = ((overlap >= least_overlap) | (away < reach)) & (growth < 0.5)
    cost = 0.5 * (1 - overlap) + 0.5 * np.minimum(away / reach, 1) + 0.3 * growth
    return np.where(possible, cost, FORBIDDEN)


def overlaps(first: Array, second: Array) -> Array:
    """Intersection over union of boxes (n, 4) and (m, 4) as (n, m)."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    sizes = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (first, second)]
    union = sizes[0][:, None] + sizes[1][None] - shared
    return np.asarray(shared / np.maximum(union, 1e-9))
