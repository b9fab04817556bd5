"""Weeks of history of a whole chain, as the batches that the devices would have sent."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from types import MappingProxyType
from typing import IO

from events.codec import BATCH_EVENTS, body_of, member_of, pack
from events.envelope import Source, Stamp, event_id
from events.facts import ClockQuality, DeviceId, EventId, StoreId, Stream
from events.hours import QUARTER, Span, end_of
from events.site import Plan, Store
from events.topics import Address
from simulator.facts import Devices, Said, device_ids, referring
from simulator.habits import habits_of
from simulator.shop import play
from simulator.troubles import troubles_of
from simulator.truth import Truth, truth_table

SETTLED = timedelta(minutes=1)
"""What is said of a quarter is said within this time after its end."""
Told = Mapping[StoreId, tuple[datetime, datetime]]
"""Stretches in which a store's own devices spoke for themselves: nothing is written about them."""
NOTHING_TOLD: Told = MappingProxyType({})
Progress = Callable[[int, int], None]
"""Store-days done, store-days in all."""


@dataclass(frozen=True)
class Written:
    stores: int
    days: int
    facts: int
    bytes: int


@dataclass(frozen=True)
class Wanted:
    """Which facts of a store a run writes; `since` and `until` are ends of quarters."""

    since: datetime | None
    until: datetime
    told: tuple[datetime, datetime] | None = None

    def touches(self, span: Span) -> bool:
        """Whether a day with these hours has anything to write."""
        return span[0] < self.until and (self.since is None or span[1] + 2 * SETTLED > self.since)

    def holds(self, one: Said) -> bool:
        if self.since is not None and one.at <= self.since + SETTLED:
            return False
        if self.told is None:
            return True
        cell = getattr(one.fact, "cell", None)
        start, end = (cell.start, end_of(cell)) if cell else (one.at, one.at)
        return end <= self.told[0] or start >= self.told[1]

    def days_ago(self, truth: Truth) -> int:
        """How fresh the day's troubles are; a day that an earlier run began gets none of the staged ones."""
        begun = self.since is not None and truth.opening < self.since
        return -1 if begun else (self.until.date() - truth.day).days


class Outgoing:
    """One device's streams: numbers every fact and packs batches."""

    def __init__(self, address: Address, seed: int | str, since: datetime) -> None:
        self.address, self._since = address, since
        digest = sha256(f"{seed}/{address.topic('up')}".encode()).hexdigest()
        self._epoch, self._boot = digest[:12], digest[12:28]
        self._next = dict.fromkeys(Stream, 1)

    def batches(self, said: Sequence[Said]) -> Iterator[bytes]:
        """Each stream in order, cut into what a batch may hold."""
        for stream in Stream:
            members = self._members([one for one in said if one.fact.stream == stream], stream)
            while batch := list(islice(members, BATCH_EVENTS)):
                yield pack(batch)

    def _members(self, said: Sequence[Said], stream: Stream) -> Iterator[str]:
        source = Source(self.address.tenant, self.address.store, self.address.device, stream)
        known: dict[str, EventId] = {}
        for one in said:
            fact, sequence = one.fact, self._next[stream]
            if one.refers:
                if one.refers not in known:
                    continue  # what it speaks of was never recorded
                fact = referring(fact, known[one.refers])
            if one.key:
                known[one.key] = event_id(self._epoch, sequence)
            self._next[stream] = sequence + 1
            yield member_of(source, self._epoch, sequence, body_of(fact, self._stamp(one.at)))

    def _stamp(self, at: datetime) -> Stamp:
        monotonic = max(0, int((at - self._since).total_seconds() * 1000))
        return Stamp(at, self._boot, monotonic, ClockQuality.NTP)

    @property
    def sent(self) -> int:
        return sum(self._next.values()) - len(self._next)


def write_history(
    plan: Plan,
    weeks: int,
    until: datetime,
    seed: int | str,
    out: IO[str],
    truths: IO[str] | None = None,
    tick: Progress = lambda done, total: None,
    since: datetime | None = None,
    told: Told = NOTHING_TOLD,
) -> Written:
    """Batch lines `{"topic", "payload"}` for every store and open day up to the last full quarter, day by day.

    With `since`, `weeks` means nothing: the facts follow without overlap on those of an earlier run until then, in
    streams of their own; a day gives the same shop whichever run writes it.
    """
    until, since = last_quarter(until), last_quarter(since) if since else None
    first = since.date() - timedelta(days=1) if since else until.date() - timedelta(weeks=weeks)
    days = [first + timedelta(days=index) for index in range((until.date() - first).days + 2)]
    run = f"{seed}/{since.isoformat()}" if since else seed
    outgoing = {store.id: _outgoing(plan, store, run, days[0]) for store in plan.stores}
    size = played = 0
    for index, day in enumerate(days):
        for store in plan.stores:
            wanted = Wanted(since, until, told.get(store.id))
            truth, lines = _store_day(store, day, wanted, seed, outgoing[store.id])
            size += sum(out.write(line) for line in lines)
            played += truth is not None
            if truths is not None and truth is not None:
                truths.write(json.dumps(truth_table(truth)) + "\n")
        tick(index + 1, len(days))
    facts = sum(device.sent for devices in outgoing.values() for device in devices.values())
    return Written(len(plan.stores), played, facts, size)


def last_quarter(moment: datetime) -> datetime:
    """The end of the last full quarter."""
    moment = moment.astimezone(UTC)
    return moment - (moment - datetime.min.replace(tzinfo=UTC)) % QUARTER


def _outgoing(plan: Plan, store: Store, seed: int | str, first: date) -> dict[DeviceId, Outgoing]:
    since = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
    return {device: Outgoing(Address(plan.tenant, store.id, device), seed, since) for device in device_ids(store)}


def _store_day(
    store: Store, day: date, wanted: Wanted, seed: int | str, outgoing: dict[DeviceId, Outgoing]
) -> tuple[Truth | None, list[str]]:
    span = store.hours.opening.span(day)
    if span is None or not wanted.touches(span):
        return None, []
    truth, _ = play(store, habits_of(store.id, len(store.zones)), day, span, seed)
    devices = Devices(store, truth, troubles_of(store, truth, seed, wanted.days_ago(truth)))
    lines = []
    for device, said in devices.said(wanted.until + SETTLED).items():
        for batch in outgoing[device].batches([one for one in said if wanted.holds(one)]):
            topic = outgoing[device].address.topic("up")
            lines.append(json.dumps({"topic": topic, "payload": base64.b64encode(batch).decode()}) + "\n")
    return truth, lines
