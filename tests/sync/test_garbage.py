"""A broker may deliver anything, and say anything: the service goes on, and nothing that waits is touched."""

import json
import random
import socket
import time

import pytest

from events.facts import Stream
from sync.clock import device_clock
from sync.inbox import Inbox
from sync.service import Service
from sync.settings import Sync
from tests.sync.parts import outbox_at, tap

MESSAGES = 3000
CALLS = 150
LEAVES = ("ack", "cfg/des", "cmd", "collector", "", "up", "../x", "ack/ack")
ACCEPTED = b"\x20\x03\x00\x00\x00"


@pytest.fixture
def device(tmp_path):
    with outbox_at(tmp_path / "device.db") as outbox:
        outbox.add_many(tap(n) for n in range(20))
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            service = Service(outbox, Inbox(tmp_path / "device.db"), Sync(port=port), device_clock(), tmp_path / "x")
            yield service, outbox, listening
            service.close()


def nonsense(dice: random.Random, epoch: str) -> bytes:
    """Bytes, deep JSON, and acknowledgements that are almost right."""
    anything = dice.choice(
        [None, True, -1, 0, 21, 10**30, 1.5, float("inf"), "", "x" * 2000, [], {}, epoch, "urgent", [[]] * 50]
    )
    ack = {"epoch": epoch, "stream": "urgent", "sequence": 21}
    match dice.randrange(6):
        case 0:
            return dice.randbytes(dice.randrange(300))
        case 1:
            return b"[" * dice.choice((3, 900, 100_000))
        case 2:
            return json.dumps(ack | {dice.choice(["epoch", "stream", "sequence"]): anything}).encode()
        case 3:
            return json.dumps(anything).encode()
        case 4:
            whole = json.dumps({"text": json.dumps(ack), "signature": "AA=="}).encode()
            return whole[: dice.randrange(len(whole))] + dice.randbytes(3)
        case _:
            return json.dumps({"text": anything, "signature": anything, "more": anything}).encode()


def test_whatever_message_a_broker_delivers_nothing_that_waits_is_touched(device, caplog):
    service, outbox, _ = device
    dice, epoch = random.Random(4), outbox.epoch(Stream.URGENT)
    service.connected()
    service._forwarder.step(0.0)
    for _ in range(MESSAGES):
        service.received(dice.choice(LEAVES), nonsense(dice, dice.choice([epoch, "0123456789ab", ""])))
        if dice.random() < 0.05:
            service._remove_acknowledged()
            service._take_orders()
    service._remove_acknowledged()
    assert outbox.backlog().urgent == 20
    assert max(map(len, caplog.messages)) < 500
    service.received("ack", json.dumps({"epoch": epoch, "stream": "urgent", "sequence": 20}).encode())
    service._remove_acknowledged()
    assert outbox.backlog().urgent == 0


def packet(dice: random.Random) -> bytes:
    """Of MQTT 5, more or less: any kind, any length, a topic of any bytes."""
    body = dice.randbytes(dice.randrange(40))
    if dice.random() < 0.5:
        topic = dice.choice([b"v1/acme/41/s014/door/ack", dice.randbytes(5), b""])
        body = len(topic).to_bytes(2, "big") + topic + body
    kind = dice.choice([0x30, 0x32, 0x34, dice.randrange(256)])
    length = len(body) if dice.random() < 0.8 else dice.randrange(128)
    return bytes([kind, min(length, 127)]) + body


def test_a_broker_that_speaks_nonsense_is_left_and_tried_again(device):
    service, outbox, listening = device
    dice, calls, deadline = random.Random(6), 0, time.monotonic() + 60
    listening.setblocking(False)
    while calls < CALLS:
        assert time.monotonic() < deadline
        service._link._deadline = min(service._link._deadline, time.monotonic() + 0.01)  # it need not wait here
        service._link.poll(time.monotonic(), 0.001)
        try:
            caller, _ = listening.accept()
        except BlockingIOError:
            continue
        calls += 1
        with caller:
            caller.sendall(ACCEPTED + b"".join(packet(dice) for _ in range(5)))
            for _ in range(6):
                service._link.poll(time.monotonic(), 0.001)
    assert outbox.backlog().urgent == 20
