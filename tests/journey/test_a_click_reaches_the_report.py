"""A shopper clicks a face on the real window; the manager sees it in a real browser."""

import os
import subprocess

from playwright.sync_api import expect, sync_playwright

from tests.journey.shop import PASSWORD, display, eventually, shop
from tests.materials import program

FIRST_FACE = (180, 420)
"""Somewhere on the leftmost, happiest face of the window at 1280x800."""


def test_a_click_on_a_face_appears_in_the_report_within_five_seconds(tmp_path):
    xdotool, chromium = program("xdotool"), program("chromium", "chromium-browser")
    program("Xvfb")
    with display() as screen, shop(tmp_path) as corner, sync_playwright() as playwright:
        nobody, _ = os.pipe()
        corner.kiosk("--shoppers", "-", stdin=nobody, DISPLAY=screen, SDL_VIDEODRIVER="x11")
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = browser.new_page(viewport={"width": 390, "height": 844})
        assert eventually(lambda: "Reports:" in corner.processes.log_of("central"))
        page.goto(f"http://127.0.0.1:{corner.port}/login")
        page.fill("input[name=name]", "anna")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button")
        page.goto(f"http://127.0.0.1:{corner.port}/stores/corner/feedback")
        expect(page.locator("main")).to_contain_text("last tap never")

        assert eventually(lambda: "ready" in corner.processes.log_of("kiosk"))
        _click(xdotool, screen)
        expect(page.locator("main")).not_to_contain_text("last tap never", timeout=5000)
        expect(page.locator("main")).to_contain_text("100")
        assert len(corner.taps_at_the_centre()) == 1
        browser.close()


def _click(xdotool: str, screen: str) -> None:
    x, y = map(str, FIRST_FACE)
    subprocess.run([xdotool, "mousemove", x, y, "click", "1"], env={"DISPLAY": screen}, check=True)
