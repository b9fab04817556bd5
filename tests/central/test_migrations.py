"""A store that an older floorpulse wrote is brought up to date when it is opened; a newer one is not touched."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, inspect

from central.store import migrations, open_store, tables
from central.store.families import TAPS
from central.store.migrations import SCHEMA, STEPS
from central.store.rebuilding import rebuild
from central.store.users import Role, User, list_users
from tests.central.contents import rollups, rows_of

OLD = (Path(__file__).parent / "schema_1.sql").read_text(encoding="utf-8")
NOON = 1_790_676_000
"""Seconds since 1970."""
TAP = (
    '{"survey":"s","version":1,"question":"exit","kind":"smiley","answer":1,"scale":4,"language":"en",'
    '"means":"touch","flags":[]}'
)
SYNC = '{"wall_before":"1970-01-01T00:01:00+00:00","wall_after":"2026-09-29T10:01:00+00:00","quality":"ntp"}'
ROWS = f"""
INSERT INTO schema_version VALUES (1);
INSERT INTO users VALUES ('ada', 'admin', 'a hash', 1);
INSERT INTO sites (tenant, store) VALUES ('acme', 's1');
INSERT INTO streams (site, device, stream, epoch, watermark) VALUES (1, 'kiosk', 'urgent', '0123456789ab', 2);
INSERT INTO streams (site, device, stream, epoch, watermark) VALUES (1, 'kiosk', 'bulk', '0123456789ab', 1);
INSERT INTO ledger VALUES (1, 1, 'io.floorpulse.tap.v1', 30000000, {NOON + 99}000000, 'boot', 30000, 'unset', '{TAP}');
INSERT INTO ledger VALUES (1, 2, 'io.floorpulse.tap.v1', {NOON + 70}000000, {NOON + 99}000000, 'boot', 70000, 'ntp',
    '{TAP}');
INSERT INTO ledger VALUES (2, 1, 'io.floorpulse.clock_sync.v1', {NOON + 60}000000, {NOON + 99}000000, 'boot', 60000,
    'ntp', '{SYNC}');
INSERT INTO roll_taps VALUES (1, 0, 900, 'kiosk', 'exit', 'smiley', 4, 1, 1, 1, 0);
INSERT INTO roll_taps VALUES (1, {NOON}, 900, 'kiosk', 'exit', 'smiley', 4, 1, 1, 1, 0);
INSERT INTO device_seen VALUES (1, 'kiosk', {NOON + 99}000000, {NOON + 99}000000);
"""


def said_to(connection: Connection, text: str) -> None:
    """Statements, in the words of SQLite, to either database."""
    if connection.dialect.name == "postgresql":
        serial = re.compile(r"(sites|streams|quarantine) \( (\w+) INTEGER")
        text = serial.sub(r"\1 ( \2 SERIAL", " ".join(text.split()) + "\n").replace(";", ";\n")
        text = text.replace("BLOB", "BYTEA").replace("WITHOUT ROWID", "")
    for statement in text.split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def old_url(request, tmp_path) -> str:
    """A store of schema 1 with a kiosk whose first tap fell into 1970."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create()
    with connected(url) as connection:
        said_to(connection, OLD)
        said_to(connection, ROWS)
    return url


def columns(url: str) -> dict[str, list[tuple[str, str]]]:
    with connected(url) as connection:
        seen = inspect(connection)
        return {
            table: [(column["name"], str(column["type"])) for column in seen.get_columns(table)]
            for table in sorted(seen.get_table_names())
        }


def test_a_store_of_schema_1_keeps_what_it_had_and_gets_what_is_new(old_url):
    with open_store(old_url) as store:
        assert rows_of(store, tables.schema) == [(SCHEMA,)]
        assert list_users(store) == [User("ada", Role.ADMIN)]
        assert [row[:2] for row in rows_of(store, tables.ledger)] == [(1, 1), (1, 2), (2, 1)]
        taps = [(1, NOON, 900, "kiosk", "exit", "smiley", 4, 1, 2, 2, 0)]
        assert rows_of(store, tables.rollups[TAPS]) == taps, "both taps at noon: the clock is understood now"
        before = rollups(store)
        rebuild(store)
        assert rollups(store) == before
    with open_store(old_url) as store:
        assert rollups(store) == before, "and once is enough"


def test_a_store_that_was_brought_up_to_date_looks_like_a_new_one(old_url, tmp_path, postgres_server):
    open_store(old_url).close()
    new = postgres_server.create() if "postgresql" in old_url else f"sqlite:///{tmp_path / 'new.db'}"
    open_store(new).close()
    assert columns(old_url) == columns(new)


def test_a_step_that_fails_changes_nothing(old_url, monkeypatch):
    before = columns(old_url)
    broken = migrations.Step(SCHEMA + 1, "break", ("CREATE TABLE half (a INTEGER)", "SELECT * FROM no_such_table"))
    monkeypatch.setattr(migrations, "STEPS", (*STEPS, broken))
    monkeypatch.setattr(migrations, "SCHEMA", SCHEMA + 1)
    with pytest.raises(ValueError, match="no_such_table"):
        open_store(old_url)
    assert columns(old_url) == before
    monkeypatch.undo()
    open_store(old_url).close()


def test_the_steps_are_numbered_without_a_hole():
    assert [step.schema for step in STEPS] == list(range(2, SCHEMA + 1))


def test_a_newer_store_is_refused_in_one_sentence_and_left_alone(old_url):
    with connected(old_url) as connection:
        connection.exec_driver_sql("UPDATE schema_version SET version = 99")
    before = columns(old_url)
    with pytest.raises(ValueError, match=f"written by a newer floorpulse .schema 99, this one knows {SCHEMA}.: update"):
        open_store(old_url)
    assert columns(old_url) == before
