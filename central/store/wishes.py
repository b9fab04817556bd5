"""What the centre wants of its devices: configurations that stand, and commands for now.

Whoever wants something writes it here; `central.downlink` looks here and sends it, so the two may be different
processes. Devices are named by their address.
"""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, insert, select, update

from central.store import Store, outward
from central.store.clocks import micros
from central.store.engine import upsert
from central.store.ledger import moment
from events.desired import LONGEST_MESSAGE, Command, Desired, Part, owner, sealed, written
from events.settings import ConfigError
from events.topics import Address

COMMAND_SECONDS = 120.0
PORTION = 500
"""Devices in one question to the store."""
TURN = "desired"
"""Whoever makes versions does so one at a time."""
_SIGNATURE = bytes(64)


@dataclass(frozen=True)
class Order:
    """A command and what became of it."""

    command: Command
    made: datetime
    made_by: str
    state: str
    """Empty until the device has answered, then `accepted` or `rejected`."""
    why: str


def want(store: Store, wanted: Mapping[Address, Mapping[str, Any]], part: str, by: str, now: datetime) -> None:
    """Replace one part of the configuration of some devices, of all of them or of none.

    A device whose part says so already gets no new version. ConfigError when one would be too long to travel.
    """
    with store.writing(TURN) as connection:
        want_in(connection, wanted, part, by, now)


def configurations(connection: Connection, devices: Sequence[str]) -> dict[str, Desired]:
    """The configuration that each device should have; those of which nothing was wanted are not there."""
    head, parts, found = outward.desired, outward.desired_parts, dict[str, Desired]()
    for some in _portions(devices):
        told: dict[str, dict[str, Part]] = {device: {} for device in some}
        for row in connection.execute(select(parts).where(parts.c.device.in_(some)).order_by(parts.c.part)):
            told[row.device][row.part] = Part(row.version, json.loads(row.body))
        for row in connection.execute(select(head.c.device, head.c.version).where(head.c.device.in_(some))):
            found[row.device] = Desired(row.device, row.version, told[row.device])
    return found


def order(
    store: Store, address: Address, op: str, body: Mapping[str, Any], by: str, now: datetime,
    lasting_seconds: float = COMMAND_SECONDS, expect: Callable[[str], object] = lambda number: None,
) -> str:  # fmt: skip
    """Ask a device to do something once, now; returns the id under which `find_order` tells what became of it.

    `expect` is told the id before anybody can answer: a quick device would be heard by nobody otherwise.
    """
    number, expires = secrets.token_hex(12), now + timedelta(seconds=lasting_seconds)
    row = {
        "id": number, "device": owner(address), "op": op, "body": json.dumps(dict(body)), "made": micros(now),
        "made_by": by, "expires": micros(expires), "state": "", "why": "", "answered": 0,
    }  # fmt: skip
    expect(number)
    with store.writing() as connection:
        connection.execute(insert(outward.commands).values(**row))
    return number


def find_order(store: Store, number: str) -> Order | None:
    with store.reading() as connection:
        row = connection.execute(select(outward.commands).where(outward.commands.c.id == number)).first()
    return _order(row) if row else None


def open_orders(connection: Connection, now: datetime) -> list[Order]:
    """Commands that no device has answered and whose time is not over."""
    table = outward.commands
    unanswered = select(table).where(table.c.expires > micros(now), table.c.state == "")
    return [_order(row) for row in connection.execute(unanswered.order_by(table.c.made))]


def orders_of(store: Store, device: str, op: str, since: datetime) -> list[Order]:
    """The commands of one kind to one device, oldest first."""
    table = outward.commands
    mine = select(table).where(table.c.device == device, table.c.op == op, table.c.made >= micros(since))
    with store.reading() as connection:
        return [_order(row) for row in connection.execute(mine.order_by(table.c.made))]


def supersede(connection: Connection, device: str, held: int) -> None:
    """A device holds a version that this store never made, e.g. since it was restored from a copy: go beyond it."""
    head, parts = outward.desired, outward.desired_parts
    newer = {"version": held + 1, "sent": 0}
    if connection.execute(update(head).where(head.c.device == device, head.c.version <= held).values(newer)).rowcount:
        connection.execute(update(parts).where(parts.c.device == device).values(version=held + 1))


def want_in(
    connection: Connection,
    wanted: Mapping[Address, Mapping[str, Any]],
    part: str,
    by: str,
    now: datetime,
) -> None:
    """The same, in a transaction that has taken the turn."""
    bodies = {owner(address): body for address, body in wanted.items()}
    before, held = configurations(connection, list(bodies)), _held(connection, list(bodies))
    heads, rows = [], []
    for device, body in bodies.items():
        known = before.get(device, Desired(device, 0))
        if part in known.parts and known.parts[part].body == body:
            continue
        version = max(known.version, held.get(device, 0)) + 1
        _check_length(Desired(device, version, {**known.parts, part: Part(version, body)}))
        heads.append({"device": device, "version": version})
        said = {"body": json.dumps(body, ensure_ascii=False), "made": micros(now), "made_by": by}
        rows.append({"device": device, "part": part, "version": version, **said})
    if heads:
        _put(connection, outward.desired, ("device",), heads, _UNANSWERED, {"sent": 0})
        _put(connection, outward.desired_parts, ("device", "part"), rows)


_UNANSWERED = {"sent": 0, "told": 0, "state": "", "why": "", "told_at": 0}


def _put(
    connection: Connection, table: Any, keys: tuple[str, ...], rows: list[dict[str, Any]],
    fresh: Mapping[str, Any] = MappingProxyType({}), again: Mapping[str, Any] = MappingProxyType({}),
) -> None:  # fmt: skip
    """Insert rows with what is `fresh` in each, or replace what they say, and `again`, in the rows that are there."""
    statement = upsert(connection.dialect, table)
    told = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    replacing = statement.on_conflict_do_update(index_elements=keys, set_={**told, **again})
    connection.execute(replacing, [{**row, **fresh} for row in rows])


def _held(connection: Connection, devices: Sequence[str]) -> dict[str, int]:
    """The versions that devices said they hold."""
    links, found = outward.device_links, dict[str, int]()
    for some in _portions(devices):
        rows = connection.execute(select(links.c.device, links.c.configuration).where(links.c.device.in_(some)))
        found |= {row.device: row.configuration for row in rows}
    return found


def _portions(devices: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(devices), PORTION):
        yield devices[start : start + PORTION]


def _check_length(desired: Desired) -> None:
    length = len(sealed(written(desired), _SIGNATURE))
    if length > LONGEST_MESSAGE:
        raise ConfigError(
            f"the configuration of {desired.device} would be {length} bytes long; {LONGEST_MESSAGE} travel"
        )


def _order(row: Any) -> Order:
    expires = moment(row.expires).isoformat()
    command = Command(row.device, row.id, row.op, expires, json.loads(row.body))
    return Order(command, moment(row.made), row.made_by, row.state, row.why)
