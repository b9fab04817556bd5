"""`floorpulse simulate`: a shop in a box, with the exact truth beside it."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.progress import Progress

from events.facts import StoreId
from events.settings import ConfigError
from simulator.clip import Film, shoot, site_file
from simulator.floor import VIEWS
from simulator.history import write_history
from simulator.live import Outlets, Pace, run_live
from simulator.plan import live_store, load_plan, plan_table


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
    history.add_argument(
        "--since", type=_instant, metavar="ISO", help="only what follows on a history until then; not with --weeks"
    )
    history.add_argument(
        "--told",
        type=_stretch,
        action="append",
        default=[],
        metavar="STORE=ISO/ISO",
        help="leave out this stretch of this store: its own devices told it",
    )
    history.add_argument("--out", required=True, type=Path, help="lines of JSON: topic and base64 payload")
    history.add_argument("--truth", type=Path, help="what really happened, a line of JSON for each store and day")
    live = _verb(verbs, "live", _live, "the live store in real time, into pipes, until Ctrl-C")
    live.add_argument("--frames", action="append", default=[], metavar="[CAMERA=]PATH", help="a header and raw frames")
    live.add_argument(
        "--presses", action="append", default=[], metavar="[KIOSK=]PATH", help="lines for `kiosk --shoppers`"
    )
    live.add_argument("--moves", metavar="PATH", help="lines for `sensors rooms --moves`")
    live.add_argument("--truth", type=Path, help="what really happened, lines of JSON, added once a minute")
    live.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    clip = _verb(verbs, "clip", _clip, "a clip of the rendered shop, its site file and its truth")
    clip.add_argument("--camera", default="door", choices=sorted(VIEWS))
    clip.add_argument("--seconds", type=_from(1, 7200), default=60)
    clip.add_argument("--out", type=Path, required=True, help="Motion-JPEG in AVI")
    clip.add_argument("--truth", type=Path, required=True, help="JSON: boxes, crossings, stays")
    clip.add_argument("--site", type=Path, required=True, help="TOML for `floorpulse watch --site`")
    for verb, fps, rate in ((live, 5, 200), (clip, 10, 220)):
        verb.add_argument("--plan", default="demo", help="a plan file, or demo")
        verb.add_argument("--fps", type=_from(1, 30), default=fps)
        verb.add_argument("--rate", type=_from(1, 2000), default=rate, help="shoppers an hour")
        verb.add_argument("--size", type=_size, default=(640, 480), metavar="WxH")
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
        written = write_history(plan, args.weeks, until, args.seed, out, truth, tick, args.since, dict(args.told))
    _say(asdict(written), args.json, f"{written.facts} facts of {written.days} store-days in {args.out}")
    return 0


def _live(args: argparse.Namespace) -> int:
    store, pace = live_store(load_plan(args.plan)), Pace(args.rate, args.fps, *args.size)
    frames = _named(args.frames, list(VIEWS))
    kiosks = _named(args.presses, [kiosk.device for kiosk in store.kiosks])
    with ExitStack() as stack:
        truth = stack.enter_context(args.truth.open("a", encoding="utf-8")) if args.truth else None
        outlets = Outlets(frames, kiosks, args.moves, truth)
        shown = run_live(store, args.seed, outlets, pace, time.monotonic, time.sleep, args.seconds)
    if args.seconds != float("inf"):
        print(json.dumps({"frames": shown}) if args.json else f"{shown} frames shown", file=sys.stderr)
    return 0


def _clip(args: argparse.Namespace) -> int:
    store = live_store(load_plan(args.plan))
    film = Film(args.camera, args.seconds, args.rate, args.fps, *args.size)
    with _whole(args.truth) as truth, _whole(args.site) as site, _progress("filming") as tick:
        assert truth is not None
        assert site is not None
        told = shoot(store, args.seed, film, args.out, tick)
        truth.write(json.dumps(told) + "\n")
        site.write(site_file(store, film))
    _say(
        {"frames": len(told["frames"]), "lines": told["lines"]},
        args.json,
        f"{len(told['frames'])} frames in {args.out}",
    )
    return 0


def _named(given: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    """`door=PATH`, or a path alone for the first device; ConfigError for a device that the store does not have."""
    found = {}
    for text in given:
        name, _, path = text.rpartition("=")
        if name and name not in known:
            raise ConfigError(f"the store has no {name!r}, but {', '.join(known)}")
        found[name or known[0]] = path
    return found


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and 64 <= int(width) <= 4096 and 64 <= int(height) <= 4096):
        raise argparse.ArgumentTypeError(f"{text} is no size; write 640x480")
    return int(width), int(height)


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


def _stretch(text: str) -> tuple[StoreId, tuple[datetime, datetime]]:
    store, equals, times = text.partition("=")
    start, slash, end = times.partition("/")
    if not (equals and slash):
        raise argparse.ArgumentTypeError(f"{text} is no stretch; write STORE=ISO/ISO")
    return StoreId(store), (_instant(start), _instant(end))


def _from(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text} is not a whole number from {low} to {high}")
        return int(text)

    return number


if __name__ == "__main__":
    sys.exit(main())
