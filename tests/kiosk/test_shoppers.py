import pytest

from kiosk.glass import Control, Face, Switch, Tile


def read(line):
    from kiosk.shoppers import read_wish  # imports Kivy

    return read_wish(line)


@pytest.mark.usefixtures("window")
@pytest.mark.parametrize(
    ("line", "hit"),
    [
        ('{"press": 1}', Face(1)),
        ('{"reason": "queue"}', Tile("queue")),
        ('{"reason": "skip"}', Control.SKIP),
        ('{"language": "de"}', Switch("de")),
    ],
)
def test_a_line_is_a_wish_to_touch_something(line, hit):
    assert read(line).hit == hit
    assert not read(line).at_once


@pytest.mark.usefixtures("window")
def test_a_place_is_touched_at_once_and_counted_from_the_top_left():
    assert read('{"x": 0.25, "y": 0.1, "hold": 2}')[:4] == (None, (0.25, 0.9), 2.0, True)


@pytest.mark.usefixtures("window")
@pytest.mark.parametrize(
    "line", ["nonsense", "[]", "{}", '{"pres": 1}', '{"press": "one"}', '{"x": 1}', '{"press": null}']
)
def test_a_line_that_says_nothing_is_refused_with_a_sentence(line):
    with pytest.raises(ValueError):  # noqa: PT011 - the sentence is Python's own
        read(line)
