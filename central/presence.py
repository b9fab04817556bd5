"""Says `on` to the devices of each shard, and leaves a will that says `off`: they pause, not drop, while it stands.

A connection has one will, so each shard that has devices gets a connection of its own.
"""

import secrets
import threading
from contextlib import suppress
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from central.credentials import Credentials
from events.facts import TenantId
from events.topics import collector_status

KEEPALIVE_SECONDS = 30


class Presence:
    """Announced once for each shard, kept up across reconnects, taken back by `close`."""

    def __init__(self, host: str, port: int, credentials: Credentials | None = None) -> None:
        self._host, self._port, self._credentials = host, port, credentials
        self._clients: dict[str, paho.Client] = {}
        self._lock, self._leaving = threading.Lock(), threading.Event()

    def announce(self, tenant: TenantId, shard: str, version: MQTTProtocolVersion) -> None:
        """Say `on` to a shard from now on; a second time changes nothing."""
        topic = collector_status(tenant, shard)
        with self._lock:
            if topic not in self._clients:
                self._clients[topic] = self._connected(topic, version)

    def close(self) -> None:
        """Say `off` everywhere and leave; a collector of the same shard that stays says `on` again."""
        self._leaving.set()
        with self._lock:
            for topic, client in self._clients.items():
                _leave(client, topic)
            self._clients = {}

    def _connected(self, topic: str, version: MQTTProtocolVersion) -> paho.Client:
        def on_connect(client: paho.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
            if not reason.is_failure:
                client.publish(topic, b"on", 1, retain=True)
                client.subscribe(topic, 1)

        def on_message(client: paho.Client, data: Any, message: paho.MQTTMessage) -> None:
            if message.payload == b"off" and not self._leaving.is_set():  # another collector of this shard left
                client.publish(topic, b"on", 1, retain=True)

        client = paho.Client(CallbackAPIVersion.VERSION2, client_id_for("presence"), protocol=version)
        if self._credentials:
            self._credentials.give_to(client)
        client.on_connect, client.on_message = on_connect, on_message
        client.will_set(topic, b"off", 1, retain=True)
        client.reconnect_delay_set(1, 10)
        client.connect_async(self._host, self._port, KEEPALIVE_SECONDS)
        client.loop_start()
        return client


def client_id_for(purpose: str) -> str:
    """A client id of our own: brokers differ in what they make of an empty one."""
    return f"{purpose}-{secrets.token_hex(6)}"


def _leave(client: paho.Client, topic: str) -> None:
    with suppress(RuntimeError, ValueError):  # the connection was lost at this moment: the will says it
        if client.is_connected():
            client.publish(topic, b"off", 1, retain=True).wait_for_publish(2.0)
    client.disconnect()
    client.loop_stop()
