"""Fits the net to the pool: AdamW, a rate that falls as a cosine, an average of the weights.

It can be stopped and goes on where it was.
"""

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from edge_models.training.loss import Loss, loss
from edge_models.training.net import PersonNet
from edge_models.training.pool import Pool
from edge_models.training.samples import Samples

KEEP_EVERY = 200
"""Steps between two checkpoints."""
WARM_UP = 120
LEAST_RATE = 0.01
"""Of the highest, at the end."""


@dataclass(frozen=True)
class Recipe:
    samples: int = 480_000
    width: int = 352
    height: int = 256
    batch: int = 24
    rate: float = 3e-3
    decay: float = 0.02
    average: float = 0.998
    seed: int = 7

    @property
    def steps(self) -> int:
        return self.samples // self.batch


@dataclass(frozen=True)
class Progress:
    step: int
    steps: int
    loss: Loss


class _Batches(Dataset[tuple[Tensor, Tensor]]):
    def __init__(self, samples: Samples, recipe: Recipe, first: int) -> None:
        self._samples, self._recipe, self._first = samples, recipe, first

    def __len__(self) -> int:
        return self._recipe.steps - self._first

    def __getitem__(self, place: int) -> tuple[Tensor, Tensor]:
        step = self._first + place
        found = [self._samples[step * self._recipe.batch + i] for i in range(self._recipe.batch)]
        return tuple(torch.stack([torch.from_numpy(sample[i]) for sample in found]) for i in range(2))  # type: ignore[return-value]


class Fit:
    """Net, average and optimiser of one recipe, in one folder."""

    def __init__(self, pool: Pool, folder: Path, recipe: Recipe, threads: int | None = None) -> None:
        self._pool, self._recipe, self._path = pool, recipe, folder / "checkpoint.pt"
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.set_num_threads(threads or os.cpu_count() or 1)
        torch.manual_seed(recipe.seed)
        self.net = PersonNet().to(self._device, memory_format=torch.channels_last)
        self.average = PersonNet().to(self._device, memory_format=torch.channels_last)
        self.average.load_state_dict(self.net.state_dict())
        self._optimiser = torch.optim.AdamW(self._groups(), lr=recipe.rate)
        self.step = 0
        self._resume()

    def run(self, tell: Callable[[Progress], None]) -> PersonNet:
        """To the end of the recipe; returns the averaged net."""
        for pictures, truth in self._batches():
            progress = self._learn(pictures, truth)
            self.step += 1
            if self.step % KEEP_EVERY == 0 or self.step == self._recipe.steps:
                self._keep()
            tell(progress)
        return self.average.eval()

    def _batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        recipe = self._recipe
        samples = Samples(self._pool, recipe.width, recipe.height, recipe.seed)
        workers = min(8, (os.cpu_count() or 1) - 1) if self._device == "cuda" else 1
        batches = _Batches(samples, recipe, self.step)
        return iter(DataLoader(batches, batch_size=None, num_workers=workers, prefetch_factor=4))

    def _learn(self, pictures: Tensor, truth: Tensor) -> Progress:
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate()
        self.net.train()
        with torch.autocast(self._device, torch.bfloat16):
            maps = self.net(pictures.to(self._device))
        wrong = loss(tuple(each.float() for each in maps), truth.to(self._device))
        self._optimiser.zero_grad()
        wrong.total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)
        self._optimiser.step()
        self._follow()
        return Progress(self.step + 1, self._recipe.steps, Loss(*(each.detach() for each in wrong)))

    def _rate(self) -> float:
        rising = min(1.0, (self.step + 1) / WARM_UP)
        falling = 0.5 * (1 + math.cos(math.pi * self.step / self._recipe.steps))
        return self._recipe.rate * rising * (falling + LEAST_RATE)

    def _follow(self) -> None:
        """The average keeps up with a young net, and steadies an old one."""
        keep = min(self._recipe.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, new in zip(self.average.state_dict().values(), self.net.state_dict().values(), strict=True):
                if mean.dtype.is_floating_point:
                    mean.lerp_(new, 1 - keep)
                else:
                    mean.copy_(new)

    def _groups(self) -> list[dict[str, Any]]:
        weights = [each for each in self.net.parameters() if each.ndim > 1]
        others = [each for each in self.net.parameters() if each.ndim <= 1]
        return [{"params": weights, "weight_decay": self._recipe.decay}, {"params": others, "weight_decay": 0.0}]

    def _keep(self) -> None:
        state = {
            "recipe": asdict(self._recipe), "step": self.step, "net": self.net.state_dict(),
            "average": self.average.state_dict(), "optimiser": self._optimiser.state_dict(),
        }  # fmt: skip
        fresh = self._path.with_suffix(".tmp")
        torch.save(state, fresh)
        fresh.replace(self._path)

    def _resume(self) -> None:
        if not self._path.exists():
            return
        state = torch.load(self._path, map_location=self._device, weights_only=True)
        if state["recipe"] != asdict(self._recipe):
            return  # another recipe: begin anew
        self.step = state["step"]
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        self._optimiser.load_state_dict(state["optimiser"])
