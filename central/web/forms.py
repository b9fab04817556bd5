"""The plan as forms and back: rows of text fields to a checked plan, or a ConfigError and nothing changed. Pure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from central.store.plans import as_table
from central.store.users import Role
from events.bins import EDGES
from events.settings import ConfigError
from events.site import LineRole, PlaceKind, Plan, Store, ZoneKind, read_plan
from events.topics import is_segment

MAY_CHANGE = Role.LEAD
"""And those above."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Row = dict[str, str]


@dataclass(frozen=True)
class Field:
    """One column of a section."""

    name: str
    label: str
    kind: str = "text"
    """`text`, `whole`, `share` (typed as percent, kept as 0..1) or `choice`."""
    choices: tuple[str, ...] = ()
    hint: str = ""
    needed: bool = False


@dataclass(frozen=True)
class Section:
    name: str
    label: str
    says: str
    fields: tuple[Field, ...]


_EDGES = tuple(str(edge) for edge in EDGES[:-1])
_NAME = Field("name", "Name", hint="as the device sends it", needed=True)
_LABEL = Field("label", "Shown as")
_DEVICE = Field("device", "Device", hint="its id", needed=True)

SECTIONS = {
    section.name: section
    for section in (
        Section(
            "zones", "Zones", "The places that cameras watch, in walking order from the entrance.",
            (
                _NAME, _LABEL, Field("kind", "Kind", "choice", tuple(ZoneKind), needed=True), _DEVICE,
                Field("crowded_above", "Crowded above", "whole", hint="people, 1 to 7"),
                Field("engaged_seconds", "Engaged from", "choice", _EDGES, "seconds"),
                Field("target_wait_seconds", "Target wait", "choice", _EDGES, "seconds; queues"),
                Field("engagement_goal", "Engagement goal", "share", hint="%"),
                Field("service", "Service line", hint="queues: the line behind which one has been served"),
            ),
        ),
        Section(
            "lines", "Lines", "Where people are counted walking in and out.",
            (
                _NAME, _LABEL, Field("role", "Role", "choice", tuple(LineRole), needed=True), _DEVICE,
                Field("behind", "Zone behind", hint="doors: who turns round before it did not enter"),
            ),
        ),
        Section(
            "kiosks", "Kiosks", "Where each kiosk stands, and which line its shoppers leave by.",
            (
                _DEVICE, _LABEL, Field("place", "Place", "choice", tuple(PlaceKind), needed=True),
                Field("at", "Asks about", hint="a zone or a group of rooms"),
                Field("exit_line", "Exit line", hint="for the response rate"),
            ),
        ),
        Section(
            "room_groups", "Fitting rooms", "Groups of rooms that share a lobby. No camera, no microphone, ever.",
            (_NAME, _LABEL, _DEVICE, Field("rooms", "Rooms", "whole", hint="how many", needed=True)),
        ),
    )
}  # fmt: skip


def edition(plan: Plan) -> str:
    """Changes with every change of the plan; a form carries it, so that nobody overwrites unseen changes."""
    return sha256(json.dumps(as_table(plan), sort_keys=True).encode()).hexdigest()[:16]


def checked(table: dict[str, Any]) -> Plan:
    """The plan, fit to be saved; ConfigError is one sentence about what is not."""
    plan = read_plan(table)
    ids = [store.id for store in plan.stores]
    for store in plan.stores:
        _ = store.hours.opening
        _check_ids(store)
    if len(set(ids)) < len(ids):
        raise ConfigError("Two stores have the same id.")
    return plan


def _check_ids(store: Store) -> None:
    devices = [item.device for section in (store.zones, store.lines, store.kiosks, store.room_groups)
               for item in section]  # fmt: skip
    for text in (store.id, *devices):
        if not is_segment(text):
            raise ConfigError(f"{text!r} is no id: use small letters, digits, - and _, at most 40.")


def rows_of(store: Store, section: Section) -> list[Row]:
    """What the form shows for each part of a section."""
    return [{f.name: _shown(f, getattr(item, f.name)) for f in section.fields} for item in getattr(store, section.name)]


def _shown(field: Field, value: Any) -> str:
    if value is None:
        return ""
    return f"{value * 100:g}" if field.kind == "share" else str(value)


def rows_from(form: Mapping[str, str], section: Section) -> list[Row]:
    """Typed rows in the order given; rows marked for removal and rows left blank are gone."""
    rows = []
    for number in _numbers(form, section.name):
        row = {field.name: form.get(f"{section.name}-{number}-{field.name}", "").strip() for field in section.fields}
        order = form.get(f"{section.name}-{number}-order", "").strip()
        texts = (value for name, value in row.items() if name in ("name", "device", "label"))
        if f"{section.name}-{number}-remove" not in form and any(texts):
            rows.append((int(order) if order.isdecimal() else 1_000, number, row))
    return [row for _, _, row in sorted(rows, key=lambda item: item[:2])]


def _numbers(form: Mapping[str, str], section: str) -> list[int]:
    parts = (name.split("-") for name in form if name.startswith(f"{section}-"))
    return sorted({int(part[1]) for part in parts if len(part) == 3 and part[1].isdecimal() and len(part[1]) < 6})


def with_section(plan: Plan, store: str, section: Section, rows: list[Row]) -> Plan:
    """The plan with one section of one store replaced."""
    items = [
        {field.name: _read(field, row[field.name], f"{section.label}, row {number}")
         for field in section.fields if row[field.name] or field.needed}
        for number, row in enumerate(rows, 1)
    ]  # fmt: skip
    return _with_store(plan, store, lambda table: {**table, section.name: items})


def _read(field: Field, text: str, where: str) -> Any:
    if field.needed and not text:
        raise ConfigError(f"{where}: {field.label!r} is missing.")
    if field.kind == "share":
        return _number(text, f"{where}: {field.label}") / 100
    if field.kind == "whole" or field.choices is _EDGES:
        return _whole(text, f"{where}: {field.label}")
    return text


def _whole(text: str, where: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ConfigError(f"{where}: {text[:30]!r} is not a whole number.") from None


def _number(text: str, where: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not -1e6 < value < 1e6:
        raise ConfigError(f"{where}: {text[:30]!r} is not a number.")
    return value


def hours_row(store: Store) -> Row:
    """Name, region and opening hours as the form shows them."""
    days = {day: str(getattr(store.hours, day)) for day in WEEKDAYS}
    dates = "\n".join(f"{day} {hours}" for day, hours in sorted(store.hours.dates.items()))
    return {"name": store.name, "region": store.region, "timezone": store.hours.timezone, **days, "dates": dates}


def with_hours(plan: Plan, store: str, form: Mapping[str, str]) -> Plan:
    """The plan with a store's name, region and opening hours replaced."""
    names = ("timezone", *WEEKDAYS)
    hours: dict[str, Any] = {name: form.get(name, "").strip() or "closed" for name in names}
    hours["dates"] = dict(_date_line(line) for line in form.get("dates", "").splitlines() if line.strip())
    name = form.get("name", "").strip()
    if not name:
        raise ConfigError("A store needs a name.")
    own = {"name": name, "region": form.get("region", "").strip(), "hours": hours}
    return _with_store(plan, store, lambda table: {**table, **own})


def _date_line(line: str) -> tuple[str, str]:
    day, _, hours = line.strip().partition(" ")
    if not hours:
        raise ConfigError(f"A special day is written 2026-12-24 09:00-14:00 or 2026-12-25 closed, not {line[:40]!r}.")
    return day, hours.strip()


def with_new_store(plan: Plan, store: str, name: str) -> Plan:
    table = as_table(plan)
    return checked(
        {**table, "stores": [*table["stores"], {"id": store.strip(), "name": name.strip() or store.strip()}]}
    )


def with_goals(plan: Plan, form: Mapping[str, str], metrics: Mapping[str, Any]) -> Plan:
    """The plan with the chain's goals replaced; an empty field is no goal."""
    typed = {name: form.get(f"goal-{name}", "").strip() for name in metrics}
    kept = {name: target for name, target in plan.goals.items() if name not in metrics}
    goals = {name: _number(text, metrics[name].label) for name, text in typed.items() if text}
    return checked({**as_table(plan), "goals": {**kept, **goals}})


def _with_store(plan: Plan, store: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Plan:
    table = as_table(plan)
    stores = [change(item) if item["id"] == store else item for item in table["stores"]]
    return checked({**table, "stores": stores})
