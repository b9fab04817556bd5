"""Contrast, measured from the pixels of every screen: words 4.5, shapes 3, whoever looks and however it is dressed."""

import numpy as np
import pytest

from kiosk.gallery import LOOKS, Gallery
from kiosk.glass import Face, Screen
from kiosk.layout import Box
from kiosk.view import View
from tests.kiosk.conftest import PANEL
from tests.kiosk.measure import contrast, part, photograph, stands_out

WORDS, SHAPES = 4.5, 3.0


@pytest.fixture
def gallery(window):
    """`gallery(looks)` on the window."""
    hanging = []

    def hang(looks):
        hanging.append(Gallery(PANEL, LOOKS[looks]))
        return hanging[-1]

    yield hang
    for hung in hanging:
        hung.close()


def pale(name, sheet, shot):
    """What cannot be seen well enough."""
    for written in sheet.written:
        seen = stands_out(shot, ink(written), 0.04)
        if seen < WORDS:
            yield f"{name}: {written.text!r} has {seen:.2f}"
    for box in sheet.signs:
        seen = stands_out(shot, box, 0.04)
        if seen < SHAPES:
            yield f"{name}: the sign at {box.centre} has {seen:.2f}"
    for box, hit in sheet.targets:
        seen = rim(shot, box, sheet.panel.step)
        if seen < SHAPES:
            yield f"{name}: the edge of {hit} has {seen:.2f}"


def ink(written):
    """Where the letters are, without the air above and below them."""
    return written.at._replace(y=written.at.y + written.size * 0.25, height=written.at.height - written.size * 0.5)


def rim(shot, box, step):
    """The contrast of the ground just outside of both sides with the strongest pixel of the edge, half-way up."""
    found = []
    for x in (box.x, box.right):
        outwards = -1 if x == box.x else 1
        outside = part(shot, Box(x + outwards * 0.6 * step, box.y + box.height * 0.45, 1, 2))[0]
        edge = part(shot, Box(min(x, x - outwards * step), box.y + box.height * 0.45, step, 2))
        found.append(float(contrast(edge, outside).max()))
    return min(found)


@pytest.mark.parametrize("looks", ["plain", "contrast", "brand"])
def test_words_stand_out_by_four_and_a_half_and_shapes_by_three_on_every_screen(gallery, looks):
    hung = gallery(looks)
    found = []
    for name, view in hung.views("en"):
        sheet = hung.show(view)
        found += pale(name, sheet, photograph(PANEL))
    assert found == []


@pytest.mark.parametrize("looks", ["plain", "brand"])
def test_at_night_every_screen_can_be_read_as_well(gallery, looks):
    hung = gallery(looks)
    found, light = [], {}
    for name, view in hung.views("en"):
        if name in ("question", "question-asked", "pressed", "reason-unhappy", "chosen", "news", "receipt", "thanks"):
            sheet = hung.show(view._replace(night=True))
            shot = photograph(PANEL)
            found += pale(name, sheet, shot)
            hung.show(view)
            light[name] = shot.mean() / photograph(PANEL).mean()
    assert found == []
    assert max(light.values()) < 0.85, "less light"


def test_grey_words_on_grey_are_noticed(gallery):
    hung = gallery("plain")
    sheet = hung.stage.sheet(View(Screen.SORRY, "en"))
    sheet.brush.colour((0.5, 0.5, 0.5))
    sheet.brush.panel(Box(0, 0, PANEL.width, PANEL.height), 10)
    sheet.brush.colour((0.8, 0.8, 0.8))
    sheet.write("hard to read", Box(100, 100, 600, 100), 4.0)
    sheet.icon("check", (900, 400), 60)
    sheet.targets.append((Box(800, 300, 200, 200), Face(1)))
    hung._wall.canvas.clear()
    hung._wall.canvas.add(sheet.brush.group)
    from kivy.base import EventLoop

    EventLoop.idle()
    assert len(list(pale("grey", sheet, photograph(PANEL)))) == 3


def test_black_and_white_are_twenty_one_apart():
    assert contrast(np.array([0, 0, 0]), np.array([255, 255, 255])) == pytest.approx(21)
    assert contrast(np.array([118, 118, 118]), np.array([255, 255, 255])) == pytest.approx(4.54, abs=0.01)
