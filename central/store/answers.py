"""What devices say to what the centre wants of them, gathered and written together; and what is still to be sent."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, select, update

from central.births import LONGEST_STATUS
from central.store import outward
from central.store.clocks import micros
from central.store.engine import upsert
from central.store.wishes import configurations, supersede
from events.desired import COMMAND_ANSWER, CONFIGURATION_ANSWER, LONGEST_WHY, Answer, Desired, State, owner, read_answer
from events.settings import ConfigError
from events.topics import Address

MOST_VERSIONS = 10**12
_STANDS = "mqtt"


@dataclass
class Answers:
    """What came since it was last written down; what makes no sense is left out, since nothing rests on it."""

    _links: dict[str, tuple[bool, int | None]] = field(default_factory=dict)
    _said: list[tuple[str, str, Answer]] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is anything to write down."""
        return bool(self._links or self._said)

    def hear(self, topic: str, payload: bytes) -> None:
        try:
            address = Address.of(topic)
            leaf = topic.removeprefix(address.topic(""))
            if leaf == "status":
                self._links[owner(address)] = _link(payload)
            elif leaf in (CONFIGURATION_ANSWER, COMMAND_ANSWER):
                self._said.append((owner(address), leaf, _plain(read_answer(payload))))
        except (ConfigError, ValueError):
            return

    def flush(self, connection: Connection, now: datetime) -> None:
        for device, (is_on, version) in self._links.items():
            _note_link(connection, device, is_on, version, now)
        for device, leaf, answer in self._said:
            note = _note_configuration if leaf == CONFIGURATION_ANSWER else _note_command
            note(connection, device, answer, now)

    def clear(self) -> None:
        """Once it is committed."""
        self._links, self._said = {}, []


def _plain(answer: Answer) -> Answer:
    """PostgreSQL keeps no NUL in a text, and nobody wants to read one."""
    why, number = (
        "".join(letter if letter.isprintable() else "\ufffd" for letter in text) for text in (answer.why, answer.id)
    )
    return replace(answer, why=why[:LONGEST_WHY], id=number)


def unsent(connection: Connection, most: int, of: Callable[[str], bool] = bool) -> list[Desired]:
    """Configurations that no broker has taken, of those devices of which `of` holds."""
    head = outward.desired
    devices = connection.scalars(select(head.c.device).where(head.c.sent < head.c.version))
    return list(configurations(connection, list(islice(filter(of, devices), most))).values())


def note_sent(connection: Connection, sent: Iterable[tuple[str, int]]) -> None:
    """A broker has taken these versions."""
    head = outward.desired
    for device, version in sent:
        later = update(head).where(head.c.device == device, head.c.sent < version)
        connection.execute(later.values(sent=version))


def note_standing(connection: Connection, now: datetime) -> None:
    """The connection to the broker stands."""
    row = {"at": micros(now)}
    statement = upsert(connection.dialect, outward.downlink).values(name=_STANDS, **row)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))


def stood_at(connection: Connection) -> int:
    """When the connection to the broker was last known to stand, in microseconds; 0 for never."""
    table = outward.downlink
    return connection.scalar(select(table.c.at).where(table.c.name == _STANDS)) or 0


def _link(payload: bytes) -> tuple[bool, int | None]:
    """Whether the device is there, and the configuration it holds; None where it does not say."""
    if len(payload) > LONGEST_STATUS:
        raise ValueError("a status is short")
    try:
        status: Any = json.loads(payload)
        version = status.get("configuration")
        return bool(status["on"]), _whole(version)
    except (AttributeError, KeyError, RecursionError, TypeError) as error:
        raise ValueError("no status") from error


def _whole(version: Any) -> int | None:
    return version if type(version) is int and 0 <= version <= MOST_VERSIONS else None


def _note_link(connection: Connection, device: str, is_on: bool, version: int | None, now: datetime) -> None:
    row: dict[str, Any] = {"is_on": is_on, "at": micros(now)} | ({} if version is None else {"configuration": version})
    statement = upsert(connection.dialect, outward.device_links).values(device=device, **{"configuration": 0, **row})
    connection.execute(statement.on_conflict_do_update(index_elements=["device"], set_=row))
    if version is not None:
        _send_what_it_lacks(connection, device, version)


def _send_what_it_lacks(connection: Connection, device: str, holds: int) -> None:
    """A broker that forgot its retained messages, or a store restored from a copy: the device tells us."""
    head = outward.desired
    desired = connection.scalar(select(head.c.version).where(head.c.device == device))
    if desired is None:
        return
    if holds < desired:
        connection.execute(update(head).where(head.c.device == device).values(sent=0))
    elif holds > desired:
        supersede(connection, device, holds)


def _note_configuration(connection: Connection, device: str, answer: Answer, now: datetime) -> None:
    head = outward.desired
    row = connection.execute(select(head).where(head.c.device == device)).first()
    if row is None or answer.version not in (0, row.version):
        return
    if answer.version == 0 and row.told == row.version and row.state == State.ACCEPTED:
        return  # something else was refused: the device has what we want it to have
    said = {"told": row.version, "state": answer.state.value, "why": answer.why, "told_at": micros(now)}
    connection.execute(update(head).where(head.c.device == device).values(said))
    if answer.state is State.REJECTED and row.version <= answer.holds <= MOST_VERSIONS:
        supersede(connection, device, answer.holds)


def _note_command(connection: Connection, device: str, answer: Answer, now: datetime) -> None:
    table = outward.commands
    mine = update(table).where(table.c.id == answer.id, table.c.device == device, table.c.state == "")
    said = {"state": answer.state.value, "why": answer.why, "answered": micros(now)}
    connection.execute(mine.values(said))
