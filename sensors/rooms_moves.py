"""Simulated doors: lines of JSON `{"pin": 17, "high": true}` move the mock pins."""

import json
from collections.abc import Callable, Iterable


def follow(lines: Iterable[bytes], move: Callable[[int, bool], None], complain: Callable[[str], None]) -> None:
    """Move pins until the lines end; a line that makes no sense, or that the board refuses, is complained of."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            move(*_move(line))
        except ValueError as error:
            complain(f"move {number} was not made: {error}")


def _move(line: bytes) -> tuple[int, bool]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        told = None
    match told:
        case {"pin": int(pin), "high": bool(high)} if len(told) == 2 and not isinstance(pin, bool):
            return pin, high
    raise ValueError(f'a move is written {{"pin": 17, "high": true}}, not {line.strip()[:60]!r}')
