"""`floorpulse sensors marker`: the sheet with the one marker that all staff of a chain wear."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from events.settings import ConfigError
from sensors.marker import cells
from sensors.settings import check_marker

NAME = "floorpulse sensors marker"
SMALLEST_MM, LARGEST_MM = 40, 140
_WIDTH, _HEIGHT = 210, 297


def options(argv: Sequence[str]) -> Namespace:
    parser = ArgumentParser(prog=NAME, description="Draw the marker that all staff of the chain wear, to be printed.")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.svg", help="a sheet of A4")
    parser.add_argument("--number", type=int, default=7, help="the same for the whole chain; 7 unless said otherwise")
    parser.add_argument("--side-mm", type=int, default=LARGEST_MM, help=f"{SMALLEST_MM} to {LARGEST_MM}, the default")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args(argv)


def write_sheet(asked: Namespace) -> None:
    """ConfigError in one sentence when there is no such marker, or no room for it."""
    try:
        asked.out.write_text(sheet(asked.number, asked.side_mm), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{asked.out} cannot be written: {error.strerror}") from error
    if asked.json:
        print(json.dumps({"sheet": str(asked.out), "staff_marker": asked.number}))
    else:
        print(
            f"{asked.out}: print it at 100 %, and write 'staff_marker = {asked.number}' into [camera] of every device"
        )


def sheet(number: int, side_mm: int) -> str:
    """The text of an SVG; the margin of white around the marker belongs to it."""
    check_marker(number)
    if not SMALLEST_MM <= side_mm <= LARGEST_MM:
        raise ConfigError(f"the marker's side is {SMALLEST_MM} to {LARGEST_MM} mm")
    left, top = (_WIDTH - side_mm) / 2, 40
    words = (
        f"floorpulse staff marker {number}: the same for everybody who works in the shop",
        f"Print at 100 % on white: the black square is {side_mm} mm wide. Cut no closer than the grey line.",
        "Wear one on the chest and one on the back, flat and unfolded. Never hang one on a wall.",
    )
    margin = side_mm / 6
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}mm" height="{_HEIGHT}mm" '
            f'viewBox="0 0 {_WIDTH} {_HEIGHT}" shape-rendering="crispEdges">',
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
            _square(left - margin, top - margin, side_mm + 2 * margin, 'fill="none" stroke="#bbb" stroke-width="0.2"'),
            *_blocks(number, left, top, side_mm / 6),
            *(
                f'<text x="{_WIDTH / 2}" y="{top + side_mm + 2 * margin + 8 * i:g}" text-anchor="middle" '
                f'font-family="sans-serif" font-size="4">{line}</text>'
                for i, line in enumerate(words)
            ),
            "</svg>\n",
        ]
    )


def _blocks(number: int, left: float, top: float, cell: float) -> Iterator[str]:
    """One black square, and the white cells in it: squares beside each other would show seams."""
    yield _square(left, top, 6 * cell, 'fill="black"')
    for row, line in enumerate(cells(number)):
        for column, is_white in enumerate(line):
            if is_white:
                yield _square(left + column * cell, top + row * cell, cell, 'fill="white"')


def _square(x: float, y: float, side: float, look: str) -> str:
    return f'<rect x="{x:.4f}" y="{y:.4f}" width="{side:.4f}" height="{side:.4f}" {look}/>'
