"""A kiosk hangs for weeks: its flows must leave nothing behind."""

import gc
from pathlib import Path

from kiosk.glass import Control, Face, Screen, Switch, Tile
from kiosk.survey import read_survey

REASONS = read_survey().question[0].reasons


def resident_mib():
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1024


def shopper(screen, number):
    if number % 10 == 0:
        screen.touch(Switch(("en", "de", "fr", "es")[number // 10 % 4]))
        screen.frame(1.0)
        screen.touch(Control.RECEIPT)
        screen.frame(1.0)
        screen.touch_at(0.5, 0.5)
    screen.frame(61.0)
    screen.touch(Face(1 + number % 4))
    screen.until(lambda: screen.flow.screen == Screen.REASON)
    screen.frame(0.7)
    screen.touch(Tile(REASONS[number % 6]))
    screen.until(lambda: screen.flow.screen == Screen.THANKS)
    screen.frame(2.1)
    assert screen.flow.screen == Screen.QUESTION


def test_twenty_shoppers_leave_no_memory_behind(hung, outbox):
    screen = hung(outbox.add)
    for number in range(10):
        shopper(screen, number)
    before = resident_mib()
    for number in range(10, 30):
        shopper(screen, number)
    assert resident_mib() - before < 15


def meshes():
    return sum(type(item).__name__ == "Mesh" for item in gc.get_objects())


def test_a_picture_that_was_replaced_is_gone_at_once_and_not_with_some_later_collection(hung, outbox):
    screen = hung(outbox.add)
    gc.collect()
    gc.disable()
    try:
        shown = []
        for language in ("de", "fr", "es", "en"):
            screen.touch(Switch(language))
            screen.frame(1.0)
            shown.append(meshes())
    finally:
        gc.enable()
    assert len(set(shown)) == 1
