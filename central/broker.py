"""The embedded MQTT broker, on the loopback alone: it knows no access list, so no other host may reach it."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from iotcore import Broker

from events.settings import ConfigError

_CONFIG = """
id = 0
[router]
id = 0
max_connections = 20000
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10
"""
_LISTENER = """
[{version}.1]
name = "{version}"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1
    [{version}.1.connections]
    connection_timeout_ms = 60000
    max_payload_size = 1048576
    max_inflight_count = 100
    dynamic_filters = true
"""


def config(port: int, old_port: int | None = None) -> str:
    """The broker's TOML: MQTT 5 on `port`, and 3.1.1 on a port of its own where one is given."""
    old = "" if old_port is None else _LISTENER.format(version="v4", port=old_port)
    return _CONFIG + _LISTENER.format(version="v5", port=port) + old


@contextmanager
def running(port: int, old_port: int | None = None) -> Iterator[Broker]:
    """The broker, listening; it ends with the block, and with this process. ConfigError when a port is in use."""
    with TemporaryDirectory(prefix="floorpulse-broker-") as folder:
        path = Path(folder) / "broker.toml"
        path.write_text(config(port, old_port), encoding="utf-8")
        broker = Broker(config_path=str(path))
        try:
            broker.start()
        except OSError as error:
            raise ConfigError(f"the broker {error}") from error
        except RuntimeError as error:
            raise ConfigError(str(error)) from error
        with broker:
            yield broker


def serve(port: int, old_port: int | None = None) -> None:
    """Run until SIGTERM or SIGINT; SystemExit when the broker ends by itself."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with running(port, old_port) as broker:
        print(f"Broker: 127.0.0.1:{port}", flush=True)
        while not stop.wait(1.0):
            if not broker.is_running:
                sys.exit("floorpulse central broker: the broker ended by itself")
