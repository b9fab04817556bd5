import json
import zlib
from dataclasses import replace
from pathlib import Path

from bench.copies import Shop, copied, fill, named
from central.store import open_store
from central.store.reading import counts
from events.codec import encode
from events.envelope import Event, Source, Stamp
from events.facts import ClockQuality, Stream
from events.topics import Address
from tests.central import sample


def shop() -> Shop:
    stamp = Stamp(sample.AFTER, "boot", 42_000, ClockQuality.NTP)
    source = Source("acme", "s1", "exit", Stream.URGENT)
    taps = [Event(source, "0123456789ab", n, stamp, sample.tap(2)) for n in (1, 2, 3)]
    plan = sample.plan()
    return Shop(
        replace(plan, stores=plan.stores[:1]), [(Address("acme", "s1", "exit").topic("up"), encode(taps))], len(taps)
    )


def test_a_store_that_was_filled_in_part_is_filled_up_and_no_fact_is_taken_twice(tmp_path: Path):
    with open_store(f"sqlite:///{tmp_path / 'central.db'}") as store:
        assert fill(store, shop(), 4, seconds=0.0).facts == 3
        assert fill(store, shop(), 4, seconds=60.0).facts == 12
        assert fill(store, shop(), 4, seconds=60.0).rate == 0.0
        assert counts(store)["duplicates"] == 0


def test_a_copy_differs_in_the_name_of_the_store_alone():
    made = shop()
    [(topic, payload)], [(_, original)] = list(copied(made, 2)), made.batches
    assert f"/{named(2)}/" in topic
    members = json.loads(zlib.decompress(payload))
    for member, before in zip(members, json.loads(zlib.decompress(original)), strict=True):
        old = f"/{made.plan.stores[0].id}/"
        assert member == {**before, "source": before["source"].replace(old, f"/{named(2)}/")}
