"""Roll-up rows for reports: fetched by store and time, then picked, cut and added up in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, select

from central.store import Store, tables
from central.store.families import Family
from central.store.ledger import moment

LONGEST_CELL_SECONDS = 200_000
"""`events.facts.Cell` allows no longer one."""

Row = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Sheet:
    """Rows of one roll-up: start, length, device, the family's keys, and its sums, in this order."""

    family: Family
    rows: Sequence[Row]
    _indexes: dict[tuple[str, ...], dict[Row, "Sheet"]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, **wanted: object) -> "Sheet":
        """The rows with these keys, e.g. `of(device="door", line="main")`; asked again, it costs nothing."""
        names = tuple(wanted)
        if names not in self._indexes:
            self._indexes[names] = self._indexed(names)
        return self._indexes[names].get(tuple(wanted.values())) or Sheet(self.family, [])

    def _indexed(self, names: tuple[str, ...]) -> dict[Row, "Sheet"]:
        key_of, groups = itemgetter(*map(self.place, names)), dict[Any, list[Row]]()
        for row in self.rows:
            groups.setdefault(key_of(row), []).append(row)
        alone = len(names) == 1  # itemgetter gives one value bare
        return {((key,) if alone else key): Sheet(self.family, rows) for key, rows in groups.items()}

    def between(self, start: int, end: int) -> "Sheet":
        """The cells that overlap a stretch of time, in seconds since 1970."""
        return Sheet(self.family, [row for row in self.rows if row[0] < end and row[0] + row[1] > start])

    def starts(self) -> set[int]:
        return {row[0] for row in self.rows}

    def keys(self, key: str) -> list[Any]:
        """The different values of a key, sorted."""
        return sorted({row[self.place(key)] for row in self.rows})

    def sum(self, column: str) -> int:
        at = self.place(column)
        return sum(row[at] for row in self.rows)

    def histogram(self, name: str) -> tuple[int, ...]:
        """The columns `name_0` .. added up."""
        first = 3 + len(self.family.keys)
        run = self.family.runs[name]
        if not self.rows:
            return (0,) * len(run)
        cut = slice(first + run.start, first + run.stop)
        return tuple(map(sum, zip(*(row[cut] for row in self.rows), strict=True)))

    def place(self, column: str) -> int:
        if column in ("start", "length", "device"):
            return ("start", "length", "device").index(column)
        if column in self.family.keys:
            return 3 + self.family.keys.index(column)
        return 3 + len(self.family.keys) + self.family.index[column]


def read(connection: Connection, family: Family, site: int, start: int, end: int) -> Sheet:
    """The rows of a site whose cells overlap a stretch of time, in seconds since 1970."""
    found = connection.execute(
        _overlapping(family), {"site": site, "after": start - LONGEST_CELL_SECONDS, "start": start, "end": end}
    )
    return Sheet(family, found.cursor.fetchall())  # the driver's own tuples: SQLAlchemy's rows cost five times as much


@cache
def _overlapping(family: Family) -> Any:
    table = tables.rollups[family]
    columns = [table.c[name] for name in ("start", "length", "device", *family.keys, *family.sums)]
    return select(*columns).where(
        table.c.site == bindparam("site"),
        table.c.start > bindparam("after"),
        table.c.start < bindparam("end"),
        table.c.start + table.c.length > bindparam("start"),
    )


def find_site(connection: Connection, tenant: str, store: str) -> int | None:
    """The number of a store; None while nothing has come from it."""
    sites = tables.sites
    return connection.scalar(select(sites.c.site).where(sites.c.tenant == tenant, sites.c.store == store))


@dataclass(frozen=True)
class LastWord:
    """What is known of a device now; None where it never said so."""

    last_seen: datetime | None = None
    last_tap: datetime | None = None
    backlog: int | None = None
    software: str | None = None


def last_words(connection: Connection, site: int) -> dict[str, LastWord]:
    """Device -> what it said last."""
    seen, health = tables.device_seen, tables.device_health
    both = seen.outerjoin(health, (health.c.site == seen.c.site) & (health.c.device == seen.c.device))
    columns = (seen.c.device, seen.c.last_seen, seen.c.last_tap, health.c.backlog, health.c.software)
    rows = connection.execute(select(*columns).select_from(both).where(seen.c.site == site))
    return {row.device: _last_word(row) for row in rows}


def _last_word(row: Any) -> LastWord:
    return LastWord(moment(row.last_seen), moment(row.last_tap) if row.last_tap else None, row.backlog, row.software)


def counts(store: Store) -> dict[str, int]:
    """The counters of ingest: `facts` taken, `duplicates`, `gaps`, `lost`, `quarantined`; absent ones are 0."""
    with store.reading() as connection:
        found = {row.name: row.value for row in connection.execute(select(tables.counts))}
    return {name: found.get(name, 0) for name in ("facts", "duplicates", "gaps", "lost", "quarantined")}


@dataclass(frozen=True)
class Quarantined:
    received: datetime
    topic: str
    why: str
    raw: bytes


def quarantined(store: Store, newest: int = 100) -> list[Quarantined]:
    """What could not be taken, newest first."""
    table = tables.quarantine
    with store.reading() as connection:
        rows = connection.execute(select(table).order_by(table.c.number.desc()).limit(newest)).all()
    return [Quarantined(moment(row.received), row.topic, row.why, row.raw) for row in rows]
