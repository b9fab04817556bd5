"""Every page shows to those who may see it, sends others away, and survives what people type into addresses."""

import json
import re

import pytest

from tests.web import sample
from tests.web.conftest import visitor

REPORTS = ("/stores/s014", "/stores/s014/zones", "/stores/s014/feedback", "/stores/s014/rooms")
CALLS = ("/stores/s014/calls", "/stores/s014/calls/version")
EVERYONE = (
    *("/", *REPORTS, *CALLS, "/definitions", "/stores/s014/cameras/cam1"),
    *("/stores/s014/zones.csv", "/stores/s014/version", "/chain.csv"),
)
MANAGERS = ("/setup", "/setup/stores/s014", "/setup/stores/s014/cameras/cam1", "/stores/s014/audits/door")
ADMINS = ("/setup/people",)
RANKS = ("viewer", "manager", "lead", "admin")


@pytest.mark.parametrize("name", RANKS)
def test_each_role_sees_its_pages_and_no_others(signed_in, name):
    browser = signed_in(name)
    for paths, least in ((EVERYONE, "viewer"), (MANAGERS, "manager"), (ADMINS, "admin")):
        wanted = 200 if RANKS.index(name) >= RANKS.index(least) else 403
        assert {path: browser.get(path).status_code for path in paths} == dict.fromkeys(paths, wanted)


@pytest.mark.parametrize("path", [*EVERYONE, *MANAGERS, *ADMINS, "/charts/abc.svg", "/nowhere/s014"])
def test_a_stranger_is_led_to_the_login_or_told_nothing(address, path):
    with visitor(address) as browser:
        answer = browser.get(path)
    assert answer.status_code in (303, 401, 404)
    assert "Acme" not in answer.text


@pytest.mark.parametrize("path", ["chain", "stores", "stores/s014/day", "definitions"])
def test_the_api_asks_a_stranger_for_name_and_password(address, path):
    with visitor(address) as browser:
        refused = browser.get(f"/api/v1/{path}")
        allowed = browser.get(f"/api/v1/{path}", auth=("viewer", "correct horse"))
        wrong = browser.get(f"/api/v1/{path}", auth=("viewer", "battery staple"))
    assert (refused.status_code, allowed.status_code, wrong.status_code) == (401, 200, 401)
    assert "Basic" in refused.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("day=2026-13-45", "no date"),
        ("day=<script>", "no date"),
        ("day=2026-11-22", "in the future"),
        ("day=1066-10-14", "before anything"),
        ("period=year", "A period is one of"),
        ("period=%00", "A period is one of"),
    ],
)
@pytest.mark.parametrize("path", REPORTS)
def test_a_day_that_is_none_gets_a_friendly_sentence(signed_in, path, query, words):
    answer = signed_in("viewer").get(f"{path}?{query}")
    assert answer.status_code == 400
    assert words in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("unknown", ["s999", "..%2f..", "%3Cscript%3E", "s014'--"])
def test_an_unknown_store_is_a_friendly_page(signed_in, unknown):
    answer = signed_in("viewer").get(f"/stores/{unknown}")
    assert answer.status_code == 404
    assert "<script>" not in answer.text


@pytest.mark.parametrize("path", ["/", *REPORTS, *MANAGERS, "/setup/stores/s016"])
def test_a_label_that_is_a_script_stays_words(signed_in, path):
    page = signed_in("admin").get(path).text
    assert "&lt;script&gt;" in page
    assert sample.RUDE not in page


def test_no_page_needs_a_script_or_style_in_line(signed_in):
    browser = signed_in("admin")
    for path in ("/", *REPORTS, CALLS[0], *MANAGERS, *ADMINS, "/definitions", "/login"):
        answer = browser.get(path)
        assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
        assert not re.search(r'\sstyle="|\son\w+="|<script(?! src=)|<style', answer.text), path


def test_a_number_says_how_far_it_can_be_trusted(signed_in):
    page = signed_in("viewer").get("/stores/s014").text
    for words in (
        "goal 80, 2.8 points short",
        "between 74 and 80.4",
        "1.8 points, worse",
        "too few",
        "partial",
        "silent for 40 min",
    ):
        assert words in page


def test_a_phone_and_a_tablet_get_their_own_drawing_of_a_chart(signed_in):
    browser = signed_in("viewer")
    page = browser.get("/stores/s014").text
    narrow, medium, wide = re.search(
        r'<picture.*?srcset="([^"]+)".*?srcset="([^"]+)"><img src="([^"]+)"', page
    ).groups()
    widths = [int(re.search(r'width="(\d+)', browser.get(path).text).group(1)) for path in (narrow, medium, wide)]
    assert widths[0] < 370 < 600 < widths[1] < 720 < 900 < widths[2]


def test_a_store_that_has_not_begun_says_how_each_reader_begins(signed_in):
    page = signed_in("lead").get("/stores/s015").text
    for reader in ("Store staff", "Store manager", "Experience lead", "IT"):
        assert reader in page


def test_the_machine_that_watches_finds_health_and_numbers(address):
    with visitor(address) as browser:
        assert browser.get("/healthz").json() == {"status": "ok"}
        numbers = browser.get("/metrics", auth=("viewer", "correct horse")).text
    assert "floorpulse_facts_total 0" in numbers
    assert "# TYPE floorpulse_quarantined_total counter" in numbers


def test_the_api_describes_itself(address):
    with visitor(address) as browser:
        described = browser.get("/api/openapi.json").json()
    assert "/api/v1/stores/{store}/zones" in described["paths"]
    assert "ZoneDwell" in json.dumps(described["components"])
