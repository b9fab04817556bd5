"""100,000 random touches, buttons, surveys and jumps of the clock, by one seed: the kiosk stays in its states."""

from random import Random

import pytest

from events.facts import Call, CallEnded, PressMeans, Tap
from events.survey import News, Survey, Told
from kiosk.flow import Flow
from kiosk.glass import Contact, Control, Corner, Digit, Face, Screen, Switch, Tile
from kiosk.survey import read_survey
from kiosk.ways import Ways
from tests.kiosk.parts import NOON
from tests.kiosk.test_rotation import asked

HITS = [
    *(Face(answer) for answer in range(11)),
    *(Tile(reason) for reason in ("queue", "price", "nonsense")),
    *(Switch(code) for code in ("de", "ar", "xx")),
    *(Digit(number) for number in range(10)),
    *Control,
    None,
]
OFTEN = [Face(1), Face(2), Face(4), Tile("queue"), Control.SKIP, Control.HELP, Control.BACK]
SURVEYS = [
    read_survey(),
    Survey("nps", 1, (asked("nps", "nps", 11),)),
    Survey("two", 2, (asked("one"), asked("two", "yes_no", 2)), (News({"en": Told("Dark", "Lamps")}),)),
]


class Hands:
    """A flow, and a record of every touch that meant a face and every vote that came of it."""

    def __init__(self, seed):
        self.dice, self.now, self.touched, self.votes, self.fingers = Random(seed), 1000.0, [], [], 0
        self.open, self.calls, self.ends, self.seen = {}, 0, [], set()
        ways = Ways(help=("fitting", "2"), is_right_pin=lambda pin: pin[0] in "123456789", buttons=3)
        self.flow = Flow(SURVEYS[0], self.store, "en", None, ways)

    def store(self, fact, ticket, deadline):
        self.open[ticket] = fact
        if isinstance(fact, Tap) and fact.answer is not None:
            self.votes.append((fact.answer, fact.means, self.fingers))
        self.calls += isinstance(fact, Call)
        if isinstance(fact, CallEnded):
            self.ends.append(fact.call)

    @property
    def is_bad(self):
        """Now and then the disk is, for a while."""
        return self.fingers // 500 % 8 == 7

    def step(self):
        kind = self.dice.choices(("touch", "button", "time", "disk", "survey", "jump", "hours", "staff"),
                                 (38, 12, 38, 5, 3, 1, 1, 2))[0]  # fmt: skip
        getattr(self, kind)()
        self.flow.tick(self.now)
        self.seen.add(self.flow.screen)

    def touch(self):
        self.put(self.dice.choice(OFTEN if self.dice.random() < 0.6 else HITS), PressMeans.TOUCH)

    def button(self):
        row = self.flow.buttons
        self.put(row[self.dice.randrange(3)], PressMeans.BUTTON)

    def put(self, hit, means):
        self.fingers += 1
        corner = self.dice.choice((None, None, None, *Corner))
        place = self.dice.random() * 1280, self.dice.random() * 800
        if isinstance(hit, Face):
            self.touched.append((hit.answer, means, self.fingers))
        self.flow.touch(hit, Contact(self.fingers, *place, means, corner), self.now)
        if self.dice.random() < 0.9:
            self.flow.release(self.fingers, self.now)
        if self.dice.random() < 0.7:  # a sound disk
            self.disk(len(self.open))

    def time(self):
        self.now += self.dice.choice((0.01, 0.05, 0.2, 0.25, 0.5, 0.7, 1.0, 2.5, 6.0, 11.0, 25.0, 61.0))

    def jump(self):
        """The monotonic clock only runs on; a machine that slept runs on by far."""
        self.now += self.dice.choice((3600.0, 86400.0, 3.2e7))

    def disk(self, count=2):
        for ticket in list(self.open)[:count]:
            self.open.pop(ticket)
            if self.dice.random() < (0.1 if self.is_bad else 0.9):
                self.flow.recorded(ticket, f"1f0c9d2ab8e4-{ticket}", NOON, self.now)
            else:
                self.flow.failed(ticket, self.now)

    def survey(self):
        self.flow.swap(self.dice.choice(SURVEYS), self.now)

    def hours(self):
        self.flow.opened(self.dice.random() < 0.7, self.now)

    def staff(self):
        """Somebody knows the way in, or the room and the phone say something."""
        desk = self.flow.desk
        call = desk.call or "ffffffffffff-1"
        act = self.dice.choice((desk.coming, desk.answered, desk.over, desk.asked_elsewhere))
        act(call if act != desk.asked_elsewhere else "aaaaaaaaaaaa-1", self.now)
        desk.staff_can_be_reached(self.dice.random() < 0.7, self.now)
        finger = ("staff", self.fingers)
        self.flow.touch(None, Contact(finger, 1.0, 799.0, corner=Corner.TOP_LEFT), self.now)
        self.now += self.dice.choice((1.0, 3.1))
        self.flow.release(finger, self.now)
        self.flow.touch(None, Contact(finger, 1279.0, 799.0, corner=Corner.TOP_RIGHT), self.now)
        self.flow.release(finger, self.now)
        for _ in range(6):
            self.now += 0.1
            self.flow.touch(Digit(self.dice.randrange(10)), Contact(finger, 640.0, self.now % 700), self.now)
            self.flow.release(finger, self.now)


@pytest.mark.parametrize("seed", [4])
def test_random_hands_never_lead_it_out_of_its_states_nor_to_a_vote_that_was_no_touch(seed):
    hands = Hands(seed)
    for _ in range(100_000):
        hands.step()
        assert hands.flow.screen in Screen
    assert hands.seen == set(Screen), "every screen was met on the way"
    touched = set(hands.touched)
    assert len(hands.votes) > 10_000
    assert all(vote in touched for vote in hands.votes), "each vote is the touch of that answer by that finger"
    assert len({finger for _, _, finger in hands.votes}) == len(hands.votes), "and no touch votes twice"
    assert len(hands.ends) >= 100
    assert len(set(hands.ends)) <= hands.calls
    settle(hands)


def settle(hands):
    """Whatever has happened, it returns to the question by itself."""
    hands.flow.opened(True, hands.now)
    for _ in range(200):
        hands.now += 1.0
        for ticket in list(hands.open):
            hands.open.pop(ticket)
            hands.flow.recorded(ticket, f"1f0c9d2ab8e4-{ticket}", NOON, hands.now)
        hands.flow.tick(hands.now)
    assert hands.flow.screen == Screen.QUESTION
    assert hands.flow.language in hands.flow.survey.languages
