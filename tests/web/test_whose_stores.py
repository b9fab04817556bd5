"""Somebody bound to stores sees those and no others, whichever way they ask; sessions end when rights do."""

import re

import pytest

from central.store import open_store
from central.store.plans import save_plan
from central.store.users import Role, create_user, list_users, remove_user, set_password, set_rights
from central.web.app import build, create_app
from tests.web import sample
from tests.web.conftest import PASSWORD, clock, serving, visitor


@pytest.fixture(scope="module")
def mitte(store, desk):
    """A manager of one store of three."""
    create_user(store, "mitte", Role.MANAGER, PASSWORD, sample.NOW, ["s014"])
    with serving(build(desk, clock=clock)) as address, visitor(address, "mitte") as browser:
        yield browser
    remove_user(store, "mitte")


def test_a_manager_of_one_store_lands_on_its_day(mitte):
    assert mitte.get("/").headers["location"] == "/stores/s014"
    assert "Acme Altona" not in mitte.get("/stores/s014").text


@pytest.mark.parametrize("path", ["", "/zones", "/feedback", "/rooms", "/day.csv", "/zones.csv", "/version", "/notice"])
def test_a_manager_of_one_store_finds_no_page_of_another(mitte, path):
    assert mitte.get(f"/stores/s014{path}").status_code == 200
    assert mitte.get(f"/stores/s015{path}").status_code == 404


def test_a_manager_of_one_store_finds_no_other_in_setup_api_and_files(mitte):
    assert mitte.get("/setup/stores/s014").status_code == 200
    assert mitte.get("/setup/stores/s015").status_code == 404
    assert "Acme Altona" not in mitte.get("/setup").text
    assert [one["store"] for one in mitte.get("/api/v1/stores").json()] == ["s014"]
    assert [one["store"] for one in mitte.get("/api/v1/chain").json()["stores"]] == ["s014"]
    assert mitte.get("/api/v1/stores/s015/day").status_code == 404
    assert "Acme Altona" not in mitte.get("/chain.csv").text


def test_a_chart_is_shown_to_those_who_may_see_its_stores(store, desk):
    create_user(store, "altona", Role.VIEWER, PASSWORD, sample.NOW, ["s015"])
    with (
        serving(build(desk, clock=clock)) as address,
        visitor(address, "lead") as lead,
        visitor(address, "altona") as altona,
    ):
        for page in ("/", "/stores/s014"):
            chart = re.search(r'<img src="(/charts/[^"]+)"', lead.get(page).text).group(1)
            assert (lead.get(chart).status_code, altona.get(chart).status_code) == (200, 404)
    remove_user(store, "altona")


def test_a_lead_is_never_bound_to_stores_and_one_admin_stays(store):
    before = list_users(store)
    with pytest.raises(ValueError, match="a lead sees every store"):
        create_user(store, "north", Role.LEAD, PASSWORD, sample.NOW, ["s014"])
    with pytest.raises(ValueError, match="the only admin"):
        remove_user(store, "admin")
    with pytest.raises(ValueError, match="the only admin"):
        set_rights(store, "admin", Role.VIEWER, [])
    assert list_users(store) == before


def test_an_admin_binds_and_removes_people_on_the_page(store, signed_in):
    create_user(store, "nils", Role.VIEWER, PASSWORD, sample.NOW)
    admin = signed_in("admin")
    form = {"name": "nils", "role": "manager", "store-s015": "on"}
    assert admin.post("/setup/people/change", data=form).status_code == 303
    assert "manager · Acme Altona" in admin.get("/setup/people").text
    refused = admin.post("/setup/people/change", data=form | {"role": "lead"})
    assert (refused.status_code, "sees every store" in refused.text) == (422, True)
    admin.post("/setup/people/change", data={"name": "nils", "role": "viewer", "remove": "yes"})
    assert "nils" not in [user.name for user in list_users(store)]
    assert signed_in("lead").post("/setup/people/change", data={"name": "viewer", "remove": "x"}).status_code == 403


def test_a_restart_signs_nobody_out(tmp_path):
    url, name = f"sqlite:///{tmp_path}/central.db", "ada"
    with open_store(url) as opened:
        save_plan(opened, sample.plan())
        create_user(opened, name, Role.VIEWER, PASSWORD, sample.NOW)
        with serving(create_app(opened, clock=clock)) as address, visitor(address, name) as browser:
            kept = browser.cookies
    with open_store(url) as opened, serving(create_app(opened, clock=clock)) as address, visitor(address) as browser:
        browser.cookies.update(kept)
        assert browser.get("/definitions").status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda store: set_password(store, "ida", "another horse"),
        lambda store: set_rights(store, "ida", Role.MANAGER, []),
        lambda store: set_rights(store, "ida", Role.VIEWER, ["s014"]),
        lambda store: remove_user(store, "ida"),
    ],
    ids=["password", "role", "stores", "removed"],
)
def test_a_changed_user_is_signed_out_everywhere(store, address, change):
    create_user(store, "ida", Role.VIEWER, PASSWORD, sample.NOW)
    with visitor(address, "ida") as browser:
        assert browser.get("/definitions").status_code == 200
        change(store)
        assert browser.get("/definitions").status_code == 303
    remove_user(store, "ida")


def test_a_removed_user_made_anew_does_not_revive_the_old_session(store, address):
    create_user(store, "eve", Role.VIEWER, PASSWORD, sample.NOW)
    with visitor(address, "eve") as browser:
        remove_user(store, "eve")
        create_user(store, "eve", Role.VIEWER, PASSWORD, sample.NOW)
        assert browser.get("/definitions").status_code == 303
    remove_user(store, "eve")


def test_one_changes_ones_own_password_and_stays_in_here_alone(store, address):
    create_user(store, "pia", Role.VIEWER, PASSWORD, sample.NOW)
    new = {"current": PASSWORD, "password": "battery staple", "again": "battery staple"}
    with visitor(address, "pia") as here, visitor(address, "pia") as elsewhere:
        for wrong, words in (({"again": "x"}, "differ"), ({"current": "x"}, "a different one")):
            answer = here.post("/account", data=new | wrong)
            assert (answer.status_code, words in answer.text) == (422, True)
        short = here.post("/account", data=new | {"password": "short", "again": "short"})
        assert "at least 8 characters" in short.text
        assert elsewhere.get("/account").status_code == 200
        assert here.post("/account", data=new).headers["location"] == "/account?done"
        assert "in place" in here.get("/account?done").text
        assert elsewhere.get("/account").status_code == 303
    with visitor(address, "pia", "battery staple") as browser:
        assert browser.get("/account").status_code == 200
    remove_user(store, "pia")
