"""What is drawn becomes a form and comes back; what cannot be counted by is refused in one sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.form import answer, points_of, read_form, rows_of, written
from editor.page import Places, fragment
from events.geometry import contains, overlap
from events.layout import as_table, read_layout
from events.settings import ConfigError

SHOP = read_layout(
    {
        "line": [
            {"name": "door", "role": "door", "a": [0.2, 0.3], "b": [0.2, 0.9], "behind": "foyer"},
            {"name": "till", "role": "service", "a": [0.8, 0.3], "b": [0.8, 0.9]},
        ],
        "zone": [
            {"name": "foyer", "kind": "display", "polygon": [[0.25, 0.3], [0.5, 0.3], [0.5, 0.9], [0.25, 0.9]]},
            {"name": "line", "kind": "queue", "polygon": [[0.6, 0.3], [0.8, 0.3], [0.8, 0.9]], "service": "till"},
        ],
    }
)


def form_of(layout):
    """As a browser would send it."""
    return {
        f"{part}-{number}-{key}": value
        for part, rows in rows_of(layout).items()
        for number, row in enumerate(rows)
        for key, value in row.items()
    }


def test_a_drawing_survives_the_form_and_the_file():
    assert read_form(form_of(SHOP)) == SHOP
    assert read_layout(as_table(SHOP)) == SHOP


def test_a_row_that_is_marked_for_removal_or_left_blank_is_gone():
    form = form_of(SHOP) | {"line-0-remove": "on", "zone-7-kind": "staff"}
    assert [line.name for line in read_form(form).line] == ["till"]
    assert len(read_form(form).zone) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"zone-1-points": "0.4 0.3, 0.9 0.3, 0.9 0.9"}, "'foyer' and 'line' overlap"),
        ({"zone-0-points": "0.1 0.1, 0.4 0.4, 0.4 0.1, 0.1 0.4"}, "its sides cross each other"),
        ({"zone-0-points": "0.1 0.1, 0.4 0.4"}, "at least three corners, not 2"),
        ({"zone-0-points": "0.1 0.1, 0.4 0.4, 0.2 1.4"}, "lies outside the picture"),
        ({"zone-0-points": "here and there"}, "points are written"),
        ({"zone-0-name": ""}, "zone 1 has no name yet"),
        ({"zone-0-name": "line"}, "two zones are called 'line'"),
        ({"zone-0-name": "fitting room 3"}, "cameras are never allowed in fitting rooms"),
        ({"zone-0-kind": "volcano"}, "is none of"),
        ({"zone-1-pair": ""}, "a queue names its service line"),
        ({"line-0-pair": "attic"}, "'attic', is unknown"),
        ({"line-0-points": "0.2 0.3"}, "needs two ends, not 1"),
        ({"line-0-points": "0.2 0.3, 0.2 0.3"}, "the same point"),
        ({"line-0-name": "x" * 65}, "at most 64 letters"),
    ],
)
def test_what_cannot_be_counted_by_is_refused_in_one_sentence(change, words):
    form = form_of(SHOP) | change
    with pytest.raises(ConfigError, match=None) as refused:
        read_form(form)
    assert words in str(refused.value)
    assert answer(form, SHOP)["wrong"] in str(refused.value)
    assert answer(form, SHOP)["says"] == {}


coordinate = st.floats(-0.2, 1.2).map(lambda value: round(value, 4))
polygons = st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=7)


@given(st.lists(polygons, max_size=4))
def test_whatever_is_taken_lies_in_the_picture_and_shares_no_floor(drawn):
    form = {f"zone-{n}-name": f"z{n}" for n in range(len(drawn))}
    form |= {f"zone-{n}-points": written(points) for n, points in enumerate(drawn)}
    try:
        layout = read_form(form)
    except ConfigError:
        return
    for zone in layout.zone:
        assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in zone.polygon)
    spots = [(0.013 + i / 23, 0.017 + j / 23) for i in range(23) for j in range(23)]
    for spot in spots:
        assert sum(contains(zone.polygon, spot) for zone in layout.zone) <= 1
    assert not any(overlap(a.polygon, b.polygon) for a in layout.zone for b in layout.zone if a is not b)


@given(polygons)
def test_points_come_back_as_they_were_written(points):
    assert points_of(written(points), "zone") == tuple(points)


@given(st.text(max_size=60))
def test_junk_for_points_is_refused_not_swallowed(text):
    try:
        points = points_of(text, "zone")
    except ConfigError:
        return
    assert all(len(point) == 2 for point in points)


def test_without_a_script_a_form_with_coordinates_remains():
    page = fragment(rows_of(SHOP), Places("/save", "/check"), {"edition": "7"})
    assert 'name="line-0-points" value="0.2 0.3, 0.2 0.9"' in page
    assert 'name="zone-2-points"' in page, "a blank row for one more"
    assert 'name="edition" value="7"' in page


def test_whoever_may_only_look_cannot_send():
    page = fragment(rows_of(SHOP), Places("/save", "/check"), {}, may=False)
    assert "fieldset" in page
    assert "disabled" in page
    assert "editor-save" not in page


def test_a_name_that_is_markup_is_shown_as_text():
    row = {"name": "<b>", "role": "door", "points": "0 0, 1 1", "pair": ""}
    assert "<b>" not in fragment({"line": [row], "zone": []}, Places("/save", "/check"), {})
