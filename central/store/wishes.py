"""What the centre wants of its devices: configurations that stand, and commands for now.

Whoever wants something writes it here; `central.downlink` looks here and sends it, so the two may be different
processes. Devices are named by their address.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
        for address, body in wanted.items():
            want_in(connection, address, part, body, by, now)


def wanted(connection: Connection, device: str) -> Desired | None:
    """The configuration that a device should have; None before anything was wanted of it."""
    head, parts = outward.desired, outward.desired_parts
    version = connection.scalar(select(head.c.version).where(head.c.device == device))
    if version is None:
        return None
    rows = connection.execute(select(parts).where(parts.c.device == device).order_by(parts.c.part))
    return Desired(device, version, {row.part: Part(row.version, json.loads(row.body)) for row in rows})


def order(
    store: Store, address: Address, op: str, body: Mapping[str, Any], by: str, now: datetime,
    lasting_seconds: float = COMMAND_SECONDS,
) -> str:  # fmt: skip
    """Ask a device to do something once, now; returns the id under which `find_order` tells what became of it."""
    number, expires = secrets.token_hex(12), now + timedelta(seconds=lasting_seconds)
    row = {
        "id": number, "device": owner(address), "op": op, "body": json.dumps(dict(body)), "made": micros(now),
        "made_by": by, "expires": micros(expires), "state": "", "why": "", "answered": 0,
    }  # fmt: skip
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
    connection: Connection, address: Address, part: str, body: Mapping[str, Any], by: str, now: datetime
) -> None:
    """The same for one device, in a transaction that has taken the turn."""
    device = owner(address)
    before = wanted(connection, device)
    if before and part in before.parts and before.parts[part].body == body:
        return
    version = max(before.version if before else 0, _held(connection, device)) + 1
    _check_length(Desired(device, version, {**(before.parts if before else {}), part: Part(version, body)}))
    heads = upsert(connection.dialect, outward.desired)
    fresh = {"version": version, "sent": 0, "told": 0, "state": "", "why": "", "told_at": 0}
    newer = {"version": version, "sent": 0}
    connection.execute(
        heads.values(device=device, **fresh).on_conflict_do_update(index_elements=["device"], set_=newer)
    )
    rows = upsert(connection.dialect, outward.desired_parts)
    said = {"version": version, "body": json.dumps(body, ensure_ascii=False), "made": micros(now), "made_by": by}
    connection.execute(
        rows.values(device=device, part=part, **said).on_conflict_do_update(
            index_elements=["device", "part"], set_=said
        )
    )


def _held(connection: Connection, device: str) -> int:
    links = outward.device_links
    return connection.scalar(select(links.c.configuration).where(links.c.device == device)) or 0


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
