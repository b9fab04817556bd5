"""Every test runs from the checkout's own cache, Kivy draws offscreen, and one PostgreSQL serves all who ask for it."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests import materials

if TYPE_CHECKING:
    from bench.databases import Server

os.environ.setdefault("FLOORPULSE_CACHE", str(materials.CACHE))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator["Server"]:
    """Started by the first test that asks; hasty, so nothing that speaks of power cuts may use it."""
    from bench.databases import NoPostgres, postgres

    try:
        with postgres() as server:
            yield server
    except NoPostgres as reason:
        pytest.skip(f"not run: {reason}")
