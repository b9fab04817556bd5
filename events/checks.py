"""Turns a dataclass of facts into two plain functions, data -> fact and fact -> data, much as `dataclasses` does.

Written out once at import, a check costs 1 us an event; walking the types for every event costs sixty times that. What
is almost always right is tested where it stands; the named checks below are asked only to say what is wrong.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, lru_cache
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


recurring = lru_cache(maxsize=4096)(instant)
"""`instant` of a text, remembered: all summaries of a quarter begin together."""


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


def lacking(value: dict[str, Any], what: str, needed: tuple[str, ...]) -> DecodeError:
    """Why an object cannot be read that misses one of the fields it must have."""
    return DecodeError(f"{what} has no field {next(name for name in needed if name not in value)!r}")


@cache
def mould(kind: type) -> Any:
    """A class of the same slots that is not frozen: fill one, then set its `__class__` to `kind`.

    A frozen dataclass is built through `object.__setattr__`, which takes five times as long.
    """
    return type(kind.__name__, (), {"__slots__": tuple(field.name for field in fields(kind))})


_CHECKS = (text, number, whole, wholes, truth, choice, instant, written, many, exactly, lacking)
_BASE: dict[str, Any] = {check.__name__: check for check in _CHECKS}
_BASE |= {"recurring": recurring, "numbers": (float, int)}


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
    hints = get_type_hints(kind, include_extras=True)
    needed = tuple(field.name for field in fields(kind) if not _has_default(field, hints))
    space |= {"kind": kind, "mould": mould(kind), "what": kind.__name__, "needed": needed}
    space["allowed"] = frozenset(field.name for field in fields(kind))
    lines = [" if type(d) is not dict: exactly(d, what, allowed)", " x = mould()", " try:"]
    lines += [f"  v_{name} = d[{name!r}]" for name in needed]
    lines += [" except KeyError: raise lacking(d, what, needed) from None", f" rest = len(d) - {len(needed)}"]
    for field in fields(kind):
        name, value = field.name, f"v_{field.name}"
        put = f"x.{name} = {_read(value, hints[name], f'{kind.__name__}.{name}', space)}"
        if name in needed:
            lines.append(f" {put}")
        else:
            space[f"default_{name}"] = None if field.default is MISSING else field.default
            lines += [f" if rest and {name!r} in d:", f"  {value} = d[{name!r}]; rest -= 1", f"  {put}"]
            lines.append(f" else: x.{name} = default_{name}")
    lines += [" if rest: exactly(d, what, allowed)", " x.__class__ = kind", " return x"]
    return "\n".join(lines)


def _write_body(kind: type, space: dict[str, Any]) -> str:
    hints = get_type_hints(kind, include_extras=True)
    lines = [" d = {}"]
    for field in fields(kind):
        put = f"d[{field.name!r}] = {_write(f'x.{field.name}', hints[field.name], space)}"
        if not _has_default(field, hints):
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
        return f"((type({value}) is str and {name}.get({value})) or choice({value}, {what!r}, {name}))"
    return _plain(value, kind, what, ends)


def _plain(value: str, kind: type, what: str, ends: str) -> str:
    """The test in place, and the check that says what is wrong."""
    low, high = ends.split(", ")
    within = f"{low} <= {value} <= {high}"
    if kind is str:
        fits = f"type({value}) is str and 0 < len({value}) <= {LONGEST_TEXT} and {value}.isprintable()"
        return f"({value} if {fits} else text({value}, {what!r}))"
    if kind is bool:
        return f"truth({value}, {what!r})"
    if kind is datetime:
        return f"(recurring if type({value}) is str else instant)({value}, {what!r})"
    if kind is int:
        return f"({value} if type({value}) is int and {within} else whole({value}, {what!r}, {ends}))"
    return f"({value} if type({value}) in numbers and {within} else number({value}, {what!r}, {ends}))"


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


def _has_default(field: Field[Any], hints: dict[str, Any]) -> bool:
    """Whether it may be absent: for its default, or for None."""
    return field.default is not MISSING or NoneType in get_args(hints[field.name])
