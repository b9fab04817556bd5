"""What the centre wants of a device, and what it asks of it now: the words of `cfg/des` and `cmd`.

Both travel as JSON `{"text": .., "signature": ..}`: the signature (Ed25519, base64) is over the UTF-8 of `text`, and
`text` is the JSON that is read here. `sync` checks the signature and leaves `text` in the inbox, under the parts `cfg`
and `cmd`, for the processes of the device.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from events import settings
from events.settings import ConfigError
from events.topics import Address

KIOSK, CAMERA = "kiosk", "camera"
"""The parts that a configuration may have."""


@dataclass(frozen=True)
class Part:
    """The configuration of one process of the device."""

    version: int
    """Rises with every change; `ConfigApplied` tells it back."""
    body: Mapping[str, Any]
    """The table that the process reads and checks completely before it applies anything."""


@dataclass(frozen=True)
class Desired:
    """The whole configuration of one device."""

    device: str
    """`tenant/store/device`: it is nobody else's."""
    version: int
    """Rises with every change; an older one is refused, so that nobody can play an old one back."""
    parts: Mapping[str, Part] = field(default_factory=dict)


@dataclass(frozen=True)
class Command:
    """Something to do once, now."""

    device: str
    id: str
    op: str
    """E.g. `call_acknowledged`, `identify`, `backdrop`."""
    expires: str
    """ISO 8601 with an offset; a later arrival does nothing."""
    body: Mapping[str, Any] = field(default_factory=dict)

    def is_over(self, now: datetime) -> bool:
        """Whether it comes too late; `now` is aware."""
        return now >= datetime.fromisoformat(self.expires)


def owner(address: Address) -> str:
    """How a configuration or a command names its device."""
    return f"{address.tenant}/{address.store}/{address.device}"


def read_desired(text: str) -> Desired:
    """ConfigError, one sentence, when it is none."""
    table = _table(text, "configuration")
    parts = table.get("parts", {})
    if not isinstance(parts, dict):
        raise ConfigError("configuration: parts is no table")
    read = {name: _part(name, part) for name, part in parts.items()}
    whole = settings.read(Desired, {**table, "parts": {}}, "configuration")
    return Desired(whole.device, whole.version, read)


def read_command(text: str) -> Command:
    """ConfigError, one sentence, when it is none."""
    table = _table(text, "command")
    body = table.get("body", {})
    command = settings.read(Command, {**table, "body": {}}, "command")
    try:
        if datetime.fromisoformat(command.expires).tzinfo is None or not isinstance(body, dict):
            raise ValueError("expires needs an offset, and body is a table")
    except ValueError as error:
        raise ConfigError(f"command: {error}") from error
    return Command(command.device, command.id, command.op, command.expires, body)


def _part(name: str, part: Any) -> Part:
    where = f"configuration.{name}"
    if not isinstance(part, dict) or not isinstance(part.get("body"), dict):
        raise ConfigError(f"{where}: expected version and body")
    read = settings.read(Part, {**part, "body": {}}, where)
    return Part(read.version, part["body"])


def _table(text: str, where: str) -> dict[str, Any]:
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{where}: {error}") from error
    if not isinstance(table, dict):
        raise ConfigError(f"{where}: expected a table")
    return table
