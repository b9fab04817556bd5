"""One store on two databases: its address, its transactions, and what it does when the database has had enough."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError

from central.store import open_store, tables
from central.store.migrations import SCHEMA
from events.settings import ConfigError
from tests.central.contents import rows_of


def test_many_who_open_a_new_store_at_once_make_it_once(new_url, postgres_server):
    url = new_url() if new_url().startswith("sqlite") else postgres_server.create()

    def opened(_: int) -> list:
        with open_store(url) as store:
            return rows_of(store, tables.schema)

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(opened, range(6))) == [[(SCHEMA,)]] * 6


def test_a_reader_sees_one_moment_however_often_it_asks(url):
    with open_store(url) as store, store.reading() as connection:
        asked = select(tables.sites.c.store)
        assert connection.scalars(asked).all() == []
        with store.writing() as other:
            other.execute(insert(tables.sites).values(tenant="acme", store="s1"))
        assert connection.scalars(asked).all() == []


def test_a_reader_cannot_write_to_a_server(postgres_server):
    sites = insert(tables.sites).values(tenant="acme", store="s1")
    with open_store(postgres_server.create()) as store, store.reading() as connection:
        refused = pytest.raises(Exception, match="read-only")
        with refused:
            connection.execute(sites)


def test_one_at_a_time_has_a_turn(store):
    inside, most = [], []

    def work(number: int) -> None:
        with store.writing("shard 7", f"shard {number}"):
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(40)))
    assert max(most) == 1
    assert len(most) == 40


def test_who_stand_in_each_others_way_are_let_through_one_after_the_other(store):
    """Two who lock the same two rows in opposite orders: PostgreSQL ends one of them, and it begins again."""
    with store.writing() as connection:
        connection.execute(insert(tables.counts), [{"name": "a", "value": 0}, {"name": "b", "value": 0}])
    together = threading.Barrier(2, timeout=20)

    def raised(order: str, tries: list[int]) -> None:
        def work(connection) -> None:
            tries.append(1)
            for place, name in enumerate(order):
                if place and len(tries) == 1 and store.engine.dialect.name == "postgresql":
                    together.wait()
                at = tables.counts.c
                connection.execute(tables.counts.update().where(at.name == name).values(value=at.value + 1))

        store.write(work)

    tries: list[list[int]] = [[], []]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(raised, ("ab", "ba"), tries))
    assert rows_of(store, tables.counts) == [("a", 2), ("b", 2)]
    if store.engine.dialect.name == "postgresql":
        assert sorted(map(len, tries)) == [1, 2], "one of them was told to begin again"


def test_what_does_not_help_to_repeat_is_not_repeated(store):
    tries = []

    def work(connection) -> None:
        tries.append(1)
        connection.exec_driver_sql("SELECT * FROM no_such_table")

    with pytest.raises(Exception, match="no_such_table"):
        store.write(work)
    assert len(tries) == 1


def test_a_server_that_was_killed_and_started_again_is_used_again():
    from bench.databases import NoPostgres, postgres

    try:
        with postgres(durable=True) as server, open_store(server.create()) as store:
            with store.writing() as connection:
                connection.execute(insert(tables.sites).values(tenant="acme", store="s1"))
            server.kill()
            with pytest.raises(OperationalError):
                rows_of(store, tables.sites)
            server.start()
            assert rows_of(store, tables.sites) == [(1, "acme", "s1")], "committed is committed"
    except NoPostgres as reason:
        pytest.skip(f"not run: {reason}")


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://anna:secret@127.0.0.1:1/floorpulse?connect_timeout=3",
        "postgresql://anna:sec:ret@127.0.0.1:port/floorpulse",
        "oracle://anna:secret@127.0.0.1/floorpulse",
        "postgresql://anna:secret@127.0.0.1:1/floorpulse?no_such_option=1",
    ],
)
def test_a_password_is_in_no_sentence(address, caplog):
    with pytest.raises(ConfigError) as refused:
        open_store(address)
    assert "secret" not in str(refused.value)
    assert "ret@" not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "secret" not in caplog.text


def test_who_opens_a_store_that_is_up_to_date_waits_for_no_writer(tmp_path):
    url = f"sqlite:///{tmp_path / 'central.db'}"
    with open_store(url) as writer, writer.writing(), open_store(url) as reader, reader.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
