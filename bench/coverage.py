"""Whether a stated 95 % interval holds the truth in nineteen cells of twenty: simulated cells whose truth is known.

A cell is an hour of a zone or of a kiosk. Its stays are drawn from a distribution, binned as a device bins them, and
some are lost from sight; its votes from a kiosk's own shares, which are drawn around the store's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from bench.figures import Figure, at_least
from central.scores.dwell import bounce_rate, engagement_rate, median, p90
from central.scores.estimate import Estimate
from central.scores.feedback import smoothed_index, top2_share, weights
from events.bins import SHORTEST_STAY_SECONDS, histogram

CELLS = 3200
"""Every third states no p90; 2,000 do."""
GOAL = 90.0
"""Per cent; 95 are stated, and small cells, lost stays and bins take their part."""
LOST = 0.1
"""Share of stays that are lost inside."""
MANY = 200_000
"""Draws that stand for the whole distribution."""
ENGAGED, BOUNCED = 30.0, 10.0


@dataclass
class Tally:
    held: int = 0
    stated: int = 0
    silent: int = 0
    """Cells where no interval was stated, with a reason: too few, or the quantile lies in the open bin."""

    def add(self, estimate: Estimate, truth: float) -> None:
        if estimate.interval is None:
            self.silent += 1
            return
        self.stated += 1
        self.held += estimate.interval[0] - 1e-9 <= truth <= estimate.interval[1] + 1e-9


@dataclass
class _Tallies:
    by_name: dict[str, Tally] = field(default_factory=dict)

    def add(self, name: str, estimate: Estimate, truth: float) -> None:
        self.by_name.setdefault(name, Tally()).add(estimate, truth)

    def figures(self) -> Iterator[Figure]:
        for name, tally in self.by_name.items():
            share = 100 * tally.held / tally.stated if tally.stated else None
            note = f"{tally.stated} cells; {tally.silent} state no interval"
            yield at_least(f"95 % interval of {name} holds the truth", share, GOAL, "%", note)


def coverage(cells: int = CELLS, seed: int = 5) -> Iterator[Figure]:
    """One figure for each measure with an interval of its own."""
    dice, tallies = np.random.default_rng(seed), _Tallies()
    for _ in range(cells):
        _stays(dice, tallies)
        _votes(dice, tallies)
    yield from tallies.figures()


_UNIT = np.random.default_rng(1).standard_normal(MANY)


def _stays(dice: np.random.Generator, tallies: _Tallies) -> None:
    """Quiet and busy zones, displays and queues; those under three seconds are no stays."""
    middle, spread = np.log(dice.uniform(10, 240)), dice.uniform(0.5, 1.2)
    everybody = np.exp(middle + spread * _UNIT)
    everybody = everybody[everybody >= SHORTEST_STAY_SECONDS]
    stays = dice.choice(everybody, int(np.exp(dice.uniform(np.log(10), np.log(300)))))
    lost = dice.random(len(stays)) < LOST
    seen = np.maximum(SHORTEST_STAY_SECONDS, stays * np.where(lost, dice.random(len(stays)), 1.0))
    completed, censored = histogram(seen[~lost].tolist()), histogram(seen[lost].tolist())
    tallies.add("the median stay", median(completed, censored), float(np.median(everybody)))
    tallies.add("the p90 stay", p90(completed, censored), float(np.quantile(everybody, 0.9)))
    whole = histogram(stays.tolist())
    nobody = [0] * len(whole)
    tallies.add("engagement", engagement_rate(whole, nobody), 100 * float(np.mean(everybody >= ENGAGED)))
    tallies.add("bounce", bounce_rate(whole, nobody), 100 * float(np.mean(everybody < BOUNCED)))


def _votes(dice: np.random.Generator, tallies: _Tallies) -> None:
    """A kiosk whose shares lie around its store's, as the smoothing takes them to."""
    store, weight = dice.dirichlet((12.0, 6.0, 1.5, 1.5)), dice.uniform(5, 30)
    shares = dice.dirichlet(np.maximum(weight * store, 1e-3))
    counts = dice.multinomial(int(np.exp(dice.uniform(np.log(5), np.log(300)))), shares).tolist()
    values = weights(4)
    tallies.add("the smoothed index", smoothed_index(counts, store.tolist(), weight), float(np.dot(shares, values)))
    tallies.add("the top-2 share", top2_share(counts), 100 * float(shares[:2].sum()))
