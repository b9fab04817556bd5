"""Every screen against its reference picture; `make pictures` draws the references anew.

Stamps of 320 pixels are compared, with room for other graphics drivers and font renderers: a picture may differ a
little everywhere, and nowhere much.
"""

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from kiosk.gallery import LOOKS, Gallery
from kiosk.glass import Screen
from kiosk.view import View
from tests.kiosk.conftest import PANEL
from tests.kiosk.measure import difference, photograph, small

REFERENCES = Path(__file__).with_name("references")
EVERYWHERE, ANYWHERE = 2.5, 26.0
"""Most that a stamp, and a block of 8 x 8 of it, may differ on average, of 255."""


@pytest.fixture
def gallery(window):
    gallery = Gallery(PANEL, LOOKS["plain"])
    yield gallery
    gallery.close()


def stamp(gallery, view):
    gallery.show(view)
    return small(photograph(PANEL))


@pytest.mark.parametrize("language", ["en", "ar", "hi"])
def test_every_screen_looks_like_its_reference(gallery, language):
    if language not in gallery.languages:
        pytest.skip("not run: Debian's package fonts-noto-core is not installed")
    unlike = []
    for name, view in gallery.views(language):
        file = REFERENCES / f"{name}-{language}.png"
        if language != "en" and not file.exists():
            continue
        everywhere, anywhere = difference(stamp(gallery, view), Image.open(file))
        if everywhere > EVERYWHERE or anywhere > ANYWHERE:
            unlike.append(f"{file.name}: {everywhere:.1f} everywhere, {anywhere:.1f} at worst")
    assert unlike == []


def test_no_reference_is_of_a_screen_that_is_not_drawn_any_more(gallery):
    drawn = {f"{name}-{language}" for language in gallery.languages for name, _ in gallery.views(language)}
    kept = {file.stem for file in REFERENCES.glob("*.png")}
    assert len(kept) > 40
    assert kept <= drawn or set(gallery.languages) < {"en", "de", "fr", "es", "ar", "hi"}


def differs(one, other):
    everywhere, anywhere = difference(one, other)
    return everywhere > EVERYWHERE or anywhere > ANYWHERE


def test_a_face_that_moved_or_a_word_that_is_missing_fails(gallery):
    seen = stamp(gallery, View(Screen.QUESTION, "en"))
    assert not differs(seen, seen)
    moved = seen.copy()
    moved.paste(seen.crop((0, 40, 85, 145)), (6, 40))
    assert differs(seen, moved), "a face, 24 pixels to the right"
    unsaid = seen.copy()
    unsaid.paste(seen.crop((20, 2, 300, 6)).resize((280, 34)), (20, 4))
    assert differs(seen, unsaid), "the question"
    assert differs(seen, stamp(gallery, View(Screen.QUESTION, "en", locked=True))), "the light in the windows"
    assert differs(seen, ImageChops.offset(seen, 2, 0)), "all of it, by 8 pixels"
    assert differs(stamp(gallery, View(Screen.THANKS, "en", 1)), stamp(gallery, View(Screen.THANKS, "en", 2)))
