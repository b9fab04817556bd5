"""From the lead's page to the kiosk's glass and back, and from a call in a fitting room to a phone and back."""

import json
import os
import re
from contextlib import contextmanager
from html import unescape

import httpx

from simulator.staging import floorpulse
from tests.journey.shop import PASSWORD, eventually, shop

VISIT = "/setup/surveys/visit"
NO_LETTER = "\U00013000"
"""An Egyptian hieroglyph: no font of a kiosk has it."""
ROOMS = """
[[rooms.group]]
name = "fit"
lobby = 4
[[rooms.group.room]]
name = "room-1"
contact = 17
presence = 27
call = 22
acknowledge = 23
"""


@contextmanager
def signed_in(corner, name):
    assert eventually(lambda: "Reports:" in corner.processes.log_of("central"))
    address = f"http://127.0.0.1:{corner.port}"
    with httpx.Client(base_url=address, headers={"Origin": address}, timeout=30) as browser:
        assert browser.post("/login", data={"name": name, "password": PASSWORD}).status_code == 303
        yield browser


def edition(browser) -> dict[str, str]:
    return {"edition": re.search(r'name="edition" value="([^"]*)"', browser.get(VISIT).text).group(1)}


def shows(browser, path: str, words: str) -> bool:
    return eventually(lambda: words in unescape(browser.get(path).text), 60)


def test_a_survey_goes_from_the_leads_page_to_the_kiosk_and_back_again(tmp_path):
    with shop(tmp_path) as corner, signed_in(corner, "lea") as browser:
        reading, writing = os.pipe()
        corner.kiosk("--shoppers", "-", stdin=reading, SDL_VIDEODRIVER="offscreen")
        browser.post("/setup/surveys", data={"id": "visit"})
        browser.post(f"{VISIT}/settings", data={**edition(browser), "language-en": "on"})
        assert browser.post(f"{VISIT}/publish", data=edition(browser)).status_code == 303
        assert shows(browser, f"{VISIT}", ">asks it<")

        os.write(writing, b'{"press": 1}\n')
        assert eventually(lambda: len(corner.taps_at_the_centre()) == 1)
        assert corner.versions_of_taps() == [2]

        news = {"0-en-you_said": "Queues are long", "0-en-we_did": "We opened a third till"}
        browser.post(f"{VISIT}/news", data={**edition(browser), **news})
        browser.post(f"{VISIT}/questions", data={**edition(browser), "name": "offer"})
        said = {
            "en-ask": f"Did our {NO_LETTER} tell you?",
            "en-answer-0": "Yes",
            "en-answer-1": "No",
            "kind": "yes_no-2",
            "weight": "1",
        }
        form = {**edition(browser), "was": "offer", "name": "offer", "ask_reason": "never", **said}
        assert browser.post(f"{VISIT}/questions/3", data=form).status_code == 303
        assert browser.post(f"{VISIT}/publish", data=edition(browser)).status_code == 303
        assert shows(browser, f"{VISIT}", "no sign for"), "the kiosk says what it cannot write, and keeps what it had"

        assert browser.post(f"{VISIT}/versions/2").status_code == 303
        assert shows(browser, f"{VISIT}", ">asks it<")
        os.write(writing, b'{"press": 4}\n')
        assert eventually(lambda: corner.versions_of_taps() == [2, 4])


def test_a_call_from_a_fitting_room_reaches_a_phone_and_the_answer_the_room(tmp_path):
    with shop(tmp_path, ROOMS) as corner, signed_in(corner, "anna") as phone:
        reading, writing = os.pipe()
        rooms = floorpulse("sensors", "rooms", "--config", str(corner.config), "--moves", "-")
        corner.processes.start("rooms", *rooms, stdin=reading)
        assert eventually(lambda: "ready" in corner.processes.log_of("rooms"))
        os.write(writing, b"".join(json.dumps({"pin": 22, "high": high}).encode() + b"\n" for high in (False, True)))
        page = "/stores/corner/calls"
        assert shows(phone, page, "Fitting rooms, room 1")
        assert shows(phone, page, "I am going")
        assert "not connected" not in phone.get(page).text
        call = re.search(r'name="call" value="([^"]*)"', phone.get(page).text).group(1)
        assert phone.post(page, data={"device": "exit", "call": call}).status_code == 303
        assert shows(phone, page, "somebody came after")
        assert "Nobody waits" in phone.get(page).text
