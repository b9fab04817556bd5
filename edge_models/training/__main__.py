"""`python -m edge_models.training`: from a seed to the model that floorpulse ships. Stops and goes on at any time."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from edge_models.errors import ModelError
from edge_models.training.pool import Pool, render

HELD_OUT = 1000
SHIPPED = Path(__file__).parent.parent / "weights" / "floorpulse.onnx"


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    try:
        _render(options)
        if not options.render_only:
            _train(options)
    except ModelError as error:
        sys.exit(f"floorpulse training: {error}")
    return 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m edge_models.training", description=__doc__)
    parser.add_argument("folder", type=Path, help="for pictures and checkpoints; 5 GB for 100,000 pictures")
    parser.add_argument("--images", type=int, default=100_000, help="pictures to render")
    parser.add_argument(
        "--samples", type=int, default=480_000, help="pictures to learn from, crops of the rendered ones"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--processes", type=int, help="that render; all processors without it")
    parser.add_argument("--threads", type=int, help="that learn; all processors without it")
    parser.add_argument("--render-only", action="store_true")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    return parser.parse_args(argv)


def _render(options: argparse.Namespace) -> None:
    wanted = options.images + HELD_OUT
    with _bar("Rendering people", wanted) as shown:
        for done in render(options.folder, wanted, options.seed, options.processes):
            shown(done, "")


def _train(options: argparse.Namespace) -> None:
    from edge_models.training.export import held_out, smallest_that_sees_as_well, write_graph, write_int8
    from edge_models.training.fit import Fit, Recipe

    pool, recipe = Pool(options.folder), Recipe(options.samples, seed=options.seed)
    with _bar("Learning", recipe.steps) as shown:
        net = Fit(pool.without_last(HELD_OUT), options.folder, recipe, options.threads).run(
            lambda at: shown(at.step, f"loss {float(at.loss.total):.2f}")
        )
    exact, small = options.folder / "exact.onnx", options.folder / "int8.onnx"
    unseen = held_out(pool, HELD_OUT)
    write_graph(net, exact)
    write_int8(exact, small, [pool[number] for number in range(0, len(pool) - HELD_OUT, max(1, len(pool) // 200))])
    chosen, ap, ap_small = smallest_that_sees_as_well(exact, small, unseen)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(chosen.read_bytes())
    print(f"unseen rendered people: AP@.5 {ap:.3f} in 32 bits, {ap_small:.3f} in 8; {chosen.name} is {options.out}")


@contextmanager
def _bar(words: str, total: int) -> Iterator[Any]:
    """On a terminal a bar; elsewhere a line now and then."""
    console = Console(stderr=True)
    columns = (
        TextColumn(words),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[more]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(words, total=total, more="")
        told = [0]

        def tell(done: int, more: str) -> None:
            progress.update(task, completed=done, more=more)
            if not console.is_terminal and (done - told[0] >= total / 100 or done >= total):
                told[0] = done
                print(f"{words}: {done} of {total} {more}".rstrip(), file=sys.stderr, flush=True)

        yield tell


if __name__ == "__main__":
    sys.exit(main())
