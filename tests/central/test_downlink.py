"""What the centre wants reaches devices over real brokers, and what they answer reaches the store."""

import json
import secrets
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from central.downlink import Downlink
from central.signing import public_pem
from central.store import open_store, outward
from central.store.answers import stood_at, unsent
from central.store.wishes import find_order, order, want
from events.codec import now_utc
from events.desired import read_command, read_desired, unsealed
from events.facts import DeviceId, StoreId, TenantId
from events.topics import SHARDS, Address, shard_of
from tests.brokers import free_port, iotcore_broker, mosquitto_broker
from tests.central.contents import rows_of

DOOR = Address(TenantId("acme"), StoreId("s1"), DeviceId("door"))
BROKERS = pytest.mark.parametrize(
    ("broker", "version"),
    [
        (mosquitto_broker, MQTTProtocolVersion.MQTTv5),
        (iotcore_broker, MQTTProtocolVersion.MQTTv5),
        (lambda path: iotcore_broker(path, version="v4"), MQTTProtocolVersion.MQTTv311),
    ],
    ids=["mosquitto", "iotcore", "iotcore, 3.1.1 only"],
)


class Device:
    """Hears what is sent to it, and says what the test wants it to say."""

    def __init__(self, port: int, version=MQTTProtocolVersion.MQTTv5, address: Address = DOOR) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self._address = address
        self._client = paho.Client(CallbackAPIVersion.VERSION2, f"door-{secrets.token_hex(4)}", protocol=version)
        self._client.on_message = lambda _, __, message: self.heard.append((message.topic, bytes(message.payload)))
        self._client.on_connect = lambda client, *_: client.subscribe(
            [(address.topic("cfg/des"), 1), (address.topic("cmd"), 1)]
        )
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def texts(self, leaf: str, store) -> list[str]:
        """What came on a leaf; the signature of each is checked."""
        key, found = load_pem_public_key(public_pem(store).encode()), []
        for topic, payload in list(self.heard):
            if topic == self._address.topic(leaf):
                text, signature = unsealed(payload)
                key.verify(signature, text.encode())
                found.append(text)
        return found

    def say(self, leaf: str, **answer) -> None:
        self._client.publish(self._address.topic(leaf), json.dumps(answer), 1, retain=leaf == "status")

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def device(port: int, version=MQTTProtocolVersion.MQTTv5, address: Address = DOOR):
    made = Device(port, version, address)
    yield made
    made.close()


@contextmanager
def downlink(store, port: int, **parts):
    made = Downlink(store, "127.0.0.1", port, **parts)
    made.start()
    yield made
    made.stop()


def until(condition, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def the(store, table) -> dict:
    (row,) = rows_of(store, table)
    return dict(zip(table.columns.keys(), row, strict=True))


@BROKERS
def test_a_configuration_and_a_command_go_out_signed_and_the_answers_are_kept(tmp_path, store, broker, version):
    with broker(tmp_path) as port, device(port, version) as door, downlink(store, port):
        want(store, {DOOR: {"language": "de"}}, "kiosk", "anna", now_utc())
        number = order(store, DOOR, "identify", {"seconds": 3}, "anna", now_utc())
        until(lambda: door.texts("cfg/des", store) and door.texts("cmd", store))
        assert read_desired(door.texts("cfg/des", store)[0]).parts["kiosk"].body == {"language": "de"}
        command = read_command(door.texts("cmd", store)[0])
        assert (command.id, command.op, command.body) == (number, "identify", {"seconds": 3})
        door.say("cfg/rep", version=1, state="accepted", holds=1)
        door.say("res", id=number, state="accepted")
        door.say("status", on=True, configuration=1)
        until(lambda: find_order(store, number).state == "accepted")
        until(lambda: the(store, outward.desired)["state"] == "accepted")
        until(lambda: rows_of(store, outward.device_links))
        assert the(store, outward.desired)["sent"] == 1
        assert the(store, outward.device_links)["is_on"]
        with store.reading() as connection:
            assert stood_at(connection)


def test_a_configuration_lies_at_the_broker_for_a_device_that_comes_later(tmp_path, sqlite_store):
    with mosquitto_broker(tmp_path) as port, downlink(sqlite_store, port):
        want(sqlite_store, {DOOR: {"language": "de"}}, "kiosk", "anna", now_utc())
        until(lambda: the(sqlite_store, outward.desired)["sent"] == 1)
        with device(port) as door:
            until(lambda: door.texts("cfg/des", sqlite_store))


def test_a_command_is_said_again_to_a_device_that_was_away_and_never_once_it_is_over(tmp_path, sqlite_store):
    with mosquitto_broker(tmp_path) as port, downlink(sqlite_store, port):
        over = order(sqlite_store, DOOR, "identify", {}, "anna", now_utc() - timedelta(hours=1))
        number = order(sqlite_store, DOOR, "identify", {}, "anna", now_utc())
        with device(port) as door:
            until(lambda: door.texts("cmd", sqlite_store))
            assert {read_command(text).id for text in door.texts("cmd", sqlite_store)} == {number}
        assert find_order(sqlite_store, over).state == ""


def test_a_broker_that_forgot_everything_is_told_again_once_the_device_says_so(tmp_path, sqlite_store):
    port = free_port()
    with downlink(sqlite_store, port):
        want(sqlite_store, {DOOR: {"language": "de"}}, "kiosk", "anna", now_utc())
        with mosquitto_broker(tmp_path, port):
            until(lambda: the(sqlite_store, outward.desired)["sent"] == 1)
        with mosquitto_broker(tmp_path, port), device(port) as door:
            door.say("status", on=True, configuration=0)
            until(lambda: door.texts("cfg/des", sqlite_store))


OTHER = Address(TenantId("acme"), StoreId("s2"), DeviceId("door"))


def test_of_two_that_share_the_shards_each_speaks_to_its_own_devices_alone(tmp_path, sqlite_store):
    store, heard = sqlite_store, []
    mine = {shard_of(DOOR.store)}
    rest = {str(shard) for shard in range(SHARDS)} - mine
    with mosquitto_broker(tmp_path) as port, device(port) as door, device(port, address=OTHER) as other:
        with downlink(store, port, only=mine, hear=lambda topic, payload: heard.append(topic)):
            want(store, {OTHER: {"language": "fr"}, DOOR: {"language": "de"}}, "kiosk", "anna", now_utc())
            others, number = (order(store, each, "identify", {}, "anna", now_utc()) for each in (OTHER, DOOR))
            until(lambda: door.texts("cfg/des", store) and door.texts("cmd", store))
            other.say("res", id=others, state="accepted")
            until(lambda: OTHER.topic("res") in heard)
            door.say("res", id=number, state="accepted")
            until(lambda: find_order(store, number).state == "accepted")
        assert find_order(store, others).state == "", "who writes it down was not there to hear it"
        assert other.heard == []
        before = list(door.heard)
        want(store, {DOOR: {"language": "en"}}, "kiosk", "anna", now_utc())
        order(store, DOOR, "identify", {}, "anna", now_utc())
        with downlink(store, port, only=rest):
            until(lambda: other.texts("cfg/des", store) and other.texts("cmd", store))
            other.say("res", id=others, state="accepted")
            until(lambda: find_order(store, others).state == "accepted")
        assert door.heard == before


def test_devices_of_others_take_no_place_in_a_look(sqlite_store):
    crowd = {Address(TenantId("acme"), StoreId("s2"), DeviceId(f"a{n}")): {"language": "de"} for n in range(30)}
    want(sqlite_store, {**crowd, DOOR: {"language": "de"}}, "kiosk", "anna", now_utc())
    with sqlite_store.reading() as connection:
        due = unsent(connection, 5, lambda device: "/s1/" in device)
    assert [desired.device for desired in due] == ["acme/s1/door"]


def test_a_failure_that_nobody_thought_of_is_logged_and_does_not_end_the_way_out(
    tmp_path, sqlite_store, caplog, monkeypatch
):
    looks = []

    def fails_once(self, client, now):
        looks.append(now)
        if len(looks) == 1:
            raise ZeroDivisionError

    monkeypatch.setattr(Downlink, "_send_commands", fails_once)
    with mosquitto_broker(tmp_path) as port, downlink(sqlite_store, port):
        until(lambda: len(looks) > 2)
    assert "begins anew" in caplog.text


def test_the_key_is_made_once(tmp_path):
    url = f"sqlite:///{tmp_path / 'central.db'}"
    with open_store(url) as store:
        first = public_pem(store)
    with open_store(url) as store:
        assert public_pem(store) == first
