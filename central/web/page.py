"""Renders templates, with the words and faces that all of them use."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from central.reports.shapes import Station
from central.store.users import Role, User
from central.web import asked, words
from central.web.access import desk_of, visible_stores
from central.web.charts import MEDIUM, NARROW, WIDE, Spec
from central.web.definitions import definition
from central.web.draw import Gallery

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.globals.update(w=words, asked=asked, definition=definition, Role=Role, href=href, faces_for=faces_for)
    return made


def render(request: Request, template: str, person: User | None = None, status: int = 200, **values: Any) -> Any:
    """A page; `person` decides what the navigation offers."""
    stores = visible_stores(desk_of(request), person) if person else []
    now = request.app.state.clock()
    context = {"store": None, "tab": "", **values, "person": person, "stores": stores, "now": now}
    return HTMLResponse(_environment().get_template(template).render(request=request, **context), status)


def chart(request: Request, stores: list[str], draw: Any, *args: Any, wide: int = WIDE) -> dict[str, str]:
    """Addresses of one chart in its three widths; `draw` is a function of `charts` that takes the width last.

    Only who may see all the stores may see it.
    """
    gallery: Gallery = request.app.state.gallery
    specs: dict[str, Spec] = {
        "wide": draw(*args, wide),
        "medium": draw(*args, min(wide, MEDIUM)),
        "narrow": draw(*args, NARROW),
    }
    return {name: f"/charts/{gallery.hang(spec, frozenset(stores))}.svg" for name, spec in specs.items()}


def href(store: str, station: Station, query: str) -> str:
    """The report that says more about a station: `zones/NAME` leads to the part of the zones page named so."""
    report, _, place = station.link.partition("/")
    page = f"/{report}" if report in ("zones", "rooms", "feedback") else ""
    return f"/stores/{store}{page}?{query}#{place or report}"


def faces_for(scale: int) -> tuple[int, ...]:
    """Which of the five faces stand for the answers of a smiley question, best first."""
    return {2: (1, 5), 3: (1, 3, 5), 4: (1, 2, 4, 5)}.get(scale, (1, 2, 3, 4, 5))
