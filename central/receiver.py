"""Between the broker and the collector: receive, commit, acknowledge to the device, and only then to the broker."""

import logging
import queue
import random
import threading
from collections.abc import Callable, Container, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from sqlalchemy.exc import InterfaceError, OperationalError

from central.collector import Ack, Collector
from central.credentials import Credentials
from central.presence import Presence, client_id_for
from central.store.engine import reason_of
from events.facts import TenantId
from events.topics import SHARDS, Address, every, shard_of

QUEUED_MESSAGES = 1000
"""Held in memory between network and store; a broker has at most 100 in flight, so it is never full in practice."""
MESSAGES_PER_COMMIT = 50
KEEPALIVE_SECONDS = 30
RETRY_SECONDS = 1.0
HANDSHAKE_SECONDS = 10.0
LONGEST_DELAY_SECONDS = 10.0

_OTHER = {
    MQTTProtocolVersion.MQTTv5: MQTTProtocolVersion.MQTTv311,
    MQTTProtocolVersion.MQTTv311: MQTTProtocolVersion.MQTTv5,
}
_log = logging.getLogger("floorpulse.central")


class BrokerRefuses(Exception):
    """The broker answered and will not have us; trying again does not help."""


class Received(NamedTuple):
    client: paho.Client
    number: int
    qos: int
    topic: str
    payload: bytes


class Receiver:
    """Keeps one connection to the broker and one writer thread; `start`, then `stop`."""

    def __init__(
        self,
        collector: Collector,
        host: str,
        port: int,
        shards: Iterable[tuple[TenantId, str]] = (),
        only: Container[str] | None = None,
        credentials: Credentials | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`shards` are known to have devices; with `only`, others than these are left to other collectors."""
        self._collector, self._host, self._port, self._clock = collector, host, port, clock
        self._version = MQTTProtocolVersion.MQTTv5
        self._shards = {(tenant, shard) for tenant, shard in shards if only is None or shard in only}
        self._filters = ["+"] if only is None else [shard for shard in map(str, range(SHARDS)) if shard in only]
        self._credentials, self._presence = credentials, Presence(host, port, credentials)
        self._inbox: queue.Queue[Received] = queue.Queue(QUEUED_MESSAGES)
        self._stop, self._settled = threading.Event(), threading.Event()
        self._up, self._down = threading.Event(), threading.Event()
        self._refusal = ""
        self._said = ""
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._connect_for_ever, self._write)]

    @property
    def is_connected(self) -> bool:
        return self._up.is_set()

    def start(self, wait_seconds: float = 3.0) -> None:
        """Begin; BrokerRefuses when the broker's first answer is no. A broker that is away is tried for ever."""
        for thread in self._threads:
            thread.start()
        self._settled.wait(wait_seconds)
        if self._refusal:
            self.stop()
            raise BrokerRefuses(f"the broker at {self._host}:{self._port} refuses: {self._refusal}")

    def stop(self) -> None:
        """Say off, finish the transaction in hand, and leave; what was not acknowledged will be sent again."""
        self._presence.close()
        self._stop.set()
        self._down.set()
        for thread in self._threads:
            thread.join(10.0)

    def _connect_for_ever(self) -> None:
        failures = 0
        while not self._stop.is_set():
            heard = self._connect_once()
            failures = 0 if heard else failures + 1
            delay = min(0.25 * 2**failures, LONGEST_DELAY_SECONDS)
            self._stop.wait(delay * random.uniform(0.5, 1.0))

    def _connect_once(self) -> bool:
        """One connection from beginning to end; whether it ever stood."""
        self._up.clear()
        self._down.clear()
        if self._stop.is_set():
            return False
        client = self._make_client()
        try:
            client.connect(self._host, self._port, KEEPALIVE_SECONDS)
        except (OSError, ValueError) as error:
            self._say(f"the broker at {self._host}:{self._port} is not there ({error}); trying again until it is")
            self._settled.set()
            return False
        client.loop_start()
        if not self._down.wait(HANDSHAKE_SECONDS) and self._up.is_set():
            while not (self._stop.is_set() or self._down.wait(1.0)):
                pass
        stood = self._up.is_set()
        self._up.clear()
        client.disconnect()
        client.loop_stop()
        if not stood and not self._refusal:
            self._version = _OTHER[self._version]  # hung up on our greeting: it may speak only the other version
        return stood

    def _make_client(self) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id_for("collector"),
            protocol=self._version,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        if self._credentials:
            self._credentials.give_to(client)
        client.connect_timeout = 3.0
        client.on_connect, client.on_subscribe = self._on_connect, self._on_subscribed
        client.on_message, client.on_disconnect = self._on_message, self._on_gone
        return client

    def _on_connect(self, client: paho.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            if "protocol version" not in str(reason).lower():
                self._refusal = str(reason)
                self._say(f"the broker at {self._host}:{self._port} refuses: {reason}")
                self._settled.set()
            self._down.set()
            return
        self._refusal = ""
        leaves = (("up", 1), ("status", 0))
        client.subscribe([(every(leaf, shard=shard), qos) for shard in self._filters for leaf, qos in leaves])

    def _on_subscribed(self, *_: Any) -> None:
        """Only now do batches reach us, so only now are the devices told that we are here."""
        self._up.set()
        self._settled.set()
        self._say(f"connected to the broker at {self._host}:{self._port}")
        for tenant, shard in self._shards:
            self._presence.announce(tenant, shard, self._version)

    def _on_gone(self, client: paho.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
        if self._up.is_set() and not self._stop.is_set():
            self._say(f"lost the broker at {self._host}:{self._port} ({reason}); trying again")
        self._down.set()

    def _on_message(self, client: paho.Client, data: Any, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
            self._greet(topic)
            self._inbox.put_nowait(Received(client, message.mid, message.qos, topic, bytes(message.payload)))
        except (queue.Full, UnicodeDecodeError):  # let the broker forget it: a device still has it, and sends it again
            client.ack(message.mid, message.qos)

    def _greet(self, topic: str) -> None:
        """Tell a shard that was not known before that its collector is here."""
        try:
            address = Address.of(topic)
        except ValueError:
            return
        self._presence.announce(address.tenant, shard_of(address.store), self._version)

    def _write(self) -> None:
        while not self._stop.is_set():
            group = self._next_group()
            if group:
                self._take(group)

    def _next_group(self) -> list[Received]:
        """What has arrived, at most one commit's worth; waits a moment for the first."""
        group: list[Received] = []
        try:
            group.append(self._inbox.get(timeout=0.2))
            while len(group) < MESSAGES_PER_COMMIT:
                group.append(self._inbox.get_nowait())
        except queue.Empty:
            pass
        return group

    def _take(self, group: Sequence[Received]) -> None:
        """Commit, acknowledge to the devices, then to the broker; while the store cannot commit, nothing is said."""
        while not self._stop.is_set():
            try:
                acks = self._collector.take_many([(each.topic, each.payload) for each in group], self._clock())
                break
            except (OperationalError, InterfaceError) as error:
                self._say(f"the store cannot take anything ({reason_of(error)}); trying again, the devices keep it all")
                self._stop.wait(RETRY_SECONDS)
            except Exception as error:  # one message that nobody foresaw must not stop all others
                if len(group) > 1:
                    for each in group:
                        self._take([each])
                    return
                self._say(f"a message on {group[0].topic[:120]} cannot be taken and is left aside: {error!r:.300}")
                acks = []
                break
        else:
            return
        self._acknowledge(group, acks)

    def _acknowledge(self, group: Sequence[Received], acks: Sequence[Ack]) -> None:
        client = group[-1].client
        for ack in acks:
            client.publish(ack.topic, ack.payload, 1)
        for each in group:
            each.client.ack(each.number, each.qos)

    def _say(self, sentence: str) -> None:
        """Once, until there is something else to say."""
        if sentence != self._said:
            _log.warning(sentence)
        self._said = sentence
