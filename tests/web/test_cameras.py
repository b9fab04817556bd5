"""Drawing at the centre, the floor on request, grades and audits: over the real store, with a camera that answers."""

import json
import re
import threading
from base64 import b64encode
from datetime import timedelta
from html import unescape

import httpx
import pytest
from sqlalchemy import select

from central.results import Results
from central.store import open_store, outward
from central.store.drawings import load_layout
from central.store.plans import load_plan
from central.store.users import Role, create_user
from central.store.wishes import configurations, open_orders
from central.web.app import create_app
from editor.form import read_form, written
from events.desired import Progress, Result, owner, told
from events.facts import DeviceId, StoreId, TenantId
from events.layout import as_table
from events.topics import Address
from sensors.sealing import sealed
from tests.central import sample
from tests.editor.test_drawing import browser as browser
from tests.editor.test_drawing import click
from tests.web.conftest import PASSWORD, serving

EYES = Address(TenantId("acme"), StoreId("s1"), DeviceId("door-cam"))
HERE = "/setup/stores/s1/cameras/door-cam"
NOW = sample.at_local(12, 30)
PICTURE = b"\xff\xd8 a floor without people \xff\xd9"
DRAWN = {
    "line-0-name": "main", "line-0-role": "door", "line-0-points": "0.2 0.3, 0.2 0.9", "line-0-pair": "foyer",
    "zone-0-name": "foyer", "zone-0-kind": "display", "zone-0-points": "0.3 0.3, 0.6 0.3, 0.6 0.9, 0.3 0.9",
    "zone-1-name": "desk", "zone-1-kind": "staff", "zone-1-points": "0.7 0.3, 0.9 0.3, 0.9 0.9",
}  # fmt: skip
COUNTED = read_form({name: text for name, text in DRAWN.items() if "zone-1" not in name})
"""What the camera counts by, from its own file."""


class Camera(threading.Thread):
    """Hears the commands that lie in the store, and answers as a camera does."""

    def __init__(self, store, results):
        super().__init__()
        self.store, self.results, self.heard, self.over = store, results, set(), threading.Event()
        self.answer = self.done

    def run(self):
        while not self.over.wait(0.02):
            with self.store.reading() as connection:
                due = [each.command for each in open_orders(connection, NOW)]
            for command in due:
                if command.id not in self.heard:
                    self.heard.add(command.id)
                    for result in self.answer(command):
                        self.results.hear(EYES.topic("res"), told(result))

    def done(self, command):
        if command.op == "backdrop":
            content = json.dumps({"picture": b64encode(PICTURE).decode(), "layout": as_table(COUNTED)}).encode()
            yield Result(command.id, Progress.WAITING, "20 % of the picture was not yet seen without people")
            yield Result(command.id, Progress.DONE, sealed=sealed(content, command.body["key"], command.id))
        else:
            late = timedelta(minutes=12 if command.op == "audit_stop" else 0)
            yield Result(command.id, Progress.DONE, at=(NOW + late).isoformat())

    def refuse(self, command):
        yield Result(command.id, Progress.FAILED, "the store is closed")

    def silence(self, command):
        return ()


@pytest.fixture
def shop(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/central.db") as store:
        sample.fill(store, weeks=1)
        for role in Role:
            create_user(store, role.value, role, PASSWORD, NOW)
        create_user(store, "other", Role.LEAD, PASSWORD, NOW)
        yield store


@pytest.fixture
def centre(shop, monkeypatch):
    """The address of the application, and the camera behind it."""
    results = Results()
    camera = Camera(shop, results)
    camera.start()
    with serving(create_app(shop, clock=lambda: NOW, results=results)) as address:
        yield address, camera
    camera.over.set()
    camera.join()


@pytest.fixture
def visit(centre):
    opened = {}

    def visitor(name):
        if name not in opened:
            opened[name] = httpx.Client(base_url=centre[0], headers={"Origin": centre[0]}, timeout=30)
            assert opened[name].post("/login", data={"name": name, "password": PASSWORD}).status_code == 303
        return opened[name]

    yield visitor
    for client in opened.values():
        client.close()


def wanted(connection):
    return configurations(connection, [owner(EYES)]).get(owner(EYES))


def edition(browser):
    return re.search(r'name="edition" value="([^"]+)"', browser.get(HERE).text).group(1)


def draw(browser, **change):
    return browser.post(HERE, data={"edition": edition(browser), **DRAWN, **change})


def test_what_is_drawn_goes_into_the_plan_and_to_the_camera(shop, visit):
    answer = draw(visit("lead"))
    assert answer.status_code == 303, answer.text
    store = load_plan(shop).stores[0]
    assert {zone.name: zone.kind.value for zone in store.zones if zone.device == "door-cam"} == {
        "foyer": "display", "desk": "staff",
    }  # fmt: skip
    assert next(zone for zone in store.zones if zone.name == "foyer").label == "Foyer", "what a zone is called is kept"
    assert [zone.name for zone in store.zones if zone.device != "door-cam"] == ["shirts", "queue"]
    with shop.reading() as connection:
        desired = wanted(connection)
    assert desired.parts["camera"].body == {"layout": as_table(read_form(DRAWN))}
    assert load_layout(shop, EYES) == read_form(DRAWN)
    page = unescape(visit("lead").get(f"{HERE}?done=saved").text)
    assert "Saved, and sent to the camera" in page
    assert "Sent to the camera, which has not answered yet." in page
    assert f'value="{written(read_form(DRAWN).zone[0].polygon)}"' in page


def test_saving_the_same_again_sends_the_camera_nothing(shop, visit):
    draw(visit("lead"))
    draw(visit("lead"))
    with shop.reading() as connection:
        assert wanted(connection).version == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"zone-1-points": "0.5 0.3, 0.9 0.3, 0.9 0.9"}, "overlap; shared floor is counted once. Nothing was saved"),
        ({"zone-1-name": "queue"}, "a name is used twice"),
        ({"line-0-name": "side", "line-0-pair": ""}, "is paired with the line 'main'"),
        ({"zone-1-name": "changing room"}, "never allowed in fitting rooms"),
        ({"edition": "stale"}, "Somebody else changed the setup"),
    ],
)
def test_a_drawing_that_cannot_be_is_refused_and_stays_on_the_page(shop, visit, change, words):
    before = load_plan(shop)
    answer = draw(visit("lead"), **change)
    page = unescape(answer.text)
    assert (answer.status_code, load_plan(shop), load_layout(shop, EYES)) == (422, before, None)
    assert words in page
    assert 'value="0.2 0.3, 0.2 0.9"' in page
    with shop.reading() as connection:
        assert wanted(connection) is None


def test_who_may_look_draw_and_see_the_floor(visit):
    assert visit("viewer").get(HERE).status_code == 403
    assert visit("manager").get(HERE).status_code == 200
    assert "editor-save" not in visit("manager").get(HERE).text
    for path in (HERE, f"{HERE}/backdrop"):
        assert visit("manager").post(path, data=DRAWN).status_code == 403
    assert visit("lead").get("/setup/stores/s1/cameras/kiosk-exit").status_code == 404
    assert visit("lead").get("/setup/stores/s1/cameras/cam-new").status_code == 200
    assert visit("lead").get("/setup/stores/s1/cameras?device=Cam!").status_code == 400


def test_the_consequences_are_told_before_saving(visit):
    said = visit("lead").post(f"{HERE}/check", data=DRAWN).json()
    assert "count as entries of the store" in said["says"]["line main"][0]
    wrong = visit("lead").post(f"{HERE}/check", data={**DRAWN, "zone-0-kind": "queue"}).json()
    assert "a queue names its service line" in wrong["wrong"]


def until_told(browser, ticket):
    """The last state of a request for the floor, asked as the page asks."""
    for _ in range(500):
        state = browser.get(f"{HERE}/backdrop/{ticket}").json()
        if state["state"] != "waiting":
            return state
    raise AssertionError(f"it waits for ever: {state}")


def test_the_floor_is_shown_once_to_who_asked_and_is_then_nowhere(shop, visit, tmp_path):
    lead = visit("lead")
    ticket = lead.post(f"{HERE}/backdrop").json()["ticket"]
    assert until_told(lead, ticket)["layout"] == as_table(COUNTED)
    assert visit("other").get(f"{HERE}/backdrop/{ticket}.jpg").status_code == 404
    assert visit("other").get(f"{HERE}/backdrop/{ticket}").json()["state"] == "failed"
    shown = lead.get(f"{HERE}/backdrop/{ticket}.jpg")
    assert (shown.content, shown.headers["cache-control"]) == (PICTURE, "no-store")
    assert lead.get(f"{HERE}/backdrop/{ticket}.jpg").status_code == 404
    for file in tmp_path.iterdir():
        assert PICTURE not in file.read_bytes()
        assert b64encode(PICTURE) not in file.read_bytes()


def test_a_camera_that_cannot_show_its_floor_says_why(centre, visit):
    centre[1].answer = centre[1].refuse
    ticket = visit("lead").post(f"{HERE}/backdrop").json()["ticket"]
    assert until_told(visit("lead"), ticket) == {"state": "failed", "words": "The store is closed.", "layout": None}


def test_a_page_of_a_camera_tells_its_grade_with_reasons_and_days(visit):
    page = unescape(visit("viewer").get("/stores/s1/cameras/door-cam?day=2026-09-29").text)
    assert "Can I trust this camera?" in page
    assert re.search(r'grade grade-[A-D]">[A-D]<', page)
    assert "of the open time" in page
    assert "Not audited yet; 50 crossings are needed." in page
    assert visit("viewer").get("/stores/s1/cameras/kiosk-exit").status_code == 404
    assert "Can I trust the cameras?" in visit("viewer").get("/stores/s1").text


def test_an_audit_counts_between_two_moments_of_the_camera(shop, visit):
    manager = visit("manager")
    assert "50 crossings are needed" in manager.get("/stores/s1/audits/main").text
    begun = manager.post("/stores/s1/audits/main/start").headers["location"]
    assert begun == f"/stores/s1/audits/main?began={int(NOW.timestamp())}"
    assert "pad-in" in manager.get(begun).text
    form = {"ins": "30", "outs": "31", "began": str(int(NOW.timestamp()))}
    assert manager.post("/stores/s1/audits/main/stop", data=form).status_code == 303
    page = manager.get("/stores/s1/audits/main").text
    assert "The camera&#39;s count has not come in yet." in page
    with shop.reading() as connection:
        asked = [json.loads(row.body) for row in connection.execute(select(outward.commands))]
    assert asked == [{"line": "main"}] * 2


def test_a_camera_that_cannot_be_reached_begins_no_audit_and_loses_no_count(centre, visit, monkeypatch):
    monkeypatch.setattr("central.eyes.PATIENCE_SECONDS", 0.2)
    centre[1].answer = centre[1].silence
    manager = visit("manager")
    answer = manager.post("/stores/s1/audits/main/start")
    assert (answer.status_code, "cannot be reached now" in answer.text) == (503, True)
    form = {"ins": "30", "outs": "31", "began": str(int(NOW.timestamp()))}
    answer = manager.post("/stores/s1/audits/main/stop", data=form)
    assert (answer.status_code, "Your count is kept here" in answer.text) == (503, True)
    assert 'name="ins" inputmode="numeric" value="30"' in answer.text
    assert manager.post("/stores/s1/audits/main/stop", data=form | {"ins": "many"}).status_code == 422
    assert visit("viewer").get("/stores/s1/audits/main").status_code == 403
    assert manager.get("/stores/s1/audits/attic").status_code == 404


def sign_in(page, address, name):
    page.goto(f"{address}/login")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda url: "login" not in url)


def test_a_lead_sees_the_floor_draws_on_it_and_the_camera_gets_it(browser, centre, shop):
    """In a real browser; what the camera counts by appears, and a zone more is drawn."""
    address, _ = centre
    page, errors = browser.new_page(viewport={"width": 1280, "height": 900}), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, address, "lead")
    page.goto(address + HERE)
    page.wait_for_selector("form.editor.live")
    page.wait_for_selector("text=Still to be drawn: main, foyer.")
    page.click('[data-do="backdrop"]')
    page.wait_for_selector('.knob[aria-label*="zone foyer"]')
    page.click('[data-tool="zone"]')
    click(page, (0.7, 0.3), (0.9, 0.3), (0.9, 0.9), (0.7, 0.3))
    page.locator('.editor-item.chosen input[name$="-name"]').fill("desk")
    page.locator('.editor-item.chosen select[name$="-kind"]').select_option("staff")
    page.wait_for_selector("text=Nobody's dwell is reported here")
    with page.expect_navigation():
        page.click(".editor-save")
    assert "Saved, and sent to the camera" in page.inner_text("main")
    with shop.reading() as connection:
        sent = wanted(connection).parts["camera"].body["layout"]
    assert sent["line"] == as_table(COUNTED)["line"]
    assert [(zone["name"], zone["kind"]) for zone in sent["zone"]] == [("foyer", "display"), ("desk", "staff")]
    assert sent["zone"][1]["polygon"][1] == [pytest.approx(0.9, abs=0.02), pytest.approx(0.3, abs=0.02)]
    assert errors == []
    page.close()


def test_a_person_counts_on_a_phone_and_loses_no_tap_to_a_reload(browser, centre, shop):
    address, _ = centre
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone = context.new_page()
    phone.on("dialog", lambda dialog: dialog.accept())
    sign_in(phone, address, "manager")
    phone.goto(f"{address}/stores/s1/audits/main")
    phone.click(".audit-begin button")
    phone.wait_for_selector("[data-way=ins]:visible")
    for _ in range(3):
        phone.tap("[data-way=ins]")
    phone.tap("[data-way=outs]")
    phone.tap("[data-undo]")
    phone.tap("[data-way=outs]")
    phone.reload()
    phone.wait_for_selector("form.tapping")
    counted = phone.eval_on_selector_all(".pad output", "all => all.map(one => one.textContent)")
    assert counted == ["3", "1"]
    assert "46 more crossings are needed" in phone.inner_text(".audit-more")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    with phone.expect_navigation():
        phone.click("form.audit .audit-acts button:not([type])")
    assert re.search(r"\b3\b.*\b1\b", phone.inner_text("table tbody tr"), re.S)
    context.close()
