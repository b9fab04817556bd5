"""The commands as an IT person types them, each a process of its own."""

import base64
import io
import json
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

import pytest

from central.__main__ import main
from tests.brokers import free_port, mosquitto_broker
from tests.central.sample import DAY, PLAN, Device, batches, facts_of_day

CENTRAL = (sys.executable, "-m", "central")


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'central.db'}"


@pytest.fixture
def central(capsys, monkeypatch, url):
    """Types a command; returns what it prints."""

    def typed(*words: str, given: str = "") -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        assert main([*words, "--store", url]) == 0
        return capsys.readouterr().out

    return typed


@pytest.fixture
def refused(capsys, monkeypatch, url):
    """Types a command that is refused; returns the one sentence that it ends with."""

    def typed(*words: str, given: str = "", store: str = url) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        with pytest.raises(SystemExit) as ended:
            main([*words, "--store", store])
        assert capsys.readouterr().out == ""
        sentence = str(ended.value)
        assert sentence.startswith("floorpulse central: ")
        assert "\n" not in sentence
        return sentence

    return typed


def write_batches(path) -> int:
    """A day of the sample shop as a batch file; returns the number of facts."""
    count = 0
    with path.open("w") as file:
        for name, told in facts_of_day(DAY).items():
            device = Device(name)
            events = device.events(told)
            count += len(events)
            for payload in batches(events):
                line = {"topic": device.topic, "payload": base64.b64encode(payload).decode()}
                file.write(json.dumps(line) + "\n")
    return count


def test_history_is_loaded_through_the_collector_and_loading_again_is_harmless(tmp_path, central):
    facts = write_batches(tmp_path / "history")
    first = json.loads(central("load", str(tmp_path / "history"), "--json"))
    assert (first["facts"], first["duplicates"], first["quarantined"]) == (facts, 0, 0)
    again = json.loads(central("load", str(tmp_path / "history"), "--json"))
    assert (again["facts"], again["duplicates"]) == (0, facts)
    assert json.loads(central("rebuild", "--json")) == {"facts": facts}


def test_a_line_that_is_no_batch_is_named(tmp_path, refused):
    (tmp_path / "bad").write_text('{"topic": "x", "payload": "AAAA"}\n{"topic": 7}\n')
    assert "bad, line 2: not a line" in refused("load", str(tmp_path / "bad"))
    assert "cannot be read" in refused("load", str(tmp_path / "none"))


def test_a_plan_is_loaded_from_json_or_toml_and_shown(tmp_path, central):
    (tmp_path / "plan.json").write_text(json.dumps(PLAN))
    central("plan", "load", str(tmp_path / "plan.json"))
    shown = json.loads(central("plan", "show", "--json"))
    assert [store["id"] for store in shown["stores"]] == ["s1", "s2"]
    (tmp_path / "plan.toml").write_text('tenant = "acme"\nchain = "A"\n[[stores]]\nid = "s9"\nname = "Nine"\n')
    loaded = json.loads(central("plan", "load", str(tmp_path / "plan.toml"), "--json"))
    assert loaded == {"chain": "A", "stores": ["s9"]}


def test_a_plan_with_an_unknown_key_is_refused_and_changes_nothing(tmp_path, refused):
    assert "no plan yet" in refused("plan", "show")
    (tmp_path / "plan.json").write_text(json.dumps(PLAN | {"colour": "red"}))
    assert "unknown key 'colour'" in refused("plan", "load", str(tmp_path / "plan.json"))
    (tmp_path / "plan.json").write_text("{")
    assert "plan.json" in refused("plan", "load", str(tmp_path / "plan.json"))
    assert "no plan yet" in refused("plan", "show")


def test_users_are_added_invited_and_listed(central, refused):
    central("user", "add", "ada", "--role", "admin", "--password-stdin", given="correct horse\n")
    assert json.loads(central("user", "list", "--json")) == [{"name": "ada", "role": "admin", "stores": []}]
    again = refused("user", "add", "ada", "--role", "admin", "--password-stdin", given="correct horse\n")
    assert "already" in again
    told = json.loads(central("user", "invite", "bob", "--role", "viewer", "--json"))
    assert told["path"].startswith("/invitation/")


def test_an_address_that_is_no_store_is_refused(tmp_path, refused):
    assert "no address of a store" in refused("plan", "show", store="central.db")
    assert "cannot be opened" in refused("plan", "show", store=f"sqlite:///{tmp_path}/none/central.db")
    (tmp_path / "no.db").write_text("this is no database, whatever its name may say about it" * 20)
    assert "cannot be opened" in refused("plan", "show", store=f"sqlite:///{tmp_path / 'no.db'}")


@contextmanager
def running(*words: str):
    process = subprocess.Popen([*CENTRAL, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process.stdout, process.stderr:
        try:
            yield process
        finally:
            process.kill()
            process.wait(10)


def test_the_whole_centre_runs_and_leaves_at_sigterm(url):
    port = free_port()
    with running("broker", "--port", str(port)) as broker:
        assert broker.stdout.readline() == f"Broker: 127.0.0.1:{port}\n"
        with running("--store", url, "--broker", f"127.0.0.1:{port}", "--port", "0", "--json") as centre:
            address = json.loads(centre.stdout.readline())["reports"]
            with urllib.request.urlopen(address + "healthz", timeout=20) as answer:
                assert answer.status == 200
            for process in (centre, broker):
                process.send_signal(signal.SIGTERM)
                assert process.wait(20) == 0
            assert "connected to the broker" in centre.stderr.read()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0, "the broker's port is free again"


def test_a_port_in_use_is_said_in_one_sentence(refused):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"cannot listen on 127.0.0.1:{port}" in refused("--port", port)
        assert f"cannot listen on 127.0.0.1:{port}" in refused("broker", "--port", port)


def test_a_broker_that_refuses_is_said_in_one_sentence(tmp_path, url):
    with (
        mosquitto_broker(tmp_path, access="allow_anonymous false") as port,
        running("--store", url, "--broker", f"127.0.0.1:{port}", "--port", "0") as centre,
    ):
        assert centre.wait(60) == 1
        last = centre.stderr.read().splitlines()[-1]
    assert last.startswith(f"floorpulse central: the broker at 127.0.0.1:{port} refuses:")


def test_the_metrics_are_printed_as_a_table(central):
    assert central("traced").startswith("| section | metric |")
