"""What the centre wants of devices: versions that only rise, answers that are believed only where they make sense."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from central.collector import Collector
from central.drafts import goals
from central.reports.calls import call_board
from central.store import outward
from central.store.answers import Answers, note_sent, note_standing, unsent
from central.store.plans import save_plan
from central.store.rebuilding import rebuild
from central.store.wishes import configurations, find_order, open_orders, order, want
from central.web.publisher import Publisher
from events.codec import encode
from events.desired import Answer, State, answered
from events.facts import (
    Call,
    CallEnded,
    CallOutcome,
    ConfigApplied,
    DeviceId,
    GroupName,
    Name,
    RoomName,
    StoreId,
    TenantId,
)
from events.settings import ConfigError
from events.topics import Address
from tests.central import sample
from tests.central.contents import rows_of
from tests.central.sample import AFTER, Device, at_local

NOON = at_local(12)
DOOR = Address(TenantId("acme"), StoreId("s1"), DeviceId("door"))
TILL = Address(TenantId("acme"), StoreId("s1"), DeviceId("till"))


def versions(store):
    with store.reading() as connection:
        return {each.device: each.version for each in unsent(connection, 100)}


def desired(store, address=DOOR):
    with store.reading() as connection:
        return configurations(connection, [f"acme/s1/{address.device}"])[f"acme/s1/{address.device}"]


def hear(store, leaf, answer, address=DOOR):
    answers = Answers()
    answers.hear(address.topic(leaf), answer if isinstance(answer, bytes) else answered(answer).encode())
    with store.writing() as connection:
        answers.flush(connection, NOON)


def state(store):
    (row,) = rows(store, outward.desired)
    return row


def rows(store, table):
    return [dict(zip(table.columns.keys(), row, strict=True)) for row in rows_of(store, table)]


def test_each_change_is_a_new_version_and_what_changes_nothing_is_none(store):
    want(store, {DOOR: {"a": 1}, TILL: {"a": 1}}, "kiosk", "anna", NOON)
    want(store, {DOOR: {"a": 1}, TILL: {"a": 2}}, "kiosk", "anna", NOON)
    want(store, {DOOR: {"b": 1}}, "camera", "anna", NOON)
    found = desired(store)
    assert found.version == 2
    assert {name: (part.version, part.body) for name, part in found.parts.items()} == {
        "kiosk": (1, {"a": 1}),
        "camera": (2, {"b": 1}),
    }
    assert desired(store, TILL).parts["kiosk"].version == 2
    assert versions(store) == {"acme/s1/door": 2, "acme/s1/till": 2}


def test_what_a_broker_has_taken_is_not_sent_again(store):
    want(store, {DOOR: {"a": 1}}, "kiosk", "anna", NOON)
    with store.writing() as connection:
        note_sent(connection, [("acme/s1/door", 1)])
    assert versions(store) == {}
    want(store, {DOOR: {"a": 2}}, "kiosk", "anna", NOON)
    assert versions(store) == {"acme/s1/door": 2}


def test_too_much_for_one_message_is_refused_and_nothing_is_wanted(store):
    with pytest.raises(ConfigError, match="100000 travel"):
        want(store, {TILL: {"a": 1}, DOOR: {"a": "x" * 100_000}}, "kiosk", "anna", NOON)
    assert versions(store) == {}


def test_the_answer_to_the_version_that_stands_is_kept(store):
    want(store, {DOOR: {"a": 1}}, "kiosk", "anna", NOON)
    hear(store, "cfg/rep", Answer(State.REJECTED, "too loud", 7))
    assert state(store)["state"] == ""
    hear(store, "cfg/rep", Answer(State.ACCEPTED, version=1, holds=1), TILL)
    assert state(store)["state"] == ""
    hear(store, "cfg/rep", Answer(State.ACCEPTED, version=1, holds=1))
    assert (state(store)["state"], state(store)["told"]) == ("accepted", 1)
    hear(store, "cfg/rep", Answer(State.REJECTED, "the signature is not the centre's", 0, 1))
    assert state(store)["state"] == "accepted", "somebody else's message was refused"


def test_a_device_without_a_key_is_heard(store):
    want(store, {DOOR: {"a": 1}}, "kiosk", "anna", NOON)
    hear(store, "cfg/rep", Answer(State.REJECTED, "this device was given no key of the centre"))
    assert (state(store)["state"], state(store)["why"]) == ("rejected", "this device was given no key of the centre")


def test_a_store_restored_from_a_copy_goes_beyond_what_the_device_holds(store):
    want(store, {DOOR: {"a": 1}}, "kiosk", "anna", NOON)
    hear(store, "cfg/rep", Answer(State.REJECTED, "another version 1 was accepted before", 1, 6))
    assert (desired(store).version, desired(store).parts["kiosk"].version) == (7, 7)
    hear(store, "status", b'{"on": true, "configuration": 9}')
    assert versions(store) == {"acme/s1/door": 10}
    hear(store, "status", b'{"on": true, "configuration": 12}', TILL)
    want(store, {TILL: {"a": 1}}, "kiosk", "anna", NOON)
    assert desired(store, TILL).version == 13


def test_a_device_that_lost_its_configuration_gets_it_again(store):
    want(store, {DOOR: {"a": 1}}, "kiosk", "anna", NOON)
    with store.writing() as connection:
        note_sent(connection, [("acme/s1/door", 1)])
    hear(store, "status", b'{"on": true, "configuration": 1}')
    assert versions(store) == {}
    hear(store, "status", b'{"on": true, "configuration": 0}')
    assert versions(store) == {"acme/s1/door": 1}


def test_a_command_waits_until_it_is_answered_or_over(store):
    number = order(store, DOOR, "identify", {"seconds": 3}, "anna", NOON, 60)
    late = order(store, TILL, "identify", {}, "anna", NOON, 10)
    with store.reading() as connection:
        assert [each.command.id for each in open_orders(connection, NOON)] == [late, number] or [number, late]
        assert [each.command.id for each in open_orders(connection, NOON + timedelta(seconds=10))] == [number]
    hear(store, "res", Answer(State.ACCEPTED, id=number), TILL)
    assert find_order(store, number).state == "", "only the device that was asked can answer"
    hear(store, "res", Answer(State.ACCEPTED, id=number))
    hear(store, "res", Answer(State.REJECTED, "later", id=number))
    assert (find_order(store, number).state, find_order(store, number).why) == ("accepted", "")


@given(
    st.binary(max_size=200)
    | st.recursive(st.integers() | st.text() | st.booleans(), st.lists).map(json.dumps).map(str.encode)
)
def test_nonsense_from_a_device_is_left_out(payload):
    answers = Answers()
    for leaf in ("status", "cfg/rep", "res", "up"):
        answers.hear(DOOR.topic(leaf), payload)
        answers.hear(leaf, payload)
    assert not answers


def test_calls_and_applied_configurations_are_kept_as_the_facts_say_them(store):
    rooms, kiosk = Device("rooms"), Device("kiosk-fit")
    call = rooms.event(Call(GroupName("fit"), RoomName("2")), NOON)
    other = rooms.event(Call(GroupName("fit"), RoomName("3")), NOON)
    end = rooms.event(
        CallEnded(GroupName("fit"), RoomName("2"), call.id, CallOutcome.ANSWERED, 42.4), NOON + timedelta(seconds=42)
    )
    said = [
        kiosk.event(ConfigApplied(Name("kiosk"), 3, True), NOON),
        kiosk.event(ConfigApplied(Name("kiosk"), 4, False, Name("does not fit")), NOON),
    ]
    collector = Collector(store)
    collector.take(rooms.topic, encode([call, other]), AFTER)
    collector.take(rooms.topic, encode([end]), AFTER)
    collector.take(kiosk.topic, encode(said), AFTER)
    calls, applied = rows(store, outward.room_calls), rows(store, outward.applied)
    ends = [(row["room"], row["outcome"], row["waited_seconds"]) for row in calls]
    assert ends == [("2", "answered", 42), ("3", None, None)]
    assert [(row["version"], row["applied"], row["why"]) for row in applied] == [(4, False, "does not fit")]
    rebuild(store)
    assert (rows(store, outward.room_calls), rows(store, outward.applied)) == (calls, applied)


def test_a_survey_for_a_whole_chain_is_wanted_in_a_few_questions(sqlite_store):
    chain = {Address(TenantId("acme"), StoreId(f"s{n}"), DeviceId("exit")): {"n": n} for n in range(1200)}
    asked = []
    event.listen(sqlite_store.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    want(sqlite_store, chain, "kiosk", "anna", NOON)
    want(sqlite_store, {**chain, DOOR: {"n": 0}}, "kiosk", "anna", NOON)
    assert len(asked) < 40
    with sqlite_store.reading() as connection:
        assert {each.version for each in unsent(connection, 5000)} == {1}
        assert len(unsent(connection, 5000)) == 1201


def test_surveys_states_and_calls_read_alike_on_every_database(store):
    save_plan(store, sample.plan())
    publisher = Publisher(store, sample.plan, lambda: NOON)
    publisher.begin("visit", "anna")
    publisher.change("visit", publisher.draft("visit").token, lambda draft: {**draft, "languages": ["en"]}, "anna")
    assert publisher.publish("visit", publisher.draft("visit").token, "First", "anna") == 2
    assert publisher.roll_back("visit", 2, "anna") == 3
    assert [version.note for version in publisher.history("visit")] == ["back to version 2", "First"]
    assert publisher.undo("visit", publisher.draft("visit").token)
    kiosk = Device("kiosk-exit")
    Collector(store).take(kiosk.topic, encode([kiosk.event(ConfigApplied(Name("kiosk"), 2, True), NOON)]), AFTER)
    hear(store, "status", b'{"on": true}', Address(TenantId("acme"), StoreId("s1"), DeviceId("kiosk-exit")))
    with store.writing() as connection:
        note_standing(connection, NOON)
    states = publisher.states(goals({"stores": [], "places": []}, sample.plan()))
    assert [(each.survey, each.version, each.stage, each.connected) for each in states[:2]] == [
        ("visit", 3, "applied", True),
        ("visit", 3, "waiting", False),
    ]
    rooms = Device("rooms")
    Collector(store).take(rooms.topic, encode([rooms.event(Call(GroupName("fit"), RoomName("2")), NOON)]), AFTER)
    [waiting] = call_board(store, "s1", NOON + timedelta(seconds=70)).waiting
    assert (waiting.room, waiting.waited_seconds, waiting.escalated) == ("Fitting rooms, room 2", 70, True)


def test_who_waits_for_an_answer_is_told_before_anybody_can_give_one(store):
    told = []
    number = order(
        store, DOOR, "identify", {}, "anna", NOON, expect=lambda each: told.append((each, find_order(store, each)))
    )
    assert told == [(number, None)]
