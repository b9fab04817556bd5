"""The real application on a real server and a real store; only the reports are hand-made where a test says so."""

import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher

from central.store import open_store, users
from central.store.plans import save_plan
from central.store.users import Role, create_user
from central.web.app import build
from central.web.clerk import over_store
from tests.web import sample

PASSWORD = "correct horse"


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords():
    """The real argon2, at a fraction of the cost that guessing should have."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users, "_hasher", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
        yield


def clock():
    return sample.NOW


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store with the sample's plan and one user of each role."""
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('web')}/central.db") as opened:
        save_plan(opened, sample.plan())
        for role in Role:
            create_user(opened, role.value, role, PASSWORD, sample.NOW)
        yield opened


@pytest.fixture(scope="module")
def desk(store):
    """The real desk with hand-made reports."""
    return replace(
        over_store(store, clock),
        last_day=lambda store_id: None if store_id == "s015" else sample.TODAY,
        store_day=sample.store_day,
        dwell=sample.dwell,
        feedback=sample.feedback,
        rooms=sample.rooms,
        chain=sample.chain,
    )


@pytest.fixture(scope="module")
def address(desk):
    with serving(build(desk, clock=clock)) as found:
        yield found


@contextmanager
def serving(app):
    """The app under uvicorn on a free port of loopback."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def visitor(address, name=None, password=PASSWORD):
    """A browser; signed in when a name is given."""
    with httpx.Client(base_url=address, headers={"Origin": address}, timeout=30) as client:
        if name:
            answer = client.post("/login", data={"name": name, "password": password})
            assert answer.status_code == 303, answer.text
        yield client


@pytest.fixture(scope="module")
def signed_in(address):
    """`signed_in("lead")` is a browser of that role, kept for the module."""
    with ExitStack() as opened:
        yield cache(lambda name: opened.enter_context(visitor(address, name)))
