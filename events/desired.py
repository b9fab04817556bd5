"""What the centre wants of a device, and what it asks of it now: the words of `cfg/des` and `cmd`.

Both travel as JSON `{"text": .., "signature": ..}`: the signature (Ed25519, base64) is over the UTF-8 of `text`, and
`text` is the JSON that is read here. `sync` checks the signature and leaves `text` in the inbox, under the parts `cfg`
and `cmd`, for the processes of the device. It answers on `cfg/rep` and `res`.
"""

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from events import settings
from events.settings import ConfigError
from events.topics import Address

CONFIGURATION, CONFIGURATION_ANSWER, COMMAND, COMMAND_ANSWER = "cfg/des", "cfg/rep", "cmd", "res"
"""Leaves of a device's topic."""
KIOSK, CAMERA = "kiosk", "camera"
"""The parts that a configuration may have."""
LONGEST_MESSAGE = 100_000
"""Bytes of a signed message; no broker need take more."""
LONGEST_RESULT = 200_000
LONGEST_WHY = 200
BACKDROP, AUDIT_START, AUDIT_STOP = "backdrop", "audit_start", "audit_stop"
"""What a camera does when it is asked: `{"key": ..}`, base64 of an X25519 key; `{"line": ..}`."""
SEALED_FOR = b"floorpulse backdrop 1"
"""What the key that seals a backdrop is derived for."""


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


class State(StrEnum):
    """What `sync` made of a signed message."""

    ACCEPTED = "accepted"
    """It waits in the inbox; whether it is applied, `ConfigApplied` tells."""
    REJECTED = "rejected"


@dataclass(frozen=True)
class Answer:
    """What a device says to a configuration or to a command."""

    state: State
    why: str = ""
    version: int = 0
    """Of the configuration; 0 when it could not be read, and for a command."""
    holds: int = 0
    """The version that the device keeps to."""
    id: str = ""
    """Of the command."""


class Progress(StrEnum):
    """How far a process of the device is with a command."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Result:
    """What came of a command. It follows the answer on the same leaf, at QoS 0: who asked is waiting, or has gone."""

    result: str
    """The command's id."""
    state: Progress
    words: str = ""
    at: str = ""
    """ISO 8601: when it took effect, by the device's clock."""
    sealed: str = ""
    """Base64; only the one-time key of the command opens it."""


def told(result: Result) -> bytes:
    """The JSON of a result; fields without a word are left out."""
    return json.dumps({key: value for key, value in asdict(result).items() if value}, ensure_ascii=False).encode()


def read_result(message: bytes) -> Result:
    """ConfigError, one sentence, when it is none."""
    if len(message) > LONGEST_RESULT:
        raise ConfigError(f"result: {len(message)} bytes are too long")
    return settings.read(Result, _table(message, "result"), "result")


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


def written(wish: Desired | Command) -> str:
    """The text that is signed."""
    return json.dumps(asdict(wish), ensure_ascii=False, separators=(",", ":"))


def sealed(text: str, signature: bytes) -> bytes:
    """The message that travels."""
    seal = {"text": text, "signature": b64encode(signature).decode()}
    return json.dumps(seal, ensure_ascii=False, separators=(",", ":")).encode()


def unsealed(message: bytes) -> tuple[str, bytes]:
    """Text and signature, of which nothing is checked yet; ConfigError, one sentence, when these are not there."""
    if len(message) > LONGEST_MESSAGE:
        raise ConfigError(f"message: {len(message)} bytes are too long")
    table = _table(message, "message")
    text, signature = table.get("text"), table.get("signature")
    if table.keys() != {"text", "signature"} or not isinstance(text, str) or not isinstance(signature, str):
        raise ConfigError("message: expected text and signature")
    try:
        text.encode()
        return text, b64decode(signature, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ConfigError(f"message: {error}") from error


def answered(answer: Answer) -> str:
    """The JSON of an answer; fields without a word are left out."""
    return json.dumps({key: value for key, value in asdict(answer).items() if value}, ensure_ascii=False)


def read_answer(message: bytes) -> Answer:
    """ConfigError, one sentence, when it is none."""
    if len(message) > LONGEST_MESSAGE:
        raise ConfigError(f"answer: {len(message)} bytes are too long")
    return settings.read(Answer, _table(message, "answer"), "answer")


def _part(name: str, part: Any) -> Part:
    where = f"configuration.{name}"
    if not isinstance(part, dict) or not isinstance(part.get("body"), dict):
        raise ConfigError(f"{where}: expected version and body")
    read = settings.read(Part, {**part, "body": {}}, where)
    return Part(read.version, part["body"])


def _table(text: str | bytes, where: str) -> dict[str, Any]:
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{where}: {error}") from error
    if not isinstance(table, dict):
        raise ConfigError(f"{where}: expected a table")
    return table
