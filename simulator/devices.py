"""The TOML of a store's devices, so that what they are told fits what the simulator shows and moves."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from events.facts import DeviceId
from events.site import Kiosk, Plan, RoomGroup, Store, ZoneKind
from simulator import floor
from simulator.camera import Camera, camera_of
from simulator.facts import device_ids, question_of
from simulator.plan import SERVICE
from simulator.scene import areas, strokes

FREE_PINS = (4, 2, 5, 3, *range(6, 28))
"""GPIO numbers of a Raspberry Pi. 2 and 3 have fixed pull-ups: they suit a contact and a call, not presence."""
STAFF_ZONE = "counter"
DEEPEST = 11.0
"""Metres along y: nobody is counted further away."""


@dataclass(frozen=True)
class RoomPins:
    """GPIO numbers of one fitting room; `light` None where the board has no pin left."""

    contact: int
    """Low while the door is shut."""
    presence: int
    """High while somebody is inside."""
    call: int
    """Low while pressed, and so is `acknowledge`."""
    acknowledge: int
    light: int | None


@dataclass(frozen=True)
class GroupPins:
    lobby: int
    """High while somebody passes."""
    rooms: tuple[RoomPins, ...]


def room_name(room: int) -> str:
    return f"room-{room + 1}"


def pins_of(rooms: int) -> GroupPins:
    """The wiring of a group of up to six rooms; `simulate live --moves` moves these pins."""
    free = iter(FREE_PINS)
    lobby = next(free)
    wires = 5 if 1 + 5 * rooms <= len(FREE_PINS) else 4
    found = []
    for _ in range(rooms):
        contact, presence, call, acknowledge, *light = (next(free) for _ in range(wires))
        found.append(RoomPins(contact, presence, call, acknowledge, light[0] if light else None))
    return GroupPins(lobby, tuple(found))


def device_tomls(
    plan: Plan,
    store: Store,
    state_dir: Path,
    broker_port: int,
    fps: float = 5.0,
    centre_key: Path | None = None,
) -> dict[DeviceId, str]:
    """The TOML of every device of the store, by its id.

    Cameras read `pipe:STATE_DIR/DEVICE.frames`; every device keeps its shared file in `STATE_DIR/DEVICE.db`.
    Without the centre's key they take no configuration and no command from it.
    """
    sync = {"port": broker_port, **({"centre_key": str(centre_key)} if centre_key else {})}
    return {device: _toml(plan, store, device, state_dir, sync, fps) for device in device_ids(store)}


def _toml(plan: Plan, store: Store, device: DeviceId, state_dir: Path, sync: dict[str, Any], fps: float) -> str:
    head = {"tenant": plan.tenant, "store": store.id, "device": device, "state": str(state_dir / f"{device}.db")}
    parts = [table("device", head), table("hours", _hours(store)), table("sync", sync)]
    if device in floor.VIEWS and (strokes(store, device) or areas(store, device)):
        source = {"source": f"pipe:{state_dir / device}.frames"}
        parts.append(camera_toml(store, device, camera_of(device), fps, source))
    parts += [_kiosk(kiosk) for kiosk in store.kiosks if kiosk.device == device]
    parts += [_rooms(group) for group in store.room_groups if group.device == device]
    return "\n".join(parts)


def _kiosk(kiosk: Kiosk) -> str:
    """Asks about the place where it hangs, at whatever hour the shop is played."""
    return table("kiosk", {"language": "en", "question": question_of(kiosk), "sleeps": False})


def _hours(store: Store) -> dict[str, Any]:
    hours = asdict(store.hours)
    return {key: value for key, value in hours.items() if value != {}}


def camera_toml(store: Store, device: str, camera: Camera, fps: float, more: dict[str, Any] | None = None) -> str:
    """The table `[camera]`: what this view of the store counts; also the site file of `floorpulse watch`."""
    top = round(camera.spot(camera.x, DEEPEST)[1], 4)
    region = [[0, top], [1, top], [1, 1], [0, 1]]
    parts = [table("camera", {"fps": fps, "view": device, "region": region, **(more or {})})]
    drawn, shown = strokes(store, device), areas(store, device)
    for line in store.lines:
        if line.name in drawn:
            ends = {end: _spot(camera, point) for end, point in (("a", drawn[line.name].a), ("b", drawn[line.name].b))}
            behind = {"behind": line.behind} if line.behind else {}
            parts.append(table("[camera.line]", {"name": line.name, "role": line.role.value, **ends, **behind}))
    for zone in store.zones:
        if zone.name in shown:
            service = {"service": zone.service} if zone.service else {}
            parts.append(_zone(camera, zone.name, zone.kind, shown[zone.name], service))
    if SERVICE in drawn:
        parts.append(_zone(camera, STAFF_ZONE, ZoneKind.STAFF, floor.STAFF, {}))
    return "\n".join(parts)


def _zone(camera: Camera, name: str, kind: ZoneKind, area: floor.Area, more: dict[str, Any]) -> str:
    polygon = [_spot(camera, corner) for corner in area.corners]
    return table("[camera.zone]", {"name": name, "kind": kind.value, **more, "polygon": polygon})


def _spot(camera: Camera, point: floor.Point) -> list[float]:
    return [min(max(round(part, 4), 0.0), 1.0) for part in camera.spot(*point)]


def _rooms(group: RoomGroup) -> str:
    wires = pins_of(group.rooms)
    parts = [table("[rooms.group]", {"name": group.name, "lobby": wires.lobby})]
    for number, room in enumerate(wires.rooms):
        pins = {name: pin for name, pin in asdict(room).items() if pin is not None}
        parts.append(table("[rooms.group.room]", {"name": room_name(number), **pins}))
    return "\n".join(parts)


def table(name: str, values: dict[str, Any]) -> str:
    """One table of TOML; JSON's texts, numbers and lists are TOML's too."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join([f"[{name}]", *lines, ""])
