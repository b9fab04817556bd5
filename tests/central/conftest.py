"""A real store in a temporary file for every test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from central.store import Store, open_store
from tests.central import sample


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'central.db'}") as opened:
        yield opened


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The sample shop, filled once; for reading only."""
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('shop') / 'central.db'}") as opened:
        sample.fill(opened)
        yield opened
