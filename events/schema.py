"""The published JSON Schema of what travels, written from the dataclasses themselves: `python -m events.schema`."""

import json
import sys
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, NewType, Union, get_args, get_origin, get_type_hints

from events.checks import LONGEST_TEXT
from events.codec import type_name
from events.facts import FACTS, ClockQuality, Within

_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
    int: {"type": "integer"},
    float: {"type": "number"},
}


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of one member of a batch: a CloudEvent with one of our facts as its data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "floorpulse event",
        "oneOf": [_event(kind) for kind in FACTS],
    }


def _event(kind: Any) -> dict[str, Any]:
    envelope = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "pattern": r"^.{12}-[0-9]{1,18}$"},
        "source": {"type": "string", "pattern": r"^/[^/]+/[^/]+/[^/]+/(urgent|bulk)$"},
        "type": {"const": type_name(kind)},
        "time": _PLAIN[datetime],
        "bootid": _PLAIN[str],
        "monotonicms": {"type": "integer", "minimum": 0},
        "clockquality": {"enum": [quality.value for quality in ClockQuality]},
        "data": _object(kind),
    }
    return {
        "title": kind.__name__,
        "description": (kind.__doc__ or "").splitlines()[0],
        "type": "object",
        "properties": envelope,
        "required": list(envelope),
    }


def _object(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    needed = [
        field.name for field in fields(kind) if field.default is MISSING and NoneType not in get_args(hints[field.name])
    ]
    return {
        "type": "object",
        "properties": {field.name: _value(hints[field.name]) for field in fields(kind)},
        "required": needed,
        "additionalProperties": False,
    }


def _value(hint: Any, bounds: Within | None = None) -> dict[str, Any]:
    origin = get_origin(hint)
    if origin is Annotated:
        return _value(hint.__origin__, hint.__metadata__[0])
    if origin in (Union, UnionType):
        return _value(next(arg for arg in get_args(hint) if arg is not NoneType), bounds)
    if isinstance(hint, NewType):
        return _value(hint.__supertype__)
    if origin is tuple:
        ends = {"minItems": int(bounds.low), "maxItems": int(bounds.high)} if bounds else {}
        return {"type": "array", "items": _value(get_args(hint)[0]), **ends}
    if is_dataclass(hint):
        return _object(hint)
    if issubclass(hint, StrEnum):
        return {"enum": [member.value for member in hint]}
    return {**_PLAIN[hint], **({"minimum": bounds.low, "maximum": bounds.high} if bounds else {})}


def text() -> str:
    """As it stands in `docs/schema.json`."""
    return json.dumps(schema(), indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
