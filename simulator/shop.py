"""One business day of one store, from the first arrival to the last tap: seeded, and exact about what it did."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from events.facts import DeviceId, LineName, ZoneName
from events.hours import Span
from events.site import LineRole, PlaceKind, Store, ZoneKind
from simulator import floor, voices
from simulator.fitting import use_rooms
from simulator.habits import Habits
from simulator.shopper import Shopper, browse, parties
from simulator.till import serve
from simulator.truth import Crossing, Stay, Truth, Wait

LAST_CALL_SECONDS = 45.0
"""Nobody is on the floor this shortly before closing."""


@dataclass(frozen=True)
class Layout:
    """Which of the store's places is which; None or empty where the plan has none."""

    displays: tuple[ZoneName, ...]
    queue: ZoneName | None
    checkout: ZoneName | None
    door: LineName | None
    mall: LineName | None
    service: LineName | None
    rooms: int
    kiosks: dict[PlaceKind, DeviceId] = field(default_factory=dict)
    zone_kiosks: dict[ZoneName, DeviceId] = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store) -> "Layout":
        def zone(kind: ZoneKind) -> ZoneName | None:
            return next((zone.name for zone in store.zones if zone.kind == kind), None)

        def line(role: LineRole) -> LineName | None:
            return next((line.name for line in store.lines if line.role == role), None)

        return cls(
            tuple(zone.name for zone in store.zones if zone.kind == ZoneKind.DISPLAY),
            zone(ZoneKind.QUEUE),
            zone(ZoneKind.CHECKOUT),
            line(LineRole.DOOR),
            line(LineRole.PASSERS_BY),
            line(LineRole.SERVICE),
            store.room_groups[0].rooms if store.room_groups else 0,
            {kiosk.place: kiosk.device for kiosk in store.kiosks if kiosk.place != PlaceKind.ZONE},
            {ZoneName(kiosk.at): kiosk.device for kiosk in store.kiosks if kiosk.place == PlaceKind.ZONE},
        )


def play(store: Store, habits: Habits, day: date, span: Span, seed: int | str) -> tuple[Truth, list[Shopper]]:
    """The truth of the day and everyone who was there; the same seed gives the same day."""
    rng = Random(f"{seed}/{store.id}/{day.isoformat()}")
    layout = Layout.of(store)
    truth = Truth(store.id, day, *span)
    shoppers = _shoppers(truth, layout, habits, rng, store.hours.timezone)
    if layout.rooms:
        use_rooms(truth, habits, shoppers, layout.rooms, rng)
    _queue_up(truth, layout, habits, shoppers, rng, store.hours.timezone)
    _walk_out(truth, shoppers, rng)
    _write_down(truth, layout, shoppers)
    _pass_by(truth, layout, habits, rng)
    voices.answer(truth, layout, habits, shoppers, rng)
    return truth, shoppers


def _shoppers(truth: Truth, layout: Layout, habits: Habits, rng: Random, timezone: str) -> list[Shopper]:
    busy = habits.weekly[truth.day.weekday()] * habits.season(truth.day) * rng.lognormvariate(0, 0.09)
    found: list[Shopper] = []
    for at, size in parties(_rates(truth, habits, timezone, busy), truth.seconds - 15 * 60, rng):
        found += browse(len(found), at, size, layout.displays, habits, rng, bool(layout.rooms))
    return found


def _rates(truth: Truth, habits: Habits, timezone: str, busy: float) -> list[float]:
    """Expected shoppers in each quarter after opening."""
    quarters = int(truth.seconds // 900)
    weights = [habits.hourly[hour] for hour in local_hours(truth.opening, timezone, quarters)]
    total = sum(weights) or 1.0
    return [habits.visitors * busy * weight / total for weight in weights]


def local_hours(opening: datetime, timezone: str, quarters: int) -> list[int]:
    """The hour of the shop's clock in each quarter after opening."""
    zone = ZoneInfo(timezone)
    return [(opening + timedelta(minutes=15 * index)).astimezone(zone).hour for index in range(quarters)]


def _queue_up(
    truth: Truth, layout: Layout, habits: Habits, shoppers: Sequence[Shopper], rng: Random, timezone: str
) -> None:
    if layout.queue is None:
        return
    hours = local_hours(truth.opening, timezone, int(truth.seconds // 900) + 1)
    truth.waits = serve(shoppers, habits, hours, truth.seconds - LAST_CALL_SECONDS - 15, rng)
    by_number = {shopper.number: shopper for shopper in shoppers}
    for wait in truth.waits:
        _pay(by_number[wait.shopper], wait, layout, truth.seconds - LAST_CALL_SECONDS, rng)


def _pay(shopper: Shopper, wait: Wait, layout: Layout, latest: float, rng: Random) -> None:
    assert layout.queue is not None
    shopper.stays.append((layout.queue, Stay(wait.start, wait.end, shopper.number)))
    if wait.seconds > shopper.longest_wait:
        shopper.longest_wait, shopper.waited_for_room = wait.seconds, False
    shopper.free_at, shopper.here = wait.end, floor.QUEUE.middle
    if wait.served:
        start, done = wait.end + 1.2, max(wait.end + 5.0, shopper.served_until)
        if layout.checkout is not None:
            shopper.stays.append((layout.checkout, Stay(start, min(done, latest), shopper.number)))
        shopper.free_at, shopper.here = min(done, latest), floor.CHECKOUT.middle


def _walk_out(truth: Truth, shoppers: Sequence[Shopper], rng: Random) -> None:
    """Everyone leaves, the last before closing; what would have come after it is cut off."""
    latest = truth.seconds - LAST_CALL_SECONDS
    for shopper in shoppers:
        shopper.cut(latest)
        walk = 0.0 if shopper.turned_round else shopper.walk(floor.DOOR) + rng.uniform(1, 6)
        shopper.left = min(shopper.free_at + walk, truth.seconds - rng.uniform(1, 30))


def _write_down(truth: Truth, layout: Layout, shoppers: Sequence[Shopper]) -> None:
    truth.shoppers = len(shoppers)
    truth.inside = {zone: [] for zone in (*layout.displays, layout.queue, layout.checkout) if zone is not None}
    for shopper in shoppers:
        for zone, stay in shopper.stays:
            truth.inside[zone].append(stay)
    if layout.door is not None:
        entered = [Crossing(shopper.arrived, True, shopper.number) for shopper in shoppers]
        left = [Crossing(shopper.left, False, shopper.number) for shopper in shoppers]
        truth.crossings[layout.door] = sorted(entered + left, key=lambda crossing: crossing.at)
        truth.uturns = [Crossing(shopper.left, False, shopper.number) for shopper in shoppers if shopper.turned_round]
    if layout.service is not None:
        truth.crossings[layout.service] = [Crossing(w.end, True, w.shopper) for w in truth.waits if w.served]


def _pass_by(truth: Truth, layout: Layout, habits: Habits, rng: Random) -> None:
    """Passers-by keep the shoppers' hours; each crosses the mall line once, up or down."""
    if layout.mall is None:
        return
    times: list[float] = []
    for shopper_at in truth.crossed(layout.door, True) if layout.door else ():
        people = range(int(habits.passers_by + rng.random()))
        times += [min(max(shopper_at + rng.gauss(0, 900), 0.0), truth.seconds - 1) for _ in people]
    truth.crossings[layout.mall] = [Crossing(at, rng.random() < 0.5, -1) for at in sorted(times)]
