"""The connection and the service against real brokers."""

import hashlib
import json
import logging
import socket
import sqlite3
import subprocess
import threading
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from events.facts import ClockQuality, Health, Stream
from events.topics import collector_status, every, shard_of
from sync.clock import device_clock
from sync.inbox import AWAY, Inbox
from sync.service import Service
from sync.settings import Sync
from tests import materials
from tests.brokers import free_port, iotcore_broker, mosquitto_broker, running, start_iotcore
from tests.sync.collector import Ledger
from tests.sync.parts import ADDRESS, crossings, outbox_at, tap
from tests.sync.signing import Signer

DEADLINE_SECONDS = 30.0
COLLECTOR_STATUS = collector_status(ADDRESS.tenant, shard_of(ADDRESS.store))
BROKERS = pytest.mark.parametrize(
    "broker",
    [mosquitto_broker, iotcore_broker, lambda path: iotcore_broker(path, version="v4")],
    ids=["mosquitto", "iotcore", "iotcore, 3.1.1 only"],
)

ENDLESS = b'{"epoch":"x","stream":"urgent","sequence":1e999}'


class Centre:
    """The other end: a collector in the test's own thread, and everything else that was heard."""

    def __init__(self, port: int, version: MQTTProtocolVersion, **access) -> None:
        self.ledger, self.heard, self.is_ready = Ledger(), {}, False
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id="centre", protocol=version)
        if access:
            self.client.username_pw_set(**access)
        self.client.on_message = self._heard
        self.client.on_subscribe = self._ready
        self.client.connect("127.0.0.1", port)
        self.client.subscribe([(every(leaf), 1) for leaf in ("up", "status", "cfg/rep", "res")])

    def _ready(self, *_) -> None:
        self.is_ready = True

    def _heard(self, client, data, message) -> None:
        if message.topic != ADDRESS.topic("up"):
            self.heard[message.topic] = message.payload
            return
        ack = self.ledger.take(message.payload)
        client.publish(ADDRESS.topic("ack"), json.dumps(ack), 1)

    def close(self) -> None:
        self.client.disconnect()
        self.ledger.close()


class Device:
    """The service as `floorpulse sync` runs it, step by step."""

    def __init__(self, folder, port: int, **settings) -> None:
        self.path = folder / "device.db"
        self.outbox = outbox_at(self.path)
        self.inbox = Inbox(self.path)
        self.service = Service(self.outbox, self.inbox, Sync(port=port, **settings), device_clock(), self.path)

    def close(self) -> None:
        self.service.close()
        self.outbox.close()


@contextmanager
def shop(folder, port: int, version=MQTTProtocolVersion.MQTTv5, **settings):
    with ExitStack() as closing:
        centre = Centre(port, version)
        closing.callback(centre.close)
        until(lambda: centre.is_ready, centre)
        device = Device(folder, port, **settings)
        closing.callback(device.close)
        yield device, centre


def until(condition: Callable[[], bool], *parties: Device | Centre) -> None:
    """Let everybody work until it is so."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came to this"
        for party in parties:
            if isinstance(party, Centre):
                party.client.loop(0.01)
            else:
                party.service.step(time.monotonic())


def as_mosquitto_stores(password: str) -> str:
    """What `mosquitto_passwd` writes: PBKDF2 of SHA-512, 101 rounds."""
    salt = b"twelve bytes"
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    return f"$7$101${b64encode(salt).decode()}${b64encode(digest).decode()}"


@BROKERS
def test_what_was_recorded_reaches_the_centre_and_only_then_leaves_the_device(tmp_path, broker, request):
    version = MQTTProtocolVersion.MQTTv311 if "3.1.1" in request.node.name else MQTTProtocolVersion.MQTTv5
    with broker(tmp_path) as port, shop(tmp_path, port, version) as (device, centre):
        recorded = [tap(n) for n in range(1200)]
        device.outbox.add_many(recorded)
        device.outbox.add(crossings(3))
        until(lambda: device.outbox.backlog().total == 0, device, centre)
        assert centre.ledger.facts["urgent"] == recorded
        assert centre.ledger.facts["bulk"][0] == crossings(3)
        (health,) = (fact for fact in centre.ledger.facts["bulk"] if isinstance(fact, Health))
        assert health.memory_free_mb > 0


def test_a_tap_waits_for_a_centre_that_is_away_and_the_kiosk_can_know(tmp_path):
    with mosquitto_broker(tmp_path) as port, shop(tmp_path, port) as (device, centre):
        until(lambda: device.inbox.state(AWAY) == "0", device, centre)
        centre.client.publish(COLLECTOR_STATUS, b"off", 1, retain=True)
        until(lambda: device.inbox.state(AWAY) == "1", device, centre)
        device.outbox.add(tap(1))
        centre.client.publish(ADDRESS.topic("cmd"), b"marker", 1)
        until(lambda: ADDRESS.topic("res") in centre.heard, device, centre)
        assert "urgent" not in centre.ledger.facts
        centre.client.publish(COLLECTOR_STATUS, b"on", 1, retain=True)
        until(lambda: device.outbox.backlog().total == 0, device, centre)
        assert centre.ledger.facts["urgent"] == [tap(1)]
        until(lambda: device.inbox.state(AWAY) == "0", device, centre)


@BROKERS
def test_signed_configuration_and_commands_reach_the_other_processes(tmp_path, broker, request):
    version = MQTTProtocolVersion.MQTTv311 if "3.1.1" in request.node.name else MQTTProtocolVersion.MQTTv5
    signer = Signer()
    with broker(tmp_path) as port, shop(tmp_path, port, version, centre_key=signer.public_file(tmp_path)) as parties:
        device, centre = parties
        until(lambda: device.inbox.state(AWAY) == "0", *parties)
        centre.client.publish(ADDRESS.topic("cfg/des"), signer.desired(3, language="de"), 1, retain=True)
        centre.client.publish(ADDRESS.topic("cmd"), signer.command("a"), 1)
        until(lambda: bool(device.inbox.poll("cfg") and device.inbox.poll("cmd")), *parties)
        until(lambda: {ADDRESS.topic("cfg/rep"), ADDRESS.topic("res")} <= centre.heard.keys(), *parties)
        assert json.loads(centre.heard[ADDRESS.topic("cfg/rep")]) == {"state": "accepted", "version": 3, "holds": 3}
        assert json.loads(centre.heard[ADDRESS.topic("res")]) == {"state": "accepted", "id": "a"}


def test_a_configuration_that_lay_at_the_broker_is_found_at_the_next_start_and_told_in_the_birth(tmp_path):
    signer = Signer()
    with mosquitto_broker(tmp_path) as port:
        early = Centre(port, MQTTProtocolVersion.MQTTv5)
        until(lambda: early.is_ready, early)
        early.client.publish(ADDRESS.topic("cfg/des"), signer.desired(3), 1, retain=True).wait_for_publish(5)
        early.close()
        with shop(tmp_path, port, centre_key=signer.public_file(tmp_path)) as (device, centre):
            until(lambda: bool(device.inbox.poll("cfg")), device, centre)
        with shop(tmp_path, port, centre_key=signer.public_file(tmp_path)) as (device, centre):
            until(lambda: ADDRESS.topic("cfg/rep") in centre.heard, device, centre)
            assert json.loads(centre.heard[ADDRESS.topic("status")])["configuration"] == 3
            assert len(device.inbox.poll("cfg")) == 1


def test_what_the_disk_cannot_take_now_is_taken_when_it_can(tmp_path):
    signer = Signer()
    device = Device(tmp_path, free_port(), centre_key=signer.public_file(tmp_path))
    with closing(sqlite3.connect(tmp_path / "device.db")) as db:
        db.execute("ALTER TABLE inbox RENAME TO gone")
        device.service.received("cfg/des", signer.desired(3))
        device.service.step(time.monotonic())
        db.execute("ALTER TABLE gone RENAME TO inbox")
    until(lambda: bool(device.inbox.poll("cfg")), device)
    device.close()


def test_the_staffs_page_can_say_what_waits_and_for_how_long(tmp_path):
    device = Device(tmp_path, free_port())
    device.outbox.add_many([tap(1), tap(2)])
    device.service.step(time.monotonic())
    assert json.loads(device.inbox.state("backlog"))["urgent"] == 2
    device.close()


def test_a_setting_of_the_clock_that_could_not_be_recorded_is_told_later(tmp_path, monkeypatch):
    device = Device(tmp_path, free_port())
    clock = replace(device_clock(), is_synchronised=lambda: True)
    service = Service(device.outbox, device.inbox, Sync(port=free_port()), clock, device.path)
    with monkeypatch.context() as patch:
        patch.setattr(service, "_record", lambda fact: False)
        service._look_at_clock()
    told = []
    monkeypatch.setattr(service, "_record", lambda fact: told.append(fact) or True)
    for _ in range(3):
        service._look_at_clock()
    assert [fact.quality for fact in told] == [ClockQuality.NTP]
    device.close()


def test_the_centre_sees_a_device_come_go_and_die(tmp_path):
    with mosquitto_broker(tmp_path) as port, shop(tmp_path, port) as (device, centre):
        status = ADDRESS.topic("status")
        until(lambda: status in centre.heard, device, centre)
        birth = json.loads(centre.heard[status])
        assert birth["on"] is True
        assert birth["streams"]["urgent"] == {"epoch": device.outbox.epoch(Stream.URGENT), "first": 1}
        device.service.close()
        until(lambda: json.loads(centre.heard[status]) == {"on": False}, centre)
        again = Device(tmp_path, port)
        until(lambda: json.loads(centre.heard[status])["on"], again, centre)
        again.service._link._client.socket().close()  # as if the plug had been pulled
        again.service._link._client = None
        until(lambda: json.loads(centre.heard[status]) == {"on": False}, centre)
        again.outbox.close()


def test_nonsense_from_the_broker_changes_nothing(tmp_path):
    with mosquitto_broker(tmp_path) as port, shop(tmp_path, port) as (device, centre):
        until(lambda: device.inbox.state(AWAY) == "0", device, centre)
        centre.ledger.take = lambda payload: {"epoch": None, "stream": "urgent", "sequence": 10**30}
        device.outbox.add(tap(1))
        for nonsense in (
            b"",
            b"\xff",
            b"[]",
            b'"x"',
            b'{"epoch":"x","stream":"no","sequence":1}',
            b"[" * 5000,
            ENDLESS,
        ):
            centre.client.publish(ADDRESS.topic("ack"), nonsense, 1)
        centre.client.publish(ADDRESS.topic("cmd"), b"\xff\xfe", 1)
        until(lambda: ADDRESS.topic("res") in centre.heard, device, centre)
        assert device.outbox.backlog().urgent == 1


def test_a_disk_that_fails_is_named_once_and_the_service_goes_on(tmp_path, caplog):
    device = Device(tmp_path, free_port())
    with closing(sqlite3.connect(tmp_path / "device.db")) as db:
        db.execute("DROP TABLE state")
    for _ in range(5):
        device.service.step(time.monotonic())
    assert caplog.messages == ["the shared file cannot be used now: no such table: state"]
    device.close()


def test_a_broker_that_comes_late_or_goes_is_named_once_and_tried_until_it_is_back(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    port = free_port()
    device = Device(tmp_path, port)
    device.outbox.add(tap(1))
    attempts = []
    connect = device.service._link._connect
    device.service._link._connect = lambda now: (attempts.append(now), connect(now))
    until(lambda: len(attempts) >= 3, device)
    (sentence,) = caplog.messages
    assert f"127.0.0.1:{port}: the broker cannot be used ([Errno 111] Connection refused)" in sentence
    with running(broker := start_iotcore(tmp_path, port)):
        centre = Centre(port, MQTTProtocolVersion.MQTTv5)
        until(lambda: device.outbox.backlog().total == 0, device, centre)
        broker.kill()
        broker.wait()
        until(lambda: device.inbox.state(AWAY) == "1", device)
        device.outbox.add(tap(2))
        centre.client.disconnect()
    with iotcore_broker(tmp_path, port):
        centre.client.connect("127.0.0.1", port)
        centre.client.subscribe(every("up"), 1)
        until(lambda: device.outbox.backlog().total == 0, device, centre)
        assert centre.ledger.facts["urgent"] == [tap(1), tap(2)]
        device.close()
        centre.close()


def test_a_broker_that_refuses_the_password_is_named_and_one_that_knows_it_lets_us_in(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    passwords = tmp_path / "passwords"
    passwords.write_text(f"device:{as_mosquitto_stores('secret')}\n", encoding="utf-8")
    passwords.chmod(0o600)
    for name, password in (("wrong", "guess"), ("right", "secret")):
        (tmp_path / name).write_text(password + "\n", encoding="utf-8")
    with mosquitto_broker(tmp_path, access=f"allow_anonymous false\npassword_file {passwords}") as port:
        refused = Device(tmp_path, port, username="device", password_file=tmp_path / "wrong")
        until(lambda: any("refuses" in message for message in caplog.messages), refused)
        refused.close()
        device = Device(tmp_path, port, username="device", password_file=tmp_path / "right")
        until(lambda: device.inbox.state(AWAY) == "0", device)
        device.close()


@pytest.mark.parametrize("answer", [b"", b"\x20\x02\x00\x01", b"\x20\x03\x00\x84\x00"])
def test_a_broker_that_knows_no_mqtt_5_is_spoken_to_in_3_1_1(tmp_path, answer):
    greetings = []

    def serve(listening: socket.socket) -> None:
        """Hangs up on, or answers, a greeting in version 5; accepts one in 3.1.1 (4 on the wire) and listens."""
        while 4 not in greetings:
            caller, _ = listening.accept()
            with caller:
                greetings.append(caller.recv(1000)[8])
                caller.sendall(answer if greetings[-1] == 5 else b"\x20\x02\x00\x00")
                while greetings[-1] == 4 and caller.recv(1000):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listening:
        broker = threading.Thread(target=serve, args=[listening])
        broker.start()
        device = Device(tmp_path, listening.getsockname()[1])
        until(lambda: device.inbox.state(AWAY) == "0", device)
        device.close()
        broker.join()
    assert greetings == [5, 4]


TLS = """
cafile {0}/ca.pem
certfile {0}/broker.pem
keyfile {0}/broker.key
require_certificate true
use_identity_as_username true
"""


# paho leaves the socket of a failed handshake to the garbage collector, which says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_that_asks_for_certificates_gets_ours_and_is_asked_for_its_own(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    openssl = materials.program("openssl")
    for authority in ("ca", "stranger"):
        issue(openssl, tmp_path, authority, authority, "basicConstraints=critical,CA:TRUE")
    issue(openssl, tmp_path, "broker", "ca", "subjectAltName=IP:127.0.0.1")
    issue(openssl, tmp_path, "device", "ca", "extendedKeyUsage=clientAuth")
    ours = {"certificate": tmp_path / "device.pem", "key": tmp_path / "device.key"}
    with mosquitto_broker(tmp_path, access=TLS.format(tmp_path)) as port:
        wary = Device(tmp_path, port, ca=tmp_path / "stranger.pem", **ours)
        until(lambda: any("certificate verify failed" in message for message in caplog.messages), wary)
        wary.close()
        device = Device(tmp_path, port, ca=tmp_path / "ca.pem", **ours)
        until(lambda: device.inbox.state(AWAY) == "0", device)
        device.close()


def issue(openssl: str, folder, name: str, authority: str, extension: str) -> None:
    """`name.pem` and `name.key`, signed by the authority or, when it is one, by itself."""
    signer = f"-CA {authority}.pem -CAkey {authority}.key" if name != authority else ""
    words = (
        f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN={name} "
        f"-addext {extension} {signer} -keyout {name}.key -out {name}.pem"
    )
    subprocess.run([openssl, *words.split()], cwd=folder, check=True, capture_output=True)
