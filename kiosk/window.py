"""The one window: its environment, its settings, its pixels. Kivy reads the environment while it is imported."""

import atexit
import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

_DEFAULTS = {
    "KIVY_WINDOW": "sdl2",  # any other provider may end the process without a word when it fails
    "KIVY_NO_ARGS": "1",
    "KIVY_NO_CONFIG": "1",
    "KIVY_NO_ENV_CONFIG": "1",
    "KIVY_NO_FILELOG": "1",
    "KIVY_LOG_MODE": "PYTHON",
    "SDL_NO_SIGNAL_HANDLERS": "1",  # SIGTERM is ours, and ends the kiosk in order
}

MOST_FRAMES = 40
"""Kivy sleeps too little for what it is told, and goes round a third more often: some 53 times a second."""


def prepare_environment() -> None:
    """Set what Kivy and SDL read while they are imported; what is set already stands, but for the console log."""
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    os.environ.pop("KIVY_NO_CONSOLELOG", None)  # its mere presence silences errors, whatever its value
    if "SDL_VIDEODRIVER" not in os.environ and (driver := video_driver(dict(os.environ), Path("/dev/dri"))):
        os.environ["SDL_VIDEODRIVER"] = driver
    if "KIVY_HOME" not in os.environ:
        os.environ["KIVY_HOME"] = home = tempfile.mkdtemp(prefix="floorpulse-kiosk-")
        atexit.register(shutil.rmtree, home, ignore_errors=True)


def video_driver(environment: dict[str, str], dri: Path) -> str | None:
    """SDL's driver: its own choice under a display server, else the bare screen, else memory."""
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return None
    return "kmsdrm" if any(os.access(card, os.R_OK | os.W_OK) for card in dri.glob("card*")) else "offscreen"


def open_window(width: int, height: int, fullscreen: bool, touch_device: Path | None = None) -> Any:
    """Kivy's window, with one source of touches and no way out by keys. Call it once in a process."""
    prepare_environment()
    logging.getLogger("kivy").addFilter(lambda record: record.levelno >= logging.WARNING)
    from kivy.config import Config

    for provider in Config.options("input"):
        Config.remove_option("input", provider)
    # One source only, or every finger comes twice. On Linux Kivy drops SDL's fingers and takes the mouse that SDL makes
    # of the first one; all fingers come only from the panel's own device.
    Config.set("input", "panel", f"mtdev,{touch_device}" if touch_device else "mouse,disable_multitouch")
    graphics: dict[str, int | str] = {"width": width, "height": height, "resizable": 0, "maxfps": MOST_FRAMES}
    graphics |= {
        "multisamples": 0,
        "fullscreen": "auto" if fullscreen else 0,
        "borderless": int(fullscreen),
        "show_cursor": 0,
    }
    for key, value in graphics.items():
        Config.set("graphics", key, value)
    Config.set("kivy", "exit_on_escape", 0)
    Config.set("modules", "inspector", "")
    Config.remove_option("modules", "inspector")
    from kivy.core.window import Window
    from kivy.graphics.opengl import glFinish

    # Only vertical sync makes a flip wait, and a screen in memory has none: frames would queue, 5 MB each.
    Window.bind(on_draw=lambda *_: glFinish())
    Window.show_cursor = not fullscreen
    Window.allow_screensaver = False
    Window.bind(on_keyboard=lambda *_: True, on_request_close=lambda *_, **__: fullscreen)
    return Window


def pixels(width: int, height: int) -> bytes:
    """What the screen shows: RGB rows from the bottom up. After a flip and before the next draw."""
    from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

    return bytes(glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE))


def save_screenshot(path: Path, width: int, height: int) -> None:
    """A PNG of what the screen shows."""
    from kivy.core.image import Image
    from kivy.graphics.texture import Texture

    texture = Texture.create(size=(width, height), colorfmt="rgb")
    texture.blit_buffer(pixels(width, height), colorfmt="rgb", bufferfmt="ubyte")
    Image(texture).save(str(path), flipped=True)
