"""Specifications to SVG: drawn on the server, kept by content, so that a page only names what it wants drawn."""

import json
from collections import OrderedDict
from collections.abc import Set
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any

import vl_convert

from central.web.charts import FAINT, INK, PETROL, RUST, SKY, SOFT, Spec

KEPT = 2000
_DARK = {INK: "#e8ecef", SOFT: "#a3adb8", FAINT: "#38424d", PETROL: "#4fb9c1", SKY: "#3f7b81", RUST: "#e07a5a"}


@dataclass
class _Chart:
    spec: Spec
    stores: frozenset[str]
    svg: str = ""
    """Empty until it is drawn."""


class Gallery:
    """Charts by the hash of what they show and of which stores; each is drawn once, when first asked for."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._charts: OrderedDict[str, _Chart] = OrderedDict()
        self._lock = Lock()
        self._drawing = Lock()

    def hang(self, spec: Spec, stores: frozenset[str]) -> str:
        """Promise a chart of these stores; returns the name under which `svg` gives it."""
        name = sha256(json.dumps([spec, sorted(stores)], sort_keys=True).encode()).hexdigest()[:32]
        with self._lock:
            self._charts.setdefault(name, _Chart(spec, stores))
            self._charts.move_to_end(name)
            while len(self._charts) > self._kept:
                self._charts.popitem(last=False)
        return name

    def svg(self, name: str, visible: Set[str]) -> str | None:
        """The drawing; None when it was never promised, has been let go, or shows a store that is not visible."""
        with self._lock:
            chart = self._charts.get(name)
        if chart is None or not chart.stores <= visible:
            return None
        # The converter runs one JavaScript engine; two threads in it at once only wait for each other.
        with self._drawing:
            chart.svg = chart.svg or drawn(chart.spec)
        return chart.svg


def drawn(spec: Spec) -> str:
    """An SVG that follows the reader's light or dark preference."""
    converter: Any = vl_convert
    svg = str(converter.vegalite_to_svg(spec))
    rules = "".join(f'[fill="{a}"]{{fill:{b}}}[stroke="{a}"]{{stroke:{b}}}' for a, b in _DARK.items())
    head, _, body = svg.partition(">")
    return f"{head}><style>@media (prefers-color-scheme:dark){{{rules}}}</style>{body}"


def warm_up() -> None:
    """The first drawing starts the engine, most of a second; better before the first reader."""
    drawn({"data": {"values": [{"a": 1}]}, "mark": "bar", "encoding": {"x": {"field": "a", "type": "quantitative"}}})
