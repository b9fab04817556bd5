"""The bench's page in a real browser: draw, undo, keys, refusal, and the file that comes of it."""

import shutil
import threading
from contextlib import contextmanager

import httpx
import numpy as np
import pytest

from sensors.backdrop import encoded
from sensors.site_file import read_site
from sensors.zones_command import Page, serve
from tests.sensors.test_site_file import SITE

CHECKED = 'form.editor[data-checked]:not([data-checked=""])'
"""What is drawn now has been answered."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("not run: Chromium is not installed")
    api = pytest.importorskip("playwright.sync_api", reason="not run: Playwright is not installed")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def site(tmp_path):
    path = tmp_path / "site.toml"
    path.write_text(SITE.replace('name = "gone"', 'name = "foyer"').replace('name = "old"', 'name = "door"'))
    return path


@contextmanager
def bench(site):
    """The page over a site file; its address, and its server stopped at the end."""
    floor = np.full((480, 640, 3), 150, np.uint8)
    ready, address, stop = threading.Event(), [], []

    def told(at):
        address.append(at)
        ready.set()

    thread = threading.Thread(target=serve, args=(Page(site, encoded(floor), ""), 0, told, stop.append))
    thread.start()
    assert ready.wait(20)
    try:
        yield address[0]
    finally:
        stop[0]()
        thread.join()


@pytest.fixture
def page(browser, site):
    errors = []
    with bench(site) as address:
        opened = browser.new_page(viewport={"width": 1280, "height": 900})
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(address)
        opened.wait_for_selector("form.editor.live .editor-says li")
        yield opened
        opened.close()
    assert errors == []


def click(page, *points):
    box = page.locator(".editor-canvas svg").bounding_box()
    for x, y in points:
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def names(page):
    return page.eval_on_selector_all(".editor-title", "all => all.map(one => one.textContent)")


def says(page, name):
    """What is said of an item, once the page has asked."""
    card = page.locator(".editor-item", has=page.locator(f'.editor-title:text-is("{name}")'))
    page.wait_for_selector(CHECKED)
    return card.locator(".editor-says").inner_text()


def saved(page, site):
    with page.expect_navigation():
        page.click(".editor-save")
    return read_site(site)


def test_a_zone_is_drawn_named_told_about_and_saved(page, site):
    page.click('[data-tool="zone"]')
    click(page, (0.6, 0.3), (0.9, 0.3), (0.9, 0.8), (0.6, 0.8), (0.6, 0.3))
    page.keyboard.type("tills")
    page.locator('.editor-item.chosen select[name$="-kind"]').select_option("staff")
    assert "Nobody's dwell is reported here" in says(page, "tills")
    zone = saved(page, site).zone[-1]
    assert (zone.name, zone.kind.value) == ("tills", "staff")
    assert [pytest.approx(corner, abs=0.02) for corner in zone.polygon] == [
        (0.6, 0.3),
        (0.9, 0.3),
        (0.9, 0.8),
        (0.6, 0.8),
    ]
    assert "Saved: 1 lines and 2 zones." in page.inner_text("main")


def test_a_line_is_drawn_and_turned_round(page, site):
    page.click('[data-tool="line"]')
    click(page, (0.7, 0.2), (0.7, 0.9))
    page.locator(".editor-item.chosen [data-do=turn]").click()
    line = saved(page, site).line[-1]
    assert (line.a, line.b) == (pytest.approx((0.7, 0.9), abs=0.02), pytest.approx((0.7, 0.2), abs=0.02))


def test_what_was_done_is_undone_and_done_again(page):
    before = names(page)
    page.click('[data-tool="line"]')
    click(page, (0.7, 0.2), (0.7, 0.9))
    assert len(names(page)) == len(before) + 1
    page.click('[data-do="undo"]')
    assert names(page) == before
    page.click('[data-do="redo"]')
    assert len(names(page)) == len(before) + 1
    assert page.locator('[data-do="redo"]').is_disabled()


def test_zones_that_overlap_are_refused_at_once_and_by_the_bench(page, site):
    before = site.read_text()
    page.click('[data-tool="zone"]')
    click(page, (0.2, 0.2), (0.6, 0.2), (0.6, 0.8), (0.2, 0.8), (0.2, 0.2))
    page.wait_for_selector(".editor-wrong:not([hidden])")
    assert "'foyer' and 'zone-1' overlap" in page.inner_text(".editor-wrong")
    assert page.locator(".shape.wrong").count() == 2
    page.click(".editor-save")
    page.wait_for_selector("text=Nothing was saved")
    assert site.read_text() == before
    assert "zone-1" in names(page), "what was drawn stays"


def test_a_corner_is_moved_by_keys_alone(page, site):
    knob = page.locator('.knob[aria-label^="Corner 1 of zone foyer"]')
    knob.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Corner 1 of zone foyer, 12 %")
    assert "before and after are not comparable" in says(page, "foyer")
    assert saved(page, site).zone[0].polygon[0] == pytest.approx((0.12, 0.05))


def test_corners_are_added_and_taken_away_by_keys_and_a_triangle_keeps_three(page):
    page.locator('.knob[aria-label^="Corner 2 of zone foyer"]').focus()
    page.keyboard.press("+")
    assert page.locator('.knob[aria-label*="of zone foyer"]').count() == 4
    page.keyboard.press("Delete")
    assert page.locator('.knob[aria-label*="of zone foyer"]').count() == 3
    page.locator('.knob[aria-label^="Corner 2 of zone foyer"]').focus()
    page.keyboard.press("Delete")
    assert names(page) == ["door"], "a zone without corners is no zone; Undo brings it back"
    page.click('[data-do="undo"]')
    assert names(page) == ["door", "foyer"]


def test_a_line_is_drawn_by_keys_alone(page, site):
    page.locator('[data-tool="line"]').focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    for _ in range(6):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("side")
    line = saved(page, site).line[-1]
    assert line.name == "side"
    assert (line.a, line.b) == (pytest.approx((0.55, 0.5)), pytest.approx((0.55, 0.8)))


def test_escape_leaves_nothing_half_drawn(page):
    page.click('[data-tool="zone"]')
    click(page, (0.6, 0.3), (0.9, 0.3))
    page.keyboard.press("Escape")
    assert page.locator(".draft *").count() == 0
    assert names(page) == ["door", "foyer"]


def test_a_corner_that_is_dragged_near_another_zone_touches_it_without_overlapping(page, site):
    page.click('[data-tool="zone"]')
    click(page, (0.405, 0.105), (0.7, 0.1), (0.7, 0.5), (0.402, 0.3), (0.405, 0.105))
    page.wait_for_selector(CHECKED)
    assert page.locator(".editor-wrong").is_hidden(), page.inner_text(".editor-wrong")
    first, second = saved(page, site).zone
    assert second.polygon[0] == first.polygon[1]


def test_it_works_by_touch_on_a_phone(browser, site):
    with bench(site) as address:
        context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
        phone = context.new_page()
        phone.goto(address)
        phone.wait_for_selector("form.editor.live")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        phone.locator('[data-tool="line"]').tap()
        box = phone.locator(".editor-canvas svg").bounding_box()
        for x, y in ((0.7, 0.3), (0.7, 0.8)):
            phone.touchscreen.tap(box["x"] + x * box["width"], box["y"] + y * box["height"])
        assert "line-1" in names(phone)
        context.close()


def test_nobody_without_the_secret_of_the_address_reads_or_writes(site):
    before = site.read_text()
    with bench(site) as address:
        root = address.split("/", 3)[0] + "//" + address.split("/")[2]
        assert httpx.get(address).status_code == 200
        assert httpx.get(root).status_code == 404
        assert httpx.get(f"{root}/guess/floor.jpg").status_code == 404
        assert httpx.post(f"{root}/guess/save", data={"line-0-name": "x"}).status_code == 404
        assert httpx.get(f"{address}static/../../form.py").status_code == 404
        assert httpx.post(f"{address}save", data={}).status_code == 303
    assert site.read_text() != before
