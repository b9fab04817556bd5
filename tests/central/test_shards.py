"""Several collectors on one store: each takes its shards, and two on the same shard count nothing twice."""

import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest

from central.__main__ import main
from central.collector import Collector
from central.receiver import Receiver
from central.store import open_store
from central.store.reading import counts
from central.store.rebuilding import rebuild
from events.codec import encode
from events.topics import shard_of
from tests.brokers import iotcore_broker, mosquitto_broker
from tests.central.contents import ledger, rollups, taps
from tests.central.sample import AFTER, Device, tap
from tests.central.test_receiver import NOON, Shop, receiver, some_taps, until

FIRST, SECOND = shard_of("s1"), shard_of("s2")


def store_of(name: str, port: int) -> Shop:
    return Shop(port, Device("kiosk-exit", store=name))


def test_a_collector_leaves_the_shards_of_others_alone(store, tmp_path):
    assert FIRST != SECOND
    with mosquitto_broker(tmp_path) as port, store_of("s1", port) as one, store_of("s2", port) as other:
        with receiver(store, port, only={FIRST}) as central:
            until(lambda: central.is_connected)
            other.say(some_taps(other.device, 5))
            one.say(some_taps(one.device, 3))
            until(lambda: one.acks == [3])
            assert taps(store) == 3
            assert other.acks == []
            with receiver(store, port, only={SECOND}) as second:
                until(lambda: second.is_connected)
                other.device._next.clear()
                other.say(some_taps(other.device, 5))
                until(lambda: other.acks == [5])
        assert taps(store) == 8


def test_a_collector_that_leaves_pauses_its_own_shards_alone(store, tmp_path):
    shards = [("acme", FIRST), ("acme", SECOND)]
    with iotcore_broker(tmp_path) as port, store_of("s1", port) as one, store_of("s2", port) as other:
        first, second = (Receiver(Collector(store), "127.0.0.1", port, shards, {mine}) for mine in (FIRST, SECOND))
        for each in (first, second):
            each.start()
        until(lambda: (one.status, other.status) == ([b"on"], [b"on"]))
        first.stop()
        until(lambda: one.status == [b"on", b"off"])
        assert other.status == [b"on"]
        second.stop()


def test_of_two_collectors_of_a_shard_one_may_leave(store, tmp_path):
    shards = [("acme", FIRST)]
    with iotcore_broker(tmp_path) as port, store_of("s1", port) as device:
        with receiver(store, port, shards=shards) as stays:
            until(lambda: device.status)
            with receiver(store, port, shards=shards):
                until(lambda: len(device.status) == 2)
            until(lambda: device.status[2:] == [b"off", b"on"])
            assert stays.is_connected
        until(lambda: device.status[4:] == [b"off"])


def test_two_that_take_the_same_batches_at_once_count_each_fact_once(url):
    devices = [Device(f"kiosk-{number}") for number in range(4)]
    batches = [(each.topic, encode(some_taps(each, 20))) for each in devices for _ in range(15)]
    together = threading.Barrier(2, timeout=60)

    def run(messages) -> None:
        with open_store(url) as store:
            collector = Collector(store)
            together.wait()
            for start in range(0, len(messages), 7):
                collector.take_many(messages[start : start + 7], AFTER)

    orders = (batches, sorted(batches, reverse=True, key=lambda message: message[0]))
    threads = [threading.Thread(target=run, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    with open_store(url) as store:
        assert taps(store) == counts(store)["facts"] == 4 * 15 * 20
        assert counts(store)["duplicates"] == counts(store)["facts"]
        before = rollups(store)
        rebuild(store)
        assert rollups(store) == before


@contextmanager
def collector_process(url: str, port: int, *words: str):
    command = (sys.executable, "-m", "central", "collector", "--store", url, "--broker", f"127.0.0.1:{port}", *words)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with process.stdout:
        try:
            assert process.stdout.readline() == b"The collector is up.\n"
            yield process
        finally:
            process.kill()
            process.wait(10)


def test_of_two_collector_processes_on_the_same_shard_one_is_killed_and_nothing_is_lost_or_double(url, tmp_path):
    open_store(url).close()
    events = some_taps(Device("kiosk-exit"), 1200)
    with iotcore_broker(tmp_path) as port, store_of("s1", port) as kiosk, ExitStack() as alive:
        alive.enter_context(collector_process(url, port, "--shards", FIRST))
        with collector_process(url, port) as victim:
            for start in range(0, 600, 20):
                kiosk.say(events[start : start + 20])
            until(lambda: kiosk.watermark > 100)
            victim.kill()
            until(lambda: kiosk.watermark == 600)
        for start in range(600, 1200, 20):
            kiosk.say(events[start : start + 20])
        until(lambda: kiosk.watermark == 1200)
    with open_store(url) as store:
        assert [sequence for sequence, _ in ledger(store)] == list(range(1, 1201))
        assert taps(store) == 1200


def test_a_rebuild_beside_running_collectors_misses_nothing(url):
    device, done = Device("kiosk-exit"), threading.Event()

    def feed() -> None:
        with open_store(url) as store:
            for quarter in range(60):  # each into rows of its own, so that no row keeps them apart
                at = NOON + timedelta(minutes=15 * quarter)
                Collector(store).take(device.topic, encode([device.event(tap(1), at) for _ in range(10)]), AFTER)
        done.set()

    feeding = threading.Thread(target=feed)
    feeding.start()
    with open_store(url) as store:
        while not done.is_set():
            rebuild(store)
        feeding.join(60)
        before = rollups(store)
        assert taps(store) == 600
        rebuild(store)
        assert rollups(store) == before


@pytest.mark.parametrize("words", ["64", "3-1", "a", "", "-", "1,,2", "0-"])
def test_shards_that_are_none_are_refused(words, capsys):
    with pytest.raises(SystemExit):
        main(["collector", "--shards", words, "--store", "no address"])
    assert "write e.g. 0-31 or 3,8-15" in capsys.readouterr().err


def test_a_message_that_nobody_foresaw_stops_no_other(store, tmp_path, caplog):
    class Picky(Collector):
        def take_many(self, messages, now):
            if any(b"never" in payload for _, payload in messages):
                raise ArithmeticError("no bug is foreseen")
            return super().take_many(messages, now)

    with iotcore_broker(tmp_path) as port, store_of("s1", port) as device:
        central = Receiver(Picky(store), "127.0.0.1", port)
        central.start()
        try:
            until(lambda: central.is_connected)
            for _ in range(3):
                device._client.publish(device.device.topic, b"never", 1)
                device.say(some_taps(device.device, 2))
            until(lambda: device.watermark == 6)
            assert "left aside" in caplog.text
        finally:
            central.stop()


def test_a_database_that_is_killed_under_the_collector_is_waited_for_and_nothing_is_lost_or_double(tmp_path, caplog):
    from bench.databases import NoPostgres, postgres

    try:
        with postgres(durable=True) as server, iotcore_broker(tmp_path) as port, store_of("s1", port) as kiosk:
            events = some_taps(kiosk.device, 300)
            with open_store(server.create()) as store, receiver(store, port):
                for start in range(0, 150, 10):
                    kiosk.say(events[start : start + 10])
                until(lambda: kiosk.watermark >= 20)
                server.kill()
                kiosk.say(events[150:160])
                until(lambda: "cannot take anything" in caplog.text)
                server.start()
                for start in range(0, 300, 10):  # go-back-N: all that may not have been heard, and the rest
                    kiosk.say(events[start : start + 10])
                until(lambda: kiosk.watermark == 300)
                assert [sequence for sequence, _ in ledger(store)] == list(range(1, 301))
                assert taps(store) == 300
    except NoPostgres as reason:
        pytest.skip(f"not run: {reason}")
