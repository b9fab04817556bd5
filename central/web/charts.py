"""Charts as Vega-Lite specifications: pure functions from rows of a report to a dictionary that `draw` turns to SVG."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from central.reports.shapes import HourRow, Measure, StoreRank, ZoneDwell
from events.bins import EDGES

Spec = dict[str, Any]

INK, SOFT, FAINT = "#24303f", "#6b7686", "#dfe3e8"
PETROL, SKY, AMBER, RUST = "#0b6e75", "#7fb8bd", "#d98a1f", "#b4472b"
WIDE, MEDIUM, HALF, NARROW = 980, 600, 440, 290
_INDICES = ("index_smoothed", "happy_index", "index_raw")
_PANEL = 150
_LABELS = 46
"""About what the axis takes beside a panel."""

_CONFIG: Spec = {
    "background": "transparent",
    "font": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": SOFT, "titleColor": SOFT, "gridColor": FAINT, "domainColor": FAINT, "tickColor": FAINT,
        "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelPadding": 6, "ticks": False,
    },
    "legend": {"labelColor": SOFT, "labelFontSize": 12, "title": None, "orient": "top", "symbolType": "square"},
}  # fmt: skip


def footfall(rows: Sequence[HourRow], goal: float | None, width: int) -> Spec:
    """Happy index above, entries below, on the same hours: an unhappy hour over the rush that may explain it."""
    values = _values(rows, ("happy_index", "entries"))
    return _stacked(values, [_index_panel("happy_index", goal, width), _bars("entries", "People in", width, SKY)])


def votes(rows: Sequence[HourRow], goal: float | None, width: int) -> Spec:
    """A kiosk's index by hour over the votes that it rests on."""
    name = next((name for name in _INDICES if any(name in row.measures for row in rows)), "score")
    values = _values(rows, (name, "votes"))
    return _stacked(values, [_index_panel(name, goal, width), _bars("votes", "Votes", width, SKY)])


def stays(rows: Sequence[HourRow], width: int) -> Spec:
    """A zone's median stay by hour, a gap where too few stayed, over its visits."""
    values = _values(rows, ("median", "visits"))
    return _stacked(values, [_dots("median", "Median stay, s", width), _bars("visits", "Visits", width, SKY)])


def rooms(rows: Sequence[HourRow], width: int) -> Spec:
    """Share of room time in use by hour, over the time in which every room was taken."""
    values = _values(rows, ("utilisation", "saturation"))
    percent = {"domain": [0, 100]}
    panels = [
        _bars("utilisation", "In use, %", width, SKY, percent),
        _bars("saturation", "All taken, %", width, RUST, percent),
    ]
    return _stacked(values, panels)


def distribution(zone: ZoneDwell, width: int) -> Spec:
    """How long visits lasted; those that the camera lost count as 'at least this long'."""
    names = [f"{_short(low)}" for low in EDGES[:-1]]
    kinds = (("seen to the end", zone.completed), ("at least this long", zone.censored))
    values = [
        {"bin": name, "visits": count, "kind": kind}
        for kind, counts in kinds
        for name, count in zip(names, counts, strict=False)
    ]
    spec: Spec = {
        "mark": {"type": "bar", "cornerRadius": 2},
        "encoding": {
            "x": {"field": "bin", "type": "ordinal", "sort": names, "title": "Visit of at least ..",
                  "axis": {"labelAngle": 0, "labelOverlap": True}},
            "y": {"field": "visits", "type": "quantitative", "title": "Visits", "axis": {"tickCount": 4}},
            "color": {"field": "kind", "type": "nominal", "sort": [kind for kind, _ in kinds],
                      "scale": {"domain": [kind for kind, _ in kinds], "range": [PETROL, SKY]}},
        },
    }  # fmt: skip
    return _whole(values, {"width": width + _LABELS, "height": _PANEL, **spec})


def ranking(stores: Iterable[StoreRank], goal: float | None, width: int) -> Spec:
    """Stores by happy index, each with its interval, against the goal."""
    values = [{"store": s.name, **_point(s.happy_index)} for s in stores if s.happy_index.value is not None]
    values.sort(key=lambda value: -value["value"])
    names = [value["store"] for value in values]
    y = {"field": "store", "type": "nominal", "sort": names, "title": None, "axis": {"labelColor": INK}}
    x = {"field": "value", "type": "quantitative", "title": "Happy index", "scale": {"zero": False, "nice": True},
         "axis": {"tickCount": 6}}  # fmt: skip
    layers: list[Spec] = [
        {"mark": {"type": "rule", "strokeWidth": 6, "color": SKY, "opacity": 0.55, "strokeCap": "round"},
         "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}},
        {"mark": {"type": "point", "filled": True, "size": 130, "color": PETROL}, "encoding": {"y": y, "x": x}},
        *([_goal_rule(goal, "x")] if goal is not None else []),
    ]  # fmt: skip
    return _whole(values, {"width": width + _LABELS, "height": {"step": 34}, "layer": layers})


def _index_panel(name: str, goal: float | None, width: int) -> Spec:
    """Points with their interval on a fixed scale of 0 to 100."""
    y = {"field": name, "type": "quantitative", "title": "Happy index", "scale": {"domain": [0, 100]},
         "axis": {"values": [0, 25, 50, 75, 100]}}  # fmt: skip
    x = _hour_axis(labels=False)
    layers: list[Spec] = [
        {"mark": {"type": "area", "color": PETROL, "opacity": 0.14, "interpolate": "monotone"},
         "encoding": {"x": x, "y": {**y, "field": f"{name}_low"}, "y2": {"field": f"{name}_high"}}},
        {"mark": {"type": "line", "color": PETROL, "strokeWidth": 2.5, "interpolate": "monotone",
                  "point": {"color": PETROL, "size": 60}}, "encoding": {"x": x, "y": y}},
        *([_goal_rule(goal, "y")] if goal is not None else []),
    ]  # fmt: skip
    return {"width": width, "height": _PANEL, "layer": layers}


def _dots(name: str, title: str, width: int) -> Spec:
    y = {"field": name, "type": "quantitative", "title": title, "axis": {"tickCount": 4}}
    mark = {"type": "line", "color": PETROL, "strokeWidth": 2.5, "interpolate": "monotone",
            "point": {"color": PETROL, "size": 60}}  # fmt: skip
    return {"width": width, "height": 120, "mark": mark, "encoding": {"x": _hour_axis(labels=False), "y": y}}


def _bars(name: str, title: str, width: int, color: str, scale: Spec | None = None) -> Spec:
    y = {"field": name, "type": "quantitative", "title": title, "axis": {"tickCount": 3}, "scale": scale or {}}
    mark = {"type": "bar", "color": color, "cornerRadiusEnd": 3}
    return {"width": width, "height": 90, "mark": mark, "encoding": {"x": _hour_axis(), "y": y}}


def _goal_rule(goal: float, channel: str) -> Spec:
    """A dashed line; the words under the chart say what it is."""
    rule = {"type": "rule", "color": AMBER, "strokeDash": [5, 4], "strokeWidth": 1.5}
    return {"data": {"values": [{"goal": goal}]}, "mark": rule,
            "encoding": {channel: {"field": "goal", "type": "quantitative"}}}  # fmt: skip


def _hour_axis(labels: bool = True) -> Spec:
    axis = {"labelAngle": 0, "labelOverlap": True, "labels": labels, "domain": labels}
    return {"field": "hour", "type": "ordinal", "sort": None, "title": None, "axis": axis,
            "scale": {"paddingInner": 0.25}}  # fmt: skip


def _values(rows: Sequence[HourRow], names: tuple[str, ...]) -> list[Spec]:
    return [{"hour": row.label[:2], **_named(row.measures, names)} for row in rows]


def _named(measures: Mapping[str, Measure], names: tuple[str, ...]) -> Spec:
    """Value and ends of the interval of each measure; null, a gap, where there is none."""
    found: Spec = {}
    for name in names:
        point = _point(measures.get(name, Measure(None)))
        found |= {name: point["value"], f"{name}_low": point["low"], f"{name}_high": point["high"]}
    return found


def _point(measure: Measure) -> Spec:
    low, high = measure.interval or (measure.value, measure.value)
    return {"value": measure.value, "low": low, "high": high}


def _stacked(values: list[Spec], panels: list[Spec]) -> Spec:
    return _whole(values, {"vconcat": panels, "spacing": 14, "resolve": {"scale": {"x": "shared"}}})


def _whole(values: list[Spec], spec: Spec) -> Spec:
    return {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "config": _CONFIG, "padding": 4,
            "autosize": {"type": "fit-x" if "vconcat" not in spec else "pad", "contains": "padding"},
            "data": {"values": values}, **spec}  # fmt: skip


def _short(seconds: float) -> str:
    return f"{seconds:g} s" if seconds < 60 else f"{seconds / 60:g} m"
