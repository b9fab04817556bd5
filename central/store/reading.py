"""Roll-up rows for reports: fetched by store and time, then picked, cut and added up in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, func, select, union_all

from central.store import Store, tables
from central.store.families import Family
from central.store.ledger import moment
from events.facts import ClockQuality

LONGEST_CELL_SECONDS = 200_000
"""`events.facts.Cell` allows no longer one."""

Row = tuple[Any, ...]


class Sheet:
    """Rows of one roll-up: start, length, device, the family's keys, and its sums, in this order."""

    __slots__ = ("_groups", "family", "rows")

    def __init__(self, family: Family, rows: Sequence[Row]) -> None:
        self.family, self.rows = family, rows
        self._groups: dict[tuple[str, ...], dict[Any, Sheet]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, **wanted: Any) -> "Sheet":
        """The rows with these keys, e.g. `of(device="door", line="main")`; asked again, it is the same sheet."""
        names, values = tuple(wanted), tuple(wanted.values())
        groups = self._groups.get(names)
        if groups is None:
            groups = self._groups[names] = self._grouped(names)
        key = values if len(values) > 1 else values[0]
        found = groups.get(key)
        if found is None:
            found = groups[key] = Sheet(self.family, ())
        return found

    def _grouped(self, names: tuple[str, ...]) -> dict[Any, "Sheet"]:
        """The rows by their keys; one key alone stands bare."""
        key_of, groups = itemgetter(*map(self.place, names)), dict[Any, list[Row]]()
        for row in self.rows:
            key = key_of(row)
            mine = groups.get(key)
            if mine is None:
                groups[key] = [row]
            else:
                mine.append(row)
        return {key: Sheet(self.family, rows) for key, rows in groups.items()}

    def between(self, start: int, end: int) -> "Sheet":
        """The cells that overlap a stretch of time, in seconds since 1970."""
        return Sheet(self.family, [row for row in self.rows if row[0] < end and row[0] + row[1] > start])

    def starts(self) -> set[int]:
        return {row[0] for row in self.rows}

    def keys(self, key: str) -> list[Any]:
        """The different values of a key, sorted."""
        return sorted({row[self.place(key)] for row in self.rows})

    def sum(self, column: str) -> int:
        if not self.rows:
            return 0
        at = self.place(column)
        return sum([row[at] for row in self.rows])

    def histogram(self, name: str) -> tuple[int, ...]:
        """The columns `name_0` .. added up."""
        first, run = 3 + len(self.family.keys), self.family.runs[name]
        cut = slice(first + run.start, first + run.stop)
        if len(self.rows) == 1:
            return tuple(self.rows[0][cut])
        return tuple(map(sum, zip(*[row[cut] for row in self.rows], strict=True))) or (0,) * len(run)

    def place(self, column: str) -> int:
        return self.family.places[column]


def read(connection: Connection, family: Family, site: int, spans: Sequence[tuple[int, int]]) -> list[list[Row]]:
    """For each stretch of time, in seconds since 1970, the rows of a site whose cells overlap it; one question for all.

    Each row has the number of its stretch behind its sums.
    """
    asked = [(number, site, start - LONGEST_CELL_SECONDS, end, start) for number, (start, end) in enumerate(spans)]
    names = ("number", "site", "after", "end", "start")
    values = {f"{name}_{row[0]}": value for row in asked for name, value in zip(names, row, strict=True)}
    found: list[list[Row]] = [[] for _ in spans]
    # The driver's own tuples: SQLAlchemy's rows cost five times as much.
    for row in connection.execute(_overlapping(family, len(spans)), values).cursor.fetchall():
        found[row[-1]].append(row)
    return found


@cache
def _overlapping(family: Family, stretches: int) -> Any:
    table = tables.rollups[family]
    columns = [table.c[name] for name in ("start", "length", "device", *family.keys, *family.sums)]
    each = [
        select(*columns, bindparam(f"number_{number}", type_=Integer)).where(
            table.c.site == bindparam(f"site_{number}"),
            table.c.start > bindparam(f"after_{number}"),
            table.c.start < bindparam(f"end_{number}"),
            table.c.start + table.c.length > bindparam(f"start_{number}"),
        )
        for number in range(stretches)
    ]
    return union_all(*each)


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
    clock: ClockQuality | None = None
    """The best that its clock has been since it was started."""


def last_words(connection: Connection, site: int) -> dict[str, LastWord]:
    """Device -> what it said last."""
    seen, health = tables.device_seen, tables.device_health
    both = seen.outerjoin(health, (health.c.site == seen.c.site) & (health.c.device == seen.c.device))
    columns = (seen.c.device, seen.c.last_seen, seen.c.last_tap, health.c.backlog, health.c.software)
    rows = connection.execute(select(*columns).select_from(both).where(seen.c.site == site)).all()
    clocks = _clocks(connection, site)
    return {row.device: _last_word(row, clocks.get(row.device)) for row in rows}


def _last_word(row: Any, clock: ClockQuality | None) -> LastWord:
    tapped = moment(row.last_tap) if row.last_tap else None
    return LastWord(moment(row.last_seen), tapped, row.backlog, row.software, clock)


def _clocks(connection: Connection, site: int) -> dict[str, ClockQuality]:
    """Device -> the quality of the clock of its last boot."""
    boots = tables.boots.c
    when = func.coalesce(boots.base, boots.began, boots.latest, 0)
    place = func.row_number().over(partition_by=boots.device, order_by=when.desc()).label("place")
    ranked = select(boots.device, boots.quality, place).where(boots.site == site).subquery()
    rows = connection.execute(select(ranked.c.device, ranked.c.quality).where(ranked.c.place == 1))
    return {row.device: ClockQuality(row.quality) for row in rows}


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
