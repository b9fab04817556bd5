"""Scripted adults, children and mashers at a kiosk without glass: how often an honest vote is flagged.

Each hand draws its habits from a seed; the flow, its rules and its lockout are the real ones.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from events.envelope import event_id
from events.facts import Fact, Tap, TapFlag
from kiosk.flow import Flow
from kiosk.glass import Contact, Control, Face, Hit, Screen, Tile
from kiosk.survey import read_survey

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SEED = 20260302
MIXTURE = "of 100 visits, 94 adults, 5 children and 1 masher; adults' votes"


@dataclass
class Shop:
    """A kiosk whose disk is sound, and the votes of one kind of visitor."""

    dice: Random
    now: float = 1000.0
    first: list[Tap] = field(default_factory=list)
    """The first vote of each visit: an honest answer, whatever follows."""
    later: list[Tap] = field(default_factory=list)
    """What the same visit added: one person is one vote."""

    def __post_init__(self) -> None:
        self._open: list[int] = []
        self._votes: list[Tap] = []
        self._fingers = 0
        self.flow = Flow(read_survey(), self._store, "en")

    def visit(self, script: str) -> None:
        """Somebody comes, acts by the script, and goes."""
        self.rest(self.dice.uniform(8.0, 90.0))  # a busy shop: the next one may follow close behind
        self._votes.clear()
        who = self.dice.choices(("adult", "child", "masher"), (94, 5, 1))[0] if script == "mixed" else script
        {"adult": self._adult, "child": self._child, "masher": self._masher}[who]()
        if who == script or who == "adult":
            self.first += self._votes[:1]
            self.later += self._votes[1:]

    def rest(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            self.now += 0.05
            self.flow.tick(self.now)

    def _adult(self) -> None:
        """One face, mostly a reason; a shaky hand touches twice, some correct themselves, some rest a second finger."""
        dice, answer = self.dice, self.dice.choices((1, 2, 3, 4), (55, 28, 9, 8))[0]
        self._touch(Face(answer), second_finger=dice.random() < 0.01)
        if dice.random() < 0.05:
            self.rest(dice.uniform(0.1, 0.4))
            self._touch(Face(answer))
        self.rest(dice.uniform(1.0, 6.0))
        if self.flow.screen == Screen.REASON:
            self._touch(Tile(dice.choice(self.flow.question.reasons)) if dice.random() < 0.6 else Control.SKIP)

    def _child(self) -> None:
        """Presses what lights up, several times, with breaks."""
        for _ in range(self.dice.randint(3, 10)):
            self._touch(Face(self.dice.randint(1, 4)))
            self.rest(self.dice.uniform(0.3, 4.0))
            if self.flow.screen == Screen.REASON and self.dice.random() < 0.5:
                self._touch(Control.SKIP)

    def _masher(self) -> None:
        """Hammers one face, as fast as a hand can, for a while."""
        answer = self.dice.choice((1, 4))
        for _ in range(self.dice.randint(15, 60)):
            self._touch(Face(answer), second_finger=self.dice.random() < 0.3)
            self.rest(self.dice.uniform(0.1, 0.5))

    def _touch(self, hit: Hit, second_finger: bool = False) -> None:
        self._fingers += 2
        if second_finger:
            self.flow.touch(None, Contact(self._fingers - 1, self.dice.uniform(0, 800), 40.0), self.now)
        self.flow.touch(hit, Contact(self._fingers, self.dice.uniform(0, 800), self.dice.uniform(100, 380)), self.now)
        for ticket in self._taken():
            self.flow.recorded(ticket, event_id("1f0c9d2ab8e4", ticket), NOON, self.now)
        for finger in (self._fingers, self._fingers - 1):
            self.flow.release(finger, self.now)

    def _taken(self) -> list[int]:
        taken, self._open = self._open, []
        return taken

    def _store(self, fact: Fact, ticket: int, deadline: float | None) -> None:
        self._open.append(ticket)
        if isinstance(fact, Tap) and fact.answer is not None:
            self._votes.append(fact)


def played(script: str, visits: int, seed: int = SEED) -> Shop:
    """So many visits of one kind, one after the other."""
    shop = Shop(Random(seed))
    for _ in range(visits):
        shop.visit(script)
    return shop


def flagged(taps: list[Tap]) -> float:
    """Per cent that are left out of the clean index."""
    return 100 * sum(bool(set(tap.flags) - {TapFlag.TEST}) for tap in taps) / max(1, len(taps))
