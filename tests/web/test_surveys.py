"""The lead writes a survey, sees what is missing, publishes it to kiosks, watches it arrive, and can go back."""

import json
import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.collector import Collector
from central.drafts import KINDS, beginning, checked, fitted, gaps, goals, mix, new_question, table_of
from central.store import open_store
from central.store.answers import Answers, note_sent, unsent
from central.store.plans import as_table, save_plan
from central.store.users import Role, create_user
from central.web import surveyform
from central.web.app import build
from central.web.clerk import over_store
from central.web.panels import PANELS, previews
from events.codec import encode
from events.desired import Answer, State, answered
from events.facts import ConfigApplied, Name
from events.panel import Panel
from events.settings import ConfigError
from events.site import PlaceKind, read_plan
from events.survey import LANGUAGES, survey_from
from events.topics import Address
from kiosk.survey import read_survey
from tests.central.sample import Device
from tests.web import sample
from tests.web.conftest import PASSWORD, serving, visitor

VISIT = "/setup/surveys/visit"


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/central.db") as opened:
        save_plan(opened, sample.plan())
        for role in Role:
            create_user(opened, role.value, role, PASSWORD, sample.NOW)
        yield opened


@pytest.fixture
def publisher(store):
    made = over_store(store, lambda: sample.NOW).surveys
    made.begin("visit", "lead")
    return made


@pytest.fixture
def address(store, publisher):
    with serving(build(over_store(store, lambda: sample.NOW), clock=lambda: sample.NOW)) as found:
        yield found


@pytest.fixture
def lead(address):
    with visitor(address, "lead") as browser:
        yield browser


def sent(store):
    """What is on its way to each kiosk: device -> survey."""
    with store.reading() as connection:
        return {each.device: each.parts["kiosk"].body["survey"] for each in unsent(connection, 100)}


def fields_of(page: str) -> dict[str, str]:
    """The form of a question as a browser would send it back untouched."""
    page = page[page.index('class="sheet"') :]
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            found[name.group(1)] = unescape(value.group(1)) if value else "on"
    for name, options in re.findall(r'<select name="([^"]*)">(.*?)</select>', page, re.S):
        found[name] = re.search(r'value="([^"]*)" selected', options).group(1)
    return found


def token(browser) -> str:
    return re.search(r'name="edition" value="([^"]*)"', browser.get(VISIT).text).group(1)


def test_a_new_survey_begins_as_the_one_that_every_kiosk_knows(publisher):
    draft = publisher.draft("visit").body
    assert gaps(draft) == []
    assert checked(draft, "visit", 1) == read_survey()


def test_each_role_sees_or_changes_what_it_may(address):
    for name, sees, changes in (("viewer", 403, 403), ("manager", 200, 403), ("lead", 200, 303), ("admin", 200, 303)):
        with visitor(address, name) as browser:
            for path in ("/setup/surveys", VISIT, f"{VISIT}/questions/0", f"{VISIT}/news", f"{VISIT}/preview"):
                assert browser.get(path).status_code == sees, path
            answer = browser.post(f"{VISIT}/settings", data={"edition": "0", "language-en": "on"})
            assert answer.status_code == (changes if changes == 403 else 422)
            assert browser.post("/setup/surveys", data={"id": f"by-{name}"}).status_code == changes
    with visitor(address) as stranger:
        assert stranger.get(VISIT).status_code == 303


def test_a_form_sent_back_untouched_changes_nothing(lead, publisher):
    before = publisher.draft("visit")
    for index in range(3):
        form = fields_of(lead.get(f"{VISIT}/questions/{index}").text)
        assert lead.post(f"{VISIT}/questions/{index}", data=form).status_code == 303
    assert publisher.draft("visit") == before


def test_what_is_typed_is_what_is_asked(lead, publisher):
    form = fields_of(lead.get(f"{VISIT}/questions/0").text)
    form |= {"en-ask": "How was it,\ntruly?", "weight": "3", "hours": "17:00-20:00", "place-exit": "on"}
    form |= {"reason-1": "", "reason-5": "parking", "en-reason-5": "Parking", "kind": "smiley-5"}
    assert lead.post(f"{VISIT}/questions/0", data=form).status_code == 303
    question = publisher.draft("visit").body["question"][0]
    assert question["text"]["en"]["ask"] == "How was it, truly?"
    assert (question["weight"], question["hours"], question["places"]) == (3, "17:00-20:00", ["exit"])
    assert question["reasons"] == ["service", "fitting_room", "price", "choice", "parking"]
    assert question["text"]["en"]["reasons"] == ["Service", "Fitting rooms", "Prices", "Choice", "Parking"]
    page = lead.get(VISIT).text
    assert "visit in Deutsch: 1 caption is missing" in page
    assert "<button disabled" in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"weight": "lots"}, "The weight is a whole number"),
        ({"weight": "101"}, "weight lies between 0 and 100"),
        ({"hours": "evening"}, "opening hours are written"),
        ({"begins": "soon"}, "a day is written 2026-03-01"),
        ({"begins": "2026-03-02", "ends": "2026-03-01"}, "before it begins"),
        ({"name": "My question"}, "no name for a question"),
        ({"name": "rooms"}, "There is a question 'rooms' already"),
        ({"kind": "stars-7"}, "one of the kinds"),
        ({"reason-1": "service"}, "each once"),
        ({"en-ask": "x" * 161}, "1 to 160 letters"),
        ({"ask_reason": "sometimes"}, "none of always"),
    ],
)
def test_what_cannot_stand_is_refused_in_one_sentence_and_nothing_typed_is_lost(lead, publisher, change, sentence):
    before = publisher.draft("visit")
    form = fields_of(lead.get(f"{VISIT}/questions/0").text) | {"de-ask": "Wie war es heute wirklich?"} | change
    answer = lead.post(f"{VISIT}/questions/0", data=form)
    assert answer.status_code == 422
    page = unescape(answer.text)
    (told,) = re.findall(r'role="alert">(.*?)</p>', page, re.S)
    assert sentence in told
    assert "Wie war es heute wirklich?" in page
    assert publisher.draft("visit") == before


def test_two_leads_cannot_overwrite_each_other_unseen(lead, publisher):
    form = fields_of(lead.get(f"{VISIT}/questions/0").text)
    publisher.change("visit", publisher.draft("visit").token, lambda b: surveyform.without_question(b, 1), "anna")
    mine = form | {"en-ask": "Mine"}
    answer = lead.post(f"{VISIT}/questions/0", data=mine)
    assert answer.status_code == 422
    assert "Anna has changed this survey meanwhile" in answer.text
    assert 'value="Mine"' in answer.text
    assert lead.post(f"{VISIT}/questions/0", data=fields_of(answer.text)).status_code == 303, "now it has been seen"
    assert publisher.draft("visit").body["question"][0]["text"]["en"]["ask"] == "Mine"


def test_a_question_that_has_moved_is_still_the_one_that_is_saved(lead, publisher):
    form = fields_of(lead.get(f"{VISIT}/questions/0").text)
    publisher.change("visit", publisher.draft("visit").token, lambda b: surveyform.with_question_first(b, 2), "anna")
    form |= {"edition": token(lead), "en-ask": "Mine"}
    lead.post(f"{VISIT}/questions/0", data=form)
    asked = {each["name"]: each["text"]["en"]["ask"] for each in publisher.draft("visit").body["question"]}
    assert asked["visit"] == "Mine"
    assert asked["checkout"] == "How was paying today?"
    publisher.change("visit", publisher.draft("visit").token, lambda b: surveyform.without_question(b, 1), "anna")
    gone = lead.post(f"{VISIT}/questions/0", data=form | {"edition": token(lead)})
    assert "no longer in this survey" in gone.text


def test_undo_takes_changes_back_one_by_one(lead, publisher):
    beginning_ = publisher.draft("visit").body
    lead.post(f"{VISIT}/settings", data={"edition": token(lead), "language-en": "on"})
    lead.post(f"{VISIT}/questions", data={"edition": token(lead), "name": "offer"})
    assert len(publisher.draft("visit").body["question"]) == 4
    for _ in range(2):
        assert lead.post(f"{VISIT}/undo", data={"edition": token(lead)}).status_code == 303
    assert publisher.draft("visit").body == beginning_
    assert "done=nothing" in lead.post(f"{VISIT}/undo", data={"edition": token(lead)}).headers["location"]


def test_publishing_says_where_it_goes_and_sends_each_kiosk_what_suits_it(lead, store, publisher):
    assert "2 kiosks in 1 store" in lead.get(VISIT).text
    answer = lead.post(f"{VISIT}/publish", data={"edition": token(lead), "note": "First"})
    assert answer.status_code == 303
    found = sent(store)
    assert {device: [each["name"] for each in survey["question"]] for device, survey in found.items()} == {
        "acme/s014/exit": ["visit"],
        "acme/s014/fit": ["visit", "rooms"],
    }
    assert {survey["version"] for survey in found.values()} == {2}, "the built-in one is version 1"
    assert survey_from(found["acme/s014/exit"]).languages == tuple(LANGUAGES)


def test_a_survey_with_gaps_or_without_a_kiosk_is_not_published(lead, store, publisher):
    lead.post(f"{VISIT}/questions", data={"edition": token(lead), "name": "offer"})
    answer = lead.post(f"{VISIT}/publish", data={"edition": token(lead)})
    assert "Offer in English: the question and 4 captions are missing" in answer.text
    lead.post(f"{VISIT}/undo", data={"edition": token(lead)})
    lead.post(f"{VISIT}/settings", data={"edition": token(lead), "language-en": "on", "store-s015": "on"})
    assert "no kiosk that it would go to" in lead.post(f"{VISIT}/publish", data={"edition": token(lead)}).text
    assert sent(store) == {}
    assert publisher.history("visit") == []


def test_a_kiosk_whose_id_no_topic_can_have_is_named(store, publisher):
    table = as_table(sample.plan())
    table["stores"][0]["kiosks"][0]["device"] = "Exit kiosk"
    odd = replace(publisher, plan=lambda: read_plan(table))
    with pytest.raises(ConfigError, match="'Exit kiosk' is no id"):
        odd.publish("visit", odd.draft("visit").token, "", "lead")
    assert sent(store) == {}


def test_a_draft_that_changed_meanwhile_is_not_published_unseen(lead, store, publisher):
    seen = token(lead)
    publisher.change("visit", publisher.draft("visit").token, lambda b: surveyform.without_question(b, 1), "anna")
    assert lead.post(f"{VISIT}/publish", data={"edition": seen}).status_code == 422
    assert sent(store) == {}


def test_each_kiosk_says_how_far_it_has_come(lead, store):
    lead.post(f"{VISIT}/publish", data={"edition": token(lead)})
    assert lead.get(VISIT).text.count("waits to be sent") == 2
    with store.writing() as connection:
        note_sent(connection, [("acme/s014/exit", 1), ("acme/s014/fit", 1)])
    assert lead.get(VISIT).text.count("the kiosk has not answered yet") == 2
    answers = Answers()
    said = {"exit": Answer(State.ACCEPTED, version=1, holds=1), "fit": Answer(State.REJECTED, "no key")}
    for device, answer in said.items():
        answers.hear(Address("acme", "s014", device).topic("cfg/rep"), answered(answer).encode())
    with store.writing() as connection:
        answers.flush(connection, sample.NOW)
    page = lead.get(VISIT).text
    assert "has it; shows it as soon as nobody stands there" in page
    assert "no key" in page
    kiosk = Device("exit", "s014")
    applied = kiosk.event(ConfigApplied(Name("kiosk"), 1, True), sample.NOW)
    Collector(store).take(kiosk.topic, encode([applied]), sample.NOW)
    assert "asks it" in lead.get(VISIT).text
    refused = kiosk.event(ConfigApplied(Name("kiosk"), 1, False, Name("too long for a 7 inch panel")), sample.NOW)
    Collector(store).take(kiosk.topic, encode([refused]), sample.NOW)
    assert "too long for a 7 inch panel" in lead.get(VISIT).text


def test_one_click_goes_back_to_an_older_version_as_a_new_one(lead, store, publisher):
    lead.post(f"{VISIT}/publish", data={"edition": token(lead)})
    form = fields_of(lead.get(f"{VISIT}/questions/0").text) | {"en-ask": "Bad idea"}
    lead.post(f"{VISIT}/questions/0", data=form)
    lead.post(f"{VISIT}/publish", data={"edition": token(lead), "note": "Try this"})
    assert sent(store)["acme/s014/exit"]["question"][0]["text"]["en"]["ask"] == "Bad idea"
    assert lead.post(f"{VISIT}/versions/2").status_code == 303
    now = sent(store)["acme/s014/exit"]
    assert (now["version"], now["question"][0]["text"]["en"]["ask"]) == (4, "How was your visit today?")
    assert [version.note for version in publisher.history("visit")] == ["back to version 2", "Try this", ""]
    assert lead.post(f"{VISIT}/versions/9").status_code == 422
    lead.post(f"{VISIT}/undo", data={"edition": token(lead)})
    assert publisher.draft("visit").body["question"][0]["text"]["en"]["ask"] == "Bad idea", "the draft comes back"


def test_you_said_we_did_is_written_in_the_languages_that_there_are(lead, publisher):
    news = {"0-en-you_said": "Queues are long", "0-en-we_did": "A third till", "0-ends": "2026-12-31"}
    assert lead.post(f"{VISIT}/news", data={"edition": token(lead), **news}).status_code == 303
    draft = publisher.draft("visit").body
    assert draft["news"][0]["text"] == {"en": {"you_said": "Queues are long", "we_did": "A third till"}}
    assert checked(draft, "visit", 2).news[0].ends == "2026-12-31"
    german = {"0-de-you_said": "Zu lang", "0-de-we_did": ""}
    half = lead.post(f"{VISIT}/news", data={"edition": token(lead), **news, **german})
    assert half.status_code == 303
    assert "News 1 in Deutsch: &#39;We did&#39; is missing" in lead.get(VISIT).text
    wrong = lead.post(f"{VISIT}/news", data={"edition": token(lead), **news, "0-ends": "never"})
    assert wrong.status_code == 422
    assert "a day is written" in wrong.text
    lead.post(f"{VISIT}/news", data={"edition": token(lead), **news, "0-remove": "on"})
    assert publisher.draft("visit").body["news"] == []


def test_ids_that_are_taken_or_no_ids_are_refused(lead):
    assert "There is a survey" in lead.post("/setup/surveys", data={"id": "visit"}).text
    assert "is no id" in lead.post("/setup/surveys", data={"id": "My survey"}).text
    assert lead.get("/setup/surveys/nothing").status_code == 404
    assert lead.get(f"{VISIT}/questions/99").status_code == 404
    assert lead.get(f"{VISIT}/preview?question=-1").status_code == 404


def test_pages_need_no_script_or_style_in_line_and_have_one_heading(lead):
    for path in ("/setup/surveys", VISIT, f"{VISIT}/questions/0", f"{VISIT}/news", f"{VISIT}/preview"):
        page = lead.get(path).text
        assert not re.search(r'\sstyle="|\son\w+="|<script(?! src=)|<style', page), path
        assert page.count("<h1") == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("languages", [["en"], list(LANGUAGES)])
def test_the_preview_shows_answers_of_20_mm_or_says_that_the_panel_refuses_them(kind, languages):
    name, scale = kind.split("-")
    for one in previews({**new_question("q"), "kind": name, "scale": int(scale)}, "en", languages):
        assert (one.millimetres >= 19.9) != bool(one.refused), one.label
        for tile in (*one.answers, *one.pills):
            assert -0.1 <= tile.x <= one.panel.width - tile.width + 0.1
            assert -0.1 <= tile.y <= one.panel.height - tile.height + 0.1


def test_a_panel_that_is_too_small_refuses_in_words(monkeypatch):
    monkeypatch.setitem(PANELS, "7 inch", Panel(320, 320, 3.5))
    small = previews({**new_question("q"), "kind": "nps", "scale": 11}, "en", ["en"])[0]
    assert "they need 20 mm" in small.refused


def test_arabic_is_previewed_from_right_to_left():
    question = beginning()["question"][0]
    english, arabic = (previews(question, code, ["en", "ar"])[1].answers[0].x for code in ("en", "ar"))
    assert english < 640 < arabic


def test_the_page_says_what_share_of_the_shoppers_each_question_gets_where(lead, publisher):
    def work(draft):
        draft["question"] = [draft["question"][0] | {"weight": 3}, draft["question"][1] | {"places": ["fitting_rooms"]}]
        return draft

    publisher.change("visit", publisher.draft("visit").token, work, "lead")
    draft = publisher.draft("visit").body
    assert mix(draft, PlaceKind.FITTING_ROOMS) == [("visit", 0.75), ("rooms", 0.25)]
    assert mix(draft, PlaceKind.EXIT) == [("visit", 1.0)]
    page = re.sub("<[^>]*>|&#8239;", " ", lead.get(VISIT).text)
    assert re.search(r"Fitting rooms\s+visit\s+75%, rooms\s+25%", page)
    resting = {"question": [draft["question"][0] | {"weight": 0}]}
    assert mix(resting, PlaceKind.EXIT) == []


def test_a_kiosk_is_sent_the_first_question_when_none_suits_its_place():
    table = table_of(beginning() | {"languages": ["en"]}, "visit", 2)
    for question in table["question"]:
        question["places"] = ["checkout"]
    assert [each["name"] for each in fitted(table, PlaceKind.EXIT)["question"]] == ["visit"]
    assert survey_from(fitted(table, PlaceKind.EXIT)).question[0].places == ()


def test_stores_and_touchpoints_choose_the_kiosks():
    plan = sample.plan()
    for stores, places, devices in (
        ([], [], ["exit", "fit"]),
        (["s014"], ["exit"], ["exit"]),
        (["s015"], [], []),
        ([], ["checkout"], []),
    ):
        found = goals({"stores": stores, "places": places}, plan)
        assert [goal.kiosk.device for goal in found] == devices


TEXT = st.text(st.characters(codec="utf-8"), max_size=70) | st.sampled_from(["How?", "हिन्दी", " ", ""])


@given(
    st.sampled_from(sorted(KINDS)),
    st.lists(st.sampled_from(["service", "price", "a b", "parking", ""]), max_size=6),
    st.sampled_from(["always", "unhappy", "never"]),
    st.dictionaries(st.sampled_from(["ask", "answer-0", "answer-3", "reason-1", "why_happy", "why_unhappy"]), TEXT),
    st.sampled_from(["1", "0", "100", "x", ""]),
    st.sampled_from(["", "09:00-12:00", "late"]),
    st.text(max_size=12),
)
def test_whatever_the_editor_saves_without_a_gap_the_kiosk_reads(kind, reasons, ask_reason, texts, weight, hours, day):
    languages = ["en", "hi"]
    form = {"name": "q", "kind": kind, "ask_reason": ask_reason, "weight": weight, "hours": hours, "begins": day}
    form |= {f"reason-{number}": reason for number, reason in enumerate(reasons)}
    for code in languages:
        form |= {f"{code}-ask": "?", f"{code}-why_happy": "+", f"{code}-why_unhappy": "-"}
        form |= {f"{code}-answer-{number}": str(number) for number in range(int(kind.split("-")[1]))}
        form |= {f"{code}-reason-{number}": str(number) for number in range(6)}
    form |= {f"en-{name}": text for name, text in texts.items()}
    draft = {**beginning(), "languages": languages, "question": [new_question("q")]}
    try:
        draft = surveyform.with_question(draft, 0, surveyform.typed_question(form, draft["question"][0], languages))
    except ConfigError:
        return
    if not gaps(draft):
        table = json.loads(json.dumps(table_of(draft, "visit", 3)))
        assert survey_from(table).languages == ("en", "hi")
        assert survey_from(fitted(table, PlaceKind.EXIT)).question[0].name == "q"
