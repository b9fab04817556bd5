"""Facts and events made up by hypothesis from the types of the vocabulary alone."""

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, NewType, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from events.envelope import Event, Source, Stamp
from events.facts import FACTS, ClockQuality, Stream, Within

NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=64).filter(
    str.isprintable
)
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2120, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


def values(hint: Any, bounds: Within | None = None) -> st.SearchStrategy[Any]:
    origin = get_origin(hint)
    if origin is Annotated:
        return values(hint.__origin__, hint.__metadata__[0])
    if origin in (Union, UnionType):
        inner = next(arg for arg in get_args(hint) if arg is not NoneType)
        return st.none() | values(inner, bounds)
    if isinstance(hint, NewType):
        return values(hint.__supertype__, bounds)
    if origin is tuple:
        low, high = (int(bounds.low), min(int(bounds.high), int(bounds.low) + 5)) if bounds else (0, 5)
        return st.lists(values(get_args(hint)[0]), min_size=low, max_size=high).map(tuple)
    return plain(hint, bounds)


def plain(hint: Any, bounds: Within | None) -> st.SearchStrategy[Any]:
    if is_dataclass(hint):
        return whole(hint)
    if issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    if hint is int:
        return st.integers(int(bounds.low), int(bounds.high)) if bounds else st.integers(0, 10**9)
    if hint is float:
        return st.floats(bounds.low, bounds.high) if bounds else st.floats(0, 1e6)
    return {str: NAMES, bool: st.booleans(), datetime: MOMENTS}[hint]


def whole(kind: Any) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind, include_extras=True)
    return st.builds(kind, **{field.name: values(hints[field.name]) for field in fields(kind)})


FACT = st.one_of([whole(kind) for kind in FACTS])
SEGMENT = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)
SOURCE = st.builds(Source, SEGMENT, SEGMENT, SEGMENT, st.sampled_from(Stream))
STAMP = st.builds(Stamp, MOMENTS, NAMES, st.integers(0, 10**12), st.sampled_from(ClockQuality))
EVENT = st.builds(Event, SOURCE, st.from_regex(r"[0-9a-f]{12}", fullmatch=True), st.integers(1, 10**15), STAMP, FACT)
