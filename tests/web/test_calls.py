"""Staff see on a phone who waits in a fitting room, say 'I am going', and are told the truth about who knows it."""

from datetime import timedelta

import pytest

from central.collector import Collector
from central.store import open_store
from central.store.answers import Answers, note_standing
from central.store.plans import save_plan
from central.store.users import Role, create_user
from central.store.wishes import open_orders
from central.web.app import build
from central.web.clerk import over_store
from events.codec import encode
from events.desired import Answer, State, answered
from events.facts import Call, CallEnded, CallOutcome, GroupName, RoomName
from events.topics import Address
from tests.central.sample import Device
from tests.web import sample
from tests.web.conftest import PASSWORD, serving, visitor

ROOMS = "acme/s014/rooms1"


class Floor:
    """A store with a fitting room that calls, and a clock that the test moves."""

    def __init__(self, store) -> None:
        self.store, self.now, self.device = store, sample.NOW, Device("rooms1", "s014")

    def call(self, room: str, ago: float):
        event = self.device.event(Call(GroupName("rooms"), RoomName(room)), self.now - timedelta(seconds=ago))
        self._take(event)
        return event.id

    def end(self, room: str, call: str, outcome: CallOutcome, waited: float) -> None:
        self._take(self.device.event(CallEnded(GroupName("rooms"), RoomName(room), call, outcome, waited), self.now))

    def _take(self, event) -> None:
        Collector(self.store).take(self.device.topic, encode([event]), self.now)

    def hear(self, leaf: str, payload: str | bytes) -> None:
        answers = Answers()
        topic = Address(*ROOMS.split("/")).topic(leaf)
        answers.hear(topic, payload if isinstance(payload, bytes) else payload.encode())
        with self.store.writing() as connection:
            answers.flush(connection, self.now)
            note_standing(connection, self.now)

    def connect(self) -> None:
        self.hear("status", b'{"on": true}')

    def orders(self):
        with self.store.reading() as connection:
            return open_orders(connection, self.now)


@pytest.fixture
def floor(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/central.db") as store:
        save_plan(store, sample.plan())
        create_user(store, "staff", Role.VIEWER, PASSWORD, sample.NOW, ["s014"])
        create_user(store, "elsewhere", Role.MANAGER, PASSWORD, sample.NOW, ["s015"])
        yield Floor(store)


@pytest.fixture
def address(floor):
    def clock():
        return floor.now

    with serving(build(over_store(floor.store, clock), clock=clock)) as found:
        yield found


@pytest.fixture
def staff(address):
    with visitor(address, "staff") as browser:
        yield browser


def page(browser) -> str:
    answer = browser.get("/stores/s014/calls")
    assert answer.status_code == 200
    return answer.text


def go(browser, call: str):
    return browser.post("/stores/s014/calls", data={"device": "rooms1", "call": call})


def test_nobody_waits_in_a_quiet_shop(staff):
    assert "Nobody waits" in page(staff)


def test_a_call_shows_where_and_how_long_and_grows_urgent_after_a_minute(floor, staff):
    floor.connect()
    floor.call("room-3", ago=40)
    shown = page(staff)
    for words in ("Women&#39;s fitting rooms, room 3", "40 s", "I am going", "1 waits for help"):
        assert words in shown
    assert "over a minute" not in shown
    before = staff.get("/stores/s014/calls/version").json()["version"]
    floor.now += timedelta(seconds=30)
    floor.connect()
    assert "over a minute" in page(staff)
    assert staff.get("/stores/s014/calls/version").json()["version"] != before


def test_i_am_going_is_told_to_the_device_that_made_the_call_once(floor, staff):
    floor.connect()
    call = floor.call("room-3", ago=5)
    assert go(staff, call).status_code == 303
    go(staff, call)
    (order,) = floor.orders()
    assert (order.command.device, order.command.op) == (ROOMS, "call_acknowledged")
    assert order.command.body == {"group": "rooms", "room": "room-3", "call": call}
    assert "staff is going. Telling the fitting room" in page(staff)
    floor.hear("res", answered(Answer(State.ACCEPTED, id=order.command.id)))
    assert "The fitting room knows" in page(staff)
    floor.end("room-3", call, CallOutcome.ANSWERED, 12)
    shown = page(staff)
    assert "Nobody waits" in shown
    assert "somebody came after 12 s" in shown


def test_a_device_that_is_away_is_said_to_be_away(floor, staff):
    call = floor.call("room-3", ago=5)
    assert "cannot be told that you are coming" in page(staff)
    go(staff, call)
    assert "its device is not connected" in page(staff)
    floor.now += timedelta(minutes=5)
    shown = page(staff)
    assert "was not told that staff is going" in shown
    assert "I am going" in shown
    go(staff, call)
    assert len(floor.orders()) == 1, "it can be said again"


def test_the_centre_does_not_know_who_is_there_when_its_own_way_out_is_broken(floor, staff):
    floor.connect()
    floor.call("room-3", ago=5)
    assert "not connected" not in page(staff)
    floor.now += timedelta(seconds=30)
    assert "not connected" in page(staff)


def test_a_refusal_is_shown_with_its_reason(floor, staff):
    floor.connect()
    call = floor.call("room-3", ago=5)
    go(staff, call)
    (order,) = floor.orders()
    why = "this device was given no key of the centre"
    floor.hear("res", answered(Answer(State.REJECTED, why, id=order.command.id)))
    assert f"did not take it: {why}" in page(staff)


def test_a_call_that_is_over_cannot_be_answered(floor, staff):
    call = floor.call("room-3", ago=5)
    floor.end("room-3", call, CallOutcome.UNANSWERED, 5)
    for number in (call, "", "0" * 12 + "-9"):
        assert go(staff, number).headers["location"] == "/stores/s014/calls?over=true"
    assert floor.orders() == []
    assert "That call is over" in staff.get("/stores/s014/calls?over=true").text
    assert "nobody came in 5 s" in page(staff)


def test_calls_of_yesterday_are_not_todays(floor, staff):
    floor.call("room-3", ago=20 * 3600)
    assert "Nobody waits" in page(staff)


def test_only_who_may_see_the_store_sees_its_calls(floor, address):
    call = floor.call("room-3", ago=5)
    with visitor(address, "elsewhere") as browser:
        assert browser.get("/stores/s014/calls").status_code == 404
        assert go(browser, call).status_code == 404
    with visitor(address) as stranger:
        assert stranger.get("/stores/s014/calls").status_code == 303
        assert go(stranger, call).status_code == 303
    assert floor.orders() == []


def test_the_page_comes_anew_without_a_script(floor, staff):
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in page(staff)
