"""The demo chain: four shops of Alder & Finch, a fictional house of clothes and small things for the home.

`demo_plan` is what the centre is told; `simulator.habits` is what the shoppers do.
"""

import json
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import Any

from events import settings
from events.facts import DeviceId, GroupName, LineName, StoreId, TenantId, ZoneName
from events.settings import Hours
from events.site import Kiosk, Line, LineRole, PlaceKind, Plan, RoomGroup, Store, Zone, ZoneKind, read_plan

TENANT = TenantId("alder-finch")
LIVE_STORE = StoreId("terminal")
"""Open round the clock, so that the demo finds it open whenever it is run."""

DOOR_CAMERA, TILL_CAMERA = DeviceId("door"), DeviceId("till")
ROOMS_DEVICE = DeviceId("rooms")
EXIT_KIOSK, ROOMS_KIOSK, TILL_KIOSK = DeviceId("kiosk-exit"), DeviceId("kiosk-rooms"), DeviceId("kiosk-till")
ZONE_KIOSK = DeviceId("kiosk-denim")
DOOR, MALL, SERVICE = LineName("door"), LineName("mall"), LineName("service")
QUEUE, CHECKOUT = ZoneName("queue"), ZoneName("checkout")
GROUP = GroupName("fitting")


def demo_plan() -> Plan:
    """The whole chain, the live store last."""
    return Plan(
        TENANT,
        "Alder & Finch",
        (
            _store("harbour", "Hamburg Harbour", "North", _week("Europe/Berlin", "10:00-20:00"), 6),
            _store("avenida", "Lisbon Avenida", "South", _week("Europe/Lisbon", "10:00-21:00", "11:00-19:00"), 5),
            _store("arcade", "Helsinki Arcade", "North", _week("Europe/Helsinki", "10:00-19:00"), 4),
            _store(LIVE_STORE, "Frankfurt Terminal", "South", _week("Europe/Berlin", "04:00-04:00", "04:00-04:00"), 4),
        ),
        goals={"happy_index": 80, "zone_experience": 75, "fitting_rooms": 75, "sla_120": 80, "response_rate": 10},
    )


def _week(timezone: str, weekday: str, sunday: str = "closed") -> Hours:
    return Hours(timezone, weekday, weekday, weekday, weekday, weekday, weekday, sunday)


def _store(store: str, name: str, region: str, hours: Hours, rooms: int) -> Store:
    return Store(
        StoreId(store),
        name,
        hours,
        region,
        zones=_zones(),
        lines=(
            Line(DOOR, LineRole.DOOR, DOOR_CAMERA, "Street door", ZoneName("entrance")),
            Line(MALL, LineRole.PASSERS_BY, DOOR_CAMERA, "Passers-by"),
            Line(SERVICE, LineRole.SERVICE, TILL_CAMERA, "To the till"),
        ),
        kiosks=_kiosks(store),
        room_groups=(RoomGroup(GROUP, ROOMS_DEVICE, rooms, "Fitting rooms"),),
    )


def _zones() -> tuple[Zone, ...]:
    def display(name: str, label: str, device: DeviceId, goal: float, crowded: int = 2) -> Zone:
        return Zone(ZoneName(name), ZoneKind.DISPLAY, device, label, crowded_above=crowded, engagement_goal=goal)

    return (
        display("entrance", "Entrance display", DOOR_CAMERA, 0.55, 1),
        display("denim", "Denim wall", DOOR_CAMERA, 0.75),
        display("shoes", "Shoes", TILL_CAMERA, 0.8),
        display("outlet", "Outlet", TILL_CAMERA, 0.75, 1),
        Zone(QUEUE, ZoneKind.QUEUE, TILL_CAMERA, "Queue", crowded_above=5, service=SERVICE),
        Zone(CHECKOUT, ZoneKind.CHECKOUT, TILL_CAMERA, "Checkout"),
    )


def _kiosks(store: str) -> tuple[Kiosk, ...]:
    kiosks = [
        Kiosk(EXIT_KIOSK, PlaceKind.EXIT, "", "Way out", DOOR),
        Kiosk(ROOMS_KIOSK, PlaceKind.FITTING_ROOMS, GROUP, "Fitting rooms"),
        Kiosk(TILL_KIOSK, PlaceKind.CHECKOUT, "", "Till", None),
    ]
    if store == "harbour":
        kiosks.append(Kiosk(ZONE_KIOSK, PlaceKind.ZONE, "denim", "Denim wall"))
    return tuple(kiosks)


def live_store(plan: Plan) -> Store:
    """The store that the demo plays in real time: the one of that name, else the last."""
    return next((store for store in plan.stores if store.id == LIVE_STORE), plan.stores[-1])


def plan_table(plan: Plan) -> dict[str, Any]:
    """The plan as plain data; `events.site.read_plan` reads it back to the same plan."""
    return _plain(asdict(plan))  # type: ignore[no-any-return]


def write_plan(plan: Plan, path: Path) -> None:
    path.write_text(json.dumps(plan_table(plan), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load_plan(name: str) -> Plan:
    """`demo`, or a TOML or JSON file; ConfigError says what is wrong with it."""
    if name == "demo":
        return demo_plan()
    path = Path(name)
    if path.suffix != ".json":
        return read_plan(settings.load(path), name)
    try:
        return read_plan(json.loads(path.read_text(encoding="utf-8")), name)
    except (OSError, ValueError) as error:
        raise settings.ConfigError(str(error) if name in str(error) else f"{name}: {error}") from error


def _plain(value: Any) -> Any:
    """Without what is absent: TOML and the plan's reader know no null."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value
