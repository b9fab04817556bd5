"""Every screen in every language on three panels, dressed in every way: nothing is cut, and everything can be hit."""

from itertools import combinations

import pytest

from kiosk.gallery import LOOKS, Gallery
from kiosk.glass import Face, Screen, Switch
from kiosk.layout import CONTROL_MM, FACE_MM, GAP_MM, Box, Panel
from kiosk.view import View

SMALL, COMMON, UPRIGHT, HUGE = (
    Panel(800, 480, 7),
    Panel(1280, 800, 10.1),
    Panel(1080, 1920, 21.5),
    Panel(3840, 2160, 24),
)
LANGUAGES = ("en", "de", "fr", "es", "ar", "hi")


@pytest.fixture(scope="module")
def galleries(window):
    """`galleries(panel, looks)`, each built once."""
    built = {}

    def of(panel, looks="plain"):
        if (panel, looks) not in built:
            built[panel, looks] = Gallery(panel, LOOKS[looks])
        return built[panel, looks]

    yield of
    for gallery in built.values():
        gallery.close()


def drawn(gallery, language):
    if language not in gallery.languages:
        pytest.skip("not run: Debian's package fonts-noto-core is not installed")
    return [(name, gallery.stage.drawn(view)) for name, view in gallery.views(language)]


def overlap(one: Box, other: Box, gap: float = 0.0) -> bool:
    return (
        one.x < other.right + gap and other.x < one.right + gap and one.y < other.top + gap and other.y < one.top + gap
    )


def ink(written):
    """Where the letters are: a line is higher than what stands in it."""
    return written.at._replace(y=written.at.y + written.size * 0.2, height=written.at.height - written.size * 0.4)


def complaints(name, sheet):
    """What a demanding shopper would say."""
    panel = Box(0, 0, sheet.panel.width, sheet.panel.height)
    yield from (f"{name}: {why}" for why in sheet.misfits())
    for written in sheet.written:
        if written.at.x < 0 or written.at.right > panel.right or written.at.y < -1 or written.at.top > panel.top + 1:
            yield f"{name}: {written.text!r} leaves the panel"
    for one, other in combinations(sheet.written, 2):
        if overlap(ink(one), ink(other), -1.0):
            yield f"{name}: {one.text!r} lies on {other.text!r}"
    for box, hit in sheet.targets:
        least = (FACE_MM if isinstance(hit, Face) else CONTROL_MM) * sheet.panel.mm * 0.999
        if min(box.width, box.height) < least:
            yield f"{name}: {hit} is {min(box.width, box.height) / sheet.panel.mm:.1f} mm"
        if box.x < 0 or box.right > panel.right or box.y < 0 or box.top > panel.top:
            yield f"{name}: {hit} leaves the panel"
    for (one, hit), (other, second) in combinations(sheet.targets, 2):
        if overlap(one, other, GAP_MM * sheet.panel.mm * 0.999):
            yield f"{name}: {hit} is too near to {second}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("panel", [SMALL, COMMON, UPRIGHT], ids=str)
def test_nothing_is_cut_or_crowded_in_any_language_on_any_screen(galleries, panel, language):
    found = [why for name, sheet in drawn(galleries(panel), language) for why in complaints(name, sheet)]
    assert found == []


@pytest.mark.parametrize("looks", ["reach", "large", "brand"])
@pytest.mark.parametrize("panel", [SMALL, COMMON, UPRIGHT, HUGE], ids=str)
def test_nothing_is_cut_or_crowded_however_the_kiosk_is_dressed(galleries, panel, looks):
    found = [why for name, sheet in drawn(galleries(panel, looks), "de") for why in complaints(name, sheet)]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_that_is_longer_than_its_place_is_noticed(galleries, language):
    gallery = galleries(SMALL)
    if language not in gallery.languages:
        pytest.skip("not run: Debian's package fonts-noto-core is not installed")
    sheet = gallery.stage.sheet(View(Screen.QUESTION, language))
    sheet.write("x" * 300, Box(10, 10, 100, 30), 2.0, pen=sheet.latin)
    assert sheet.misfits() == [f"{'x' * 300!r} does not fit"]
    assert gallery.stage.misfits() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_right_to_left_mirrors_every_place_and_leaves_every_answer_its_value(galleries, language):
    gallery = galleries(COMMON)
    if language not in gallery.languages:
        pytest.skip("not run: Debian's package fonts-noto-core is not installed")
    sheet = gallery.stage.drawn(View(Screen.QUESTION, language))
    across = {hit.answer: box.centre[0] for box, hit in sheet.targets if isinstance(hit, Face)}
    assert sorted(across, key=across.get, reverse=not sheet.is_ltr) == [1, 2, 3, 4]
    assert {hit.language for _, hit in sheet.targets if isinstance(hit, Switch)} == set(gallery.languages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_is_cut_off_at_the_edge_of_its_line(galleries, language):
    """Signs above and below, dots and tails: the pixels at the rim of every line's texture are empty."""
    gallery = galleries(COMMON)
    lines = {}
    for _, sheet in drawn(gallery, language):
        for written in sheet.written:
            block = sheet.block(written.text, written.box.width, 9e9, 3.0, written.pen)
            lines |= dict.fromkeys(block.lines, written.pen)
    assert len(lines) > 60
    assert [line for line, pen in lines.items() if rim(pen.texture(line, 40))] == []


def rim(texture):
    """How many pixels of the first and the last row are inked."""
    width, height = texture.size
    alphas = texture.pixels[3::4]
    rows = (alphas[:width], alphas[(height - 1) * width :])
    return sum(alpha > 100 for row in rows for alpha in row)
