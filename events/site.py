"""The plan of a chain's shops: what hangs where and what belongs together. Central keeps it; the simulator writes one.

`read_plan` takes the TOML or JSON form; field names are the keys.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from events import settings
from events.bins import edge_index
from events.facts import DeviceId, GroupName, LineName, StoreId, TenantId, ZoneName
from events.settings import ConfigError, Hours


class LineRole(StrEnum):
    DOOR = "door"
    INTERNAL = "internal"
    PASSERS_BY = "passers-by"
    SERVICE = "service"


class ZoneKind(StrEnum):
    DISPLAY = "display"
    QUEUE = "queue"
    CHECKOUT = "checkout"
    STAFF = "staff"


class PlaceKind(StrEnum):
    """The stations of the touchpoint journey, in walking order."""

    ENTRANCE = "entrance"
    ZONE = "zone"
    FITTING_ROOMS = "fitting_rooms"
    CHECKOUT = "checkout"
    EXIT = "exit"


@dataclass(frozen=True)
class Zone:
    name: ZoneName
    kind: ZoneKind
    device: DeviceId
    label: str = ""
    crowded_above: int = 4
    """More people than this are a crowd, 1 .. 7."""
    engaged_seconds: int = 30
    """A stay of this length counts as engaged; on an edge of the histogram."""
    target_wait_seconds: int = 180
    """Queues: a longer wait misses the target; on an edge of the histogram."""
    engagement_goal: float | None = None
    """Share of stays, 0 .. 1."""
    service: LineName | None = None
    """Queues: the line behind which a shopper has been served."""

    def __post_init__(self) -> None:
        edge_index(self.engaged_seconds)
        edge_index(self.target_wait_seconds)
        if not 1 <= self.crowded_above <= 7:
            raise ConfigError(f"zone {self.name}: crowded_above lies between 1 and 7")


@dataclass(frozen=True)
class Line:
    name: LineName
    role: LineRole
    device: DeviceId
    label: str = ""
    behind: ZoneName | None = None


@dataclass(frozen=True)
class Kiosk:
    device: DeviceId
    place: PlaceKind
    at: str = ""
    """The zone or group of rooms that it asks about; empty for entrance, checkout and exit."""
    label: str = ""
    exit_line: LineName | None = None
    """The line whose OUT crossings are the people who could have answered."""


@dataclass(frozen=True)
class RoomGroup:
    name: GroupName
    device: DeviceId
    rooms: int
    label: str = ""


@dataclass(frozen=True)
class Store:
    id: StoreId
    name: str
    hours: Hours = field(default_factory=Hours)
    region: str = ""
    zones: tuple[Zone, ...] = ()
    """In walking order."""
    lines: tuple[Line, ...] = ()
    kiosks: tuple[Kiosk, ...] = ()
    room_groups: tuple[RoomGroup, ...] = ()


@dataclass(frozen=True)
class Plan:
    tenant: TenantId
    chain: str
    stores: tuple[Store, ...]
    goals: dict[str, float] = field(default_factory=dict)
    """Metric name -> target, for the whole chain."""


def read_plan(table: Any, where: str = "plan") -> Plan:
    """ConfigError names what is wrong: an unknown key, a pairing with something absent, a name used twice."""
    plan = settings.read(Plan, table, where)
    for store in plan.stores:
        _check_store(store, f"{where}: store {store.id}")
    return plan


def _check_store(store: Store, where: str) -> None:
    zones, lines = {zone.name for zone in store.zones}, {line.name for line in store.lines}
    places = zones | {group.name for group in store.room_groups}
    if len(zones) < len(store.zones) or len(lines) < len(store.lines):
        raise ConfigError(f"{where}: a name is used twice")
    wanted: list[tuple[str | None, set[Any], str]] = [
        *((zone.service, lines, f"queue {zone.name} names the service line") for zone in store.zones),
        *((line.behind, zones, f"line {line.name} names the zone behind it") for line in store.lines),
        *((kiosk.exit_line, lines, f"kiosk {kiosk.device} is paired with the line") for kiosk in store.kiosks),
        *((kiosk.at or None, places, f"kiosk {kiosk.device} asks about") for kiosk in store.kiosks),
    ]
    for name, known, sentence in wanted:
        if name is not None and name not in known:
            raise ConfigError(f"{where}: {sentence} {name!r}, which the store does not have")
