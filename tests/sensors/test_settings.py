import tomllib

import pytest

from events.settings import ConfigError
from events.site import LineRole, ZoneKind
from sensors.settings import read_camera

SITE = """
fps = 5
region = [[0, 0.26], [1, 0.26], [1, 1], [0, 1]]
[[line]]
name = "door"
role = "door"
behind = "foyer"
a = [0.26, 0.21]
b = [0.26, 0.73]
[[line]]
name = "till"
role = "service"
a = [0.9, 0.3]
b = [0.9, 0.7]
[[zone]]
name = "foyer"
kind = "display"
polygon = [[0.1, 0.2], [0.4, 0.2], [0.4, 0.6], [0.1, 0.6]]
[[zone]]
name = "queue"
kind = "queue"
service = "till"
polygon = [[0.6, 0.2], [0.9, 0.2], [0.9, 0.6], [0.6, 0.6]]
"""


def read(text: str, **options):
    return read_camera(tomllib.loads(text), **options)


def test_a_site_file_says_what_the_camera_counts():
    camera = read(SITE)
    assert [(line.name, line.role, line.behind) for line in camera.line] == [
        ("door", LineRole.DOOR, "foyer"),
        ("till", LineRole.SERVICE, None),
    ]
    assert [(zone.name, zone.kind, zone.service) for zone in camera.zone] == [
        ("foyer", ZoneKind.DISPLAY, None),
        ("queue", ZoneKind.QUEUE, "till"),
    ]
    assert (camera.fps, camera.k, camera.view) == (5.0, 5, "camera")


OTHER = '\n[[zone]]\nname = "shelf"\nkind = "display"\npolygon = [[0.3, 0.3], [0.5, 0.3], [0.5, 0.5], [0.3, 0.5]]\n'
MISTAKES = [
    ("an unknown key", SITE.replace("fps = 5", "fbs = 5"), "unknown key 'fbs'; did you mean 'fps'"),
    (
        "a zone with two corners",
        SITE.replace("[0.4, 0.2], [0.4, 0.6], [0.1, 0.6]", "[0.4, 0.2]"),
        "at least three corners, not 2",
    ),
    (
        "a corner outside the picture",
        SITE.replace("[0.4, 0.2]", "[1.4, 0.2]"),
        r"'foyer': the point \[1.4, 0.2\] lies outside",
    ),
    (
        "an area whose sides cross",
        SITE.replace("[0.4, 0.2], [0.4, 0.6]", "[0.4, 0.6], [0.4, 0.2]"),
        "'foyer': its sides cross",
    ),
    (
        "an area without any area",
        SITE.replace("[0.4, 0.6], [0.1, 0.6]", "[0.3, 0.2], [0.2, 0.2]"),
        "'foyer': its corners lie on one line",
    ),
    (
        "a line without length",
        SITE.replace("b = [0.26, 0.73]", "b = [0.26, 0.21]"),
        "'door': its two ends are the same",
    ),
    (
        "an unknown service line",
        SITE.replace('service = "till"', 'service = "desk"'),
        "'queue': its service line 'desk' is unknown",
    ),
    ("a queue without service line", SITE.replace('service = "till"', ""), "a queue names its service line"),
    (
        "an unknown zone behind a door",
        SITE.replace('behind = "foyer"', 'behind = "hall"'),
        "'door': the zone behind it, 'hall', is unknown",
    ),
    ("a name used twice", SITE.replace('name = "queue"', 'name = "foyer"'), "two zones are called 'foyer'"),
    (
        "an unknown kind",
        SITE.replace('kind = "display"', 'kind = "shelf"'),
        "'shelf' is none of display, queue, checkout, staff",
    ),
    ("zones that overlap", SITE + OTHER, "the zones 'foyer' and 'shelf' overlap"),
    ("a k below three", "k = 2\n" + SITE, "k is at least 3"),
    ("a marker that there is none of", "staff_marker = 50\n" + SITE, "from 0 to 49"),
    ("a marker for each of the staff", "staff_marker = [7, 8]\n" + SITE, "expected a whole number"),
    ("no frames at all", SITE.replace("fps = 5", "fps = 0"), "fps lies between"),
    (
        "a camera in a fitting room, by kind",
        SITE.replace('kind = "display"', 'kind = "fitting_room"'),
        "never allowed in fitting rooms",
    ),
    ("a camera in a fitting room, by name", SITE.replace('"foyer"', '"Fitting 3"'), "never allowed in fitting rooms"),
    ("a camera in a changing room, by view", 'view = "changing-room"\n' + SITE, "never allowed in fitting rooms"),
    ("a text for a table", "zone = 3", "expected a list"),
]


@pytest.mark.parametrize(("mistake", "text", "sentence"), MISTAKES, ids=[mistake for mistake, *_ in MISTAKES])
def test_a_site_file_is_refused_in_one_sentence_for(mistake, text, sentence):
    with pytest.raises(ConfigError, match=sentence) as error:
        read(text)
    assert "\n" not in str(error.value)


def test_zones_that_share_a_side_do_not_overlap():
    beside = (
        '\n[[zone]]\nname = "shelf"\nkind = "display"\npolygon = [[0.4, 0.2], [0.6, 0.2], [0.6, 0.6], [0.4, 0.6]]\n'
    )
    assert len(read(SITE + beside).zone) == 3


def test_the_bench_may_watch_zones_that_overlap():
    assert len(read(SITE + OTHER, overlapping=True).zone) == 3


def test_a_zone_within_another_one_overlaps_it():
    inner = '\n[[zone]]\nname = "table"\nkind = "display"\npolygon = [[0.2, 0.3], [0.3, 0.3], [0.3, 0.4], [0.2, 0.4]]\n'
    with pytest.raises(ConfigError, match="overlap"):
        read(SITE + inner)


def test_staff_areas_are_never_reported():
    staff = '\n[[zone]]\nname = "till"\nkind = "staff"\npolygon = [[0.92, 0.2], [1, 0.2], [1, 0.6], [0.92, 0.6]]\n'
    assert [zone.name for zone in read(SITE + staff).shopper_zones] == ["foyer", "queue"]
