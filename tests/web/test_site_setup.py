"""Site setup: forms to a checked plan; a refused change says why, keeps what was typed and saves nothing."""

import re
from html import unescape

import pytest

from central.store.plans import load_plan, save_plan
from central.web import forms
from events.site import LineRole
from tests.web import sample

ZONES = forms.SECTIONS["zones"]


@pytest.fixture(autouse=True)
def plan(store):
    """Every test begins with the sample's plan."""
    save_plan(store, sample.plan())


def typed(browser, path, section):
    """The fields of a form as a browser would send them untouched."""
    page = unescape(browser.get(path).text)
    form = page.split(f'action="{path}/{section}#{section}"')[1].split("</form>")[0]
    found = {"edition": re.search(r'name="edition" value="([^"]+)"', form).group(1)}
    found |= dict(re.findall(r'<input name="([^"]+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select name="([^"]+)">(.*?)</select>', form, re.S):
        chosen = re.search(r"<option selected>([^<]+)", options) or re.search(r"<option[^>]*>([^<]*)", options)
        found[name] = chosen.group(1)
    found |= dict(re.findall(r'<textarea name="([^"]+)"[^>]*>([^<]*)', form))
    return found


@pytest.mark.parametrize("section", ["hours", *forms.SECTIONS])
def test_saving_without_a_change_changes_nothing(store, signed_in, section):
    browser, path = signed_in("lead"), "/setup/stores/s014"
    before = load_plan(store)
    answer = browser.post(f"{path}/{section}", data=typed(browser, path, section))
    assert answer.status_code == 303, answer.text
    assert load_plan(store) == before


def test_a_lead_adds_a_zone_renames_one_and_changes_the_order(store, signed_in):
    browser, path = signed_in("lead"), "/setup/stores/s014"
    form = typed(browser, path, "zones")
    form |= {"zones-3-name": "shoes", "zones-3-device": "cam3", "zones-3-label": "Shoes", "zones-3-order": "0"}
    form |= {"zones-1-label": "Jeans", "zones-1-engagement_goal": "45"}
    assert browser.post(f"{path}/zones", data=form).status_code == 303
    zones = load_plan(store).stores[0].zones
    assert [zone.label for zone in zones] == ["Shoes", "New arrivals", "Jeans", "Checkout queue"]
    assert zones[2].engagement_goal == pytest.approx(0.45)


def test_a_line_marked_for_removal_is_gone(store, signed_in):
    browser, path = signed_in("lead"), "/setup/stores/s014"
    form = typed(browser, path, "lines") | {"lines-2-name": "side", "lines-2-role": "door", "lines-2-device": "cam3"}
    browser.post(f"{path}/lines", data=form)
    assert [line.name for line in load_plan(store).stores[0].lines] == ["door", "till", "side"]
    form = typed(browser, path, "lines") | {"lines-2-remove": "on"}
    browser.post(f"{path}/lines", data=form)
    assert [line.role for line in load_plan(store).stores[0].lines] == [LineRole.DOOR, LineRole.SERVICE]


@pytest.mark.parametrize(
    ("section", "change", "words"),
    [
        ("zones", {"zones-0-crowded_above": "many"}, "&#39;many&#39; is not a whole number"),
        ("zones", {"zones-0-crowded_above": "9"}, "crowded_above lies between 1 and 7"),
        ("zones", {"zones-2-service": "nowhere"}, "which the store does not have"),
        ("zones", {"zones-1-name": "foyer"}, "a name is used twice"),
        ("zones", {"zones-0-device": "Cam One"}, "is no id"),
        ("zones", {"zones-0-engagement_goal": "lots"}, "is not a number"),
        ("zones", {"zones-0-kind": "volcano"}, "is none of"),
        ("lines", {"lines-0-remove": "on"}, "is paired with the line"),
        ("kiosks", {"kiosks-0-exit_line": "backdoor"}, "is paired with the line"),
        ("room_groups", {"room_groups-0-rooms": ""}, "is missing"),
        ("hours", {"monday": "from nine"}, "opening hours are written"),
        ("hours", {"timezone": "Mars/Olympus"}, "Mars/Olympus"),
        ("hours", {"dates": "Christmas closed"}, "Invalid isoformat"),
        ("hours", {"name": " "}, "A store needs a name"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason_and_nothing_is_saved(store, signed_in, section, change, words):
    browser, path = signed_in("lead"), "/setup/stores/s014"
    before = load_plan(store)
    answer = browser.post(f"{path}/{section}", data=typed(browser, path, section) | change)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Nothing was saved" in answer.text
    assert load_plan(store) == before


def test_what_was_typed_stays_in_a_refused_form(signed_in):
    browser, path = signed_in("lead"), "/setup/stores/s014"
    form = typed(browser, path, "zones") | {"zones-0-label": "Brand new", "zones-0-crowded_above": "many"}
    page = browser.post(f"{path}/zones", data=form).text
    assert 'value="Brand new"' in page
    assert 'value="many"' in page


def test_a_manager_looks_but_does_not_touch(store, signed_in):
    manager, lead, path = signed_in("manager"), signed_in("lead"), "/setup/stores/s014"
    before = load_plan(store)
    page = manager.get(path).text
    assert "fieldset disabled" in page
    assert "<button>Save" not in page
    for section in ("hours", *forms.SECTIONS):
        assert manager.post(f"{path}/{section}", data=typed(lead, path, section)).status_code == 403
    assert manager.post("/setup/goals", data={}).status_code == 403
    assert manager.post("/setup/undo").status_code == 403
    assert load_plan(store) == before


def test_goals_are_set_once_for_the_chain_and_the_last_change_can_be_taken_back(store, signed_in):
    browser = signed_in("lead")
    edition = re.search(r'name="edition" value="([^"]+)"', browser.get("/setup").text).group(1)
    form = {"edition": edition, "goal-happy_index": "82.5", "goal-sla_120": "90", "goal-zone_experience": ""}
    assert browser.post("/setup/goals", data=form).status_code == 303
    assert load_plan(store).goals == {"happy_index": 82.5, "sla_120": 90.0}
    assert browser.post("/setup/undo").headers["location"] == "/setup?done=undone"
    assert load_plan(store).goals == {"happy_index": 80.0, "zone_experience": 75.0}


def test_two_leads_do_not_overwrite_each_other(store, signed_in):
    one, path = signed_in("lead"), "/setup/stores/s014"
    stale = typed(one, path, "zones")
    signed_in("admin").post(f"{path}/zones", data=stale | {"zones-0-label": "First"})
    answer = one.post(f"{path}/zones", data=stale | {"zones-0-label": "Second"})
    assert "Somebody else changed the setup" in answer.text
    assert load_plan(store).stores[0].zones[0].label == "First"


@pytest.mark.parametrize(("store_id", "status"), [("s017", 303), ("S 17", 422), ("s014", 422), ("", 422)])
def test_a_new_store_needs_an_id_of_its_own(store, signed_in, store_id, status):
    browser = signed_in("lead")
    edition = re.search(r'name="edition" value="([^"]+)"', browser.get("/setup").text).group(1)
    answer = browser.post("/setup/stores", data={"edition": edition, "id": store_id, "name": "Acme Neu"})
    assert answer.status_code == status
    assert ("s017" in [one.id for one in load_plan(store).stores]) is (status == 303)


def test_rows_go_into_the_form_and_come_back_the_same():
    shop = sample.plan().stores[0]
    for section in forms.SECTIONS.values():
        rows = forms.rows_of(shop, section)
        typed = {f"{section.name}-{n}-{key}": value for n, row in enumerate(rows) for key, value in row.items()}
        assert forms.rows_from(typed, section) == rows
        assert forms.with_section(sample.plan(), "s014", section, rows) == sample.plan()
