"""`floorpulse doctor outbox`: reads every row of a device's outbox back and says whether it is sound."""

import argparse
import json
import sqlite3
import sys
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from events.facts import Stream
from events.settings import ConfigError
from sync.place import usable
from sync.salvage import is_unsent, left_in, set_aside, whole_rows
from sync.settings import load_device
from sync.sharedfile import connect, ends, epoch_in, sql
from sync.upkeep import damage, damaged_rows

DESCRIPTION = "Read every row of the device's outbox back and say whether it is sound; exit status 1 when it is not."


@dataclass(frozen=True)
class StreamReport:
    """One stream, read back row by row."""

    stream: Stream
    epoch: str
    waiting: int
    first: int
    last: int
    oldest: str | None
    """When the oldest waiting fact was recorded, as the device believed; None when none waits."""
    damaged: tuple[int, ...]
    """Sequence numbers of rows that do not match their checksums."""


@dataclass(frozen=True)
class SetAside:
    """A damaged file that was moved aside."""

    path: str
    sent: bool
    """Whether the centre has all of it: whole facts as they were, the others as lost."""
    whole: dict[str, int] | None
    """Rows that can be read back, by stream; None when it is no database any more."""


@dataclass(frozen=True)
class OutboxReport:
    path: str
    trouble: str | None
    """What is wrong with the file; None when every row could be read back."""
    streams: tuple[StreamReport, ...]
    set_aside: tuple[SetAside, ...]


def main(argv: list[str] | None = None) -> int:
    """0 when everything can be read back, 1 when something is wrong."""
    options = _options(argv)
    try:
        device = load_device(options.config)
        with usable(device.state):
            report = examine(device.state)
    except ConfigError as error:
        sys.exit(f"floorpulse doctor: {error}")
    if options.json:
        print(json.dumps(asdict(report)))
    else:
        _show(report)
    return 1 if report.trouble else 0


def examine(path: Path) -> OutboxReport:
    """Changes nothing. ConfigError when there is no outbox."""
    if not path.exists():
        raise ConfigError(f"{path}: there is no outbox; `floorpulse sync create` makes it")
    aside = tuple(SetAside(str(file), not is_unsent(file), _whole(file)) for file in set_aside(path))
    trouble = damage(path)
    streams: tuple[StreamReport, ...] = ()
    try:
        with closing(connect(path)) as db:
            streams = tuple(_stream(db, stream) for stream in (Stream.URGENT, Stream.BULK))
    except sqlite3.DatabaseError:
        if not trouble:
            raise
    return OutboxReport(str(path), trouble, streams, aside)


def _whole(aside: Path) -> dict[str, int] | None:
    left = left_in(aside)
    return {stream.value: whole_rows(aside, stream, known.last) for stream, known in left.items()} or None


def _stream(db: sqlite3.Connection, stream: Stream) -> StreamReport:
    (waiting,) = db.execute(sql(stream, "SELECT count(*) FROM outbox")).fetchone()
    first, last = ends(db, stream)
    oldest, damaged = _recorded_at(db, stream), tuple(damaged_rows(db, stream))
    return StreamReport(stream, epoch_in(db, stream), waiting, first, last, oldest, damaged)


def _recorded_at(db: sqlite3.Connection, stream: Stream) -> str | None:
    row = db.execute(sql(stream, "SELECT body FROM outbox ORDER BY sequence LIMIT 1")).fetchone()
    try:
        return str(json.loads(row[0])["time"]) if row else None
    except (ValueError, KeyError, TypeError):
        return "unreadable"


def _show(report: OutboxReport) -> None:
    table = Table("stream", "waiting", "first", "last", "oldest", "epoch", "damaged", title=report.path)
    for stream in report.streams:
        cells: list[Any] = [stream.stream, stream.waiting, stream.first, stream.last, stream.oldest, stream.epoch]
        table.add_row(*(str(cell) if cell is not None else "-" for cell in cells), str(len(stream.damaged)))
    console = Console()
    console.print(table)
    for aside in report.set_aside:
        console.print(f"Set aside earlier: {aside.path}: {_said_of(aside)}.")
    console.print(f"Something is wrong: {report.trouble}" if report.trouble else "Every row can be read back.")


def _said_of(aside: SetAside) -> str:
    if aside.whole is None:
        return "nothing in it can be read; what it held was reported as lost"
    rows = " and ".join(f"{count} whole {stream} rows" for stream, count in aside.whole.items())
    return f"{rows}; {'the centre has them' if aside.sent else 'still to be sent'}"


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="floorpulse doctor", description=DESCRIPTION)
    parser.add_argument("part", choices=["outbox"], help="what to look after")
    parser.add_argument("--config", type=Path, required=True, help="the device's TOML file")
    parser.add_argument("--json", action="store_true", help="print the findings as one JSON object")
    return parser.parse_args(argv)
