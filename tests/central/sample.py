"""A small plausible shop, filled through the collector: for the tests of the centre and of its pages.

    store = open_store(f"sqlite:///{tmp_path}/central.db")
    fill(store)                       # four Tuesdays, the last of them DAY
    report = store_day(store, "s1", DAY, now=AFTER)

The shop is open 9-18, in Berlin. On DAY the queue is long from 17 to 18 and the kiosk hears of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from central.collector import Collector
from central.store import Store
from central.store.plans import save_plan
from events.bins import BINS, histogram
from events.codec import encode
from events.envelope import Event, Source, Stamp
from events.facts import (
    Call,
    CallEnded,
    CallOutcome,
    Cell,
    ClockQuality,
    CrossingCount,
    DeviceId,
    DwellSummary,
    Fact,
    Health,
    OccupancySummary,
    QuestionKind,
    QueueSummary,
    Reason,
    RoomSummary,
    RoomUse,
    StoreId,
    Stream,
    Tap,
    TapFlag,
    TenantId,
    ZoneSummary,
)
from events.hours import Step
from events.site import Plan, read_plan
from events.topics import Address

DAY = date(2026, 9, 29)
BERLIN = ZoneInfo("Europe/Berlin")
AFTER = datetime(2026, 9, 29, 18, 30, tzinfo=UTC)
"""A moment after closing, for `now`."""
WEEKS = 4

PLAN = {
    "tenant": "acme",
    "chain": "Acme Fashion",
    "goals": {
        "happy_index": 80,
        "sla_120": 90,
        "zone_experience": 75,
        "fitting_rooms": 70,
        "response_rate": 10,
        "wait_median": 120,
    },
    "stores": [
        {
            "id": "s1",
            "name": "High Street",
            "region": "north",
            "hours": {"timezone": "Europe/Berlin"} | dict.fromkeys(("monday", "tuesday", "wednesday"), "09:00-18:00"),
            "zones": [
                {"name": "foyer", "kind": "display", "device": "door-cam", "label": "Foyer"},
                {"name": "shirts", "kind": "display", "device": "floor-cam", "label": "Shirts", "engagement_goal": 0.6},
                {"name": "queue", "kind": "queue", "device": "till-cam", "label": "Checkout queue", "service": "till"},
            ],
            "lines": [
                {"name": "main", "role": "door", "device": "door-cam", "label": "Main door", "behind": "foyer"},
                {"name": "till", "role": "service", "device": "till-cam"},
            ],
            "kiosks": [
                {"device": "kiosk-exit", "place": "exit", "label": "Exit kiosk", "exit_line": "main"},
                {"device": "kiosk-till", "place": "checkout", "label": "Checkout kiosk"},
                {"device": "kiosk-shirts", "place": "zone", "at": "shirts", "label": "Shirts kiosk"},
                {"device": "kiosk-fit", "place": "fitting_rooms", "at": "fit", "label": "Fitting-room kiosk"},
            ],
            "room_groups": [{"name": "fit", "device": "rooms", "rooms": 4, "label": "Fitting rooms"}],
        },
        {"id": "s2", "name": "New Mall", "region": "south", "hours": {"timezone": "Asia/Kolkata"}},
    ],
}


def plan() -> Plan:
    return read_plan(PLAN)


@dataclass
class Device:
    """One device's streams: gives out sequence numbers and speaks in batches."""

    name: str
    store: str = "s1"
    tenant: str = "acme"
    epoch: str = "0123456789ab"
    _next: dict[Stream, int] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        return Address(TenantId(self.tenant), StoreId(self.store), DeviceId(self.name)).topic("up")

    def event(self, fact: Fact, at: datetime, stream: Stream | None = None) -> Event:
        stream = stream or fact.stream
        sequence = self._next[stream] = self._next.get(stream, 0) + 1
        source = Source(TenantId(self.tenant), StoreId(self.store), DeviceId(self.name), stream)
        return Event(source, self.epoch, sequence, Stamp(at.astimezone(UTC), "boot-1", 1000, ClockQuality.NTP), fact)

    def events(self, facts: Iterable[tuple[datetime, Fact]]) -> list[Event]:
        return [self.event(fact, at) for at, fact in facts]


def batches(events: Iterable[Event], size: int = 400) -> Iterator[bytes]:
    """The events as payloads, one stream in each, in order."""
    streams: dict[Stream, list[Event]] = {}
    for event in events:
        streams.setdefault(event.source.stream, []).append(event)
    for mine in streams.values():
        for start in range(0, len(mine), size):
            yield encode(mine[start : start + size])


def fill(store: Store, weeks: int = WEEKS, day: date = DAY) -> None:
    """The plan, and `weeks` weeks of the same weekday up to `day`."""
    save_plan(store, plan())
    collector, facts = Collector(store), facts_of_weeks(weeks, day)
    for name, told in facts.items():
        device = Device(name)
        messages = [(device.topic, payload) for payload in batches(device.events(told))]
        collector.take_many(messages, AFTER)


def facts_of_weeks(weeks: int, day: date) -> dict[str, list[tuple[datetime, Fact]]]:
    facts: dict[str, list[tuple[datetime, Fact]]] = {}
    for back in reversed(range(weeks)):
        for name, told in facts_of_day(day - timedelta(weeks=back), long_queue=back == 0).items():
            facts.setdefault(name, []).extend(told)
    return facts


def facts_of_day(day: date, long_queue: bool = False) -> dict[str, list[tuple[datetime, Fact]]]:
    """Device -> what it tells over one day."""
    dice, hours = Random(day.toordinal()), plan().stores[0].hours.opening
    facts: dict[str, list[tuple[datetime, Fact]]] = {}
    for cell in hours.cells(day, Step.QUARTER):
        for name, fact in _quarter(cell, dice):
            facts.setdefault(name, []).append((_end(cell), fact))
    for cell in hours.cells(day, Step.HOUR):
        trouble = long_queue and cell.start.astimezone(BERLIN).hour == 17
        for name, at, fact in _hour(cell, dice, trouble):
            facts.setdefault(name, []).append((at, fact))
    return {name: sorted(told, key=lambda each: each[0]) for name, told in facts.items()}


def _end(cell: Cell) -> datetime:
    return cell.start + timedelta(seconds=cell.seconds)


def _quarter(cell: Cell, dice: Random) -> Iterator[tuple[str, Fact]]:
    came = dice.randint(8, 16)
    yield "door-cam", CrossingCount("main", cell, came, came, dice.randint(0, 1), cell.seconds)
    for device, zone in (("door-cam", "foyer"), ("floor-cam", "shirts"), ("till-cam", "queue")):
        yield device, ZoneSummary(zone, cell, cell.seconds, came // 2 + 1, came // 2)
    yield "rooms", RoomSummary("fit", cell, 4, 3, 3, 0)
    for kiosk in ("kiosk-exit", "kiosk-till", "kiosk-shirts", "kiosk-fit"):
        yield kiosk, Health("0.1.0", 1000.0, 5000, 700, 0, 0, 51.5)


def _hour(cell: Cell, dice: Random, trouble: bool) -> Iterator[tuple[str, datetime, Fact]]:
    end = _end(cell)
    for device, zone in (("door-cam", "foyer"), ("floor-cam", "shirts"), ("till-cam", "queue")):
        stays = histogram([dice.expovariate(1 / 60) + 3 for _ in range(20)])
        lost = histogram([dice.expovariate(1 / 60) + 3 for _ in range(2)])
        yield device, end, DwellSummary(zone, cell, stays, lost, 0, 21)
        people = (cell.seconds - 1200, 600, 400, 150, 40, 10, 0, 0, 0)
        yield device, end, OccupancySummary(zone, cell, cell.seconds, 1350, people)
    wait = 400 if trouble else 60
    waits = histogram([dice.uniform(0.6, 1.4) * wait for _ in range(18)])
    yield "till-cam", end, QueueSummary("queue", cell, waits, histogram([25.0] * (4 if trouble else 1)))
    sessions, lobby = (histogram([dice.uniform(120, 600) for _ in range(12)]), histogram([dice.uniform(5, 240)] * 6))
    yield "rooms", end, RoomUse("fit", cell, 4, 4300, 120, sessions, lobby, 6, 1)
    yield from _calls(cell, dice)
    yield from _taps(cell, dice, trouble)


def _calls(cell: Cell, dice: Random) -> Iterator[tuple[str, datetime, Fact]]:
    at, waited = cell.start + timedelta(minutes=20), dice.choice((40.0, 70.0, 110.0, 200.0))
    yield "rooms", at, Call("fit", "2")
    ended = CallEnded("fit", "2", "0123456789ab-1", CallOutcome.ANSWERED, waited)
    yield "rooms", at + timedelta(seconds=waited), ended


def _taps(cell: Cell, dice: Random, trouble: bool) -> Iterator[tuple[str, datetime, Fact]]:
    for kiosk in ("kiosk-exit", "kiosk-till", "kiosk-shirts", "kiosk-fit"):
        unhappy = trouble and kiosk in ("kiosk-exit", "kiosk-till")
        for n in range(9):
            at = cell.start + timedelta(seconds=30 + 390 * n)
            answer = dice.choices((1, 2, 3, 4), (5, 10, 30, 55) if unhappy else (60, 25, 10, 5))[0]
            yield kiosk, at, tap(answer)
            if answer >= 3:
                said = Reason(
                    "0123456789ab-1", "exit", "waiting" if unhappy else dice.choice(("range", "price", "staff"))
                )
                yield kiosk, at + timedelta(seconds=3), said
        child = cell.start + timedelta(minutes=30)
        yield kiosk, child, tap(4, TapFlag.REPEAT)


def tap(answer: int | None, *flags: TapFlag, scale: int = 4, question: str = "exit") -> Tap:
    return Tap("summer", 3, question, QuestionKind.SMILEY, answer, scale, "en", flags=flags)


def at_local(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    """A local time of the shop, in UTC."""
    return datetime.combine(day, time(hour, minute), BERLIN).astimezone(UTC)


EMPTY = (0,) * BINS
