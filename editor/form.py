"""The drawing as a form and back: a row of text fields for each line and zone, which the script reads and writes. Pure.

Points are written `0.25 0.5, 0.75 0.5`: x and y from 0 to 1, from the upper left corner of the picture.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from editor.consequences import consequences
from events.geometry import Point
from events.layout import Layout, read_layout
from events.settings import ConfigError
from events.site import LineRole, ZoneKind

Row = dict[str, str]
Form = Mapping[str, str]

LINE, ZONE, REGION = "line", "zone", "region"
MOST_ROWS = 60


def rows_of(layout: Layout) -> dict[str, list[Row]]:
    """What the form shows, under `line` and `zone`."""
    lines = [
        {"name": line.name, "role": line.role.value, "points": written((line.a, line.b)), "pair": line.behind or ""}
        for line in layout.line
    ]
    zones = [
        {"name": zone.name, "kind": zone.kind.value, "points": written(zone.polygon), "pair": zone.service or ""}
        for zone in layout.zone
    ]
    return {LINE: lines, ZONE: zones}


def rows_from(form: Form) -> dict[str, list[Row]]:
    """What was typed or drawn; rows marked for removal and rows left blank are gone."""
    return {LINE: _rows(form, LINE, ("name", "role", "points", "pair")),
            ZONE: _rows(form, ZONE, ("name", "kind", "points", "pair"))}  # fmt: skip


def _rows(form: Form, part: str, keys: Iterable[str]) -> list[Row]:
    rows = []
    for number in range(MOST_ROWS):
        row = {key: form.get(f"{part}-{number}-{key}", "").strip() for key in keys}
        if f"{part}-{number}-remove" not in form and (row["name"] or row["points"]):
            rows.append(row)
    return rows


def read_form(form: Form) -> Layout:
    """ConfigError, one sentence a shopkeeper understands, when it cannot be counted by."""
    rows = rows_from(form)
    region = points_of(form.get(REGION, ""), "the part of the picture that counts")
    return read_layout(
        {
            REGION: [list(point) for point in region],
            LINE: [_line(row, number) for number, row in enumerate(rows[LINE], 1)],
            ZONE: [_zone(row, number) for number, row in enumerate(rows[ZONE], 1)],
        },
        "drawing",
    )


def _line(row: Row, number: int) -> dict[str, Any]:
    what = _named(row, f"line {number}")
    points = points_of(row["points"], what)
    if len(points) != 2:
        raise ConfigError(f"{what} needs two ends, not {len(points)} points")
    table = {"name": row["name"], "role": row["role"] or LineRole.DOOR.value, "a": [*points[0]], "b": [*points[1]]}
    return table | ({"behind": row["pair"]} if row["pair"] else {})


def _zone(row: Row, number: int) -> dict[str, Any]:
    what = _named(row, f"zone {number}")
    polygon = [[*point] for point in points_of(row["points"], what)]
    table = {"name": row["name"], "kind": row["kind"] or ZoneKind.DISPLAY.value, "polygon": polygon}
    return table | ({"service": row["pair"]} if row["pair"] and row["kind"] == ZoneKind.QUEUE.value else {})


def _named(row: Row, what: str) -> str:
    if not row["name"]:
        raise ConfigError(f"{what} has no name yet")
    if len(row["name"]) > 64 or not row["name"].isprintable():
        raise ConfigError(f"{what}: a name has at most 64 letters")
    return f"{what.split()[0]} {row['name']!r}"


def written(points: Iterable[Point]) -> str:
    """`0.25 0.5, 0.75 0.5`."""
    return ", ".join(f"{x:g} {y:g}" for x, y in points)


def points_of(text: str, what: str) -> tuple[Point, ...]:
    """What `written` gave; ConfigError when it is something else."""
    try:
        pairs = [[float(number) for number in pair.split()] for pair in text.split(",") if pair.strip()]
        return tuple((x, y) for x, y in pairs)
    except ValueError:
        raise ConfigError(f"{what}: points are written 0.25 0.5, 0.75 0.5, not {text[:40]!r}") from None


def answer(form: Form, before: Layout | None) -> dict[str, Any]:
    """What the script is told after each change: what is wrong, or else what follows."""
    try:
        drawn = read_form(form)
    except ConfigError as error:
        return {"wrong": plain(error), "says": {}}
    return {"wrong": "", "says": {said.item: list(said.sentences) for said in consequences(drawn, before)}}


def plain(error: ConfigError) -> str:
    """The sentence, without the place in a file that a page does not have."""
    return str(error).removeprefix("drawing: ")
