"""Kiosk, rooms and phones agree about a call, whoever made it and whoever answers it."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from events.facts import Call, CallEnded, CallOutcome
from sensors.rooms_mail import CALLS, COMMANDS, Mail, hear, message, obey
from sensors.rooms_service import RoomsService
from sync.inbox import Inbox
from tests.rooms.test_service import NINE, OPENING, ROOMS

KIOSKS = "1f0c9d2ab8e4-7"


class Shop:
    def __init__(self):
        self.facts, self.told, self.lights = [], [], {}
        self.service = RoomsService(
            ROOMS, OPENING, self.record, self.light, 1000.0, NINE, lambda *told: self.told.append(told)
        )
        self.group = self.service.groups["fitting"]

    def record(self, facts):
        self.facts += facts
        return [f"{'e' * 12}-{len(self.facts)}"]

    def light(self, group, room, on, urgent):
        self.lights[room] = on

    def kiosk_says(self, state, room="1", group="fitting", by="kiosk"):
        hear(self.service, json.dumps({"call": KIOSKS, "group": group, "room": room, "state": state, "by": by}), 1010.0)

    def phone_says(self, call, at=NINE, op="call_acknowledged"):
        command = {"device": "acme/s014/rooms", "id": "1", "op": op, "expires": (NINE + timedelta(60)).isoformat(),
                   "body": {"group": "fitting", "room": "1", "call": call}}  # fmt: skip
        obey(self.service, json.dumps(command), 1060.0, at)


@pytest.fixture
def shop():
    return Shop()


def test_the_kiosk_hears_of_a_call_by_the_rooms_button_and_of_its_answer(shop):
    shop.group.press("1", 1000.0)
    shop.group.acknowledge("1", 1040.0)
    call = f"{'e' * 12}-1"
    assert shop.told == [("fitting", "1", call, "asked"), ("fitting", "1", call, "answered")]
    assert shop.facts == [Call("fitting", "1"), CallEnded("fitting", "1", call, CallOutcome.ANSWERED, 40.0)]


def test_somebody_who_presses_i_am_going_on_a_phone_answers_the_rooms_call(shop):
    shop.group.press("1", 1000.0)
    shop.phone_says(f"{'e' * 12}-1")
    assert shop.told[-1] == ("fitting", "1", f"{'e' * 12}-1", "coming")
    assert shop.facts[-1] == CallEnded("fitting", "1", f"{'e' * 12}-1", CallOutcome.ANSWERED, 60.0)
    assert not shop.lights["1"]


def test_a_command_for_another_call_or_too_late_or_of_another_kind_answers_nothing(shop):
    shop.group.press("1", 1000.0)
    shop.phone_says("ffffffffffff-9")
    shop.phone_says(f"{'e' * 12}-1", at=NINE + timedelta(days=90))
    shop.phone_says(f"{'e' * 12}-1", op="identify")
    obey(shop.service, "rubbish", 1060.0, NINE)
    assert shop.facts == [Call("fitting", "1")]


def test_a_call_made_at_the_kiosk_lights_its_room_and_is_answered_by_the_rooms_button(shop):
    shop.kiosk_says("asked")
    assert shop.lights == {"1": True}
    shop.group.acknowledge("1", 1040.0)
    assert shop.told == [("fitting", "1", KIOSKS, "answered")]
    assert shop.lights == {"1": False}
    assert shop.facts == [], "the kiosk records its own calls"


def test_the_light_goes_out_when_the_kiosk_takes_its_call_back(shop):
    shop.kiosk_says("asked")
    shop.kiosk_says("over")
    shop.group.acknowledge("1", 1040.0)
    assert shop.lights == {"1": False}
    assert shop.told == []


def test_a_light_that_two_calls_want_stays_on_until_both_are_over(shop):
    shop.group.press("1", 1000.0)
    shop.kiosk_says("asked")
    shop.kiosk_says("over")
    assert shop.lights == {"1": True}
    shop.group.acknowledge("1", 1040.0)
    assert shop.lights == {"1": False}


def test_the_kiosks_call_is_over_when_its_room_is_left(shop):
    shop.group.presence("1", True, 1000.0)
    shop.group.door("1", True, 1001.0)
    shop.kiosk_says("asked")
    shop.group.door("1", False, 1200.0)
    shop.group.presence("1", False, 1210.0)
    for second in range(1211, 1250):
        shop.group.advance(float(second))
    assert shop.told == [("fitting", "1", KIOSKS, "over")]


@pytest.mark.parametrize(
    "body",
    ["rubbish", "[]", "{}", '{"call": 7, "group": "fitting", "room": "1", "state": "asked"}',
     json.dumps({"call": KIOSKS, "group": "cellar", "room": "1", "state": "asked", "by": "kiosk"}),
     json.dumps({"call": KIOSKS, "group": "fitting", "room": "9", "state": "asked", "by": "kiosk"}),
     message("fitting", "1", KIOSKS, "asked")],
)  # fmt: skip
def test_what_is_not_for_the_rooms_does_nothing(shop, body):
    hear(shop.service, body, 1000.0)
    assert (shop.lights, shop.told) == ({}, [])


def test_mail_comes_through_the_shared_file_and_is_read_once(shop, tmp_path):
    inbox = Inbox(tmp_path / "device.db")
    mail = Mail(inbox.poll)
    inbox.put(CALLS, json.dumps({"call": KIOSKS, "group": "fitting", "room": "2", "state": "asked", "by": "kiosk"}))
    inbox.put(COMMANDS, "{}")
    mail.round(shop.service, 1000.0, NINE)
    shop.group.acknowledge("2", 1001.0)
    mail.round(shop.service, 1005.0, NINE)
    assert shop.lights == {"2": False}
    assert shop.told == [("fitting", "2", KIOSKS, "answered")]


def test_a_file_that_cannot_be_read_is_said_once_and_tried_again(shop, caplog):
    def broken(part, after):
        raise sqlite3.OperationalError("disk I/O error")

    mail = Mail(broken)
    for second in range(5):
        mail.round(shop.service, 1000.0 + second, datetime.now(UTC))
    assert caplog.text.count("disk I/O error") == 1
