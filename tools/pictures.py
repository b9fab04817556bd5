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
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
STORE = "avenida"
"""The one with a queue to talk about."""
LIVE = "terminal"
"""The one whose devices run."""
PAGES = {
    "chain": "/",
    "day": f"/stores/{STORE}",
    "zones": f"/stores/{STORE}/zones",
    "feedback": f"/stores/{STORE}/feedback",
    "rooms": f"/stores/{STORE}/rooms",
    "setup": f"/setup/stores/{STORE}",
    "survey": "/setup/surveys/visit",
    "survey-question": "/setup/surveys/visit/questions/0",
    "survey-preview": "/setup/surveys/visit/preview",
    "calls": f"/stores/{LIVE}/calls",
}
PORT = "8099"
PANELS = {"800x480": ("7", 6, 256), "1280x800": ("10.1", 6, 256), "1080x1920": ("21.5", 9, 170)}
"""Inches, and how the panel's screens are laid out on a sheet: columns, and the width of each."""
GAP = 6
REFERENCES = Path(__file__).parent.parent / "tests" / "kiosk" / "references"
OTHER_SCRIPTS = [
    f"{name}-{code}" for code in ("ar", "hi") for name in ("question", "reason-unhappy", "receipt", "staff")
]
TOLD = [f"{name}-en-1280x800" for name in ("question", "pressed", "reason-unhappy", "thanks", "help-coming", "news")]


def main() -> int:
    """Exit status 1 when the demo does not come up."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    draw_kiosk()
    command = [sys.executable, "-m", "floorpulse", "demo", "--json", "--port", PORT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        line = demo.stdout.readline()
        if line:
            look_at(json.loads(line))
        demo.send_signal(signal.SIGTERM)
    for picture in PICTURES.glob("*.png"):
        make_small(picture, 256)
    return 0 if line else 1


def look_at(shop: dict[str, object]) -> None:
    """Every report at every size."""
    login = shop["login"]
    assert isinstance(login, dict)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        write_survey(sign_in(browser, "desktop", str(shop["reports"]).rstrip("/"), login), str(shop["reports"]))
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


def write_survey(page: Page, reports: str) -> None:
    """One that has gone to the kiosks."""
    page.goto(f"{reports.rstrip('/')}/setup/surveys")
    page.fill("main input[name=id]", "visit")
    page.click("main button:has-text('Begin')")
    page.goto(f"{reports.rstrip('/')}/setup/surveys/visit")  # the demo of before may have left one
    page.click("main button:has-text('Publish')")


def photograph(page: Page, size: str, base: str) -> None:
    for name, path in PAGES.items():
        page.goto(base + path, wait_until="networkidle")
        page.evaluate("document.querySelectorAll('img').forEach(image => { image.loading = 'eager' })")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURES / f"{name}-{size}.png", full_page=True)
        print(f"{name}-{size}.png")


def draw_kiosk() -> None:
    """Sheets of all screens in every language on three panels, how they can be dressed, and the tests' references."""
    (PICTURES / "kiosk").mkdir(parents=True)
    with TemporaryDirectory() as folder:
        for size, (inches, columns, width) in PANELS.items():
            shots = shoot(Path(folder) / size, size, inches, "all", "plain")
            for language in sorted({shot.stem.split("-")[-2] for shot in shots}):
                chosen = [shot for shot in shots if f"-{language}-" in shot.name]
                lay_out(chosen, columns, width, PICTURES / "kiosk" / f"{language}-{size}.webp")
            if size == "1280x800":
                make_references(shots)
                show_a_few(shots)
        dressed = []
        for looks in ("reach", "contrast", "large", "brand"):
            shots = shoot(Path(folder) / looks, "1280x800", "10.1", "en", looks)
            dressed += [shot for shot in shots if shot.name.startswith(("question-en", "question-rooms", "chosen"))]
        lay_out(dressed, 3, 420, PICTURES / "kiosk" / "dressed.webp")


def shoot(folder: Path, size: str, inches: str, languages: str, looks: str) -> list[Path]:
    """Every screen of the kiosk, offscreen, in the order in which the gallery shows them."""
    command = [sys.executable, "-m", "kiosk.gallery", str(folder), "--size", size, "--inches", inches]
    command += ["--languages", languages, "--looks", looks]
    environment = {**os.environ, "SDL_VIDEODRIVER": "offscreen"}
    drawn = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True)
    return [Path(line) for line in drawn.stdout.split()]


def lay_out(shots: list[Path], columns: int, width: int, sheet: Path) -> None:
    """All on one sheet, in rows."""
    small = []
    for shot in shots:
        with Image.open(shot) as full:
            height = round(width * full.height / full.width)
            small.append(full.convert("RGB").resize((width, height), Image.Resampling.LANCZOS))
    rows = -(-len(small) // columns)
    paper = Image.new("RGB", (columns * (width + GAP) + GAP, rows * (height + GAP) + GAP), "#0c0a18")
    for i, picture in enumerate(small):
        row, column = divmod(i, columns)
        paper.paste(picture, (GAP + column * (width + GAP), GAP + row * (height + GAP)))
    paper.save(sheet, quality=78, method=6)
    print(sheet.name)


def make_references(shots: list[Path]) -> None:
    """Stamps for tests/kiosk/test_references.py: all screens in English, and the letters of other scripts."""
    shutil.rmtree(REFERENCES, ignore_errors=True)
    REFERENCES.mkdir()
    for shot in shots:
        name = shot.stem.removesuffix("-1280x800")
        if name.endswith("-en") or name in OTHER_SCRIPTS:
            with Image.open(shot) as full:
                full.convert("RGB").resize((320, 200), Image.Resampling.BOX).save(REFERENCES / f"{name}.png")
            make_small(REFERENCES / f"{name}.png", 128, dither=False)


def show_a_few(shots: list[Path]) -> None:
    """The screens that the manual tells about, large enough to read."""
    for shot in shots:
        if shot.stem in TOLD:
            shutil.copy(shot, PICTURES / "kiosk" / shot.name)
            make_small(PICTURES / "kiosk" / shot.name, 160)


def make_small(picture: Path, colours: int, dither: bool = True) -> None:
    """A palette is plenty for a page, and a fifth of the bytes."""
    method = Image.Dither.FLOYDSTEINBERG if dither else Image.Dither.NONE
    with Image.open(picture) as full:
        full.convert("RGB").quantize(colours, dither=method).save(picture, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
