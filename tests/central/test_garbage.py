"""Whatever is sent to the collector over a real broker, it stays up, keeps its memory, and takes what is good."""

import copy
import json
import os
import random
import zlib
from functools import cache
from pathlib import Path

import pytest

from central.store.reading import counts
from central.store.rebuilding import rebuild
from events.codec import encode, pack, unpack
from events.facts import Cell, ClockQuality, ClockSync, ZoneSummary
from tests.brokers import iotcore_broker
from tests.central.contents import rollups
from tests.central.sample import Device, at_local, tap
from tests.central.test_receiver import Shop, receiver, some_taps, until

MESSAGES = 400
GROWN_MIB = 150
"""Two bombs of 4 MB, unpacked and taken apart by the JSON reader, are in memory at once at most; far more is a leak."""
NOON = at_local(12)
VICTIM = Device("kiosk-2")
TOPICS = [
    VICTIM.topic,
    VICTIM.topic.removesuffix("up") + "status",
    Device("kiosk-exit").topic.removesuffix("up") + "cmd",
    "v1/acme/99/s1/kiosk-2/up",
    "v1/ACME/57/s1/kiosk-2/up",
    f"v1/{'a' * 300}/1/s1/kiosk-2/up",
    "v1/acme/57/s1/_collector/up",
    "v1/acme/57/../kiosk/up",
    "v1/\u2603/57/s1/kiosk-2/status",
]
EXTREMES = [
    *(None, True, -1, 0, 10**15, 10**18, 10**400, 1e308, float("nan"), float("inf")),
    *("", "\0", "a\0b", "\ud800", "\u202e", "x" * 10_000, "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"),
    *([], {}, [[[[]]]], {"a": {"b": 1}}, "/acme/s1/kiosk-exit/urgent", "unset", "0123456789ab-99999999999999"),
]


@cache
def bomb() -> bytes:
    return zlib.compress(b"[" + b" " * 50_000_000 + b"]")


def good_members() -> list[dict]:
    cell, sync = Cell(NOON, 900, 5), ClockSync(NOON, NOON, ClockQuality.NTP)
    facts = (tap(1), ZoneSummary("foyer", cell, 900.0, 3, 2), sync)
    return [unpack(encode([Device("kiosk-2").event(fact, NOON)]))[0] for fact in facts]


def twisted(dice: random.Random) -> bytes:
    """Members that were good, but for one or two places anywhere in them."""
    members = []
    for sequence in range(1, dice.randrange(2, 8)):
        member = copy.deepcopy(dice.choice(good_members()))
        member["id"] = f"{dice.choice(('0123456789ab', 'ba9876543210'))}-{dice.choice((sequence, 10**17))}"
        for _ in range(dice.randrange(3)):
            part = dice.choice([member, member["data"]] if type(member.get("data")) is dict else [member])
            part[dice.choice(list(part))] = dice.choice(EXTREMES)
        members.append(json.dumps(member))
    return pack(members)


def junk(dice: random.Random) -> bytes:
    return dice.choice(
        (
            lambda: dice.randbytes(dice.randrange(2_000)),
            lambda: zlib.compress(dice.randbytes(dice.randrange(2_000))),
            lambda: bomb()[: dice.choice((100, len(bomb())))],
            lambda: zlib.compress(b'[{"a":' * dice.randrange(1, 100_000)),
            lambda: b"[" * dice.randrange(1, 9_000),
            lambda: json.dumps({"on": True, "streams": {"urgent": dice.choice(EXTREMES)}}).encode(),
            lambda: json.dumps(
                {"streams": {"bulk": {"epoch": "0123456789ab", "first": dice.choice(EXTREMES)}}}
            ).encode(),
            *(lambda: twisted(dice) for _ in range(6)),
        )
    )()


def memory_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.parametrize("seed", [1])
def test_garbage_over_the_broker_stops_nobody(store, tmp_path, seed, caplog):
    dice = random.Random(seed)
    with iotcore_broker(tmp_path) as port, receiver(store, port) as central, Shop(port, Device("kiosk-exit")) as kiosk:
        until(lambda: central.is_connected)
        kiosk.say(some_taps(kiosk.device, 1))
        before = memory_mib()
        for number in range(MESSAGES):
            kiosk._client.publish(dice.choice(TOPICS[:2] * 4 + TOPICS), junk(dice), dice.randrange(2))
            if number % 40 == 0:
                kiosk.say(some_taps(kiosk.device, 1))
        kiosk.say(some_taps(kiosk.device, 1))
        until(lambda: kiosk.watermark == MESSAGES // 40 + 2, seconds=60)
        assert central.is_connected
        assert memory_mib() - before < GROWN_MIB
    assert counts(store)["quarantined"] > MESSAGES / 2
    assert "left aside" not in caplog.text, "what cannot be taken is foreseen, and quarantined"
    now = rollups(store)
    rebuild(store)
    assert rollups(store) == now, "what was taken is what can be read back"
