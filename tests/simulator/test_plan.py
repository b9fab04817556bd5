"""The plan is read back as it was written, and the devices' TOML by the rooms that it is for."""

import json
import tomllib
from itertools import pairwise

import pytest

from events import settings
from events.geometry import side_of
from events.settings import Device, Hours
from events.site import ZoneKind, read_plan
from kiosk.settings import Settings as Kiosk
from sensors.rooms_settings import read_rooms
from sensors.settings import read_camera
from simulator import floor
from simulator.__main__ import main
from simulator.camera import camera_of
from simulator.devices import device_tomls, pins_of
from simulator.plan import LIVE_STORE, demo_plan, live_store, plan_table
from sync.settings import Sync
from tests.simulator.shops import NOON, store

PLAN = demo_plan()


def test_the_plan_survives_json():
    assert read_plan(json.loads(json.dumps(plan_table(PLAN)))) == PLAN


def test_the_plan_command_writes_what_central_reads(tmp_path, capsys):
    assert main(["plan", "--out", str(tmp_path / "plan.json")]) == 0
    assert main(["plan"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert read_plan(shown) == read_plan(json.loads((tmp_path / "plan.json").read_text())) == PLAN


def test_the_live_store_is_open_at_any_hour():
    live = live_store(PLAN)
    assert live.id == LIVE_STORE
    assert all(live.hours.opening.is_open(NOON.replace(hour=hour)) for hour in range(24))


@pytest.mark.parametrize("name", [store.id for store in PLAN.stores])
def test_every_device_is_understood_by_its_own_programs(name, tmp_path):
    one = store(name)
    tomls = {device: tomllib.loads(text) for device, text in device_tomls(PLAN, one, tmp_path, 1884).items()}
    assert set(tomls) >= {"door", "till", "rooms", "kiosk-exit", "kiosk-rooms"}
    for device, tables in tomls.items():
        assert settings.read(Device, tables["device"], device).device == device
        assert settings.read(Hours, tables["hours"], device) == one.hours
        assert settings.read(Sync, tables["sync"], device).port == 1884
    for device in ("door", "till"):
        camera = read_camera(tomls[device]["camera"])
        assert camera.source == f"pipe:{tmp_path}/{device}.frames"
        named = {zone.name for zone in one.zones if zone.device == device}
        assert {zone.name for zone in camera.zone if zone.kind is not ZoneKind.STAFF} == named
        assert {line.name for line in camera.line} == {line.name for line in one.lines if line.device == device}
    settings.read(Kiosk, tomls["kiosk-exit"]["kiosk"], "kiosk")
    rooms = read_rooms(tomls["rooms"]["rooms"])
    assert [len(group.room) for group in rooms.group] == [one.room_groups[0].rooms]


@pytest.mark.parametrize("rooms", [1, 4, 6])
def test_no_pin_is_used_twice(rooms):
    wires = pins_of(rooms)
    pins = [wires.lobby]
    for room in wires.rooms:
        pins += [pin for pin in (room.contact, room.presence, room.call, room.acknowledge, room.light) if pin]
    assert len(pins) == len(set(pins))
    assert max(pins) <= 27


def test_in_on_the_floor_is_in_on_the_screen():
    camera = camera_of("door")
    a, b = (camera.spot(*end) for end in (floor.DOOR_LINE.a, floor.DOOR_LINE.b))
    inside, outside = (2.0, 4.5), (0.2, 4.5)
    assert floor.DOOR_LINE.crossing(outside, inside) == 1
    assert floor.DOOR_LINE.crossing(inside, outside) == -1
    assert floor.DOOR_LINE.crossing(outside, (0.5, 4.5)) == 0
    assert side_of(camera.spot(*inside), a, b) > 0 > side_of(camera.spot(*outside), a, b)


def test_a_way_through_the_shop_keeps_out_of_zones():
    doors = [floor.DOOR, floor.QUEUE_END, floor.CHECKOUT.middle, floor.LOBBY]
    for origin in doors:
        for target in doors:
            corners = floor.way(origin, target)
            for (x1, y1), (x2, y2) in pairwise(corners):
                for step in range(21):
                    x, y = x1 + (x2 - x1) * step / 20, y1 + (y2 - y1) * step / 20
                    assert not any(area.holds(x, y) for area in (*floor.DISPLAYS, floor.QUEUE))
