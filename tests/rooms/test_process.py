"""The real service on simulated pins, with a real outbox file: what doors and buttons do becomes rows that decode."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from events.codec import decode, member_of, pack
from events.envelope import Source
from events.facts import Call, CallEnded, CallOutcome, RoomSummary, Stream
from sensors.__main__ import rooms

ROOT = Path(__file__).parents[2]
DEVICE = """
[device]
tenant = "acme"
store = "s014"
device = "rooms"
state = "{state}"

[hours]
timezone = "UTC"
{hours}

[[rooms.group]]
name = "fitting"
lobby = 4
[[rooms.group.room]]
name = "1"
contact = 17
presence = 27
call = 22
acknowledge = 23
light = 24
[[rooms.group.room]]
name = "2"
contact = 5
presence = 6
call = 13
"""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ALWAYS = "\n".join(f'{day} = "04:00-04:00"' for day in DAYS)

BREATH = Event()
"""Never set: a pause between two looks, so that the service gets the processor."""


class Service:
    """The process, its pins and its outbox."""

    def __init__(self, folder, hours=ALWAYS):
        self.state, config = folder / "device.db", folder / "device.toml"
        config.write_text(DEVICE.format(state=self.state, hours=hours))
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "floorpulse.py", "sensors", "rooms", "--config", config, "--moves", "-"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert json.loads(self.process.stdout.readline()) == {"ready": True}

    def move(self, *moves):
        for pin, high in moves:
            self.say(json.dumps({"pin": pin, "high": high}))

    def say(self, line):
        print(line, file=self.process.stdin, flush=True)

    def facts(self, stream):
        source = Source("acme", "s014", "rooms", stream)
        with closing(sqlite3.connect(self.state)) as db:
            rows = db.execute(f"SELECT sequence, body FROM outbox_{stream} ORDER BY sequence").fetchall()
        events = decode(pack(member_of(source, "e" * 12, *row) for row in rows)) if rows else []
        return [event.fact for event in events]

    def wait_for(self, count, stream=Stream.URGENT, seconds=20):
        deadline = monotonic() + seconds
        while len(found := self.facts(stream)) < count:
            assert monotonic() < deadline, f"waited for {count} facts, there are {found}"
            assert self.process.poll() is None, self.process.stderr.read()
            BREATH.wait(0.02)
        return found

    def end(self):
        """SIGTERM, and what was said on stderr."""
        self.process.terminate()
        _, complaints = self.process.communicate(timeout=20)
        assert self.process.returncode == 0, complaints
        return complaints


def until(condition, seconds=20):
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline
        BREATH.wait(0.02)


@pytest.fixture
def start(tmp_path):
    started = []

    def starting(**settings):
        started.append(Service(tmp_path, **settings))
        return started[-1]

    yield starting
    for service in started:
        service.process.kill()
        service.process.communicate()


def test_from_the_pins_to_rows_that_the_centre_can_read(start):
    service = start()
    begun = datetime.now(UTC)
    service.move((4, True), (4, False), (27, True), (17, False))
    service.move((22, False), (22, True))
    [call] = service.wait_for(1)
    assert call == Call("fitting", "1")
    service.move((23, False), (23, True))
    service.move((13, False))
    ended = service.wait_for(3)[1]
    assert (ended.room, ended.outcome) == ("1", CallOutcome.ANSWERED)
    assert ended.waited_seconds < 20
    until(lambda: datetime.now(UTC) > begun + timedelta(seconds=2))  # a summary speaks of whole seconds
    assert service.end() == ""
    facts = service.facts(Stream.URGENT)
    assert [type(fact) for fact in facts] == [Call, CallEnded, Call, CallEnded]
    assert facts[-1].outcome is CallOutcome.UNANSWERED
    told = service.facts(Stream.BULK)
    assert {type(fact) for fact in told} == {RoomSummary}
    assert sum(fact.arrivals for fact in told) == 1


def test_a_malformed_line_is_one_sentence_and_the_service_goes_on(start):
    service = start()
    service.say("rubbish")
    service.move((24, True), (40, True), (22, False))
    assert service.wait_for(1) == [Call("fitting", "1")]
    complaints = service.end().splitlines()
    assert [line.partition(" was not made: ")[0] for line in complaints] == [
        f"floorpulse sensors rooms: move {number}" for number in (1, 2, 3)
    ]


def test_the_end_of_the_moves_is_not_the_end_of_the_service(start):
    service = start()
    service.move((22, False))
    service.process.stdin.close()
    service.process.stdin = None
    service.wait_for(1)
    with pytest.raises(subprocess.TimeoutExpired):
        service.process.wait(timeout=0.5)
    service.end()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("call = 13", 'camera = "/dev/video0"', "rooms.group[0].room[1].camera: fitting rooms have no camera"),
        ("call = 13", "call = 17", "pin 17 is used 2 times"),
        ("call = 13", "call = 99", "pin 99: 99 is not a valid pin name"),
        ("presence = 6", "presence = 3", "pin 3: GPIO3 has a fixed pull resistor"),
        ('device = "rooms"', 'device = "ROOMS"', "'ROOMS' is no id"),
        ("[device]", "[devise]", "the table [device] is missing"),
        ("[hours]", "[hours", "device.toml: "),
    ],
)
def test_a_mistake_in_the_file_stops_the_start_in_one_sentence(tmp_path, old, new, sentence):
    config = tmp_path / "device.toml"
    config.write_text(DEVICE.format(state=tmp_path / "device.db", hours="").replace(old, new, 1))
    with pytest.raises(SystemExit) as ended:
        rooms(["--config", str(config), "--moves", "-"])
    assert str(ended.value.code).startswith("floorpulse sensors rooms: ")
    assert sentence in ended.value.code
    assert "\n" not in ended.value.code


def test_a_missing_file_is_said_so(tmp_path):
    command = [sys.executable, "floorpulse.py", "sensors", "rooms", "--config", tmp_path / "none.toml"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (1, f"floorpulse sensors rooms: {tmp_path}/none.toml: no such file\n")
