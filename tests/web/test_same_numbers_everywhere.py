"""A shop's facts go through the collector; page, CSV and JSON then show the same numbers, and a tap shows at once."""

import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from central.collector import Collector
from central.reports.shapes import Measure
from central.store import open_store
from central.store.users import Role, create_user
from central.web import words
from central.web.app import create_app
from central.web.clerk import Kept
from tests.central import sample
from tests.web.conftest import PASSWORD, serving, visitor

PLACES = {"day": None, "zones": "zones", "feedback": "kiosks", "rooms": "groups"}
NAMES = {"zones": "zone", "feedback": "device", "rooms": "group"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A store filled through the collector."""
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('shop')}/central.db") as store:
        sample.fill(store)
        create_user(store, "lead", Role.LEAD, PASSWORD, sample.AFTER)
        yield store


@pytest.fixture(scope="module")
def browser(shop):
    with serving(create_app(shop, clock=lambda: sample.AFTER)) as address, visitor(address, "lead") as opened:
        yield opened


def rows_of(browser, report, query=""):
    text = browser.get(f"/stores/s1/{report}.csv?{query}").text
    return list(csv.DictReader(io.StringIO(text)))


def measures_of(report, json):
    """(place, metric) -> measure as JSON, without hours."""
    if report == "day":
        return {("s1", name): measure for name, measure in json["tiles"].items()}
    places = json[PLACES[report]]
    return {(place[NAMES[report]], name): m for place in places for name, m in place["measures"].items()}


@pytest.mark.parametrize("query", ["", "day=2026-09-22&period=4weeks"])
@pytest.mark.parametrize("report", PLACES)
def test_csv_json_and_page_show_the_same(browser, report, query):
    json = browser.get(f"/api/v1/stores/s1/{report}?{query}").json()
    page = browser.get(f"/stores/s1{'' if report == 'day' else '/' + report}?{query}").text
    cells = {(row["place"], row["metric"]): row for row in rows_of(browser, report, query) if not row["start"]}
    measures = measures_of(report, json)
    assert measures
    for key, measure in measures.items():
        row = cells[key]
        assert (float(row["value"]) if row["value"] else None) == measure["value"]
        assert (row["n"], row["unit"]) == (str(measure["n"]), measure["unit"])
        assert row["flags"] == " + ".join(measure["flags"])
        assert words.shown(Measure(measure["value"], 0, measure["unit"], flags=tuple(measure["flags"]))) in page


def test_the_hours_of_the_csv_are_those_of_the_json(browser):
    json = browser.get("/api/v1/stores/s1/zones").json()
    told = {
        (zone["zone"], hour["label"], name): measure["value"]
        for zone in json["zones"]
        for hour in zone["hours"]
        for name, measure in hour["measures"].items()
    }
    hourly = [row for row in rows_of(browser, "zones") if row["seconds"] == "3600"]
    written = {(r["place"], r["label"], r["metric"]): float(r["value"]) if r["value"] else None for r in hourly}
    assert told
    assert told.items() <= written.items()


def test_a_tap_shows_at_the_next_question(browser, shop):
    before = browser.get("/stores/s1/version").json()["version"]
    page = browser.get("/stores/s1/feedback")
    assert f'data-version="{before}"' in page.text
    votes = votes_on(browser)
    kiosk = sample.Device("kiosk-exit", epoch="fedcba987654")
    event = kiosk.event(sample.tap(1), sample.at_local(17, 55))
    Collector(shop).take(kiosk.topic, next(sample.batches([event])), sample.AFTER + timedelta(seconds=1))
    assert browser.get("/stores/s1/version").json()["version"] != before
    assert votes_on(browser) == votes + 1
    assert "kiosk-exit" in browser.get("/stores/s1/feedback").text


def votes_on(browser):
    kiosks = browser.get("/api/v1/stores/s1/feedback").json()["kiosks"]
    return next(kiosk for kiosk in kiosks if kiosk["device"] == "kiosk-exit")["measures"]["votes"]["value"]


def test_every_metric_that_a_report_names_has_a_definition(browser):
    known = set(re.findall(r'<div id="([^"]+)">', browser.get("/definitions").text))
    named = {
        name
        for report in PLACES
        for (_, name) in measures_of(report, browser.get(f"/api/v1/stores/s1/{report}").json())
    }
    assert named <= known


def test_a_cell_that_a_spreadsheet_would_run_is_quoted():
    from central.web.export import Line, csv_of

    text = csv_of("s1", sample.DAY, sample.DAY, [Line("z", "=HYPERLINK(1)", "visits", Measure(-2.0, 3, "visits"))])
    assert "'=HYPERLINK(1)" in text
    assert ",-2.0," in text


def test_a_store_with_no_data_begins_with_words_for_its_readers(browser):
    assert "Here is how each of you begins" in browser.get("/stores/s2").text
    for report in ("zones", "feedback", "rooms"):
        assert browser.get(f"/stores/s2/{report}").status_code == 200


def test_a_report_that_many_ask_for_is_made_once_and_a_failed_one_again():
    kept, made = Kept(), []

    def make():
        made.append(1)
        if len(made) == 1:
            raise OSError("the disk")
        return "report"

    with pytest.raises(OSError, match="the disk"):
        kept.get("name", make)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: kept.get("name", make), range(30))) == {"report"}
    assert len(made) == 2
