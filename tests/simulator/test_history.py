"""The history is what the devices would have sent: decodable, numbered, released by the rules, equal to the truth."""

import base64
import io
import json
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest

from events.bins import histogram
from events.codec import decode
from events.facts import (
    CallEnded,
    CameraHealth,
    CameraState,
    CrossingCount,
    DwellSummary,
    OccupancySummary,
    QueueSummary,
    Reason,
    RoomSummary,
    RoomUse,
    Tap,
    ZoneSummary,
)
from events.hours import end_of
from events.topics import Address
from simulator.__main__ import main
from simulator.facts import Devices, Trouble
from simulator.history import last_quarter, write_history
from simulator.plan import DOOR, DOOR_CAMERA, EXIT_KIOSK, TILL_CAMERA, demo_plan, write_plan
from tests.simulator.shops import NOON, day, store

K = 5
PLAN = replace(demo_plan(), stores=tuple(one for one in demo_plan().stores if one.id in ("arcade", "terminal")))


@pytest.fixture(scope="module")
def written():
    out, truth = io.StringIO(), io.StringIO()
    told = write_history(PLAN, 1, NOON, 5, out, truth)
    return told, out.getvalue(), truth.getvalue()


@pytest.fixture(scope="module")
def events(written):
    lines = [json.loads(line) for line in written[1].splitlines()]
    return [(line["topic"], event) for line in lines for event in decode(base64.b64decode(line["payload"]))]


@pytest.fixture(scope="module")
def facts():
    """One whole day of one store, by device."""
    return Devices(store(), day()).said()


def of(facts, kind):
    return [said.fact for device in facts.values() for said in device if type(said.fact) is kind]


def test_the_same_seed_writes_the_same_bytes(written):
    again = io.StringIO()
    write_history(PLAN, 1, NOON, 5, again)
    assert again.getvalue() == written[1]


def test_every_event_decodes_belongs_to_its_topic_and_is_numbered_from_one_without_holes(written, events):
    numbers, times = defaultdict(list), defaultdict(list)
    for topic, event in events:
        source = event.source
        assert Address(source.tenant, source.store, source.device).topic("up") == topic
        numbers[source, event.epoch].append(event.sequence)
        times[source].append(event.stamp.time)
    assert len(numbers) == len(times)  # one epoch for each stream
    assert all(sequence == list(range(1, len(sequence) + 1)) for sequence in numbers.values())
    assert all(moments == sorted(moments) for moments in times.values())
    assert len(events) == written[0].facts


def test_history_ends_with_the_last_full_quarter(events):
    until = last_quarter(NOON)
    ends = [end_of(event.fact.cell) for _, event in events if hasattr(event.fact, "cell")]
    assert max(ends) == until
    assert max(event.stamp.time for _, event in events) <= until + timedelta(minutes=1)


def test_reasons_and_ends_of_calls_name_what_they_speak_of(events):
    known = {(event.source, event.id): event for _, event in events}
    told = [event for _, event in events if isinstance(event.fact, Reason | CallEnded)]
    assert len(told) > 100
    for event in told:
        about = event.fact.tap if isinstance(event.fact, Reason) else event.fact.call
        assert known[event.source, about].stamp.time <= event.stamp.time


def test_every_quarter_of_open_hours_is_spoken_of_zeros_included(facts):
    quarters = len(Devices(store(), day()).quarters)
    counts = [fact for fact in of(facts, CrossingCount) if fact.line == DOOR]
    assert [fact.cell.start for fact in counts] == sorted({fact.cell.start for fact in counts})
    assert len(counts) == len(of(facts, RoomSummary)) == quarters
    assert len(of(facts, ZoneSummary)) == 6 * quarters


def test_counts_add_up_to_the_truth_exactly(facts):
    truth, counts = day(), [fact for fact in of(facts, CrossingCount) if fact.line == DOOR]
    assert sum(fact.ins for fact in counts) == sum(fact.outs for fact in counts) == truth.shoppers
    assert sum(fact.uturns for fact in counts) == len(truth.uturns)
    for zone in truth.inside:
        mine = [fact for fact in of(facts, ZoneSummary) if fact.zone == zone]
        assert sum(fact.entries for fact in mine) == len(truth.inside[zone])
        assert sum(fact.stays for fact in mine) == len(truth.stays(zone))
    assert sum(fact.sessions for fact in of(facts, RoomSummary)) == len(truth.sessions)
    assert len(of(facts, Tap)) == len(truth.presses)


def test_released_distributions_are_the_truth_of_what_they_hold(facts):
    truth = day()
    for zone in truth.inside:
        records = [fact for fact in of(facts, DwellSummary) if fact.zone == zone]
        told = [sum(column) for column in zip(*(fact.completed for fact in records), strict=True)]
        whole = histogram(stay.seconds for stay in truth.stays(zone))
        held_back = sum(whole) - sum(told)
        assert all(part <= all_ for part, all_ in zip(told, whole, strict=True))
        assert 0 <= held_back < K
        seconds = sum(fact.person_seconds for fact in of(facts, OccupancySummary) if fact.zone == zone)
        assert seconds == pytest.approx(sum(stay.seconds for stay in truth.inside[zone]), rel=0.02, abs=60)


def test_waits_in_the_facts_are_the_waits_of_the_truth(facts):
    truth, records = day(), of(facts, QueueSummary)
    served = [sum(column) for column in zip(*(fact.served for fact in records), strict=True)]
    assert tuple(served) == histogram(wait.seconds for wait in truth.waits if wait.served)
    waits = [one.start - one.arrived for one in truth.sessions]
    use = of(facts, RoomUse)
    held_back = len(waits) - sum(sum(fact.waits) + fact.no_wait for fact in use)
    assert 0 <= held_back < 2 * K  # the first hour has few sessions that end, but more that begin
    assert 0 <= sum(wait < 3 for wait in waits) - sum(fact.no_wait for fact in use) <= held_back
    assert sum(fact.turned_away for fact in use) == len(truth.turned_away)


@pytest.mark.parametrize("name", ["avenida", "arcade", "terminal"])
def test_nothing_is_released_about_fewer_than_five_and_nothing_twice(name):
    truth, shop = day(name), store(name)
    facts = Devices(shop, truth).said()
    sizes = {
        DwellSummary: lambda fact: sum(fact.completed) + sum(fact.censored),
        QueueSummary: lambda fact: sum(fact.served) + sum(fact.left),
        RoomUse: lambda fact: sum(fact.sessions),
    }
    for kind, size in sizes.items():
        assert of(facts, kind)
        assert min(size(fact) for fact in of(facts, kind)) >= K
    for kind in (*sizes, OccupancySummary):
        cells = [(getattr(fact, "zone", ""), fact.cell) for fact in of(facts, kind)]
        assert len(cells) == len(set(cells))
    assert all(fact.person_seconds % 10 == 0 for fact in of(facts, OccupancySummary))
    for fact in of(facts, OccupancySummary):
        assert sum(fact.occupancy_seconds) == pytest.approx(fact.valid_seconds, abs=2)


def test_a_wider_record_holds_only_hours_that_were_not_released_before():
    facts = Devices(store("terminal"), day("terminal")).said()
    for zone in ("queue", "outlet", "shoes"):
        records = [fact for fact in of(facts, OccupancySummary) if fact.zone == zone]
        told = sum(fact.valid_seconds for fact in records)
        assert told <= day("terminal").seconds
    lengths = {fact.cell.seconds for fact in of(facts, OccupancySummary) + of(facts, QueueSummary)}
    assert 3600 in lengths
    assert max(lengths) > 3600  # some hours of the night were too few


def test_a_covered_camera_says_so_and_counts_nothing():
    covered = Trouble(TILL_CAMERA, 4 * 3600, 6 * 3600, silent=False)
    facts = Devices(store(), day(), [covered]).said()
    hidden = [fact for fact in of(facts, CameraHealth) if fact.state == CameraState.COVERED]
    assert len(hidden) == 8
    assert all(fact.valid_seconds == 0 for fact in hidden)
    cells = {fact.cell for fact in hidden}
    assert all(fact.stays == 0 for fact in facts_in(facts, ZoneSummary, cells, {"shoes", "outlet", "queue"}))
    assert sum(fact.stays for fact in facts_in(facts, ZoneSummary, cells, {"entrance", "denim"})) > 0


def facts_in(facts, kind, cells, zones):
    return [fact for fact in of(facts, kind) if fact.cell in cells and fact.zone in zones]


def test_a_silent_device_leaves_a_hole_and_no_orphans():
    silent = Trouble(EXIT_KIOSK, 0, 20 * 3600, silent=True)
    facts = Devices(store(), day(), [silent]).said()
    assert facts[EXIT_KIOSK] == []
    assert facts[DOOR_CAMERA]


def test_a_poor_detector_misses_its_share():
    exact, poor = (Devices(store(), day(), error=error).said() for error in (0.0, 0.2))
    seen = [sum(f.ins for f in of(facts, CrossingCount) if f.line == DOOR) for facts in (exact, poor)]
    assert 0.7 < seen[1] / seen[0] < 0.9


def test_the_command_writes_whole_files_and_says_how_much(tmp_path, capsys):
    out, truth = tmp_path / "history.jsonl", tmp_path / "truth.jsonl"
    write_plan(replace(PLAN, stores=PLAN.stores[:1]), tmp_path / "plan.json")
    words = [
        "history",
        "--plan",
        str(tmp_path / "plan.json"),
        "--weeks",
        "1",
        "--until",
        NOON.isoformat(),
        "--seed",
        "5",
        "--json",
    ]
    assert main([*words, "--out", str(out), "--truth", str(truth)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["days"] == len(truth.read_text().splitlines()) > 5
    assert told["bytes"] == out.stat().st_size
    assert sorted(tmp_path.iterdir()) == [out, tmp_path / "plan.json", truth]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--plan", "nowhere.toml"], "no such file"),
        (["--until", "2026-03-04T12:00:00"], "time zone"),
        (["--weeks", "0"], "whole number"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(words, sentence, tmp_path, capsys):
    with pytest.raises(SystemExit) as end:
        main(["history", "--out", str(tmp_path / "h"), *words])
    said = str(end.value.code) + capsys.readouterr().err
    assert end.value.code not in (0, None)
    assert sentence in said
    assert list(tmp_path.iterdir()) == []
