"""`floorpulse bench [PART] [--json] [--full]`."""

import argparse
import json
import sys
from dataclasses import asdict
from importlib import import_module

from rich.console import Console
from rich.table import Table

from bench.figures import Figure, machine

PARTS = ("vision", "simulator", "sync", "central", "kiosk")


def main(argv: list[str] | None = None) -> int:
    """Exit status 1 when a figure misses its goal."""
    parser = argparse.ArgumentParser(prog="floorpulse bench", description="Measure, side by side with the peers.")
    parser.add_argument("part", nargs="?", choices=PARTS, help="one part; without it, all of them")
    parser.add_argument("--json", action="store_true", help="one JSON object per part instead of a table")
    parser.add_argument("--full", action="store_true", help="the long forms")
    wanted = parser.parse_args(argv)
    missed = False
    for part in [wanted.part] if wanted.part else PARTS:
        figures: list[Figure] = import_module(f"bench.{part}").figures(wanted.full)
        missed |= any(figure.holds is False for figure in figures)
        if wanted.json:
            print(json.dumps({"part": part, "machine": machine(), "figures": [asdict(figure) for figure in figures]}))
        else:
            Console().print(_table(part, figures))
    return int(missed)


def _table(part: str, figures: list[Figure]) -> Table:
    table = Table(title=f"{part} on {machine()}", title_justify="left")
    for heading in ("figure", "value", "unit", "goal", "holds", "note"):
        table.add_column(heading, overflow="fold")
    for figure in figures:
        holds = {True: "yes", False: "NO", None: ""}[figure.holds]
        value = "" if figure.value is None else str(figure.value)
        table.add_row(figure.name, value, figure.unit, figure.goal, holds, figure.note)
    return table


if __name__ == "__main__":
    sys.exit(main())
