"""What every reader needs of a page: contrast, words instead of ids, a name in the tab, a way round by keyboard."""

import re
import tomllib
from datetime import date
from html import unescape
from itertools import product

import pytest

from central.web import asked
from central.web.page import STATIC
from central.web.periods import read_period
from events.settings import Hours
from events.survey import BUILT_IN
from tests.web import sample

CSS = (STATIC / "floorpulse.css").read_text()
HOURS = Hours(timezone="Europe/Berlin").opening
FRIDAY, SATURDAY = date(2026, 11, 20), sample.TODAY

LETTERS = [
    *product(("ink", "soft", "petrol", "rust"), ("paper", "card")),
    *(("ink", "petrol-soft"), ("petrol", "petrol-soft"), ("amber", "amber-soft"), ("rust", "rust-soft")),
    *(("ink", "amber-soft"), ("amber", "card"), ("soft", "bed"), ("ink", "bed"), ("card", "petrol"), ("paper", "ink")),
]


def tokens(theme):
    """The colours of the style sheet in a theme, by name."""
    light, dark = (re.search(pattern, CSS, re.S).group(1) for pattern in (r":root \{(.*?)\}", r"dark\) \{(.*?\}.*?)\}"))
    found = {}
    for block in (light, dark) if theme == "dark" else (light,):
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", block))
    return found


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """WCAG 2.2: 1 .. 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_the_greatest_contrast_there_is():
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("letters", "ground"), LETTERS)
def test_letters_stand_out_from_what_they_stand_on(theme, letters, ground):
    colours = tokens(theme)
    assert contrast(colours[letters], colours[ground]) >= 4.5


def test_dark_is_another_set_of_colours():
    assert tokens("dark")["paper"] != tokens("light")["paper"]


def test_whatever_the_kiosks_own_survey_asks_has_words_and_a_sign():
    for question in tomllib.loads(BUILT_IN.read_text())["question"]:
        words = question["text"]["en"]
        assert asked.question(question["name"]) == words["ask"]
        assert [asked.reason(name, question["name"]).label for name in question["reasons"]] == words["reasons"]


def test_a_question_that_a_shop_made_up_is_spelled_out():
    assert asked.question("click_and_collect") == "Click and collect"
    assert asked.reason("long_way").label == "Long way"


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/stores/s014", "/stores/s014/zones", "/setup", "/setup/people", "/account", "/api/"),
        *("/setup/stores/s014/cameras/cam1", "/stores/s014/cameras/cam1", "/stores/s014/audits/door"),
    ],
)
def test_a_page_has_one_heading_a_name_and_a_way_past_the_navigation(signed_in, path):
    page = signed_in("admin").get(path).text
    assert len(re.findall("<h1", page)) == 1
    assert re.search(r"<title>.+ · floorpulse</title>", page)
    assert page.index('class="skip" href="#main"') < page.index("<header")
    assert '<main id="main"' in page
    assert all(re.search(r"aria-label|aria-hidden", tag) for tag in re.findall(r"<svg[^>]*>", page) if "x=" not in tag)


def test_each_page_has_its_own_name(signed_in):
    paths = ("", "/zones", "/feedback", "/rooms", "/notice")
    titles = [
        re.search("<title>(.*?)</title>", signed_in("lead").get(f"/stores/s014{path}").text).group(1) for path in paths
    ]
    assert len(set(titles)) == len(paths)


def test_dates_are_written_the_same_in_every_browser(signed_in):
    page = signed_in("viewer").get("/stores/s014/zones").text
    assert 'type="date"' not in page
    assert '<time datetime="2026-11-21">Sat 21 Nov 2026</time>' in page
    assert 'aria-label="Saturday 14 November 2026"' in page
    assert 'aria-label="Sunday 22 November 2026"' not in page


def test_zones_begin_with_all_of_them_and_open_one(signed_in):
    page = signed_in("viewer").get("/stores/s014/zones").text
    assert page.index("All zones") < page.index('<details class="card zone" open>')
    assert page.count('<details class="card zone"') == 3
    assert page.count('class="spark"') == 3


def test_a_goal_reads_the_same_wherever_it_stands(signed_in):
    for path in ("/", "/stores/s014", "/stores/s014/feedback"):
        assert "goal 80" in signed_in("lead").get(path).text


@pytest.mark.parametrize(
    ("now", "day", "label"),
    [
        (sample.NOW.replace(hour=7), FRIDAY, "Yesterday"),
        (sample.NOW.replace(hour=8, minute=0), SATURDAY, "Today so far"),
        (sample.NOW.replace(hour=20), SATURDAY, "Today"),
        (sample.NOW.replace(day=22, hour=9), SATURDAY, "Yesterday"),
        (sample.NOW.replace(day=23, hour=7), SATURDAY, "Saturday"),
    ],
    ids=["before opening", "open", "after closing", "closed on Sunday", "Monday before opening"],
)
def test_in_the_morning_a_manager_sees_the_last_open_day(now, day, label):
    period = read_period("day", "", HOURS, now, now.date())
    assert period.last == day
    assert [choice.label for choice in period.choices if choice.chosen] == [label]


def test_a_notice_names_what_the_plan_counts_and_whom_to_ask(signed_in):
    page = unescape(signed_in("manager").get("/stores/s014/notice?contact=<b>privacy@acme.example").text)
    for words in ("Acme Fashion, Acme Mitte", "Main door", "Denim wall", "Exit kiosk", "one of the 6 rooms"):
        assert words in page
    assert (
        "&lt;b&gt;privacy@acme.example"
        in signed_in("manager").get("/stores/s014/notice?contact=<b>privacy@acme.example").text
    )
    assert "What cameras count" not in signed_in("manager").get("/stores/s015/notice").text


def test_the_page_for_programs_lists_every_route_in_words(signed_in):
    browser = signed_in("viewer")
    page = browser.get("/api/").text
    for path in browser.get("/api/openapi.json").json()["paths"]:
        assert f"<code>{path}</code>" in page
    assert "<script" not in page


def test_the_page_of_a_running_day_says_when_the_last_tap_came(signed_in):
    assert 'class="heartbeat"' in signed_in("viewer").get("/stores/s014").text
    assert 'class="heartbeat"' not in signed_in("viewer").get("/stores/s014?day=2026-11-20").text
    assert "last_tap_seconds" in signed_in("viewer").get("/stores/s014/version").json()
