"""The gate for what the centre asks of this device: only what it has signed, for this device, in time, and once."""

import json
import logging
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from events.desired import (
    COMMAND_ANSWER,
    CONFIGURATION,
    CONFIGURATION_ANSWER,
    LONGEST_WHY,
    Answer,
    Desired,
    State,
    answered,
    owner,
    read_command,
    read_desired,
    unsealed,
)
from events.settings import ConfigError
from events.topics import Address
from sync.inbox import Inbox

ACCEPTED = "cfg.accepted"
"""Key of the state: version and hash of the configuration that the device keeps to."""
TAKEN = "cmd.taken"
"""Key of the state: ids of the last commands."""
REMEMBERED_COMMANDS = 500
KEYLESS = "this device was given no key of the centre"

_log = logging.getLogger("floorpulse.sync")


class Refused(Exception):
    """The message is one sentence for the centre."""


class Gate:
    """Leaves what is in order in the inbox, under `cfg` and `cmd`; has an answer to everything."""

    def __init__(
        self, key: Ed25519PublicKey | None, address: Address, inbox: Inbox, clock: Callable[[], datetime]
    ) -> None:
        self._key, self._device, self._inbox, self._clock = key, owner(address), inbox, clock
        self._said = ""

    @property
    def version(self) -> int:
        """Of the configuration that was accepted last; 0 before there was one."""
        return self._accepted()[0]

    def take(self, leaf: str, message: bytes) -> tuple[str, str]:
        """Leaf and JSON of the answer. sqlite3.Error: nothing is decided; ask again."""
        take = self._configuration if leaf == CONFIGURATION else self._command
        try:
            answer = take(self._verified(message))
        except (Refused, ConfigError) as refusal:
            answer = self._rejected(str(refusal))
        if answer.state is State.REJECTED:
            self._say(leaf, answer.why)
        return CONFIGURATION_ANSWER if leaf == CONFIGURATION else COMMAND_ANSWER, answered(answer)

    def _verified(self, message: bytes) -> str:
        if self._key is None:
            raise Refused(KEYLESS)
        text, signature = unsealed(message)
        try:
            self._key.verify(signature, text.encode())
        except InvalidSignature:
            raise Refused("the signature is not the centre's") from None
        return text

    def _configuration(self, text: str) -> Answer:
        desired = read_desired(text)
        held, digest = self._accepted()
        ours = sha256(text.encode()).hexdigest()
        if why := self._why_not(desired, held, digest, ours):
            return self._rejected(why, desired.version)
        if desired.version > held:  # the same one comes again at each connection
            self._inbox.put("cfg", text, {ACCEPTED: json.dumps([desired.version, ours])})
        return Answer(State.ACCEPTED, version=desired.version, holds=desired.version)

    def _why_not(self, desired: Desired, held: int, digest: str, ours: str) -> str:
        if desired.device != self._device:
            return f"it is for {desired.device}"
        if desired.version < held:
            return f"it is older than version {held}, which this device has accepted"
        if desired.version == held and digest != ours:
            return f"another version {held} was accepted before"
        return ""

    def _command(self, text: str) -> Answer:
        command = read_command(text)
        taken = self._remembered(TAKEN)
        if command.id in taken:  # the centre asks again until it hears an answer; it is not done twice
            return Answer(State.ACCEPTED, "it was taken before", id=command.id)
        if command.device != self._device:
            return Answer(State.REJECTED, f"it is for {command.device}"[:LONGEST_WHY], id=command.id)
        if command.is_over(self._clock()):
            return Answer(State.REJECTED, f"it came too late: it was good until {command.expires}", id=command.id)
        self._inbox.put("cmd", text, {TAKEN: json.dumps([*taken, command.id][-REMEMBERED_COMMANDS:])})
        return Answer(State.ACCEPTED, id=command.id)

    def _accepted(self) -> tuple[int, str]:
        version, digest = self._remembered(ACCEPTED) or (0, "")
        return version, digest

    def _remembered(self, key: str) -> list[Any]:
        """Nothing when a flipped bit made it unreadable: better to be told again than never to be told."""
        try:
            kept = json.loads(self._inbox.state(key) or "[]")
        except ValueError:
            return []
        return kept if isinstance(kept, list) else []

    def _rejected(self, why: str, version: int = 0) -> Answer:
        return Answer(State.REJECTED, why[:LONGEST_WHY], version, self._accepted()[0])

    def _say(self, leaf: str, why: str) -> None:
        """Once, until there is something else to say: whoever may write to the topic could fill the log."""
        if why != self._said:
            _log.warning("refused what came on %s: %s", leaf, why)
        self._said = why


def read_key(file: Path | None) -> Ed25519PublicKey | None:
    """The centre's key, as `floorpulse central key` prints it; ConfigError when the file holds something else."""
    if file is None:
        return None
    try:
        key = load_pem_public_key(file.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigError(f"sync.centre_key: {file}: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError(f"sync.centre_key: {file} holds no Ed25519 key")
    return key
