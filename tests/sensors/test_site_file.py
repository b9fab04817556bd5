"""Lines and zones are written into a site file whole or not at all, and the rest of it stays."""

import pytest

from events.layout import Layout
from events.settings import ConfigError
from sensors.site_file import read_site, save_layout, take_back, with_layout
from tests.editor.test_form import SHOP

SITE = """# Our shop, first floor
[camera]
fps = 5
region = [[0, 0.2], [1, 0.2], [1, 1], [0, 1]]  # the pole above is no person

# the door by the lift
[[camera.line]]
name = "old"
role = "door"
a = [0.5, 0.1]
b = [0.5, 0.9]

[[camera.zone]]
name = "gone"
kind = "display"
polygon = [
  [0.1, 0.1], [0.4, 0.1],
  [0.4, 0.5],
]

[hours]
monday = "09:00-20:00"
"""


@pytest.fixture
def site(tmp_path):
    path = tmp_path / "site.toml"
    path.write_text(SITE)
    return path


def test_what_is_drawn_replaces_what_was_drawn_and_nothing_else(site):
    save_layout(site, Layout(read_site(site).region, SHOP.line, SHOP.zone))
    text, camera = site.read_text(), read_site(site)
    assert (camera.line, camera.zone, camera.fps) == (SHOP.line, SHOP.zone, 5)
    for kept in ("# Our shop, first floor", "# the pole above is no person", "# the door by the lift", "[hours]"):
        assert kept in text
    assert "gone" not in text


def test_a_saving_can_be_taken_back_and_the_taking_back_too(site):
    save_layout(site, Layout(read_site(site).region, SHOP.line, SHOP.zone))
    saved = site.read_text()
    assert take_back(site)
    assert site.read_text() == SITE
    assert take_back(site)
    assert site.read_text() == saved


def test_a_new_site_file_is_made(tmp_path):
    save_layout(tmp_path / "new.toml", SHOP)
    assert read_site(tmp_path / "new.toml").layout == SHOP
    assert not take_back(tmp_path / "new.toml")


def test_writing_the_same_twice_changes_nothing(site):
    once = with_layout(SITE, SHOP)
    assert with_layout(once, SHOP) == once


def test_lines_that_are_written_in_one_row_are_left_alone_with_a_reason(tmp_path):
    path = tmp_path / "site.toml"
    text = '[camera]\nline = [{name = "d", role = "door", a = [0, 0], b = [1, 1]}]\n'
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"site\.toml"):
        save_layout(path, SHOP)
    assert path.read_text() == text
    assert [one.name for one in tmp_path.iterdir()] == ["site.toml"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(ConfigError, match="cannot be written"):
        save_layout(tmp_path / "nowhere" / "site.toml", SHOP)
