"""Real processes: a lead sees the floor, draws, and the camera counts by it; a manager audits. Nothing restarts."""

import json
import sqlite3
from contextlib import closing
from copy import deepcopy

import cv2
import httpx
import numpy as np
import pytest

from simulator.staging import floorpulse
from tests.journey.shop import PASSWORD, PLAN, eventually, shop
from tests.materials import shared, vtest

CAMERA = """
[hours]
{hours}
[camera]
source = "{clip}"
model = "{model}"
loop = true
fps = 2
[[camera.line]]
name = "door"
role = "door"
a = [0.5, 0.2]
b = [0.5, 0.9]
"""
HERE = "/setup/stores/corner/cameras/exit"
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@pytest.fixture
def open_shop(tmp_path):
    hours = "\n".join(f'{day} = "04:00-04:00"' for day in WEEK)
    more = CAMERA.format(hours=hours, clip=vtest(), model=shared("models/yolox_nano_416.onnx"))
    with shop(tmp_path, more) as made:
        plan = deepcopy(PLAN)
        plan["stores"][0]["lines"] = [{"name": "door", "role": "door", "device": "exit"}]
        (tmp_path / "plan.json").write_text(json.dumps(plan))
        made.run("central", "plan", "load", str(tmp_path / "plan.json"), "--store", made.url)
        made.processes.start("camera", *floorpulse("sensors", "camera", "--config", str(made.config)))
        yield made


def signed_in(made, name):
    address = f"http://127.0.0.1:{made.port}"
    client = httpx.Client(base_url=address, headers={"Origin": address}, timeout=40)

    def in_now():
        try:
            return client.post("/login", data={"name": name, "password": PASSWORD}).status_code == 303
        except httpx.TransportError:
            return False

    assert eventually(in_now, 60)
    return client


def told(made, kind):
    """The bodies of facts of a kind at the centre."""
    query = f"SELECT body FROM ledger WHERE type = 'io.floorpulse.{kind}.v1' ORDER BY time"
    with closing(sqlite3.connect(f"file:{made.store}?mode=ro", uri=True, timeout=10)) as db:
        return [json.loads(row[0]) for row in db.execute(query)]


def edition(browser):
    return browser.get(HERE).text.split('name="edition" value="')[1].split('"')[0]


def test_a_lead_draws_on_the_floor_and_the_camera_counts_by_it_without_a_restart(open_shop):
    with closing(signed_in(open_shop, "lea")) as lead:
        ticket = lead.post(f"{HERE}/backdrop").json()["ticket"]
        state = {}

        def shown():
            state.update(lead.get(f"{HERE}/backdrop/{ticket}").json())
            return state["state"] == "here"

        assert eventually(shown, 110), state
        assert [line["name"] for line in state["layout"]["line"]] == ["door"]
        floor = cv2.imdecode(np.frombuffer(lead.get(f"{HERE}/backdrop/{ticket}.jpg").content, np.uint8), 1)
        assert floor.shape == (480, 640, 3)
        form = {
            "edition": edition(lead), "line-0-name": "door", "line-0-role": "door", "line-0-points": "0.4 0.2, 0.4 0.9",
            "zone-0-name": "path", "zone-0-kind": "display", "zone-0-points": "0.5 0.3, 0.9 0.3, 0.9 0.8, 0.5 0.8",
        }  # fmt: skip
        assert lead.post(HERE, data=form).status_code == 303
        assert eventually(lambda: "The camera counts by what is drawn here." in lead.get(HERE).text, 40)
        audit = lead.post("/stores/corner/audits/door/start")
        assert audit.status_code == 303, audit.text
    applied = [fact for fact in told(open_shop, "config_applied") if fact["part"] == "camera"]
    assert [(fact["version"], fact["applied"]) for fact in applied] == [(1, True)]
    counted = told(open_shop, "crossing_count")  # a quarter that ended while the lead was drawing is whole
    assert any(fact["cell"]["seconds"] < 900 for fact in counted), "the count by the old line has ended"
    with closing(sqlite3.connect(open_shop.outbox, timeout=10)) as db:
        kept = " ".join(str(row) for row in db.execute("SELECT body FROM inbox"))
    assert "picture" not in kept
