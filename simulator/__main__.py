"""`floorpulse simulate`: a shop in a box, with the exact truth beside it."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.progress import Progress

from events.settings import ConfigError
from simulator.history import write_history
from simulator.plan import load_plan, plan_table


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0 when it was written; one sentence on stderr otherwise."""
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args))
    except (ConfigError, OSError) as error:
        sys.exit(f"floorpulse simulate: {error}")
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="floorpulse simulate", description="A shop in a box, with its exact truth.")
    verbs = parser.add_subparsers(required=True, metavar="plan | history | live | clip")
    plan = _verb(verbs, "plan", _plan, "the plan of the demo chain, for `floorpulse central plan load`")
    plan.add_argument("--out", default="-", help="JSON file; - is standard output")
    history = _verb(verbs, "history", _history, "weeks of facts as batches, for `floorpulse central load`")
    history.add_argument("--plan", default="demo", help="a plan file, or demo")
    history.add_argument("--weeks", type=_from(1, 520), default=10)
    history.add_argument("--until", type=_instant, default=None, metavar="ISO", help="default: now")
    history.add_argument("--out", required=True, type=Path, help="lines of JSON: topic and base64 payload")
    history.add_argument("--truth", type=Path, help="what really happened, a line of JSON for each store and day")
    return parser


def _verb(verbs: Any, name: str, run: Callable[[argparse.Namespace], int], words: str) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=words, description=words)
    verb.add_argument("--seed", type=int, default=1, help="the same seed gives the same shop, to the byte")
    verb.add_argument("--json", action="store_true", help="say what was written as one JSON object")
    verb.set_defaults(run=run)
    return verb


def _plan(args: argparse.Namespace) -> int:
    text = json.dumps(plan_table(load_plan("demo")), indent=1, ensure_ascii=False)
    if args.out == "-":
        print(text)
    else:
        Path(args.out).write_text(text + "\n", encoding="utf-8")
    return 0


def _history(args: argparse.Namespace) -> int:
    plan, until = load_plan(args.plan), args.until or datetime.now(UTC)
    with _whole(args.out) as out, _whole(args.truth) as truth, _progress("playing the weeks") as tick:
        assert out is not None
        written = write_history(plan, args.weeks, until, args.seed, out, truth, tick)
    _say(asdict(written), args.json, f"{written.facts} facts of {written.days} store-days in {args.out}")
    return 0


def _say(values: dict[str, Any], as_json: bool, sentence: str) -> None:
    print(json.dumps(values) if as_json else sentence)


@contextmanager
def _whole(path: Path | None) -> Iterator[IO[str] | None]:
    """A file that is there only when it was written to the end."""
    if path is None:
        yield None
        return
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _progress(words: str) -> Iterator[Callable[[int, int], None]]:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(words, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no time zone; write {text}Z for UTC")
    return moment.astimezone(UTC)


def _from(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text} is not a whole number from {low} to {high}")
        return int(text)

    return number


if __name__ == "__main__":
    sys.exit(main())
