"""The connection to the broker: MQTT 5, or 3.1.1 where the broker speaks nothing newer. It decides nothing."""

import logging
import random
from collections.abc import Callable
from time import sleep
from typing import Any, Protocol

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from events.desired import COMMAND, COMMAND_ANSWER, CONFIGURATION
from events.topics import Address, collector_status, shard_of
from sync.settings import Sync

QUEUED_MESSAGES = 20
"""Handed to paho and not yet taken by the broker; paho keeps them in memory, so it gets no backlog."""
KEEPALIVE_SECONDS = 30
CONNECT_SECONDS = 3.0
HANDSHAKE_SECONDS = 10.0
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 60.0

SUBSCRIBED = ("ack", CONFIGURATION, COMMAND)

_WRONG_VERSION = "Unsupported protocol version"
"""Some brokers say so, others just hang up."""
_OTHER = {
    MQTTProtocolVersion.MQTTv5: MQTTProtocolVersion.MQTTv311,
    MQTTProtocolVersion.MQTTv311: MQTTProtocolVersion.MQTTv5,
}
_log = logging.getLogger("floorpulse.sync")


class Listener(Protocol):
    """Who is told, always from within `poll`."""

    def connected(self) -> None: ...

    def disconnected(self) -> None: ...

    def received(self, leaf: str, body: bytes) -> None:
        """`leaf` is the last part of the device's topic, or `collector` for the collector's status."""


class Link:
    """One device's connection, made again and again with jittered pauses; all of it runs inside `poll`."""

    def __init__(
        self,
        settings: Sync,
        address: Address,
        birth: Callable[[], str],
        listener: Listener,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._settings, self._address, self._birth, self._listener, self._dice = (
            settings,
            address,
            birth,
            listener,
            dice,
        )
        self._collector = collector_status(address.tenant, shard_of(address.store))
        self._version = MQTTProtocolVersion.MQTTv5
        self._client: paho.Client | None = None
        self._is_up = False
        self._failures = 0
        self._deadline = 0.0
        """For the handshake while there is a client, else for the next attempt."""
        self._refusal = ""
        self._said = ""

    def poll(self, now: float, seconds: float) -> None:
        """Do what the network asks for, or wait for it up to `seconds`; `now` is monotonic."""
        if self._client is None and now < self._deadline:
            sleep(min(seconds, self._deadline - now))
        elif self._client is None:
            self._connect(now)
        elif (trouble := self._client.loop(seconds)) != paho.MQTT_ERR_SUCCESS:
            self._fail(paho.error_string(trouble), now)
        elif not self._is_up and now > self._deadline:
            self._fail("it does not answer", now)

    def publish(self, payload: bytes) -> bool:
        """Hand over a batch; False when nobody can take it now."""
        return self._publish("up", payload)

    def answer(self, leaf: str, payload: str) -> bool:
        """Tell the centre what became of its message; False when nobody can take it now."""
        return self._publish(leaf, payload)

    def tell(self, payload: bytes) -> bool:
        """Tell what came of a command, once and at QoS 0: it waits in no queue; False when nobody can hear it now."""
        return self._publish(COMMAND_ANSWER, payload, qos=0)

    def close(self) -> None:
        """Say goodbye, so that the centre does not wait for the will."""
        if self._client and self._is_up:
            self._publish("status", '{"on":false}', retain=True)
            self._client.loop(0.2)
            self._client.disconnect()
        self._drop()

    def _publish(self, leaf: str, payload: bytes | str, retain: bool = False, qos: int = 1) -> bool:
        if not self._client or not self._is_up:
            return False
        return self._client.publish(self._address.topic(leaf), payload, qos, retain).rc == paho.MQTT_ERR_SUCCESS

    def _connect(self, now: float) -> None:
        # A new client for each connection: paho would send everything again that the last one had not finished.
        self._client, self._deadline = self._make_client(), now + HANDSHAKE_SECONDS
        try:
            self._client.connect(self._settings.broker, self._settings.port, KEEPALIVE_SECONDS)
        except (OSError, ValueError) as error:
            self._fail(str(error), now, heard=False)

    def _make_client(self) -> paho.Client:
        of = self._address
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"{of.tenant}.{of.store}.{of.device}",
            protocol=self._version,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_SECONDS
        client.max_queued_messages_set(QUEUED_MESSAGES)
        client.will_set(of.topic("status"), '{"on":false}', 1, retain=True)
        client.on_connect, client.on_message, client.on_publish = self._on_connect, self._on_message, self._on_publish
        if self._settings.username:
            client.username_pw_set(self._settings.username, self._settings.password)
        if tls := self._settings.tls:
            client.tls_set(tls.ca, tls.certificate, tls.key)
        return client

    def _on_connect(self, client: paho.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            self._refusal = str(reason)
            return
        client.subscribe([(self._address.topic(leaf), 1) for leaf in SUBSCRIBED] + [(self._collector, 1)])
        self._is_up, self._failures = True, 0
        self._publish("status", self._birth(), retain=True)
        self._say("connected to the broker")
        self._listener.connected()

    def _on_message(self, client: paho.Client, data: Any, message: paho.MQTTMessage) -> None:
        leaf = message.topic.removeprefix(self._address.topic(""))
        self._listener.received("collector" if message.topic == self._collector else leaf, bytes(message.payload))

    def _on_publish(self, client: paho.Client, data: Any, mid: int, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            self._say(f"the broker does not take our messages: {reason}")

    def _fail(self, why: str, now: float, heard: bool = True) -> None:
        """Give this connection up and say why, once."""
        if heard and not self._is_up and self._refusal in ("", _WRONG_VERSION):
            self._version = _OTHER[self._version]
        why = f"it refuses: {self._refusal}" if self._refusal else why
        self._say(f"the broker cannot be used ({why}); trying again and again, nothing is lost")
        self._drop()
        delay = min(FIRST_DELAY_SECONDS * 2**self._failures, LONGEST_DELAY_SECONDS)
        self._failures = min(self._failures + 1, 10)
        self._deadline = now + delay * (0.5 + self._dice())

    def _drop(self) -> None:
        was_up, self._is_up, self._client, self._refusal = self._is_up, False, None, ""
        if was_up:
            self._listener.disconnected()

    def _say(self, sentence: str) -> None:
        if sentence != self._said:
            _log.info("%s:%s: %s", self._settings.broker, self._settings.port, sentence)
            self._said = sentence
