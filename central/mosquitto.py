"""Writes the configuration of a server's broker: mosquitto, whose every limit here has its reason beside it.

The broker is a pipe: what it drops when a queue is full, or forgets when it is killed, devices still have and send
again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from events.settings import ConfigError

CENTRE = "_centre"
"""The name in the certificate of a collector on another machine; no device can be called so."""
WRITES = ("up", "status", "cfg/rep", "res")
"""What a device says, each below its own name alone."""
READS = ("ack", "cfg/des", "cmd", "job")
"""What is said to it."""
MARK = "# Written by `floorpulse central mosquitto`: write it anew instead of changing it."

_LIMITS = """
# A batch has at most 100,000 bytes; its topic and its properties come on top.
max_packet_size 135168
# As many as the collector takes in two commits. More wait here, and what no longer fits is sent again by its device.
max_inflight_messages 100
max_queued_messages 20000
max_queued_bytes 268435456
# Configurations for devices are retained, and outlive a restart. Batches need not.
persistence true
persistence_location {data}/
autosave_interval 60
set_tcp_nodelay true
log_dest stderr
log_type error
log_type warning
log_type notice
user {user}
per_listener_settings true
"""
_LOOPBACK = """
# For the centre, and for whatever else runs on this machine: nobody else can reach it.
listener {port} 127.0.0.1
allow_anonymous true
"""
_TLS = """
# For devices: who has no certificate of this authority does not get in, and each speaks under its own name alone.
listener {port}
cafile {ca}
certfile {certificate}
keyfile {key}
require_certificate true
use_identity_as_username true
allow_anonymous false
acl_file {acl}
"""


@dataclass(frozen=True)
class Listening:
    """How devices reach the broker from other machines: PEM files."""

    port: int
    ca: Path
    certificate: Path
    key: Path


def write(folder: Path, port: int, tls: Listening | None = None, user: str = "mosquitto") -> Path:
    """Put `mosquitto.conf` and `acl` into a folder and return the first; ConfigError when that is impossible.

    Files that somebody else wrote are left alone, and PEM files that are not there are named.
    """
    for file in (tls.ca, tls.certificate, tls.key) if tls else ():
        if not file.is_file():
            raise ConfigError(f"{file}: no such file")
    folder = folder.resolve()
    texts = {folder / "mosquitto.conf": _configuration(folder, port, tls, user), folder / "acl": _access()}
    try:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            if path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(MARK):
                raise ConfigError(f"{path} was not written by floorpulse; move it away first")
            path.write_text(text, encoding="utf-8")
            path.chmod(0o640)  # mosquitto warns of an access list that the world can read
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written: {error.strerror}") from error
    return folder / "mosquitto.conf"


def _configuration(folder: Path, port: int, tls: Listening | None, user: str) -> str:
    text = MARK + "\n" + _LIMITS.format(data=folder / "data", user=user) + _LOOPBACK.format(port=port)
    if tls:
        files = {"ca": tls.ca.resolve(), "certificate": tls.certificate.resolve(), "key": tls.key.resolve()}
        text += _TLS.format(port=tls.port, acl=folder / "acl", **files)
    return text


def _access() -> str:
    return "\n".join((MARK, *_rules())) + "\n"


def _rules() -> Iterator[str]:
    """`%u` is the name in the certificate. A store is not in it: the collector refuses whoever speaks for another."""
    yield f"user {CENTRE}"
    yield "topic readwrite v1/#"
    for leaf in WRITES:
        yield f"pattern write v1/+/+/+/%u/{leaf}"
    for leaf in READS:
        yield f"pattern read v1/+/+/+/%u/{leaf}"
    yield "pattern read v1/+/+/_collector/status"
