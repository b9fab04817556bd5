import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.geometry import Point
from sensors.zones import GAP_SECONDS, Stay, ZoneWatch
from tests.sensors.paths import stand, tracks, walk
from tests.sensors.truth import FRAME, ZONES, annotated, corners

SQUARE = ((200.0, 200.0), (400.0, 200.0), (400.0, 400.0), (200.0, 400.0))


class Visit:
    """What the zone makes of some paths."""

    def __init__(self, *paths: dict[float, Point], polygon=SQUARE, footage=None, step: float = 0.2):
        zone = ZoneWatch("display", polygon, FRAME)
        self.stays: list[Stay] = []
        self.entries, self.person_seconds, self.peak, before = 0, 0.0, 0, None
        for now, seen in footage or tracks(*paths):
            self.add(zone.update(seen, now, step if before is None else now - before))
            before = now
        self.add(zone.close())

    def add(self, news):
        self.stays += news.stays
        self.entries += news.entries
        self.person_seconds += sum(p.seconds * len(p.visitors) for p in news.presences)
        self.peak = max([self.peak, *(len(p.visitors) for p in news.presences)])

    @property
    def lengths(self) -> list[float]:
        return [round(stay.seconds, 1) for stay in self.stays]


# A passer-by is always there, so that time goes on when the others are not seen.
ELSEWHERE = stand(0, 80, 600, 500)

STORIES = [
    ("stays ten seconds", [walk((0, 100, 300), (1, 190, 300), (2, 300, 300), (11, 300, 300), (13, 100, 300))], 1, 1),
    ("only walks through", [walk((0, 100, 300), (4, 700, 300))], 0, 1),
    ("walks past outside", [walk((0, 100, 450), (4, 700, 450))], 0, 0),
    (
        "steps out for a second and comes back",
        [
            walk(
                (0, 100, 300),
                (2, 300, 300),
                (9, 390, 300),
                (9.4, 410, 300),
                (10, 390, 300),
                (16, 300, 300),
                (18, 100, 300),
            )
        ],
        1,
        1,
    ),
    (
        "leaves and comes back a minute later",
        [
            walk(
                (0, 100, 300),
                (2, 300, 300),
                (9, 300, 300),
                (11, 100, 300),
                (60, 100, 300),
                (62, 300, 300),
                (70, 300, 300),
                (72, 100, 300),
            )
        ],
        2,
        2,
    ),
    ("is hidden for 1.8 s by a pillar", [stand(0, 10, 300, 300) | stand(11.8, 20, 310, 300)], 1, 0),
    ("is hidden for longer than the gap", [stand(0, 10, 300, 300) | stand(13, 20, 310, 300)], 2, 0),
    ("becomes another track close by", [stand(0, 10, 300, 300), stand(11, 20, 330, 300)], 1, 0),
    ("is replaced by somebody who appears two metres away", [stand(0, 10, 220, 220), stand(11, 20, 380, 380)], 2, 0),
    ("a couple stays together", [walk((0, 100, y), (2, 300, y), (12, 300, y), (14, 100, y)) for y in (280, 320)], 2, 2),
    ("stands still for twenty minutes", [walk((0, 100, 300), (2, 300, 300), (1202, 300, 300), (1204, 100, 300))], 1, 1),
    (
        "wavers on the boundary",
        [
            walk(
                (0, 100, 300),
                (2, 205, 300),
                (2.4, 195, 300),
                (2.8, 205, 300),
                (3.2, 195, 300),
                (3.6, 205, 300),
                (9, 300, 300),
                (11, 100, 300),
            )
        ],
        1,
        1,
    ),
]


@pytest.mark.parametrize(("story", "paths", "stays", "entries"), STORIES, ids=[story for story, *_ in STORIES])
def test_in_front_of_a_display_somebody(story, paths, stays, entries):
    visit = Visit(*paths, ELSEWHERE)
    assert (len(visit.stays), visit.entries) == (stays, entries)


def test_a_stay_of_a_minute_with_five_identity_switches_is_one_stay_of_a_minute():
    pieces = [stand(10 * i + 0.6, 10 * i + 10, 300 + 8 * i, 300 + 4 * (i % 2)) for i in range(6)]
    visit = Visit(*pieces, ELSEWHERE)
    assert visit.lengths == [pytest.approx(60, abs=2)]
    assert visit.person_seconds == pytest.approx(60, abs=2)
    assert visit.peak == 1


def test_an_identity_switch_while_leaving_still_ends_the_stay_at_the_boundary():
    visit = Visit(stand(0, 10, 300, 300), walk((10.4, 310, 300), (14, 310, 300), (16, 700, 300)), ELSEWHERE)
    assert [(stay.born_inside, stay.censored) for stay in visit.stays] == [(True, False)]
    assert visit.lengths[0] == pytest.approx(14.4, abs=0.5)


def test_two_people_side_by_side_are_never_stitched_into_one():
    visit = Visit(stand(0, 20, 300, 300), stand(5, 20, 320, 300), ELSEWHERE)
    assert visit.lengths == [20.0, 15.0]


def test_who_walked_out_of_the_picture_is_not_who_comes_in_after_them():
    edge = ((600.0, 200.0), (768.0, 200.0), (768.0, 400.0), (600.0, 400.0))
    visit = Visit(walk((0, 500, 300), (8, 760, 300)), walk((9.4, 740, 320), (14, 620, 320)), polygon=edge)
    assert len(visit.stays) == 2


def test_a_stay_says_whether_its_start_and_its_end_were_seen():
    came_and_went = Visit(walk((0, 100, 300), (2, 300, 300), (9, 300, 300), (11, 100, 300)), ELSEWHERE)
    always_there = Visit(stand(0, 9, 300, 300), ELSEWHERE)
    assert [(s.born_inside, s.censored) for s in came_and_went.stays] == [(False, False)]
    assert [(s.born_inside, s.censored) for s in always_there.stays] == [(True, True)]


def test_time_hidden_within_a_stay_is_presence_but_time_outside_is_not():
    hidden = Visit(stand(0, 10, 300, 300) | stand(11.6, 20, 300, 300), ELSEWHERE)
    outside = Visit(
        walk((0, 300, 300), (10, 390, 300), (10.2, 420, 300), (11.4, 420, 300), (11.6, 390, 300), (20, 300, 300)),
        ELSEWHERE,
    )
    assert hidden.person_seconds == pytest.approx(20.2, abs=0.3)
    assert outside.person_seconds == pytest.approx(18.8, abs=0.4)


def test_the_truth_of_a_real_clip_gives_the_stays_entries_and_person_seconds_that_were_counted_by_hand():
    footage = annotated()
    visits = {name: Visit(polygon=corners(name), footage=footage, step=0.1) for name in ZONES}
    assert {name: (len(v.stays), v.entries, round(v.person_seconds, 1)) for name, v in visits.items()} == {
        "junction": (4, 8, 29.9),
        "centre": (11, 15, 89.0),
        "right": (10, 9, 108.1),
    }


moments = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 600), st.integers(0, 500)), min_size=1, max_size=12)


@given(st.lists(moments, min_size=1, max_size=4))
def test_no_stay_is_longer_than_the_time_observed_and_presence_never_exceeds_the_people(people):
    paths = []
    for steps in people:
        at, stops = 0.0, []
        for seconds, x, y in steps:
            at += seconds / 2
            stops.append((at, float(x), float(y)))
        paths.append(walk(*stops) or {stops[0][0]: stops[0][1:]})
    first, last = min(min(p) for p in paths), max(max(p) for p in paths)
    visit = Visit(*paths)
    assert all(stay.began - first >= 0 and stay.ended <= last for stay in visit.stays)
    assert all(stay.seconds <= last - first for stay in visit.stays)
    assert visit.person_seconds <= len(paths) * (last - first + 0.2) + GAP_SECONDS * 1e-6
    assert visit.peak <= len(paths)
