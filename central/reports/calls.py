"""Calls for help from fitting rooms: who waits now, who is going, and how today's calls ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from central.store import Store, outward
from central.store.answers import stood_at
from central.store.clocks import micros
from central.store.ledger import moment
from central.store.plans import load_plan
from central.store.reading import find_site
from central.store.wishes import Order, orders_of
from events.desired import State
from events.site import Store as Shop

ACKNOWLEDGED = "call_acknowledged"
"""The command by which a device hears that somebody is coming."""
ESCALATED_AFTER = timedelta(seconds=60)
STANDS_FOR = timedelta(seconds=20)
"""The way out to the broker is taken for broken when it was not known to stand for this long."""


@dataclass(frozen=True)
class Going:
    """Somebody has said that they are going."""

    by: str
    at: datetime
    state: str
    """`telling`, `told`, `refused`, or `unheard`: the device has not answered in time."""
    why: str = ""


@dataclass(frozen=True)
class OpenCall:
    device: str
    call: str
    group: str
    name: str
    """Of the room, as the device sends it."""
    room: str
    """In words, e.g. `Women's fitting rooms, room 3`."""
    since: datetime
    waited_seconds: int
    escalated: bool
    """Nobody has come for a minute."""
    reachable: bool
    """Whether the device can be told now."""
    going: Going | None


@dataclass(frozen=True)
class EndedCall:
    room: str
    at: datetime
    outcome: str
    waited_seconds: int


@dataclass(frozen=True)
class CallBoard:
    """Longest waiting first; then today's, latest first."""

    waiting: tuple[OpenCall, ...]
    ended: tuple[EndedCall, ...]

    def find(self, device: str, call: str) -> OpenCall | None:
        return next((one for one in self.waiting if (one.device, one.call) == (device, call)), None)


def call_board(store: Store, store_id: str, now: datetime) -> CallBoard:
    """Of the business day that runs; empty for a store that was never heard."""
    plan = load_plan(store)
    shop = next((one for one in plan.stores if one.id == store_id), None) if plan else None
    if plan is None or shop is None:
        return CallBoard((), ())
    start = _start_of_day(shop, now)
    with store.reading() as connection:
        site = find_site(connection, plan.tenant, store_id)
        rows = _calls(connection, site, start) if site is not None else []
        linked = reachable(connection, f"{plan.tenant}/{store_id}/", now)
    goings = {device: _goings(store, f"{plan.tenant}/{store_id}/{device}", start, now) for device in _waiting(rows)}
    waiting = [_open(shop, row, now, linked, goings[row.device]) for row in rows if row.outcome is None]
    ended = [_ended(shop, row) for row in reversed(rows) if row.outcome is not None]
    return CallBoard(tuple(waiting), tuple(ended))


def reachable(connection: Connection, prefix: str, now: datetime) -> frozenset[str]:
    """The devices below a prefix that are connected, as far as the centre can know."""
    if moment(stood_at(connection)) < now - STANDS_FOR:
        return frozenset()
    links = outward.device_links
    on = select(links.c.device).where(links.c.device.startswith(prefix, autoescape=True), links.c.is_on)
    return frozenset(device.removeprefix(prefix) for device in connection.scalars(on))


def _start_of_day(shop: Shop, now: datetime) -> datetime:
    opening = shop.hours.opening
    return datetime.combine(opening.business_day(now), datetime.min.time(), opening.zone) + timedelta(hours=4)


def _calls(connection: Connection, site: int, start: datetime) -> list[Any]:
    table = outward.room_calls
    today = select(table).where(table.c.site == site, table.c.at >= micros(start))
    return list(connection.execute(today.order_by(table.c.at)))


def _waiting(rows: list[Any]) -> set[str]:
    return {row.device for row in rows if row.outcome is None}


def _goings(store: Store, device: str, start: datetime, now: datetime) -> dict[str, Going]:
    """The last 'I am going' for each call of a device."""
    orders = orders_of(store, device, ACKNOWLEDGED, start)
    return {str(each.command.body.get("call")): _going(each, now) for each in orders}


def _going(order: Order, now: datetime) -> Going:
    match order.state:
        case State.ACCEPTED:
            state = "told"
        case State.REJECTED:
            state = "refused"
        case _:
            state = "unheard" if order.command.is_over(now) else "telling"
    return Going(order.made_by, order.made, state, order.why)


def _open(shop: Shop, row: Any, now: datetime, linked: frozenset[str], goings: Mapping[str, Going]) -> OpenCall:
    since = moment(row.at)
    waited = max(timedelta(0), now - since)
    return OpenCall(
        row.device, row.call, row.room_group, row.room, _place(shop, row), since.astimezone(shop.hours.opening.zone),
        int(waited.total_seconds()), waited >= ESCALATED_AFTER, row.device in linked, goings.get(row.call),
    )  # fmt: skip


def _ended(shop: Shop, row: Any) -> EndedCall:
    at = moment(row.at).astimezone(shop.hours.opening.zone)
    return EndedCall(_place(shop, row), at, row.outcome, row.waited_seconds)


def _place(shop: Shop, row: Any) -> str:
    labels = {group.name: group.label or group.name for group in shop.room_groups}
    room = row.room.replace("-", " ").replace("_", " ")
    return f"{labels.get(row.room_group, row.room_group)}, {room if 'room' in room.lower() else f'room {room}'}"
