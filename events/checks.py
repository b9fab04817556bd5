"""Turns a dataclass of facts into two plain functions, data -> fact and fact -> data, much as `dataclasses` does.

Written out once at import, a check costs 2 us an event; walking the types for every event costs thirty times that.
"""

from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, NewType, Union, cast, get_args, get_origin, get_type_hints

from events.facts import Within

LONGEST_TEXT = 64


class DecodeError(ValueError):
    """What arrived is not what it claims to be; the message says what is wrong in one sentence."""


def text(value: Any, what: str) -> str:
    if type(value) is not str or not value or len(value) > LONGEST_TEXT or not value.isprintable():
        raise DecodeError(f"{what} is not a short printable text: {value!r:.80}")
    return value


def number(value: Any, what: str, low: float, high: float) -> float:
    if (type(value) is not float and type(value) is not int) or not low <= value <= high:
        raise DecodeError(f"{what} is not a number from {low:g} to {high:g}: {value!r:.80}")
    return value


def whole(value: Any, what: str, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise DecodeError(f"{what} is not a whole number from {low:g} to {high:g}: {value!r:.80}")
    return value


def truth(value: Any, what: str) -> bool:
    if type(value) is not bool:
        raise DecodeError(f"{what} is neither true nor false: {value!r:.80}")
    return value


def choice(value: Any, what: str, members: dict[str, StrEnum]) -> StrEnum:
    member = members.get(value) if type(value) is str else None
    if member is None:
        raise DecodeError(f"{what} is none of {', '.join(members)}: {value!r:.80}")
    return member


def instant(value: Any, what: str) -> datetime:
    """An aware UTC time from ISO 8601."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is UTC:
            return moment
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise DecodeError(f"{what} is not a time with a time zone: {value!r:.80}")


def written(moment: datetime) -> str:
    """ISO 8601 with a Z; the moment must be UTC."""
    return moment.isoformat()[:-6] + "Z"


def many(value: Any, what: str, low: int, high: int) -> list[Any]:
    if type(value) is not list or not low <= len(value) <= high:
        raise DecodeError(f"{what} is not a list of {low:g} to {high:g} items")
    return value


def wholes(value: Any, what: str, low: int, high: int, least: int, most: int) -> tuple[int, ...]:
    """A list of whole numbers, checked all at once: histograms are most of what travels."""
    items = many(value, what, low, high)
    if not items or (set(map(type, items)) == {int} and least <= min(items) and max(items) <= most):
        return tuple(items)
    return tuple([whole(item, f"{what}[]", least, most) for item in items])


def exactly(value: Any, what: str, allowed: frozenset[str]) -> dict[str, Any]:
    """An object with no field beyond the allow-list."""
    if type(value) is not dict:
        raise DecodeError(f"{what} is not an object: {value!r:.80}")
    if not value.keys() <= allowed:
        raise DecodeError(f"{what} has an unknown field: {min(value.keys() - allowed)!r:.80}")
    return value


_CHECKS = (text, number, whole, wholes, truth, choice, instant, written, many, exactly)
_BASE: dict[str, Any] = {check.__name__: check for check in _CHECKS} | {"absent": object()}


def reader(kind: type) -> Callable[[Any], Any]:
    """A function that checks decoded JSON and builds the dataclass, or raises DecodeError."""
    space = dict(_BASE)
    return cast(Callable[[Any], Any], _made(f"def made(d):\n{_read_body(kind, space)}", kind, space))


def writer(kind: type) -> Callable[[Any], dict[str, Any]]:
    """A function that turns the dataclass into plain JSON data; fields at their default are left out."""
    space = dict(_BASE)
    return cast(Callable[[Any], dict[str, Any]], _made(f"def made(x):\n{_write_body(kind, space)}", kind, space))


def _made(source: str, kind: type, space: dict[str, Any]) -> Any:
    exec(compile(source, f"<{kind.__name__}>", "exec"), space)
    return space["made"]


def _read_body(kind: type, space: dict[str, Any]) -> str:
    space["kind"] = kind
    space["allowed"] = frozenset(field.name for field in fields(kind))
    space["what"] = kind.__name__
    hints = get_type_hints(kind, include_extras=True)
    lines = [" exactly(d, what, allowed)", " get = d.get"]
    for field in fields(kind):
        value = _read(f"v_{field.name}", hints[field.name], f"{kind.__name__}.{field.name}", space)
        if field.default is MISSING and not _is_optional(hints[field.name]):
            lines += [f" v_{field.name} = get({field.name!r})", f" v_{field.name} = {value}"]
        else:
            space[f"default_{field.name}"] = None if field.default is MISSING else field.default
            lines += [
                f" v_{field.name} = get({field.name!r}, absent)",
                f" v_{field.name} = default_{field.name} if v_{field.name} is absent else {value}",
            ]
    lines.append(f" return kind({', '.join(f'v_{field.name}' for field in fields(kind))})")
    return "\n".join(lines)


def _write_body(kind: type, space: dict[str, Any]) -> str:
    hints = get_type_hints(kind, include_extras=True)
    lines = [" d = {}"]
    for field in fields(kind):
        put = f"d[{field.name!r}] = {_write(f'x.{field.name}', hints[field.name], space)}"
        if field.default is MISSING and not _is_optional(hints[field.name]):
            lines.append(f" {put}")
        else:
            space[f"default_{field.name}"] = None if field.default is MISSING else field.default
            lines.append(f" if x.{field.name} != default_{field.name}: {put}")
    return "\n".join([*lines, " return d"])


def _read(value: str, hint: Any, what: str, space: dict[str, Any]) -> str:
    """An expression that checks and converts; helpers it needs are put into the name space."""
    kind, bounds = _bare(hint)
    ends = f"{bounds.low!r}, {bounds.high!r}" if bounds else f"{-(10**18)}, {10**18}"
    if get_origin(kind) is tuple:
        inner, within = _bare(get_args(kind)[0])
        if inner is int:
            least, most = (within.low, within.high) if within else (-(10**18), 10**18)
            return f"wholes({value}, {what!r}, {ends}, {least!r}, {most!r})"
        item = _read("i", get_args(kind)[0], f"{what}[]", space)
        return f"tuple([{item} for i in many({value}, {what!r}, {ends})])"
    if is_dataclass(kind):
        return f"{_share(space, 'read', kind, reader)}({value})"
    if issubclass(kind, StrEnum):
        name = _share(space, "members", kind, lambda enum: {m.value: m for m in enum})
        return f"choice({value}, {what!r}, {name})"
    check = {str: "text", bool: "truth", datetime: "instant"}.get(kind)
    if check:
        return f"{check}({value}, {what!r})"
    return f"{'whole' if kind is int else 'number'}({value}, {what!r}, {ends})"


def _write(value: str, hint: Any, space: dict[str, Any]) -> str:
    kind, _ = _bare(hint)
    if get_origin(kind) is tuple:
        return f"[{_write('i', get_args(kind)[0], space)} for i in {value}]"
    if is_dataclass(kind):
        return f"{_share(space, 'write', kind, writer)}({value})"
    return f"written({value})" if kind is datetime else value


def _share(space: dict[str, Any], verb: str, kind: Any, make: Callable[[Any], Any]) -> str:
    name = f"{verb}_{kind.__name__}"
    space[name] = make(kind)
    return name


def _bare(hint: Any) -> tuple[Any, Within | None]:
    """The plain type under Optional, Annotated and NewType, and its bounds."""
    bounds = None
    while True:
        if get_origin(hint) in (Union, UnionType):
            hint = next(arg for arg in get_args(hint) if arg is not NoneType)
        elif get_origin(hint) is Annotated:
            bounds, hint = bounds or hint.__metadata__[0], hint.__origin__
        elif isinstance(hint, NewType):
            hint = hint.__supertype__
        else:
            return hint, bounds


def _is_optional(hint: Any) -> bool:
    return NoneType in get_args(hint)
