"""The way out: signs what the store wants of devices, publishes it, and writes down what they answer.

It has a connection and a thread of its own, and the store is its only neighbour: it looks there for configurations
that no broker has yet and for commands that no device has answered. Several on one store share its shards, so that
nothing is sent twice.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from sqlalchemy.exc import SQLAlchemyError

from central.credentials import Credentials
from central.presence import client_id_for
from central.signing import signed, signing_key
from central.store import Store
from central.store.answers import Answers, note_sent, note_standing, unsent
from central.store.wishes import TURN, open_orders
from events.desired import COMMAND, COMMAND_ANSWER, CONFIGURATION, CONFIGURATION_ANSWER, written
from events.topics import Address, every

LOOK_SECONDS = 0.5
RESEND_SECONDS = 3.0
"""A device that was away when a command came hears it once it is back."""
STANDING_SECONDS = 5.0
KEEPALIVE_SECONDS = 30
HANDSHAKE_SECONDS = 10.0
LONGEST_DELAY_SECONDS = 10.0
MOST_AT_ONCE = 200
"""Configurations handed to the broker in one look, so that a change for ten thousand devices does not flood it."""

_HEARD = ("status", CONFIGURATION_ANSWER, COMMAND_ANSWER)
_OTHER = {
    MQTTProtocolVersion.MQTTv5: MQTTProtocolVersion.MQTTv311,
    MQTTProtocolVersion.MQTTv311: MQTTProtocolVersion.MQTTv5,
}
_log = logging.getLogger("floorpulse.central")


class Downlink:
    """`start`, then `stop`; a broker or a store that is away is tried for ever."""

    def __init__(
        self,
        store: Store,
        host: str,
        port: int,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        hear: Callable[[str, bytes], object] | None = None,
        credentials: Credentials | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        """With `only`, devices of other shards than these are left to others.

        `hear` is given topic and payload of whatever devices say, for what is written nowhere.
        """
        self._store, self._host, self._port, self._clock = store, host, port, clock
        self._key, self._hear, self._credentials, self._only = signing_key(store), hear, credentials, only
        self._version = MQTTProtocolVersion.MQTTv5
        self._stop, self._is_up = threading.Event(), False
        self._answers, self._acknowledged = Answers(), list[tuple[str, int]]()
        self._on_the_way: dict[int, tuple[str, int]] = {}
        self._last_sent: dict[str, float] = {}
        self._standing_due = 0.0
        self._said = ""
        self._thread = threading.Thread(target=self._run, name="downlink", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10.0)

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                stood = self._connect_once()
            except Exception:
                _log.exception("the way to the devices failed, and begins anew")
                stood = False
            failures = 0 if stood else failures + 1
            self._stop.wait(min(0.25 * 2**failures, LONGEST_DELAY_SECONDS))

    def _connect_once(self) -> bool:
        """One connection from beginning to end; whether it ever stood."""
        client, stood = self._make_client(), False
        try:
            client.connect(self._host, self._port, KEEPALIVE_SECONDS)
        except (OSError, ValueError):  # the receiver beside us says so
            return False
        handshake_ends, due = time.monotonic() + HANDSHAKE_SECONDS, 0.0
        while not self._stop.is_set() and client.loop(0.1) == paho.MQTT_ERR_SUCCESS:
            stood, now = stood or self._is_up, time.monotonic()
            if not self._is_up and now > handshake_ends:
                break
            if self._is_up and now >= due:
                due = now + LOOK_SECONDS
                self._look(client, now)
        self._leave(client)
        if not stood:
            self._version = _OTHER[self._version]  # hung up on our greeting: it may speak only the other version
        return stood

    def _make_client(self) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id_for("downlink"), protocol=self._version, reconnect_on_failure=False
        )
        if self._credentials:
            self._credentials.give_to(client)
        client.connect_timeout = 3.0
        client.on_connect, client.on_subscribe = self._on_connect, self._on_subscribed
        client.on_message, client.on_publish = self._on_message, self._on_publish
        return client

    def _leave(self, client: paho.Client) -> None:
        self._is_up = False
        self._on_the_way, self._acknowledged, self._last_sent = {}, [], {}
        client.disconnect()
        client.loop(0.1)

    def _on_connect(self, client: paho.Client, data: Any, flags: Any, reason: Any, properties: Any) -> None:
        if not reason.is_failure:
            topics = [every(leaf, shard=shard) for leaf in _HEARD for shard in self._shards(leaf)]
            client.subscribe([(topic, 1) for topic in topics])

    def _shards(self, leaf: str) -> Sequence[str]:
        """Whose words on this leaf are wanted: what came of a command is awaited wherever the device is."""
        return ["+"] if self._only is None or (self._hear and leaf == COMMAND_ANSWER) else sorted(self._only)

    def _on_subscribed(self, *_: Any) -> None:
        self._is_up = True

    def _on_message(self, client: paho.Client, data: Any, message: paho.MQTTMessage) -> None:
        if self._is_ours(message.topic):
            self._answers.hear(message.topic, bytes(message.payload))
        if self._hear:
            self._hear(message.topic, bytes(message.payload))

    def _on_publish(self, client: paho.Client, data: Any, mid: int, reason: Any, properties: Any) -> None:
        sent = self._on_the_way.pop(mid, None)
        if sent and not reason.is_failure:
            self._acknowledged.append(sent)

    def _look(self, client: paho.Client, now: float) -> None:
        """Write down what was heard, then send what is due; a store that fails is asked again."""
        try:
            self._write_down(now)
            self._send_configurations(client)
            self._send_commands(client, now)
        except SQLAlchemyError as error:
            self._say(f"nothing can be sent to devices now: {getattr(error, 'orig', None) or error}")

    def _write_down(self, now: float) -> None:
        stands = now >= self._standing_due
        if not (stands or self._answers or self._acknowledged):
            return
        with self._store.writing(TURN) as connection:
            self._answers.flush(connection, self._clock())
            note_sent(connection, self._acknowledged)
            note_standing(connection, self._clock())
        self._standing_due = now + STANDING_SECONDS
        self._answers.clear()
        self._acknowledged.clear()

    def _send_configurations(self, client: paho.Client) -> None:
        with self._store.reading() as connection:
            due = unsent(connection, MOST_AT_ONCE + len(self._on_the_way), self._speaks_to)
        under_way = set(self._on_the_way.values())
        for desired in due:
            sent = (desired.device, desired.version)
            if sent not in under_way:
                message = signed(self._key, written(desired))
                published = client.publish(_topic(desired.device, CONFIGURATION), message, 1, retain=True)
                self._on_the_way[published.mid] = sent

    def _send_commands(self, client: paho.Client, now: float) -> None:
        with self._store.reading() as connection:
            due = [each for each in open_orders(connection, self._clock()) if self._speaks_to(each.command.device)]
        self._last_sent = {each.command.id: self._last_sent.get(each.command.id, -RESEND_SECONDS) for each in due}
        for each in due:
            if now - self._last_sent[each.command.id] >= RESEND_SECONDS:
                self._last_sent[each.command.id] = now
                client.publish(_topic(each.command.device, COMMAND), signed(self._key, written(each.command)), 1)

    def _speaks_to(self, device: str) -> bool:
        return self._is_ours(_topic(device, ""))

    def _is_ours(self, topic: str) -> bool:
        return self._only is None or topic.split("/", 3)[2] in self._only

    def _say(self, sentence: str) -> None:
        """Once, until there is something else to say."""
        if sentence != self._said:
            _log.warning(sentence)
        self._said = sentence


def _topic(device: str, leaf: str) -> str:
    return Address(*device.split("/")).topic(leaf)  # type: ignore[arg-type]
