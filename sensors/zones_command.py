"""`floorpulse zones`: draw the lines and zones of a site file on the floor of a clip or a camera, in a browser here."""

import json
import secrets
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from editor.form import answer, plain, read_form, rows_from, rows_of, written
from editor.page import STATIC, Places, fragment, whole
from events.layout import Layout
from events.settings import ConfigError
from sensors import site_file
from sensors.backdrop import Backdrop, encoded
from sensors.frames import Frame, Image

NAME = "floorpulse zones"
FPS = 2.0
"""Frames looked at, of each second."""
LARGEST_FORM = 200_000
_TYPES = {".js": "text/javascript", ".css": "text/css"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def options(argv: Sequence[str]) -> Namespace:
    parser = ArgumentParser(prog=NAME, description="Draw lines and zones on the floor that a camera sees.")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--video", type=Path, metavar="FILE", help="a clip of the place")
    source.add_argument("--camera", metavar="SOURCE", help="a camera's number, or rtsp://user@host/path")
    parser.add_argument("--site", type=Path, required=True, metavar="FILE.toml", help="what is drawn goes into it")
    parser.add_argument("--model", default="", metavar="NAME|FILE", help="a person detector (floorpulse models list)")
    parser.add_argument("--port", type=int, default=0, help="of the page, on this machine alone; 0 takes a free one")
    parser.add_argument("--json", action="store_true", help="print the address as JSON")
    return parser.parse_args(argv)


def floor_of(frames: Iterable[Frame | None], detect: Callable[[Any], Any]) -> tuple[Image | None, str]:
    """The floor of a clip or a camera without its people, and in words what is missing of it."""
    backdrop: Backdrop | None = None
    for frame in frames:
        if frame is None:
            continue
        backdrop = backdrop or Backdrop(frame.at)
        if not backdrop.look(frame.image, detect(frame.image), frame.at):
            continue
        floor = backdrop.ready(detect, frame.at)
        if floor is not None:
            missing = backdrop.missing().share > 0
            return floor, "Grey places were never seen without somebody, or something that looks so." if missing else ""
        if backdrop.is_over(frame.at):
            break
    why = backdrop.missing() if backdrop else "there were no frames"
    return None, f"the floor cannot be shown: {why}; draw on the grid, or take a quieter hour"


class Page:
    """What the local page shows and does; knows no sockets."""

    def __init__(self, site: Path, picture: bytes, note: str) -> None:
        self._site, self.picture, self._note = site, picture, note
        self._said = ""

    def layout(self) -> Layout:
        return site_file.read_site(self._site).layout if self._site.exists() else Layout()

    def html(self, form: dict[str, str] | None = None, wrong: str = "") -> str:
        """The page; a refused form keeps what was typed."""
        layout = self.layout()
        rows = rows_of(layout) if form is None else rows_from(form)
        places = Places("save", "check", image="floor.jpg" if self.picture else "", button="Save")
        notes = [note for note in (self._said, self._note, wrong and f"{wrong}. Nothing was saved.") if note]
        self._said = ""
        body = fragment(rows, places, {}, region=written(layout.region))
        undo = '<form method="post" action="undo"><button class="soft">Take the last saving back</button></form>'
        lede = f"What you save goes into {self._site.name}, and nowhere else. People were taken out of the picture."
        return whole("Lines and zones", lede, body + undo, "static", notes)

    def check(self, form: dict[str, str]) -> str:
        return json.dumps(answer(form, self.layout()))

    def take(self, form: dict[str, str]) -> str:
        """Empty when it was saved, else why not."""
        try:
            drawn = read_form(form)
            site_file.save_layout(self._site, drawn)
        except ConfigError as error:
            return plain(error)
        self._said = f"Saved: {len(drawn.line)} lines and {len(drawn.zone)} zones."
        return ""

    def undo(self) -> None:
        taken = site_file.take_back(self._site)
        self._said = "The file is as it was before." if taken else "There is nothing to take back."


def serve(
    page: Page, port: int, ready: Callable[[str], None], stopper: Callable[[Callable[[], None]], object] | None = None
) -> None:
    """Until Ctrl-C, on the loopback alone; the address holds a secret, so that no other page can write here.

    `stopper` is given what ends it from another thread.
    """
    token = secrets.token_urlsafe(12)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, page, token))
    except OSError as error:
        raise ConfigError(f"the page cannot listen on port {port}: {error.strerror}") from error
    with server:
        if stopper:
            stopper(server.shutdown)
        ready(f"http://127.0.0.1:{server.server_address[1]}/{token}/")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


class Handler(BaseHTTPRequestHandler):
    """The few paths of the page."""

    def __init__(self, page: Page, token: str, *args: Any) -> None:
        self._page, self._token = page, token
        super().__init__(*args)

    def do_GET(self) -> None:
        path = self._path()
        if path == "":
            self._send(200, "text/html; charset=utf-8", self._page.html().encode())
        elif path == "floor.jpg" and self._page.picture:
            self._send(200, "image/jpeg", self._page.picture)
        elif path and path.startswith("static/") and (file := STATIC / Path(path).name).is_file():
            self._send(200, _TYPES.get(file.suffix, "application/octet-stream"), file.read_bytes())
        else:
            self._send(404, "text/plain", b"There is nothing here.")

    def do_POST(self) -> None:
        path, size = self._path(), int(self.headers.get("Content-Length") or 0)
        if path is None or size > LARGEST_FORM:
            self._send(404, "text/plain", b"There is nothing here.")
            return
        form = dict(parse_qsl(self.rfile.read(size).decode(errors="replace"), keep_blank_values=True))
        if path == "check":
            self._send(200, "application/json", self._page.check(form).encode())
        elif path == "save" and (wrong := self._page.take(form)):
            self._send(422, "text/html; charset=utf-8", self._page.html(form, wrong).encode())
        else:
            if path == "undo":
                self._page.undo()
            self._send(303, "text/plain", b"", Location=f"/{self._token}/")

    def _path(self) -> str | None:
        """Below the secret; None for whoever does not know it."""
        _, token, path = (urlsplit(self.path).path + "//").split("/", 2)
        return path.rstrip("/") if secrets.compare_digest(token, self._token) else None

    def _send(self, status: int, kind: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Silent: the secret stands in every path."""


def picture_of(floor: Image | None) -> bytes:
    return b"" if floor is None else encoded(floor)


def tell(as_json: bool, address: str) -> None:
    """Where the page is."""
    print(json.dumps({"page": address}) if as_json else f"Draw at {address}  (Ctrl-C ends it)", flush=True)
