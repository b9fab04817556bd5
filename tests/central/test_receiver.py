"""The collector on a real broker: what devices publish is stored, acknowledged and survives every fault we cause."""

import json
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from central.collector import Collector
from central.receiver import BrokerRefuses, Receiver
from central.store import open_store
from events.codec import encode
from events.topics import collector_status, shard_of
from tests.brokers import free_port, iotcore_broker, mosquitto_broker
from tests.central.contents import ledger, taps
from tests.central.sample import Device, at_local, tap

NOON = at_local(12)


def until(condition, seconds: float = 20.0) -> None:
    """Wait until it holds; the test fails when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


class Shop:
    """A device's side of the broker: publishes, and hears acknowledgements and the collector's status."""

    def __init__(self, port: int, device: Device, version=MQTTProtocolVersion.MQTTv5) -> None:
        self.acks: list[int] = []
        self.status: list[bytes] = []
        self.device = device
        self._status = collector_status(device.tenant, shard_of(device.store))
        self._ready = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, f"shop-{secrets.token_hex(4)}", protocol=version)
        self._client.on_connect, self._client.on_message = self._subscribe, self._hear
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._ready.wait(10)

    def _subscribe(self, client, *_) -> None:
        client.subscribe([(self.device.topic.removesuffix("up") + "ack", 1), (self._status, 1)])

    def _hear(self, client, data, message) -> None:
        if message.topic == self._status:
            self.status.append(message.payload)
        else:
            self.acks.append(json.loads(message.payload)["sequence"])

    @property
    def watermark(self) -> int:
        return max(self.acks, default=0)

    def say(self, events) -> None:
        self._client.publish(self.device.topic, encode(events), 1).wait_for_publish(10)

    def be_born(self) -> None:
        """The retained birth that each device publishes."""
        self._client.publish(self.device.topic.removesuffix("up") + "status", b'{"on":true}', 1, retain=True)

    def __enter__(self) -> "Shop":
        return self

    def __exit__(self, *_) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def shop(port: int, **options) -> Shop:
    return Shop(port, Device("kiosk-exit"), **options)


@contextmanager
def receiver(store, port: int, **options) -> Iterator[Receiver]:
    running = Receiver(Collector(store), "127.0.0.1", port, **options)
    running.start()
    try:
        yield running
    finally:
        running.stop()


def some_taps(device: Device, count: int):
    return [device.event(tap(1), NOON) for _ in range(count)]


def test_a_batch_over_the_embedded_broker_is_stored_and_acknowledged(store, tmp_path):
    with iotcore_broker(tmp_path) as port, receiver(store, port), shop(port) as device:
        device.say(some_taps(device.device, 30))
        until(lambda: device.acks)
        assert device.acks == [30]
        assert taps(store) == 30


def test_the_same_over_mosquitto(store, tmp_path):
    with mosquitto_broker(tmp_path) as port, receiver(store, port), shop(port) as device:
        device.say(some_taps(device.device, 30))
        until(lambda: device.acks)
        assert taps(store) == 30


def test_a_broker_that_speaks_only_mqtt_3_1_1_is_served(store, tmp_path):
    old = MQTTProtocolVersion.MQTTv311
    with iotcore_broker(tmp_path, version="v4") as port, receiver(store, port) as central:
        until(lambda: central.is_connected)
        with shop(port, version=old) as device:
            device.say(some_taps(device.device, 5))
            until(lambda: device.acks)


def test_devices_hear_that_the_collector_is_there_and_that_it_left(store, tmp_path):
    with iotcore_broker(tmp_path) as port, shop(port) as device:
        shards = [(device.device.tenant, shard_of(device.device.store))]
        with receiver(store, port, shards=shards):
            until(lambda: device.status == [b"on"])
        until(lambda: device.status == [b"on", b"off"])


def test_a_shard_that_is_not_in_the_plan_is_greeted_at_the_first_birth(store, tmp_path):
    with iotcore_broker(tmp_path) as port, receiver(store, port), shop(port) as device:
        device.be_born()
        until(lambda: device.status == [b"on"])


def test_a_broker_that_is_away_at_the_start_is_waited_for(store, tmp_path, caplog):
    port = free_port()
    with receiver(store, port) as central:
        assert not central.is_connected
        assert "is not there" in caplog.text
        with iotcore_broker(tmp_path, port):
            until(lambda: central.is_connected)


def test_a_broker_that_comes_back_is_used_again(store, tmp_path):
    for life in ("first", "second"):
        (tmp_path / life).mkdir()
    port, device = free_port(), Device("kiosk-exit")
    with receiver(store, port) as central:
        for life, told in (("first", 4), ("second", 8)):
            with iotcore_broker(tmp_path / life, port), Shop(port, device) as kiosk:
                until(lambda: central.is_connected)
                kiosk.say(some_taps(device, 4))
                until(lambda kiosk=kiosk, told=told: kiosk.acks == [told])
            until(lambda: not central.is_connected)


def test_a_broker_that_refuses_is_refused_in_one_sentence(store, tmp_path):
    with mosquitto_broker(tmp_path, access="allow_anonymous false") as port:
        central = Receiver(Collector(store), "127.0.0.1", port)
        with pytest.raises(BrokerRefuses, match="refuses"):
            central.start()


class Slow(Collector):
    """Commits only when it may, and keeps what it acknowledged."""

    def __init__(self, store) -> None:
        super().__init__(store)
        self.may_commit = threading.Event()

    def take_many(self, messages, now):
        assert self.may_commit.wait(20)
        return super().take_many(messages, now)


def test_nothing_is_acknowledged_before_the_commit(store, tmp_path):
    collector = Slow(store)
    with iotcore_broker(tmp_path) as port, shop(port) as device:
        central = Receiver(collector, "127.0.0.1", port)
        central.start()
        until(lambda: central.is_connected)
        device.say(some_taps(device.device, 3))
        with Shop(port, Device("probe")) as probe:  # a round trip, after which an early word would be here
            probe.be_born()
            until(lambda: probe.status)
        assert device.acks == []
        collector.may_commit.set()
        until(lambda: device.acks == [3])
        central.stop()


def test_sigkill_in_the_middle_of_the_work_loses_nothing_that_was_acknowledged(tmp_path):
    """The device resends from its watermark; the collector is killed at its first word of each life but the last."""
    url, port = f"sqlite:///{tmp_path / 'central.db'}", free_port()
    events = some_taps(Device("kiosk-exit"), 3000)
    with iotcore_broker(tmp_path, port), shop(port) as kiosk:
        for life in range(3):
            process, held = start_central(url, port), kiosk.watermark
            for start in range(held, len(events), 20):
                kiosk.say(events[start : start + 20])
            until(lambda held=held, last=life == 2: kiosk.watermark > (len(events) - 1 if last else held))
            process.send_signal(signal.SIGKILL)
            process.wait(10)
            with open_store(url) as store:
                assert len(ledger(store)) >= kiosk.watermark
    with open_store(url) as store:
        assert [sequence for sequence, _ in ledger(store)] == list(range(1, 3001))
        assert taps(store) == 3000


_CENTRAL = """
import sys, threading
from central.collector import Collector
from central.receiver import Receiver
from central.store import open_store
Receiver(Collector(open_store(sys.argv[1])), "127.0.0.1", int(sys.argv[2])).start()
print("up", flush=True)
threading.Event().wait()
"""


def start_central(url: str, port: int) -> subprocess.Popen:
    process = subprocess.Popen([sys.executable, "-c", _CENTRAL, url, str(port)], stdout=subprocess.PIPE)
    with process.stdout as out:
        assert out.readline() == b"up\n"
    return process
