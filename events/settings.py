"""Closed settings: one TOML per device, each table read into a frozen dataclass; an unknown key is an error."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from events.facts import DeviceId, StoreId, TenantId
from events.hours import OpeningHours, parse_hours
from events.topics import Address

T = TypeVar("T")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class ConfigError(ValueError):
    """The configuration cannot be used; the message is one sentence that names the place."""


def load(path: Path) -> dict[str, Any]:
    """The tables of a TOML file; ConfigError when it is missing or no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error


def read(kind: type[T], table: Any, where: str) -> T:
    """A table as a frozen dataclass. Keys are the field names with `_` or `-`; ConfigError names key and reason."""
    if not isinstance(table, dict):
        raise ConfigError(f"{where}: expected a table, not {table!r:.60}")
    hints, known = get_type_hints(kind), {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    given = {key.replace("-", "_"): value for key, value in table.items()}
    for key in given.keys() - known.keys():
        near = get_close_matches(key, known, 1)
        raise ConfigError(f"{where}: unknown key {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    for name, item in known.items():
        if name not in given and item.default is MISSING and item.default_factory is MISSING:
            raise ConfigError(f"{where}: the key {name!r} is missing")
    values = {key: _value(hints[key], value, f"{where}.{key}") for key, value in given.items()}
    try:
        return kind(**values)
    except ConfigError:
        raise
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from error


def _value(hint: Any, value: Any, where: str) -> Any:
    if isinstance(hint, NewType):
        hint = hint.__supertype__
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _value(next(arg for arg in args if arg is not NoneType), value, where)
    if origin is tuple:
        return _items(args, value, where)
    if origin in (dict, Mapping) and isinstance(value, dict):
        return {key: _value(args[1], item, f"{where}.{key}") for key, item in value.items()}
    if is_dataclass(hint):
        return read(hint, value, where)  # type: ignore[arg-type]
    if hint is Path and isinstance(value, str):
        return Path(value)
    if hint is float and type(value) is int:
        return float(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _member(hint, value, where)
    if type(value) is not hint:
        raise ConfigError(f"{where}: expected {_spoken(hint)}, not {value!r:.60}")
    return value


def _items(args: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ConfigError(f"{where}: expected a list, not {value!r:.60}")
    if args[-1] is Ellipsis:
        return tuple(_value(args[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if len(value) != len(args):
        raise ConfigError(f"{where}: expected {len(args)} values, not {len(value)}")
    return tuple(_value(arg, item, f"{where}[{i}]") for i, (arg, item) in enumerate(zip(args, value, strict=True)))


def _member(kind: type[Enum], value: Any, where: str) -> Enum:
    try:
        return kind(value)
    except ValueError:
        raise ConfigError(f"{where}: {value!r:.60} is none of {', '.join(str(m.value) for m in kind)}") from None


def _spoken(hint: Any) -> str:
    words = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
    return words.get(hint, getattr(hint, "__name__", str(hint)))


@dataclass(frozen=True)
class Hours:
    """The table `[hours]`: `09:00-20:00` or `closed` for each weekday, and `dates` for single days."""

    timezone: str = "UTC"
    monday: str = "09:00-20:00"
    tuesday: str = "09:00-20:00"
    wednesday: str = "09:00-20:00"
    thursday: str = "09:00-20:00"
    friday: str = "09:00-20:00"
    saturday: str = "09:00-20:00"
    sunday: str = "closed"
    dates: Mapping[str, str] = field(default_factory=dict)

    @property
    def opening(self) -> OpeningHours:
        """ConfigError when a text is no opening hours or the time zone is unknown."""
        try:
            week = tuple(parse_hours(getattr(self, day)) for day in _WEEKDAYS)
            dates = {date.fromisoformat(day): parse_hours(text) for day, text in self.dates.items()}
            return OpeningHours(self.timezone, week, dates)
        except (ValueError, KeyError) as error:
            raise ConfigError(f"hours: {str(error).strip(chr(39))}") from error


@dataclass(frozen=True)
class Device:
    """The table `[device]`: which device this is and where its shared file lies."""

    tenant: TenantId
    store: StoreId
    device: DeviceId
    state: Path = Path("/var/lib/floorpulse/device.db")
    """The SQLite file that all services of the device share."""

    @property
    def address(self) -> Address:
        return Address(self.tenant, self.store, self.device)

    @property
    def results(self) -> Path:
        """The Unix socket on which `sync` takes what came of a command; nothing of it is kept."""
        return self.state.with_suffix(".results")

    def __post_init__(self) -> None:
        _ = self.address
