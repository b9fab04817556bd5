"""Brings a store that an older floorpulse wrote up to date, step by step, in the transaction that opens it.

The rule: whoever changes `tables.py` adds a step here, with the next number, and thereby raises the schema. A step
changes the tables that exist, in SQL text of its own, and never reads `tables.py`, which moves on. Tables that are new
are made after the last step: for them a step needs no statement, and only says that an older program is too old. What
fills new tables from old ones comes last, when every table is as this program knows it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, insert, inspect, select, update

from central.store import outward, tables
from events.settings import ConfigError

_log = logging.getLogger("floorpulse.central")


@dataclass(frozen=True)
class Step:
    """From the schema before it to this one."""

    schema: int
    words: str
    statements: Sequence[str] = ()
    """For SQLite and PostgreSQL alike."""
    afterwards: Callable[[Connection], None] = lambda connection: None
    """Done when all tables are there."""


def _correct_past(connection: Connection) -> None:
    from central.store.correcting import correct_past
    from central.store.intake import merge

    correct_past(connection, partial(merge, connection))


STEPS: tuple[Step, ...] = (
    Step(2, "devices can be told what to do, and calls for help are kept"),
    Step(3, "correct the times of devices whose clock was wrong", afterwards=_correct_past),
    Step(4, "surveys are written and published here"),
    Step(5, "lines and zones are drawn here, and lines are audited"),
)

SCHEMA = STEPS[-1].schema
"""What this program writes; an older program refuses it."""


def is_up_to_date(connection: Connection) -> bool:
    """Whether there is nothing to make or to change; false for a newer store, which `bring_up_to_date` refuses."""
    if not inspect(connection).has_table(tables.schema.name):
        return False
    return connection.scalar(select(tables.schema.c.version)) == SCHEMA


def bring_up_to_date(connection: Connection) -> None:
    """Make what is missing and change what is old; ConfigError, and nothing changed, when the store is newer."""
    tables.schema.create(connection, checkfirst=True)
    found = connection.scalar(select(tables.schema.c.version))
    if found is not None and found > SCHEMA:
        raise ConfigError(
            f"the store was written by a newer floorpulse (schema {found}, this one knows {SCHEMA}): update"
        )
    steps = [step for step in STEPS if found is not None and found < step.schema]
    for step in steps:
        _log.warning("the store goes to schema %d: %s", step.schema, step.words)
        for statement in step.statements:
            connection.exec_driver_sql(statement)
    outward.metadata.create_all(connection)  # the one metadata, with every module of tables in it
    for step in steps:
        step.afterwards(connection)
    if found is None:
        connection.execute(insert(tables.schema).values(version=SCHEMA))
    elif steps:
        connection.execute(update(tables.schema).values(version=SCHEMA))
