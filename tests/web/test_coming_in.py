"""Login, logout, invitations, and what other sites may not do in one's name."""

from dataclasses import replace

import httpx
import pytest

from central.web.access import LoginGuard, is_own, local_path
from central.web.app import build
from tests.web.conftest import PASSWORD, clock, serving, visitor


def test_name_and_password_lead_to_the_page_that_was_wanted(address):
    with visitor(address) as browser:
        sent = browser.get("/stores/s014/zones?period=week")
        assert sent.headers["location"] == "/login?next=/stores/s014/zones%3Fperiod%3Dweek"
        form = {"name": "viewer", "password": PASSWORD, "next": "/stores/s014/zones?period=week"}
        assert browser.post("/login", data=form).headers["location"] == "/stores/s014/zones?period=week"
        assert "Where they stayed" in browser.get("/stores/s014/zones?period=week").text


def test_the_session_cookie_cannot_be_read_by_scripts_or_sent_by_other_sites(address):
    with visitor(address) as browser:
        cookie = browser.post("/login", data={"name": "viewer", "password": PASSWORD}).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_a_wrong_password_says_so_and_opens_nothing(address):
    with visitor(address) as browser:
        answer = browser.post("/login", data={"name": "<b>viewer", "password": "wrong"})
        assert answer.status_code == 401
        assert "do not fit" in answer.text
        assert "<b>viewer" not in answer.text
        assert browser.get("/definitions").status_code == 303


def test_a_forged_cookie_opens_nothing(address):
    with visitor(address) as browser:
        browser.cookies.set("floorpulse", "eyJuYW1lIjogImFkbWluIn0=.aaaaaa.bbbbbbbbbbbb")
        assert browser.get("/definitions").status_code == 303


def test_who_signs_out_is_out(address):
    with visitor(address, "viewer") as browser:
        assert browser.get("/definitions").status_code == 200
        browser.post("/logout")
        assert browser.get("/definitions").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/logout", "/setup/goals", "/setup/undo", "/login"])
def test_another_site_changes_nothing_in_ones_name(address, signed_in, headers, path):
    cookies = signed_in("admin").cookies
    with httpx.Client(base_url=address, cookies=cookies, headers=headers) as stranger:
        answer = stranger.post(path, data={"name": "viewer", "password": PASSWORD})
    assert answer.status_code == 403
    assert "another site" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_page_of_ours_may_change_things():
    assert is_own("POST", {"sec-fetch-site": "same-origin", "host": "shop:8080"})
    assert is_own("POST", {"origin": "https://shop:8080", "host": "shop:8080"})
    assert is_own("GET", {"sec-fetch-site": "cross-site"})


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", "evil", ""])
def test_the_login_never_leads_to_another_site(wanted):
    assert local_path(wanted) == "/"


def test_guessing_is_slowed_down_and_forgiven_later():
    clock = [0.0]
    guard = LoginGuard(lambda: clock[0], tries=3, window_seconds=60.0)
    for _ in range(3):
        assert not guard.closed("office", "ann")
        guard.failed("office", "ann")
    assert guard.closed("office", "ann")
    assert not guard.closed("office", "bob")
    assert not guard.closed("home", "ann")
    clock[0] = 61.0
    assert not guard.closed("office", "ann")


def test_guessing_one_password_for_many_names_is_slowed_down_too():
    guard = LoginGuard(lambda: 0.0, tries=3)
    for number in range(36):
        assert not guard.closed("office", "new")
        guard.failed("office", f"name {number}")
    assert guard.closed("office", "new")


def test_after_eight_wrong_passwords_the_right_one_must_wait_too(desk):
    asked = []
    people = replace(desk.people, check=lambda *given: asked.append(given))
    app = build(replace(desk, people=people), clock=clock)
    with serving(app) as address, visitor(address) as browser:
        answers = [browser.post("/login", data={"name": "ann", "password": f"guess {n}"}).status_code for n in range(9)]
        by_api = browser.get("/api/v1/stores", auth=("ann", "guess")).status_code
    assert answers == [401] * 8 + [429]
    assert by_api == 429
    assert len(asked) == 8


def test_an_invitation_works_once(address, signed_in):
    page = signed_in("admin").post("/setup/people", data={"name": "nora", "role": "manager"}).text
    path = "/invitation/" + page.split("/invitation/")[1].split("<")[0]
    with visitor(address) as browser:
        differ = browser.post(path, data={"password": "a long password", "again": "another"})
        short = browser.post(path, data={"password": "short", "again": "short"})
        assert (differ.status_code, short.status_code) == (422, 422)
        assert "differ" in differ.text
        assert browser.post(path, data={"password": "a long password", "again": "a long password"}).status_code == 303
        assert browser.get("/setup").status_code == 200
        again = browser.post(path, data={"password": "stolen password", "again": "stolen password"})
    assert "has been used" in again.text
    with visitor(address, "nora", "a long password") as browser:
        assert browser.get("/setup/people").status_code == 403


@pytest.mark.parametrize("name", ["viewer", "manager", "lead"])
def test_only_an_admin_invites(signed_in, name):
    assert signed_in(name).post("/setup/people", data={"name": "x", "role": "admin"}).status_code == 403
