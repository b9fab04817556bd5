"""Remakes the pictures in docs/pictures: the screens of the kiosk, and every report as a phone and a desk see it.

It runs the demo (`floorpulse demo --json`), logs in with a real browser and looks.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
STORE = "avenida"
"""The one with a queue to talk about."""
PAGES = {
    "chain": "/",
    "day": f"/stores/{STORE}",
    "zones": f"/stores/{STORE}/zones",
    "feedback": f"/stores/{STORE}/feedback",
    "rooms": f"/stores/{STORE}/rooms",
    "setup": f"/setup/stores/{STORE}",
}
PORT = "8099"


def main() -> int:
    """Exit status 1 when the demo does not come up."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    draw_kiosk("1280x800", "10.1", "all")
    draw_kiosk("800x480", "7", "en")
    draw_kiosk("1080x1920", "22", "en")
    command = [sys.executable, "-m", "floorpulse", "demo", "--json", "--port", PORT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        line = demo.stdout.readline()
        if line:
            look_at(json.loads(line))
        demo.send_signal(signal.SIGTERM)
    for picture in PICTURES.glob("*.png"):
        make_small(picture)
    return 0 if line else 1


def look_at(shop: dict[str, object]) -> None:
    """Every report at every size."""
    login = shop["login"]
    assert isinstance(login, dict)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for size in SIZES:
            page = sign_in(browser, size, str(shop["reports"]).rstrip("/"), login)
            photograph(page, size, str(shop["reports"]).rstrip("/"))
        browser.close()


def sign_in(browser: Browser, size: str, base: str, login: dict[str, str]) -> Page:
    width, height = SIZES[size]
    page = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB").new_page()
    page.goto(f"{base}/login")
    page.screenshot(path=PICTURES / f"login-{size}.png")
    page.fill("input[name=name]", login["name"])
    page.fill("input[name=password]", login["password"])
    page.click("main button")
    return page


def photograph(page: Page, size: str, base: str) -> None:
    for name, path in PAGES.items():
        page.goto(base + path, wait_until="networkidle")
        page.evaluate("document.querySelectorAll('img').forEach(image => { image.loading = 'eager' })")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURES / f"{name}-{size}.png", full_page=True)
        print(f"{name}-{size}.png")


def draw_kiosk(size: str, inches: str, languages: str) -> None:
    """The screens of the kiosk, offscreen: all of them in English, the question in every language."""
    folder = PICTURES / "kiosk"
    command = [sys.executable, "-m", "kiosk.gallery", str(folder), "--size", size, "--inches", inches]
    subprocess.run([*command, "--languages", languages], check=True, env={**os.environ, "SDL_VIDEODRIVER": "offscreen"})
    for picture in folder.glob("*.png"):
        if "-en-" not in picture.name and not picture.name.startswith("question"):
            picture.unlink()


def make_small(picture: Path) -> None:
    """A palette of 256 colours is plenty for a page, and a fifth of the bytes; the kiosk's soft light needs more."""
    with Image.open(picture) as full:
        full.convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(picture, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
