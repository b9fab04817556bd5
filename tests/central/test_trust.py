"""'Can I trust this camera?': each part of the grade by a small table, and whole days of a shop."""

from dataclasses import replace
from math import inf

import pytest

from central.collector import Collector
from central.reports.trust import camera_grades
from central.scores import trust
from central.store import open_store
from central.store.plans import save_plan
from events.bins import histogram
from events.facts import (
    CameraHealth,
    CameraState,
    CrossingCount,
    DwellSummary,
    OccupancySummary,
    ZoneSummary,
)
from tests.central.sample import AFTER, DAY, Device, batches, facts_of_day, plan


@pytest.mark.parametrize(
    ("value", "limits", "grade"),
    [
        (1.0, trust.COVERAGE, "A"), (0.95, trust.COVERAGE, "A"), (0.9, trust.COVERAGE, "B"),
        (0.7, trust.COVERAGE, "C"), (0.69, trust.COVERAGE, "D"), (0.0, trust.COVERAGE, "D"),
        (1.0, trust.FRAGMENTATION, "A"), (1.3, trust.FRAGMENTATION, "B"), (1.31, trust.FRAGMENTATION, "C"),
        (1.7, trust.FRAGMENTATION, "D"),
        (0.02, trust.BIRTHS, "A"), (0.1, trust.BIRTHS, "B"), (0.2, trust.BIRTHS, "C"), (0.4, trust.BIRTHS, "D"),
        (0.0, trust.CLOSURE, "A"), (0.08, trust.CLOSURE, "B"), (0.15, trust.CLOSURE, "C"), (0.3, trust.CLOSURE, "D"),
        (1.0, trust.PRESENCE, "A"), (1.4, trust.PRESENCE, "B"), (2.0, trust.PRESENCE, "C"), (inf, trust.PRESENCE, "D"),
    ],
)  # fmt: skip
def test_each_part_has_its_grades(value, limits, grade):
    assert trust.graded(value, limits) == grade


def test_the_grade_of_the_whole_is_that_of_its_weakest_part():
    assert trust.worst(["A", "C", "B"]) == "C"
    assert trust.worst([]) == ""


def test_the_time_of_people_is_held_against_that_of_their_visits():
    completed, nobody = histogram([12.0] * 10), histogram([])
    assert trust.presence_ratio(125, completed, nobody, 0) == pytest.approx(1.0)
    assert trust.presence_ratio(250, completed, nobody, 0) == pytest.approx(2.0)
    assert trust.presence_ratio(250, completed, nobody, 10) == pytest.approx(1.0), "visits of unknown length count too"
    assert trust.presence_ratio(10, nobody, nobody, 3) is None
    assert trust.disagreement(0.5) == trust.disagreement(2.0) == 2.0
    assert trust.disagreement(0.0) == inf


def grades(tmp_path, change=lambda fact: [fact]):
    """The sample's day, with each fact of a camera changed."""
    with open_store(f"sqlite:///{tmp_path}/central.db") as store:
        save_plan(store, plan())
        for name, told in facts_of_day(DAY).items():
            device = Device(name)
            facts = [(at, fresh) for at, fact in told for fresh in change(fact)]
            Collector(store).take_many([(device.topic, b) for b in batches(device.events(facts))], AFTER)
        return {grade.device: grade for grade in camera_grades(store, "s1", DAY, AFTER)}


def test_a_good_day_has_an_a_and_nothing_to_do(tmp_path):
    found = grades(tmp_path)
    assert {device: grade.grade for device, grade in found.items()} == dict.fromkeys(
        ("door-cam", "till-cam", "floor-cam"), "A"
    )
    assert not any(grade.reasons for grade in found.values())
    assert found["door-cam"].words == "nothing speaks against its numbers"


def blind(fact):
    """Blinded two thirds of the time, since something hangs before it."""
    if isinstance(fact, ZoneSummary) and fact.zone == "foyer":
        health = CameraHealth("camera", fact.cell, CameraState.COVERED, fact.cell.seconds / 3, 5.0)
        return [replace(fact, valid_seconds=fact.cell.seconds / 3), health]
    if isinstance(fact, CrossingCount) and fact.line == "main":
        return [replace(fact, valid_seconds=fact.cell.seconds / 3)]
    return [fact]


def one_way(fact):
    if isinstance(fact, CrossingCount) and fact.line == "main":
        return [replace(fact, outs=fact.outs * 3 // 4)]
    return [fact]


def torn(fact):
    return [replace(fact, from_boundary=12)] if isinstance(fact, DwellSummary) and fact.zone == "shirts" else [fact]


def born(fact):
    return [replace(fact, born_inside=9)] if isinstance(fact, DwellSummary) and fact.zone == "shirts" else [fact]


def crowded(fact):
    mine = isinstance(fact, OccupancySummary) and fact.zone == "shirts"
    return [replace(fact, person_seconds=5000)] if mine else [fact]


@pytest.mark.parametrize(
    ("change", "device", "grade", "name", "words"),
    [
        (blind, "door-cam", "D", "coverage", "It saw 33 % of the open time. Something covered it"),
        (one_way, "door-cam", "D", "closure", "differ by"),
        (torn, "floor-cam", "D", "fragmentation", "In Shirts one visit looks like 1.83. People are lost"),
        (born, "floor-cam", "C", "births", "29 % of the visits began in the middle of it. They come in unseen"),
        (crowded, "floor-cam", "D", "presence", "People stand there who are never a visit"),
    ],
)  # fmt: skip
def test_each_trouble_lowers_the_grade_and_says_what_to_do(tmp_path, change, device, grade, name, words):
    found = grades(tmp_path, change)[device]
    assert found.grade == grade
    assert name in {finding.name for finding in found.reasons if finding.grade == grade}
    told = " ".join(f"{finding.why} {finding.advice}" for finding in found.reasons)
    assert words in told
    assert "accura" not in told


def test_a_camera_that_never_spoke_is_not_trusted_and_a_closed_day_says_nothing(tmp_path):
    found = grades(tmp_path, lambda fact: [])
    assert {grade.grade for grade in found.values()} == {"D"}
    with open_store(f"sqlite:///{tmp_path}/central.db") as store:
        sunday = camera_grades(store, "s1", DAY.replace(day=27), AFTER)
    assert {(grade.grade, grade.words) for grade in sunday} == {("", "nothing to judge it by")}
