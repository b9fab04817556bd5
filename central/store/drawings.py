"""What is drawn on each camera's picture, change by change, and the audits of its lines."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from central.store import Store, tables
from central.store.clocks import micros
from central.store.ledger import moment
from events.desired import owner
from events.layout import DrawnLine, Layout, as_table, read_layout
from events.topics import Address

layouts, audits = tables.layouts, tables.audits


@dataclass(frozen=True)
class Audit:
    """What a person counted at a line."""

    id: str
    line: str
    started: int
    stopped: int
    ins: int
    outs: int
    by: str


def load_layout(store: Store, address: Address) -> Layout | None:
    """None before anything was drawn for the camera."""
    newest = select(layouts).where(layouts.c.device == owner(address)).order_by(layouts.c.version.desc()).limit(1)
    with store.reading() as connection:
        row = connection.execute(newest).first()
    return read_layout(json.loads(row.body)) if row else None


def save_layout(store: Store, address: Address, layout: Layout, by: str, now: datetime) -> None:
    """Kept behind those before it: reports ask when a line was changed."""
    device = owner(address)
    with store.writing() as connection:
        last = connection.scalar(select(func.max(layouts.c.version)).where(layouts.c.device == device)) or 0
        body = json.dumps(as_table(layout), ensure_ascii=False)
        row = {"device": device, "version": last + 1, "body": body, "made": micros(now), "made_by": by}
        connection.execute(insert(layouts).values(**row))


def drawn_since(connection: Connection, device: str, line: str) -> datetime | None:
    """When the line became what it is; None when it was never drawn at the centre."""
    rows = connection.execute(
        select(layouts).where(layouts.c.device == device).order_by(layouts.c.version.desc())
    ).all()
    since, now = None, None
    for row in rows:
        drawn = _line(read_layout(json.loads(row.body)), line)
        if now is None:
            now = drawn
        if drawn is None or drawn != now:
            break
        since = moment(row.made)
    return since


def _line(layout: Layout, name: str) -> DrawnLine | None:
    return next((line for line in layout.line if line.name == name), None)


def save_audit(store: Store, address: Address, audit: Audit) -> None:
    row = {
        "id": audit.id, "device": owner(address), "line": audit.line, "started": audit.started,
        "stopped": audit.stopped, "ins": audit.ins, "outs": audit.outs, "made_by": audit.by,
    }  # fmt: skip
    with store.writing() as connection:
        connection.execute(insert(audits).values(**row))


def audits_of(connection: Connection, device: str, line: str) -> Sequence[Audit]:
    """Of a line, oldest first."""
    mine = select(audits).where(audits.c.device == device, audits.c.line == line)
    return [_audit(row) for row in connection.execute(mine.order_by(audits.c.started))]


def _audit(row: Any) -> Audit:
    return Audit(row.id, row.line, row.started, row.stopped, row.ins, row.outs, row.made_by)
