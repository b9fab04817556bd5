"""A tap shows on an open page within five seconds, without a reload: looked at in a real browser."""

import re
import shutil
import time
from datetime import timedelta

import pytest

from central.collector import Collector
from central.store import open_store
from central.store.users import Role, create_user
from central.web.app import create_app
from tests.central import sample
from tests.web.conftest import PASSWORD, serving

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture
def page():
    """A page of headless Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("not run: Chromium is not installed")
    api = pytest.importorskip("playwright.sync_api", reason="not run: Playwright is not installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser.new_page()
        browser.close()


def test_a_tap_shows_on_the_open_page_within_five_seconds(page, tmp_path):
    with open_store(f"sqlite:///{tmp_path}/central.db") as store:
        sample.fill(store)
        create_user(store, "lead", Role.LEAD, PASSWORD, sample.AFTER)
        with serving(create_app(store, clock=lambda: sample.at_local(17, 56))) as address:
            _sign_in(page, f"{address}/login?next=/stores/s1/feedback")
            page.evaluate("document.getElementById('kiosk-exit').querySelector('details.why').open = true")
            page.evaluate("window.loadedOnce = true")
            before = _votes(page)
            kiosk = sample.Device("kiosk-exit", epoch="fedcba987654")
            event = kiosk.event(sample.tap(1), sample.at_local(17, 55))
            Collector(store).take(kiosk.topic, next(sample.batches([event])), sample.AFTER + timedelta(seconds=1))
            tapped = time.monotonic()
            while _votes(page) == before and time.monotonic() - tapped < 5.0:
                page.wait_for_timeout(50)
            assert _votes(page) == before + 1
            assert page.evaluate("window.loadedOnce"), "the page was loaded anew"
            assert page.evaluate("document.getElementById('kiosk-exit').querySelector('details.why').open")
            told = page.inner_text(".heartbeat")
            assert re.fullmatch(r"last tap \d+ s ago", told)
            page.wait_for_function("told => document.querySelector('.heartbeat').innerText !== told", arg=told)


_VOTES = "[...document.querySelectorAll('#kiosk-exit .legend span')].reduce((n, one) => n + Number(one.textContent), 0)"


def _votes(page):
    return page.evaluate(_VOTES)


def _sign_in(page, address):
    page.goto(address)
    page.fill("input[name=name]", "lead")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_selector("#kiosk-exit")
