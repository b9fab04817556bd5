"""Collector and web application in one process, from start to SIGTERM."""

import json
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass

import uvicorn

from central.collector import Collector
from central.credentials import Credentials
from central.downlink import Downlink
from central.memory import settle
from central.receiver import BrokerRefuses, Receiver
from central.results import Results
from central.store import Store
from central.store.plans import load_plan
from events.facts import TenantId
from events.settings import ConfigError
from events.topics import shard_of


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


@dataclass(frozen=True)
class Broker:
    """Where the broker is, and what of it is ours."""

    host: str
    port: int
    credentials: Credentials | None = None
    shards: Collection[str] | None = None
    """Whose batches a collector takes, and to whose devices it speaks; None is everybody's."""


def serve(store: Store, broker: Broker, host: str, port: int, as_json: bool) -> None:
    """Run until SIGTERM or SIGINT; ConfigError when the port is in use or the broker refuses."""
    from central.web.app import create_app

    with closing(_listen(host, port)) as listening, _receiving(store, broker):
        results = Results()
        with _speaking(store, broker, results.hear):
            app = create_app(store, results=results)
            config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=3)
            settle()
            address = f"http://{host}:{listening.getsockname()[1]}/"
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: None)  # uvicorn stops on them, and raises them again when it has
            _Server(config, lambda: _say(address, as_json)).run(sockets=[listening])


def collect(store: Store, broker: Broker, as_json: bool) -> None:
    """The collector alone, beside others on the same store; until SIGTERM or SIGINT.

    One that was given shards also speaks to their devices; one that takes all leaves that to who has the pages.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with _receiving(store, broker), nullcontext() if broker.shards is None else _speaking(store, broker):
        settle()
        print(json.dumps({"collector": "up"}) if as_json else "The collector is up.", flush=True)
        stop.wait()


@contextmanager
def _receiving(store: Store, broker: Broker) -> Iterator[None]:
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s", stream=sys.stderr)
    if broker.credentials:
        broker.credentials.check()
    where, shards = (broker.host, broker.port), _shards(store)
    receiver = Receiver(Collector(store), *where, shards=shards, only=broker.shards, credentials=broker.credentials)
    try:
        receiver.start()
    except BrokerRefuses as error:
        raise ConfigError(str(error)) from error
    try:
        yield
    finally:
        receiver.stop()


@contextmanager
def _speaking(store: Store, broker: Broker, hear: Callable[[str, bytes], object] | None = None) -> Iterator[None]:
    downlink = Downlink(store, broker.host, broker.port, hear=hear, credentials=broker.credentials, only=broker.shards)
    downlink.start()
    try:
        yield
    finally:
        downlink.stop()


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise ConfigError(f"the reports cannot listen on {host}:{port}: {error.strerror}") from error
    return listening


def _shards(store: Store) -> Iterable[tuple[TenantId, str]]:
    plan = load_plan(store)
    return {(plan.tenant, shard_of(shop.id)) for shop in plan.stores} if plan else set()


def _say(address: str, as_json: bool) -> None:
    print(json.dumps({"reports": address}) if as_json else f"Reports: {address}", flush=True)
