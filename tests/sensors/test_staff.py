"""Staff are counted nowhere: small stories of a shop whose staff share one marker, through the whole view."""

from datetime import UTC, datetime, time, timedelta

import numpy as np
import pytest

from events.facts import CrossingCount, OccupancySummary, ZoneSummary
from events.hours import OpeningHours
from sensors.settings import read_camera
from sensors.staff import FIRST_LOOKS, LATER_SECONDS, SMALLEST_HEIGHT, Reading
from sensors.summaries import Summaries
from sensors.tracking import Recipe
from sensors.view import View
from sensors.watching import Figures
from tests.sensors.paths import stand, walk

SIZE = (800, 600)
HEIGHT = 100.0
CHEST, SIDE = 70.0, 9.0
"""Of the marker: above the feet, and its size."""
SITE = {
    "fps": 5,
    "staff_marker": 7,
    "line": [{"name": "door", "role": "door", "behind": "foyer", "a": [0.5, 0.1], "b": [0.5, 0.95]}],
    "zone": [
        {"name": "foyer", "kind": "display", "polygon": [[0.05, 0.2], [0.4, 0.2], [0.4, 0.95], [0.05, 0.95]]},
        {"name": "shelf", "kind": "display", "polygon": [[0.55, 0.2], [0.9, 0.2], [0.9, 0.95], [0.55, 0.95]]},
        {"name": "desk", "kind": "staff", "polygon": [[0.05, 0.0], [0.4, 0.0], [0.4, 0.18], [0.05, 0.18]]},
    ],
}


class Somebody:
    """A path, and when a marker can be seen on them."""

    def __init__(self, path, shows=lambda at: False):
        self.path, self.shows = path, shows


def clerk(path, shows=lambda at: True):
    return Somebody(path, shows)


class Shop:
    """What the camera sees, and where a marker can be read at this moment."""

    def __init__(self, *people, posters=(), site=SITE):
        self.people, self.posters, self.at, self.looks = people, posters, 0.0, []
        self.camera = read_camera(site)
        self.view = View(self.camera, SIZE, Recipe())

    def find(self, window):
        self.looks.append(self.at)
        x1, y1, x2, y2 = window
        worn = [one.path[self.at] for one in self.people if self.at in one.path and one.shows(self.at)]
        markers = [*((x, y - CHEST) for x, y in worn), *self.posters]
        inside = [(x, y) for x, y in markers if x1 <= x <= x2 and y1 <= y <= y2]
        return Reading(inside[0], SIDE) if len(inside) == 1 else None

    def news(self, *, forgetting=()):
        """`forgetting`: moments at which the tracker takes everybody for somebody new."""
        for moment in sorted({at for one in self.people for at in one.path}):
            self.at = moment
            if self.at in forgetting:
                self.view._tracker.reset()
            feet = [one.path[self.at] for one in self.people if self.at in one.path]
            boxes = np.array([[x - 20, y - HEIGHT, x + 20, y, 0.9] for x, y in feet]).reshape(-1, 5)
            yield self.view.update(boxes, self.at, self.find)
        yield self.view.close()


def figures(shop, **how):
    found = Figures("eyes", False, shop.camera)
    for news in shop.news(**how):
        found.add(news)
    return found


def counted(shop, **how):
    """IN, OUT, U-turns, entries of the foyer, its stays in whole seconds, and its person-seconds."""
    found = figures(shop, **how)
    door, foyer = found.lines["door"], found.zones["foyer"]
    stays = sorted(round(seconds) for seconds in foyer.stays)
    return door.ins, door.outs, door.uturns, foyer.entries, stays, round(foyer.person_seconds)


VISIT = walk((0, 700, 400), (4, 330, 400), (10, 200, 400), (34, 200, 400), (40, 330, 400), (44, 700, 400))
SERVED = walk((0, 700, 540), (4, 330, 540), (10, 225, 410), (34, 225, 410), (40, 330, 540), (44, 700, 540))
"""Half a pace beside the place where the visitor stops."""
ABREAST = {at: (x + 25, y + 10) for at, (x, y) in VISIT.items()}
AGAINST = walk((0, 150, 430), (9, 700, 430))
TURN = walk((0, 700, 400), (4, 345, 400), (8, 700, 400))
FROM_DESK = walk((0, 200, 80), (8, 200, 400), (16, 700, 400))
ELSEWHERE = Somebody(stand(0, 60, 760, 110))
NOBODY = (0, 0, 0, 0, [], 0)
ONE = (1, 1, 0, 1, [35], 35)
POSTER = (200.0, 330.0)
"""On the wall behind the place where the visitor stops, at the height of their chest."""


@pytest.mark.parametrize(
    ("story", "people", "posters", "expected"),
    [
        ("a shopper", [Somebody(VISIT)], (), ONE),
        ("a clerk with the marker", [clerk(VISIT)], (), NOBODY),
        ("a clerk who turns round after half a minute", [clerk(VISIT, lambda at: at > 34)], (), NOBODY),
        ("a clerk whose marker shows at one place only", [clerk(VISIT, lambda at: 12 < at < 32)], (), ONE),
        ("a shopper in front of a marker on the wall", [Somebody(VISIT)], [POSTER], ONE),
        ("a shopper who passes a marker on the wall", [Somebody(VISIT)], [(330.0, 330.0)], ONE),
        ("a shopper whom a clerk serves", [clerk(VISIT, lambda at: at > 12), Somebody(SERVED)], (), ONE),
        ("a shopper whom a clerk takes by the arm", [clerk(VISIT), Somebody(ABREAST)], (), (2, 2, 0, 2, [33, 35], 68)),
        ("a shopper who meets a clerk in the door", [clerk(AGAINST), Somebody(VISIT)], (), ONE),
        ("a clerk who turns round in the door", [clerk(TURN)], (), NOBODY),
        ("a clerk from the desk without a marker", [Somebody(FROM_DESK)], (), NOBODY),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_in_the_shop_is(story, people, posters, expected):
    found = counted(Shop(*people, ELSEWHERE, posters=posters))
    assert found[:4] == expected[:4]
    assert found[4] == [pytest.approx(seconds, abs=2) for seconds in expected[4]]
    assert found[5] == pytest.approx(expected[5], abs=2)


def test_a_marker_on_the_wall_makes_no_staff_of_who_strolls_past_it():
    """They are looked at in every frame, and the marker is in sight for half their height."""
    path = walk((0, 700, 380), (5, 700, 540), (10, 200, 400), (34, 200, 400), (40, 700, 400))
    assert counted(Shop(Somebody(path), posters=[(700.0, 347.0)]))[:2] == (1, 1)


@pytest.mark.parametrize("known_by", ["marker", "desk"])
def test_staff_stay_staff_when_the_tracker_takes_them_for_somebody_new(known_by):
    """They are seen from behind from the ninth second on."""
    way = ((0, 200, 80), (3, 200, 300)) if known_by == "desk" else ((0, 700, 400), (8, 200, 300))
    path = walk(*way, (30, 200, 300), (38, 700, 400))
    shows = (lambda at: at < 8) if known_by == "marker" else (lambda at: False)
    assert counted(Shop(clerk(path, shows), ELSEWHERE), forgetting=[12.0, 20.0, 28.0]) == NOBODY
    assert counted(Shop(Somebody(walk((0, 700, 400), *way[1:], (30, 200, 300), (38, 700, 400))), ELSEWHERE)) != NOBODY


def test_what_they_did_under_an_earlier_number_is_taken_back_too():
    shop = Shop(clerk(VISIT, lambda at: at > 34), ELSEWHERE)
    assert counted(shop, forgetting=[20.0]) == NOBODY


def test_somebody_who_is_born_elsewhere_does_not_inherit():
    """The clerk vanishes at the shelf; a shopper turns up two metres away a second later."""
    gone, come = walk((0, 700, 400), (8, 250, 400)), walk((9, 200, 250), (20, 200, 250), (26, 700, 250))
    assert counted(Shop(clerk(gone), Somebody(come), ELSEWHERE))[:2] == (0, 1)


def test_without_a_marker_in_the_settings_nobody_is_looked_at():
    shop = Shop(clerk(VISIT), ELSEWHERE, site={key: value for key, value in SITE.items() if key != "staff_marker"})
    assert counted(shop)[:2] == (1, 1)
    assert shop.looks == []


def test_no_frame_costs_more_than_one_look_and_who_is_known_costs_none():
    crowd = [Somebody(stand(0, 60, 100 + 60 * i, 400)) for i in range(8)]
    shop = Shop(*crowd)
    list(shop.news())
    assert max(shop.looks.count(at) for at in shop.looks) == 1
    late = [at for at in shop.looks if at > 8 * FIRST_LOOKS / 5 + 5]
    assert len(late) == pytest.approx(8 * (60 - min(late)) / LATER_SECONDS, rel=0.25)
    known = Shop(clerk(VISIT))
    list(known.news())
    assert max(known.looks) < 2


def test_nobody_is_looked_at_who_is_too_small_to_be_read():
    shop = Shop(clerk(VISIT))
    for at, (x, y) in VISIT.items():
        shop.view.update(np.array([[x - 18, y - 0.9 * SMALLEST_HEIGHT, x + 18, y, 0.9]]), at, shop.find)
    assert shop.looks == []


# ---- what was told stays told, and the rest is as if they had never been there --------------------------------------

OPENING = OpeningHours("UTC", ((time(9), time(20)),) * 7)
MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)


def facts_of(*people, until=940.0):
    """Of a day that ends after the first quarter."""
    shop = Shop(*people, Somebody(stand(0, until, 760, 110)))
    summaries, facts = Summaries(shop.camera, OPENING), []
    for news in shop.news():
        facts += summaries.update(news, MORNING + timedelta(seconds=news.at))
    return [*facts, *summaries.close()]


def later(path, seconds):
    return {round(at + seconds, 3): foot for at, foot in path.items()}


SHOPPERS = [Somebody(later(VISIT, 60 * i)) for i in range(6)]


def test_a_quarter_in_which_staff_were_found_late_is_told_as_if_they_had_never_come():
    path = walk((20, 700, 520), (30, 200, 500), (200, 200, 500), (210, 700, 520), (220, 300, 520), (400, 300, 520))
    late = clerk(path, lambda at: at > 205)
    without, found, unmarked = facts_of(*SHOPPERS), facts_of(*SHOPPERS, late), facts_of(*SHOPPERS, Somebody(path))
    assert any(isinstance(fact, OccupancySummary) for fact in without)
    assert found == without
    assert unmarked != without


def test_what_a_quarter_has_told_already_is_not_taken_from_the_next():
    """They come and go in the first quarter and are found in the second."""
    path = walk((860, 700, 400), (868, 200, 400), (880, 200, 400), (888, 700, 400), (905, 700, 400), (912, 500, 400))
    late = clerk(path, lambda at: at > 906)
    facts = facts_of(*SHOPPERS, late, until=1000.0)
    counts = [fact for fact in facts if isinstance(fact, CrossingCount)]
    assert [(count.ins, count.outs) for count in counts] == [(7, 7), (0, 0)]
    assert [fact.entries for fact in facts if isinstance(fact, ZoneSummary) and fact.zone == "foyer"] == [7, 0]


def test_what_an_audit_has_cut_off_is_not_taken_from_what_follows():
    shop, told = Shop(clerk(VISIT, lambda at: at > 34), ELSEWHERE), []
    summaries = Summaries(shop.camera, OPENING)
    for news in shop.news():
        now = MORNING + timedelta(seconds=news.at)
        summaries.update(news, now)
        if news.at == 20.0:
            told += summaries.cut_line("door", now)
    rest = [fact for fact in summaries.close() if isinstance(fact, CrossingCount)]
    assert [(count.ins, count.outs) for count in [*told, *rest]] == [(1, 0), (0, 0)]


@pytest.mark.parametrize(("set_at", "told"), [(20, (1, 0)), (2, (0, 0))], ids=["after they came", "before they came"])
def test_what_was_told_when_the_clock_was_set_is_not_taken_from_what_follows_but_what_they_did_since_is(set_at, told):
    shop, facts, begun = Shop(clerk(VISIT, lambda at: at > 34), ELSEWHERE), [], datetime(1970, 1, 1, tzinfo=UTC)
    summaries = Summaries(shop.camera, OPENING)
    for news in shop.news():
        if news.at == set_at:
            step, begun = MORNING - begun, MORNING
            facts += summaries.set_clock(step, begun + timedelta(seconds=set_at))
        facts += summaries.update(news, begun + timedelta(seconds=news.at))
    facts += summaries.close()
    counts = [fact for fact in facts if isinstance(fact, CrossingCount)]
    assert [(count.cell.start, count.ins, count.outs) for count in counts] == [
        (MORNING, *told), (MORNING + timedelta(seconds=set_at), 0, 0),
    ]  # fmt: skip
