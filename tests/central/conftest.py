"""A real store for every test that asks for one: on SQLite in a temporary file, and again on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from central.store import Store, open_store, tables
from tests.central import sample


@pytest.fixture(scope="session")
def spare_stores() -> list[str]:
    """URLs of empty stores on PostgreSQL: to empty one takes a tenth of the time of making it."""
    return []


@pytest.fixture(params=["sqlite", "postgres"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path, spare_stores: list[str]) -> Iterator[Callable[[], str]]:
    """Gives the URL of an empty store, another one at each call."""
    if request.param == "sqlite":
        numbers = iter(range(1000))
        yield lambda: f"sqlite:///{tmp_path / f'central-{next(numbers)}.db'}"
        return
    server, lent = request.getfixturevalue("postgres_server"), list[str]()

    def lend() -> str:
        lent.append(spare_stores.pop() if spare_stores else server.create())
        return lent[-1]

    yield lend
    for used in lent:
        empty(used)
        spare_stores.append(used)


def empty(url: str) -> None:
    """Nothing is left in a store on PostgreSQL, and its numbers begin at 1 again."""
    with open_store(url) as store, store.writing() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(table.delete())
        connection.exec_driver_sql("SELECT setval(sequencename::regclass, 1, false) FROM pg_sequences")


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    return new_url()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'central.db'}") as opened:
        yield opened


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The sample shop, filled once; for reading only."""
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('shop') / 'central.db'}") as opened:
        sample.fill(opened)
        yield opened
