"""The broker of a server, configured as we configure it: each device under its own name, and nobody without one."""

import secrets
import ssl
import threading
from contextlib import contextmanager

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from central.__main__ import main
from central.credentials import Credentials
from central.mosquitto import CENTRE, Listening
from events.codec import BATCH_BYTES, encode
from events.topics import collector_status, shard_of
from tests.authority import Authority
from tests.brokers import free_port, running, start_mosquitto
from tests.central.sample import Device
from tests.central.test_receiver import receiver, some_taps, until

KIOSK = Device("kiosk-exit")
BASE = KIOSK.topic.removesuffix("up")
STATUS = collector_status("acme", shard_of("s1"))
OTHERS = Device("door-cam").topic.removesuffix("up")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server(authority, tmp_path_factory):
    """A broker with both listeners: the port on the loopback, and the one for devices."""
    folder, port = tmp_path_factory.mktemp("broker"), free_port()
    tls = Listening(free_port(), authority.ca, *authority.issue("broker"))
    with running(start_mosquitto(folder, port, tls=tls)):
        yield port, tls.port


class Peer:
    """A client of the broker with its own certificate, or on the loopback without one."""

    def __init__(self, port: int, authority: Authority | None, name: str, version=MQTTProtocolVersion.MQTTv5) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.answers: dict[int, bool] = {}
        self._up, self._subscribed = threading.Event(), threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, f"{name}-{secrets.token_hex(4)}", protocol=version)
        if authority:
            self._client.tls_set(str(authority.ca), *map(str, authority.issue(name)))
        self._client.on_connect = lambda *_: self._up.set()
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = lambda _, __, message: self.heard.append((message.topic, bytes(message.payload)))
        self._client.on_publish = lambda _, __, mid, reason, ___: self.answers.update({mid: not reason.is_failure})
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._up.wait(20)

    def says(self, topic: str, payload: bytes = b"x") -> bool:
        """Whether the broker takes it."""
        mid = self._client.publish(topic, payload, 1).mid
        until(lambda: mid in self.answers)
        return self.answers[mid]

    def listens(self, topic: str) -> None:
        self._subscribed.clear()
        self._client.subscribe(topic, 1)
        assert self._subscribed.wait(20)

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def peer(*about, **more):
    joined = Peer(*about, **more)
    try:
        yield joined
    finally:
        joined.leave()


def test_a_device_speaks_under_its_own_name_alone(server, authority):
    _, port = server
    with peer(port, authority, "kiosk-exit") as kiosk:
        for leaf in ("up", "status", "cfg/rep", "res"):
            assert kiosk.says(BASE + leaf), leaf
            assert not kiosk.says(OTHERS + leaf), leaf
        for leaf in ("ack", "cfg/des", "cmd", "job"):
            assert not kiosk.says(BASE + leaf), f"nobody but the centre says {leaf}"
        assert not kiosk.says(STATUS)


def test_a_whole_batch_is_taken_and_what_is_larger_ends_the_connection(server, authority):
    _, port = server
    with peer(port, authority, "kiosk-exit") as kiosk:
        assert kiosk.says(BASE + "up", secrets.token_bytes(BATCH_BYTES))
        gone = threading.Event()
        kiosk._client.on_disconnect = lambda *_: gone.set()
        kiosk._client.publish(BASE + "up", secrets.token_bytes(200_000), 1)
        assert gone.wait(20)


def test_a_device_hears_what_is_for_it_and_nothing_of_others(server, authority):
    local, port = server
    with peer(port, authority, "kiosk-exit") as kiosk, peer(local, None, "centre") as centre:
        for base in (BASE, OTHERS):
            for leaf in ("ack", "cfg/des", "cmd", "job", "up"):
                kiosk.listens(base + leaf)
        kiosk.listens("v1/#")
        kiosk.listens(STATUS)
        for base in (OTHERS, BASE):
            for leaf in ("ack", "cfg/des", "cmd", "job", "up"):
                assert centre.says(base + leaf)
        assert centre.says(STATUS, b"on")
        until(lambda: (STATUS, b"on") in kiosk.heard)
        heard = {topic for topic, _ in kiosk.heard}
        assert heard == {BASE + leaf for leaf in ("ack", "cfg/des", "cmd", "job")} | {STATUS}


@pytest.mark.parametrize("known", [False, True], ids=["no certificate", "one of another authority"])
def test_nobody_gets_in_without_a_certificate_of_this_authority(server, authority, tmp_path, known):
    certificate = Authority(tmp_path / "stranger").issue("kiosk-exit") if known else ()
    client, refused, connected = paho.Client(CallbackAPIVersion.VERSION2, "eve"), threading.Event(), threading.Event()
    client.tls_set(str(authority.ca), *map(str, certificate))
    client.on_disconnect = client.on_connect_fail = lambda *_: refused.set()
    client.on_connect = lambda *_: connected.set()
    try:
        client.connect("127.0.0.1", server[1])
        client.loop_start()
        assert refused.wait(20)
    except (ssl.SSLError, OSError):
        pass
    client.loop_stop()
    assert not connected.is_set()


def test_a_centre_on_another_machine_may_do_what_the_centre_does(server, authority):
    _, port = server
    with peer(port, authority, CENTRE) as centre, peer(port, authority, "kiosk-exit") as kiosk:
        centre.listens("v1/+/+/+/+/up")
        kiosk.listens(BASE + "ack")
        assert kiosk.says(BASE + "up", b"batch")
        until(lambda: (BASE + "up", b"batch") in centre.heard)
        assert centre.says(BASE + "ack", b"so far")
        until(lambda: (BASE + "ack", b"so far") in kiosk.heard)


def test_a_batch_goes_from_a_device_with_a_certificate_to_the_store(server, authority, sqlite_store):
    local, port = server
    with receiver(sqlite_store, local) as central, peer(port, authority, "kiosk-exit") as kiosk:
        until(lambda: central.is_connected)
        kiosk.listens(BASE + "ack")
        assert kiosk.says(BASE + "up", encode(some_taps(Device("kiosk-exit"), 7)))
        until(lambda: any(b'"sequence": 7' in payload for _, payload in kiosk.heard))


def test_a_collector_with_its_own_certificate_takes_batches_and_says_that_it_is_there(server, authority, sqlite_store):
    _, port = server
    credentials = Credentials(authority.ca, *authority.issue(CENTRE))
    credentials.check()
    with peer(port, authority, "door-cam") as door:
        door.listens(OTHERS + "ack")
        door.listens(STATUS)
        with receiver(sqlite_store, port, shards=[("acme", shard_of("s1"))], credentials=credentials):
            until(lambda: door.heard and door.heard[-1] == (STATUS, b"on"))
            assert door.says(OTHERS + "up", encode(some_taps(Device("door-cam"), 3)))
            until(lambda: any(b'"sequence": 3' in payload for _, payload in door.heard))


def test_credentials_that_are_none_are_refused_before_anything_starts(tmp_path, authority):
    certificate, _ = authority.issue(CENTRE)
    words = [
        "--broker-ca",
        str(authority.ca),
        "--broker-certificate",
        str(certificate),
        "--broker-key",
        str(certificate),
    ]
    store = f"sqlite:///{tmp_path / 'central.db'}"
    with pytest.raises(SystemExit, match="do not open a broker"):
        main(["collector", "--store", store, *words])
    with pytest.raises(SystemExit, match="together, or not at all"):
        main(["collector", "--store", store, *words[:2]])


def test_the_configuration_is_a_command(tmp_path, authority, capsys):
    certificate, key = authority.issue("broker")
    files = ("--ca", str(authority.ca), "--certificate", str(certificate), "--key", str(key))
    assert main(["mosquitto", "--out", str(tmp_path / "broker"), *files]) == 0
    assert capsys.readouterr().out == f"mosquitto -c {tmp_path}/broker/mosquitto.conf\n"
    text = (tmp_path / "broker" / "mosquitto.conf").read_text()
    assert "require_certificate true" in text
    assert (tmp_path / "broker" / "acl").stat().st_mode & 0o007 == 0
    assert main(["mosquitto", "--out", str(tmp_path / "broker")]) == 0, "what we wrote we may write anew"
    assert "8883" not in (tmp_path / "broker" / "mosquitto.conf").read_text()


def test_a_configuration_that_somebody_else_wrote_is_left_alone(tmp_path):
    (tmp_path / "mosquitto.conf").write_text("listener 1883\n")
    with pytest.raises(SystemExit, match="was not written by floorpulse"):
        main(["mosquitto", "--out", str(tmp_path)])
    assert (tmp_path / "mosquitto.conf").read_text() == "listener 1883\n"


@pytest.mark.parametrize("given", [["--ca", "ca.crt"], ["--ca", "no", "--certificate", "no", "--key", "no"]])
def test_half_a_set_of_files_is_refused(tmp_path, given):
    with pytest.raises(SystemExit, match=r"together, or not at all|no such file"):
        main(["mosquitto", "--out", str(tmp_path), *given])
    assert not (tmp_path / "mosquitto.conf").exists()
