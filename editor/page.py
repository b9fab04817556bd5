"""The editor as a piece of HTML that works as a form alone; the script, where it runs, draws what the form says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from editor.form import LINE, REGION, ZONE, Row
from events.site import LineRole, ZoneKind

STATIC = Path(__file__).parent / "static"

_ROLES = {
    LineRole.DOOR: "a door of the store",
    LineRole.INTERNAL: "inside the shop",
    LineRole.PASSERS_BY: "outside, who passes by",
    LineRole.SERVICE: "where a queue is served",
}
_KINDS = {
    ZoneKind.DISPLAY: "goods on display",
    ZoneKind.QUEUE: "a queue",
    ZoneKind.CHECKOUT: "a checkout",
    ZoneKind.STAFF: "staff only",
}
_ASK = '<button type="button" class="soft" data-do="backdrop">Show the floor</button>'
_TOOLS = """
<div class="editor-tools" role="toolbar" aria-label="Draw" hidden>
<button type="button" class="soft" data-tool="line">Draw a line</button>
<button type="button" class="soft" data-tool="zone">Draw a zone</button>
<button type="button" class="soft" data-do="undo" aria-keyshortcuts="Control+Z">Undo</button>
<button type="button" class="soft" data-do="redo" aria-keyshortcuts="Control+Y">Redo</button>
</div>"""

_PAIR = {LINE: "Zone behind the door", ZONE: "Line where it is served"}
_ACTS = """
<ul class="editor-says"></ul>
<p class="editor-acts"><button type="button" class="quiet" data-do="draw" hidden>Draw it</button>
<button type="button" class="quiet" data-do="turn" hidden>Turn the arrow round</button>
<label class="check"><input type="checkbox" name="{name}remove"> remove</label></p>"""


@dataclass(frozen=True)
class Places:
    """Where the form and its script send what they have; all are paths of the host."""

    save: str
    check: str
    """Answers `editor.form.answer` as JSON."""
    backdrop: str = ""
    """`POST` asks for the floor; empty where the picture is there already."""
    image: str = ""
    """The picture itself, where it is there already."""
    button: str = "Save and send to the camera"


def fragment(
    rows: Mapping[str, list[Row]], places: Places, hidden: Mapping[str, str], may: bool = True, region: str = ""
) -> str:
    """The whole editor; `hidden` are further fields that are sent with the form. Without `may` it only shows."""
    backdrop = (
        '<button type="button" class="soft" data-do="backdrop">Show the floor</button>' if places.backdrop else ""
    )
    kept = "".join(_hidden(name, value) for name, value in {**hidden, REGION: region}.items())
    items = "".join(_item(LINE, i, row) for i, row in enumerate([*rows[LINE], {}]))
    items += "".join(_item(ZONE, i, row) for i, row in enumerate([*rows[ZONE], {}]))
    save = f'<button class="editor-save">{escape(places.button)}</button>' if may else ""
    return f"""
<form class="editor" method="post" action="{escape(places.save)}" data-check="{escape(places.check)}"
 data-backdrop="{escape(places.backdrop)}" data-image="{escape(places.image)}">{kept}
<div class="editor-stage">
<p class="editor-floor" hidden>{backdrop}<span class="small" role="status"></span></p>
{_TOOLS if may else ""}
<div class="editor-canvas" hidden></div>
<p class="editor-hint" role="status" aria-live="polite"></p>
</div>
<div class="editor-side"><p class="editor-wrong" role="alert" hidden></p>
<fieldset class="editor-items"{"" if may else " disabled"}>{items}</fieldset>
{save}</div>
<template data-new="{LINE}">{_item(LINE, 0, {})}</template><template data-new="{ZONE}">{_item(ZONE, 0, {})}</template>
</form>"""


def _item(part: str, number: int, row: Row) -> str:
    """One line or zone; without a name it is the blank one in which the next is typed."""
    name, is_line = f"{part}-{number}-", part == LINE
    what = "Line" if is_line else "Zone"
    choices = _options(_ROLES if is_line else _KINDS, row.get("role") or row.get("kind") or "")
    title = escape(row.get("name") or f"Another {what.lower()}")
    points = "0.5 0.2, 0.5 0.9" if is_line else "0.1 0.1, 0.4 0.1, 0.4 0.6, 0.1 0.6"
    fields = (
        _text("Name", f"{name}name", row.get("name", "")),
        f'<label>{what} is <select name="{name}{"role" if is_line else "kind"}">{choices}</select></label>',
        _text(_PAIR[part], f"{name}pair", row.get("pair", ""), "editor-pair"),
        _text("Points, x and y from 0 to 1", f"{name}points", row.get("points", ""), "editor-points", points),
    )
    return (
        f'<div class="editor-item{"" if row else " blank"}" data-part="{part}">'
        f'<h3><span class="editor-mark" aria-hidden="true"></span><span class="editor-title">{title}</span></h3>'
        f'<div class="editor-fields">{"".join(fields)}</div>{_ACTS.format(name=name)}</div>'
    )


def _text(label: str, name: str, value: str, kind: str = "", hint: str = "") -> str:
    own = f' class="{kind}"' if kind else ""
    given = f'name="{name}" value="{escape(value)}" placeholder="{hint}" autocomplete="off"'
    return f"<label{own}>{label} <input {given}></label>"


def _options(choices: Mapping[LineRole, str] | Mapping[ZoneKind, str], chosen: str) -> str:
    return "".join(
        f'<option value="{value.value}"{" selected" if value == chosen else ""}>{escape(words)}</option>'
        for value, words in choices.items()
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def scripts(at: str) -> str:
    """The script, served below this path."""
    return f'<script src="{at}/editor.js" type="module"></script>'


def whole(title: str, lede: str, body: str, at: str, notes: Iterable[str] = ()) -> str:
    """A page of its own, for a host without one."""
    told = "".join(f'<p class="right" role="status">{escape(note)}</p>' for note in notes)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{escape(title)} · floorpulse</title>
<link rel="stylesheet" href="{at}/bench.css"><link rel="stylesheet" href="{at}/editor.css"></head>
<body><main id="main"><h1>{escape(title)}</h1><p class="lede">{escape(lede)}</p>{told}{body}</main>
{scripts(at)}</body></html>"""
