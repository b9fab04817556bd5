"""Writes lines and zones into a site file: everything else in it, comments too, stays as it was written."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from events import settings
from events.layout import DrawnLine, DrawnZone, Layout
from events.settings import ConfigError
from sensors.settings import Camera, read_camera

_DRAWN = re.compile(r"\s*\[\[\s*camera\s*\.\s*(line|zone)\s*\]\]")
_HEADER = re.compile(r"""\s*\[\[?\s*[\w"'][\w."' -]*\]\]?\s*(#.*)?$""")
"""Not the further rows of a list, which begin with a bracket too."""


def read_site(path: Path) -> Camera:
    """A site file for the bench: zones may overlap here."""
    tables = settings.load(path)
    if "camera" not in tables:
        raise ConfigError(f"{path}: the table [camera] is missing")
    return read_camera(tables["camera"], f"{path}: camera", overlapping=True)


def save_layout(path: Path, drawn: Layout) -> None:
    """Whole or not at all; what was there before lies beside it, for `take_back`. ConfigError says why not."""
    before = path.read_text(encoding="utf-8") if path.exists() else "[camera]\n"
    after = with_layout(before, drawn)
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.write_text(after, encoding="utf-8")
        found = read_site(fresh)
        if (found.line, found.zone) != (drawn.line, drawn.zone):
            raise ConfigError(f"{path}: lines and zones must be written there as [[camera.line]] and [[camera.zone]]")
        _replace(fresh, path, before)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
    except ConfigError as error:
        raise ConfigError(str(error).replace(str(fresh), str(path))) from error
    finally:
        fresh.unlink(missing_ok=True)


def take_back(path: Path) -> bool:
    """The file as it was before the last `save_layout`; a second time undoes that. False when there is none."""
    backup = _backup(path)
    if not backup.exists():
        return False
    now, before = path.read_text(encoding="utf-8"), backup.read_text(encoding="utf-8")
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(before, encoding="utf-8")
    _replace(fresh, path, now)
    return True


def _replace(fresh: Path, path: Path, before: str) -> None:
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    if path.exists():
        _backup(path).write_text(before, encoding="utf-8")
    fresh.replace(path)


def _backup(path: Path) -> Path:
    return path.with_name(f"{path.name}.before")


def with_layout(text: str, drawn: Layout) -> str:
    """The text of a site file with these lines and zones in place of its own."""
    kept, place = _without(text.splitlines())
    blocks = [*(_line(line) for line in drawn.line), *(_zone(zone) for zone in drawn.zone)]
    head, tail = "\n".join(kept[:place]).rstrip(), "\n".join(kept[place:]).strip()
    return "\n\n".join(part for part in (head, *blocks, tail) if part) + "\n"


def _without(lines: list[str]) -> tuple[list[str], int]:
    """The lines that stay, and where the new blocks go: where the old ones were, else behind the table [camera]."""
    kept: list[str] = []
    place, inside, dropped = len(lines), False, False
    for line in lines:
        if _HEADER.match(line):
            inside = bool(_DRAWN.match(line))
            if inside and not dropped:
                place, dropped = len(kept), True
        elif inside and line.lstrip().startswith("#"):
            kept.append(line)
        if not inside:
            kept.append(line)
    return kept, place if dropped else _behind_camera(kept)


def _behind_camera(lines: list[str]) -> int:
    starts = [number for number, line in enumerate(lines) if re.match(r"\s*\[\s*camera\s*\]", line)]
    after = [number for number, line in enumerate(lines) if starts and number > starts[0] and _HEADER.match(line)]
    return after[0] if after else len(lines)


def _line(line: DrawnLine) -> str:
    pair = [("behind", _text(line.behind))] if line.behind is not None else []
    return _block("line", [("name", _text(line.name)), ("role", _text(line.role.value)), ("a", _point(line.a)),
                           ("b", _point(line.b)), *pair])  # fmt: skip


def _zone(zone: DrawnZone) -> str:
    pair = [("service", _text(zone.service))] if zone.service is not None else []
    corners = ", ".join(map(_point, zone.polygon))
    return _block("zone", [("name", _text(zone.name)), ("kind", _text(zone.kind.value)), ("polygon", f"[{corners}]"),
                           *pair])  # fmt: skip


def _block(part: str, rows: list[tuple[str, str]]) -> str:
    return "\n".join([f"[[camera.{part}]]", *_rows(rows)])


def _rows(rows: list[tuple[str, str]]) -> Iterator[str]:
    return (f"{key} = {value}" for key, value in rows)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a basic string of TOML is one of JSON


def _point(point: tuple[float, float]) -> str:
    return f"[{point[0]:g}, {point[1]:g}]"
