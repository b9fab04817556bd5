"""The plan of the shops in the store: written whole, read whole, checked on both ways."""

import json
from dataclasses import asdict
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Table, delete, insert, select

from central.store import Store, tables
from central.store.bulk import add_rows
from events.site import Plan, read_plan
from events.site import Store as Shop

_PARTS: dict[str, Table] = {
    "zones": tables.plan_zones,
    "lines": tables.plan_lines,
    "kiosks": tables.plan_kiosks,
    "room_groups": tables.plan_rooms,
}
SAVED = "plans_saved"
"""The counter that tells whether the plan is still the one that was read."""
_known: WeakKeyDictionary[Store, tuple[int, Plan | None]] = WeakKeyDictionary()


def save_plan(store: Store, plan: Plan) -> None:
    """Replace the plan in one transaction; ConfigError, and nothing changed, when it does not hold together."""
    read_plan(as_table(plan))
    with store.writing("plan") as connection:
        _clear(connection)
        connection.execute(insert(tables.plan).values(tenant=plan.tenant, chain=plan.chain))
        for metric, target in plan.goals.items():
            connection.execute(insert(tables.goals).values(metric=metric, target=target))
        for position, shop in enumerate(plan.stores):
            _save_shop(connection, shop, position)
        add_rows(connection, tables.counts, ("name",), ("value",), [(SAVED, 1)])


def load_plan(store: Store) -> Plan | None:
    """The plan, or None before there is one. Read and checked once for each time that it was saved, by whomever."""
    with store.reading() as connection:
        saved = connection.scalar(select(tables.counts.c.value).where(tables.counts.c.name == SAVED))
        known = _known.get(store)
        if known is not None and known[0] == saved:
            return known[1]
        plan = _read(connection)
    if saved is not None:  # a store of an older floorpulse does not count
        _known[store] = saved, plan
    return plan


def _read(connection: Connection) -> Plan | None:
    head = connection.execute(select(tables.plan)).first()
    if head is None:
        return None
    goals = {row.metric: row.target for row in connection.execute(select(tables.goals))}
    shops = connection.execute(select(tables.plan_stores).order_by(tables.plan_stores.c.position)).all()
    parts = {part: _by_store(connection, table) for part, table in _PARTS.items()}
    stores = [_shop(row._mapping, parts) for row in shops]
    return read_plan({"tenant": head.tenant, "chain": head.chain, "goals": goals, "stores": stores})


def as_table(value: Plan | Shop) -> dict[str, Any]:
    """The TOML or JSON form that `read_plan` takes; what is None is left out."""
    pruned = _pruned(asdict(value))
    assert isinstance(pruned, dict)
    return pruned


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _pruned(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_pruned(item) for item in value]
    return value


def _clear(connection: Connection) -> None:
    for table in (*_PARTS.values(), tables.plan_stores, tables.goals, tables.plan):
        connection.execute(delete(table))


def _save_shop(connection: Connection, shop: Shop, position: int) -> None:
    row = {"id": shop.id, "position": position, "name": shop.name, "region": shop.region}
    connection.execute(insert(tables.plan_stores).values(**row, hours=json.dumps(_pruned(asdict(shop.hours)))))
    for part, table in _PARTS.items():
        rows = [asdict(item) | {"store": shop.id, "position": at} for at, item in enumerate(getattr(shop, part))]
        if rows:
            connection.execute(insert(table), rows)


def _shop(row: Any, parts: dict[str, dict[str, list[Any]]]) -> dict[str, Any]:
    shop = {name: row[name] for name in ("id", "name", "region")} | {"hours": json.loads(row["hours"])}
    return shop | {part: found.get(row["id"], []) for part, found in parts.items()}


def _by_store(connection: Connection, table: Table) -> dict[str, list[Any]]:
    """One question for all stores: a chain has hundreds, and every page begins with the plan."""
    found: dict[str, list[Any]] = {}
    for row in connection.execute(select(table).order_by(table.c.position)):
        found.setdefault(row.store, []).append(_part(row._mapping))
    return found


def _part(row: Any) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ("store", "position") and value is not None}
