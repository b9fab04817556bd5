"""Many days of misfortune, on all cores; a long run remembers how far it came."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from bench.misfortune import Violation, suffer
from central.store import open_store

DAYS_OF_A_STORE = 50


@dataclass
class Lived:
    """What came of some days."""

    days: int = 0
    thanked: int = 0
    suffered: Counter[str] = field(default_factory=Counter)
    broken: list[int] = field(default_factory=list)
    """The seeds of the days in which a tap was lost in silence or counted twice."""

    def __iadd__(self, other: "Lived") -> "Lived":
        self.days += other.days
        self.thanked += other.thanked
        self.suffered.update(other.suffered)
        self.broken += other.broken
        return self


def live(seeds: Iterable[int]) -> Lived:
    """One day after the other, all with the same centre."""
    lived = Lived()
    with open_store("sqlite://") as store:
        for seed in seeds:
            lived.days += 1
            try:
                day = suffer(seed, store)
            except Violation as violation:
                lived.broken.append(seed)
                print(f"day {seed}: {violation}; live it again: python -m bench.misfortune {seed}", flush=True)
            else:
                lived.thanked += len(day.thanked)
                lived.suffered += day.suffered
    return lived


def live_many(
    days: range, notebook: Path | None = None, progress: Callable[[int, int], None] = lambda done, total: None
) -> Lived:
    """On all cores. With a notebook, days that an earlier run has lived are not lived again."""
    lived = read(notebook)
    stretches = [days[at : at + DAYS_OF_A_STORE] for at in range(lived.days, len(days), DAYS_OF_A_STORE)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for stretch in pool.map(live, stretches):
            lived += stretch
            if notebook:
                _write(notebook, lived)
            progress(lived.days, len(days))
    return lived


def _write(notebook: Path, lived: Lived) -> None:
    """Under another name first: whoever is stopped now leaves a whole one."""
    draft = notebook.with_suffix(".new")
    draft.write_text(json.dumps(vars(lived)))
    draft.rename(notebook)


def read(notebook: Path | None) -> Lived:
    """What was lived so far; nothing, when there is no notebook or it cannot be read."""
    try:
        said = json.loads(notebook.read_text()) if notebook else {}
        return Lived(**{**said, "suffered": Counter(said.get("suffered", {}))})
    except (OSError, ValueError, TypeError):
        return Lived()
