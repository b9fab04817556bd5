"""What the commands ask about the broker: where it is, whose batches are ours, and how a server's own is configured."""

import argparse
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from events.settings import ConfigError
from events.topics import SHARDS

if TYPE_CHECKING:
    from central.serving import Broker


def broker_options(parser: argparse.ArgumentParser, broker: str) -> None:
    parser.add_argument("--broker", default=broker, type=_host_and_port, metavar="HOST:PORT")
    words = f"speak and listen only to these of the shards 0-{SHARDS - 1}, e.g. 0-31 or 3,8-15; without it, to all"
    default = None if broker != argparse.SUPPRESS else argparse.SUPPRESS
    for name in ("ca", "certificate", "key"):
        text = "PEM file, for a broker that asks for certificates"
        parser.add_argument(f"--broker-{name}", default=default, type=Path, metavar="FILE", help=text)
    parser.add_argument("--shards", default=default, type=_some_shards, metavar="SHARDS", help=words)


def mosquitto_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="for mosquitto.conf, acl and data")
    parser.add_argument("--port", default=1883, type=int, help="on the loopback, for the centre")
    parser.add_argument("--tls-port", default=8883, type=int, help="for devices, with --ca, --certificate and --key")
    for name, words in (
        ("ca", "who signs devices' certificates"),
        ("certificate", "of the broker"),
        ("key", "its key"),
    ):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=words)
    parser.add_argument("--user", default="mosquitto", help="whom the broker runs as, when root starts it")


def _host_and_port(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host, int(port)


def _some_shards(text: str) -> frozenset[str]:
    """`0-31`, `5` or `3,8-15` as the names of shards."""
    found: set[str] = set()
    for part in text.split(","):
        form = re.fullmatch(r"([0-9]{1,2})(?:-([0-9]{1,2}))?", part)
        first, last = (int(form[1]), int(form[2] or form[1])) if form else (0, -1)
        if not first <= last < SHARDS:
            raise argparse.ArgumentTypeError(f"{text!r} names no shards; write e.g. 0-31 or 3,8-15")
        found |= set(map(str, range(first, last + 1)))
    return frozenset(found)


def reached(options: argparse.Namespace) -> "Broker":
    """The broker, and what is ours of it; ConfigError for half a set of files."""
    from central.credentials import Credentials
    from central.serving import Broker

    files = [options.broker_ca, options.broker_certificate, options.broker_key]
    if any(files) and not all(files):
        raise ConfigError("--broker-ca, --broker-certificate and --broker-key are given together, or not at all")
    host, port = options.broker
    return Broker(host, port, Credentials(*files) if all(files) else None, options.shards)


def write_mosquitto(options: argparse.Namespace) -> None:
    from central.mosquitto import Listening, write

    files = (options.ca, options.certificate, options.key)
    if any(files) and not all(files):
        raise ConfigError("devices are let in with --ca, --certificate and --key together, or not at all")
    written = write(
        options.out, options.port, Listening(options.tls_port, *files) if all(files) else None, options.user
    )
    print(json.dumps({"configuration": str(written)}) if options.json else f"mosquitto -c {written}")
