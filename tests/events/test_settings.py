from pathlib import Path

import pytest

from events import settings
from events.settings import ConfigError, Device, Hours
from events.site import read_plan

DEVICE = {"tenant": "acme", "store": "s1", "device": "door"}
STORE = {
    "id": "s1",
    "name": "Main street",
    "zones": [{"name": "line", "kind": "queue", "device": "till", "service": "served"}],
    "lines": [{"name": "served", "role": "service", "device": "till"}],
}


def plan(**changes: object) -> dict[str, object]:
    return {"tenant": "acme", "chain": "Acme", "stores": [{**STORE, **changes}]}


def test_a_table_becomes_a_frozen_value():
    device = settings.read(Device, {**DEVICE, "state": "/tmp/x.db"}, "device")
    assert device.state == Path("/tmp/x.db")
    assert device.address.topic("up").endswith("/s1/door/up")


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({**DEVICE, "stor": "s1"}, "unknown key 'stor'; did you mean 'store'?"),
        ({"tenant": "acme", "store": "s1"}, "the key 'device' is missing"),
        ({**DEVICE, "store": 5}, "device.store: expected a text, not 5"),
        ({**DEVICE, "store": "Store 1"}, "is no id"),
        ([], "expected a table"),
    ],
)
def test_a_wrong_table_is_refused_in_one_sentence(table, sentence):
    with pytest.raises(ConfigError, match=sentence.replace("?", r"\?")):
        settings.read(Device, table, "device")


def test_a_missing_or_damaged_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        settings.load(tmp_path / "absent.toml")
    (tmp_path / "bad.toml").write_text("a = = 1")
    with pytest.raises(ConfigError, match=r"bad\.toml"):
        settings.load(tmp_path / "bad.toml")


@pytest.mark.parametrize(
    "table", [{"monday": "9 to 5"}, {"timezone": "Mars/Olympus"}, {"dates": {"tomorrow": "closed"}}]
)
def test_opening_hours_that_make_no_sense_are_refused(table):
    with pytest.raises(ConfigError, match="hours"):
        _ = settings.read(Hours, table, "hours").opening


def test_a_plan_knows_what_belongs_together():
    store = read_plan(plan()).stores[0]
    assert store.zones[0].service == store.lines[0].name


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"zones": [{"name": "q", "kind": "queue", "device": "t", "service": "gone"}]}, "service line 'gone'"),
        ({"lines": STORE["lines"] * 2}, "a name is used twice"),
        ({"kiosks": [{"device": "k", "place": "zone", "at": "attic"}]}, "'attic', which the store does not have"),
        ({"kiosks": [{"device": "k", "place": "moon"}]}, "none of entrance, zone"),
        ({"zones": [{"name": "z", "kind": "display", "device": "d", "engaged_seconds": 31}]}, "not on an edge"),
        ({"zones": [{"name": "z", "kind": "display", "device": "d", "crowded_above": 9}]}, "between 1 and 7"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(changes, sentence):
    with pytest.raises(ConfigError, match=sentence):
        read_plan(plan(**changes))
