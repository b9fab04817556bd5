"""Real brokers for the tests: on loopback, on a free port, in the test's own folder, ended with the test."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from central import mosquitto
from tests import materials

START_SECONDS = 30.0

_IOTCORE = """
id = 0
[router]
id = 0
max_connections = 1000
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10
[{version}.1]
name = "shop"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1
    [{version}.1.connections]
    connection_timeout_ms = 60000
    max_payload_size = 1048576
    max_inflight_count = 100
    dynamic_filters = true
"""
_RUN_IOTCORE = "import iotcore, sys; iotcore.IotCoreBroker(config_path=sys.argv[1]).run_forever()"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def iotcore_broker(tmp_path: Path, port: int | None = None, version: str = "v5") -> Iterator[int]:
    """The embedded broker; yields its port. `version` is `v5` or `v4`, which speaks MQTT 3.1.1."""
    with running(start_iotcore(tmp_path, port := port or free_port(), version)):
        yield port


@contextmanager
def mosquitto_broker(tmp_path: Path, port: int | None = None, access: str = "allow_anonymous true") -> Iterator[int]:
    """The broker of a server; yields its port. Skips the test where it cannot be had."""
    with running(start_mosquitto(tmp_path, port := port or free_port(), access)):
        yield port


def start_iotcore(folder: Path, port: int, version: str = "v5") -> subprocess.Popen:
    """For tests that kill it; the caller ends the process."""
    config = folder / f"iotcore-{port}.toml"
    config.write_text(_IOTCORE.format(port=port, version=version), encoding="utf-8")
    return _started([sys.executable, "-c", _RUN_IOTCORE, config], port)


def start_mosquitto(
    folder: Path, port: int, access: str = "allow_anonymous true", tls: mosquitto.Listening | None = None
) -> subprocess.Popen:
    """As `floorpulse central mosquitto` configures it; `access` says something else of the loopback listener."""
    program = materials.mosquitto()
    config = mosquitto.write(folder / f"mosquitto-{port}", port, tls, user="root")
    config.write_text(config.read_text().replace("allow_anonymous true", access), encoding="utf-8")
    return _started([program, "-c", config], port)


@contextmanager
def running(broker: subprocess.Popen) -> Iterator[None]:
    try:
        yield
    finally:
        broker.kill()
        broker.wait()


def _started(command: list, port: int) -> subprocess.Popen:
    broker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + START_SECONDS
    while broker.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return broker
        except OSError:
            time.sleep(0.02)
    broker.kill()
    broker.wait()
    raise RuntimeError(f"{command[0]} did not open port {port}")
