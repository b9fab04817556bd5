"""Pipes, pins and presses: what simulated shoppers do reaches whoever listens, and waits for nobody."""

import io
import json
import os
import threading
import time
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from events.facts import CallOutcome, RoomName, TapFlag
from sensors.rooms import Left, Taken
from sensors.rooms_group import RoomGroup
from simulator.__main__ import main
from simulator.devices import pins_of, room_name
from simulator.live import WARM_SECONDS, Outlets, Pace, happenings, run_live
from simulator.moves import presses, room_moves
from simulator.outlets import Outlet
from simulator.plan import EXIT_KIOSK, demo_plan, live_store
from simulator.scene import scene, witness
from tests.simulator.shops import NOON, day

STORE = live_store(demo_plan())


def until(true, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        threading.Event().wait(0.01)


class Clock:
    """Moves only when somebody waits."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.now += seconds


def test_a_pipe_that_nobody_reads_stops_nobody(tmp_path):
    with Outlet(str(tmp_path / "pipe"), keep=3) as outlet:
        for _ in range(1000):
            outlet.put(b"x" * 100_000)
        assert outlet.written == 0


def test_a_reader_gets_the_header_and_whole_items_and_the_next_reader_too(tmp_path):
    path, waited = tmp_path / "pipe", (b"perhaps nobody hears this\n", b"nor this\n")
    with Outlet(str(path), b"head\n", keep=3) as outlet:
        for turn in (1, 2):
            with path.open("rb") as pipe:
                assert pipe.readline() == b"head\n"
                until(lambda turn=turn: outlet.readers == turn)
                outlet.put(b"one\n")
                while (line := pipe.readline()) != b"one\n":
                    assert line in waited
            until(lambda: not outlet.connected)
            for line in waited:
                outlet.put(line)


def test_a_slow_reader_loses_whole_frames_never_parts(tmp_path):
    path, frame = tmp_path / "pipe", 300_000
    with Outlet(str(path), keep=2) as outlet, path.open("rb") as pipe:
        until(lambda: outlet.readers == 1)
        for number in range(50):
            outlet.put(bytes([number]) * frame)
        got = [pipe.read(frame) for _ in range(2)]
    assert all(len(set(one)) == 1 and len(one) == frame for one in got)
    assert [one[0] for one in got] == sorted({one[0] for one in got})
    assert got[-1][0] >= 48  # the old ones were dropped, not kept for later


def test_closing_does_not_wait_for_a_reader_that_sleeps(tmp_path):
    path = tmp_path / "pipe"
    outlet = Outlet(str(path))
    with path.open("rb"):
        until(lambda: outlet.readers == 1)
        outlet.put(b"x" * 1_000_000)
        until(lambda: not outlet._waiting)
        outlet.close()


def test_the_camera_gets_frames_the_doors_moves_and_the_truth_is_told(tmp_path):
    frames, moves, truth = tmp_path / "door.frames", tmp_path / "moves", io.StringIO()
    seen: dict[str, bytes] = {"frames": b"", "moves": b""}
    for path in (frames, moves):
        os.mkfifo(path)

    def read(name, path):
        with path.open("rb") as pipe:
            seen[name] = pipe.read()

    readers = [threading.Thread(target=read, args=pair) for pair in (("frames", frames), ("moves", moves))]
    for reader in readers:
        reader.start()
    clock = Clock()
    outlets = Outlets({"door": str(frames)}, {EXIT_KIOSK: str(tmp_path / "nobody")}, str(moves), truth)

    def wait(seconds):
        clock.wait(seconds)
        threading.Event().wait(0.005)  # lets the readers keep up with the clock's leaps

    shown = run_live(STORE, 2, outlets, Pace(200, 1.0, 160, 120), clock, wait, 60.0)
    for reader in readers:
        reader.join(10)
    assert shown == 60
    head, _, pictures = seen["frames"].partition(b"\n")
    assert json.loads(head) == {"width": 160, "height": 120, "fps": 1.0}
    assert len(pictures) >= 160 * 120 * 3 * 5
    assert np.frombuffer(pictures[: 160 * 120 * 3], np.uint8).std() > 10
    told = [json.loads(line) for line in seen["moves"].splitlines()]
    assert all(line.keys() == {"pin", "high"} for line in told)
    contacts = {room.contact for room in pins_of(4).rooms}
    assert contacts <= {line["pin"] for line in told}
    lines = [json.loads(line) for line in truth.getvalue().splitlines()]
    assert any("line" in line for line in lines)
    assert any("zone" in line for line in lines)


def test_moved_pins_are_the_sessions_of_the_truth():
    truth, pins = day("terminal"), pins_of(4)
    names = [RoomName(room_name(index)) for index in range(4)]
    contact = {room.contact: name for room, name in zip(pins.rooms, names, strict=True)}
    presence = {room.presence: name for room, name in zip(pins.rooms, names, strict=True)}
    group, happened = RoomGroup(names), []
    for move in room_moves(truth, pins):
        pin, high = move.line["pin"], move.line["high"]
        happened += group.advance(move.at)
        if pin == pins.lobby and high:
            group.arrive(move.at)
        elif pin in contact:
            happened += [(contact[pin], change) for change in group.door(contact[pin], not high, move.at)]
        elif pin in presence:
            happened += [(presence[pin], change) for change in group.presence(presence[pin], high, move.at)]
    happened += group.advance(truth.seconds)
    kinds = Counter(type(change) for _, change in happened)
    assert kinds[Taken] == kinds[Left] == len(truth.sessions) > 50
    lengths = sorted(change.end - change.start for _, change in happened if isinstance(change, Left))
    assert lengths == pytest.approx(sorted(one.end - one.start for one in truth.sessions), abs=0.1)
    tally = group.cut(0, truth.seconds)
    assert sorted(tally.waits) == pytest.approx(sorted(one.start - one.arrived for one in truth.sessions), abs=0.1)


def test_answered_calls_are_acknowledged_at_the_room():
    truth, pins = day("harbour"), pins_of(6)
    moves = room_moves(truth, pins)
    pressed = Counter(move.line["pin"] for move in moves if not move.line["high"])
    answered = sum(call.outcome is CallOutcome.ANSWERED for call in truth.calls)
    withdrawn = sum(call.outcome is CallOutcome.WITHDRAWN for call in truth.calls)
    assert sum(pressed[room.acknowledge] for room in pins.rooms) == answered
    assert sum(pressed[room.call] for room in pins.rooms) == len(truth.calls) + withdrawn


def test_presses_are_what_the_kiosk_understands():
    shoppers = pytest.importorskip("kiosk.survey")
    reasons = set(shoppers.read_survey().question[0].reasons)
    lines = [move.line for move in presses(day(), EXIT_KIOSK)]
    assert {line["press"] for line in lines if "press" in line} <= {1, 2, 3, 4}
    assert {line["reason"] for line in lines if "reason" in line} <= reasons


def test_a_hammering_child_does_not_wait_for_the_question():
    for truth in (day(seed=seed) for seed in range(3, 9)):
        lines = [move.line for move in presses(truth, EXIT_KIOSK)]
        hammered = sum(TapFlag.REPEAT in p.flags for p in truth.presses if p.device == EXIT_KIOSK)
        assert sum(line.get("now", False) for line in lines) == hammered
        if hammered:
            return
    raise AssertionError("no child came on six Saturdays")


def test_what_is_seen_on_the_floor_is_what_the_truth_says():
    played = scene(STORE, NOON, 1.0, 150, 4)
    for device in ("door", "till"):
        seen = witness(played.people, STORE, device, 0, played.truth.seconds)
        for zone, stays in seen.inside.items():
            wanted = played.truth.inside[zone]
            assert len(stays) == pytest.approx(len(wanted), abs=3)
            assert sum(s.seconds for s in stays) == pytest.approx(sum(s.seconds for s in wanted), rel=0.05, abs=15)
    door = witness(played.people, STORE, "door", 0, played.truth.seconds)
    assert sum(one.inward for one in door.crossings["door"]) == len(played.shoppers)
    assert door.uturns["door"] == pytest.approx(len(played.truth.uturns), abs=2)


def test_nobody_jumps():
    played = scene(STORE, NOON, 0.5, 200, 4)
    where: dict[int, list] = {}
    for at, person, x, y in played.tracks(WARM_SECONDS, WARM_SECONDS + 120, 10):
        where.setdefault(person, []).append((at, x, y))
    assert len(where) > 10
    for steps in where.values():
        for (t1, x1, y1), (t2, x2, y2) in pairwise(steps):
            if t2 - t1 < 0.15:
                assert np.hypot(x2 - x1, y2 - y1) < 0.35


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(["live", "--frames", "attic=x"], "attic"), (["live", "--size", "big"], "640x480"), (["live", "--fps", "0"], "1")],
)
def test_bad_input_is_one_sentence(words, sentence, capsys):
    with pytest.raises(SystemExit) as end:
        main(words)
    assert sentence in str(end.value.code) + capsys.readouterr().err


def test_the_truth_told_by_the_minute_is_the_truth_of_the_hour():
    played = scene(STORE, NOON, 1.0, 150, 4)
    minutes = [happenings(played, ["door"], WARM_SECONDS + 60 * i, WARM_SECONDS + 60 * (i + 1)) for i in range(12)]
    whole = happenings(played, ["door"], WARM_SECONDS, WARM_SECONDS + 720)
    assert [line for told in minutes for line in told] == whole
    assert len(whole) > 20
