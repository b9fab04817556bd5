"""How far each kiosk has come with the survey that it should ask."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from central.drafts import Goal
from central.reports.calls import reachable
from central.store import Store, outward, tables
from central.store.ledger import moment
from events.desired import KIOSK, State


@dataclass(frozen=True)
class KioskState:
    goal: Goal
    survey: str
    """That it should ask; empty before it was told anything."""
    version: int
    stage: str
    """`none`, `waiting`, `sent`, `accepted`, `applied` or `refused`."""
    why: str
    since: datetime | None
    connected: bool


def kiosk_states(store: Store, tenant: str, goals: Sequence[Goal], now: datetime) -> list[KioskState]:
    """In the order of the goals."""
    with store.reading() as connection:
        wanted = _wanted(connection, tenant)
        applied = _applied(connection, tenant)
        linked = reachable(connection, f"{tenant}/", now)
    return [
        _state(goal, wanted.get(name), applied.get(name), name in linked)
        for goal in goals
        for name in [f"{goal.store.id}/{goal.kiosk.device}"]
    ]


def _wanted(connection: Connection, tenant: str) -> dict[str, Any]:
    head, parts = outward.desired, outward.desired_parts
    columns = (head, parts.c.version.label("part_version"), parts.c.body, parts.c.made)
    both = select(*columns).join(parts, parts.c.device == head.c.device).where(parts.c.part == KIOSK)
    prefix = f"{tenant}/"
    rows = connection.execute(both.where(head.c.device.startswith(prefix, autoescape=True)))
    return {row.device.removeprefix(prefix): row for row in rows}


def _applied(connection: Connection, tenant: str) -> dict[str, Any]:
    table, sites = outward.applied, tables.sites
    mine = (sites.c.tenant == tenant) & (table.c.part == KIOSK)
    both = select(table, sites.c.store).join(sites, sites.c.site == table.c.site).where(mine)
    return {f"{row.store}/{row.device}": row for row in connection.execute(both)}


def _state(goal: Goal, wanted: Any, applied: Any, connected: bool) -> KioskState:
    if wanted is None:
        return KioskState(goal, "", 0, "none", "", None, connected)
    survey = json.loads(wanted.body).get("survey", {})
    stage, why, at = _stage(wanted, applied)
    return KioskState(goal, survey.get("id", ""), survey.get("version", 0), stage, why, moment(at), connected)


def _stage(wanted: Any, applied: Any) -> tuple[str, str, int]:
    """What the kiosk itself said last, else what its `sync` said, else how far we are."""
    if applied is not None and applied.version >= wanted.part_version:
        return ("applied", "", applied.at) if applied.applied else ("refused", applied.why or "", applied.at)
    if wanted.told >= wanted.part_version:
        stage = "accepted" if wanted.state == State.ACCEPTED else "refused"
        return stage, wanted.why, wanted.told_at
    return ("sent" if wanted.sent >= wanted.part_version else "waiting"), "", wanted.made
