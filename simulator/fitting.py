"""The fitting rooms: a lobby served first come, first served, sessions, and calls for help."""

from collections.abc import Sequence
from math import log
from random import Random

from events.facts import CallOutcome
from simulator import floor
from simulator.habits import Habits
from simulator.shopper import Shopper
from simulator.truth import HelpCall, Session, Truth

TURN_AWAY_SECONDS = 600.0
"""A shopper without a room by then has been turned away, as the metric has it; ours leave at that moment."""
TURNOVER_SECONDS = 36.0
"""The door stands open and the room is seen empty before it counts as free."""
LAST_ENTRY_SECONDS = 420.0
"""Before closing: later nobody is let into the lobby."""


def use_rooms(truth: Truth, habits: Habits, shoppers: Sequence[Shopper], rooms: int, rng: Random) -> None:
    """Sessions, calls, lobby arrivals and turned-away shoppers of the day, and what each shopper went through."""
    free = [0.0] * rooms
    arrivals = [(shopper.free_at + shopper.walk(floor.LOBBY), shopper) for shopper in shoppers if shopper.wants_room]
    for arrived, shopper in sorted(arrivals, key=lambda pair: (pair[0], pair[1].number)):
        if arrived > truth.seconds - LAST_ENTRY_SECONDS:
            continue
        truth.lobby.append(arrived)
        start, room = min((max(moment, arrived + 1.5), room) for room, moment in enumerate(free))
        if start - arrived >= TURN_AWAY_SECONDS or start > truth.seconds - LAST_ENTRY_SECONDS:
            _turn_away(truth, shopper, arrived)
            continue
        seconds = max(40.0, rng.lognormvariate(log(habits.try_on_seconds), 0.5))
        session = Session(room, arrived, start, min(start + seconds, truth.seconds - 120), shopper.number)
        free[room] = session.end + TURNOVER_SECONDS
        _take(truth, shopper, session)
        _call(truth, shopper, session, habits, rng)
    truth.calls.sort(key=lambda call: call.pressed)


def _turn_away(truth: Truth, shopper: Shopper, arrived: float) -> None:
    gone = min(arrived + TURN_AWAY_SECONDS, truth.seconds - 60)
    truth.turned_away.append(gone)
    shopper.here = floor.LOBBY
    shopper.free_at, shopper.longest_wait, shopper.waited_for_room = gone, gone - arrived, True


def _take(truth: Truth, shopper: Shopper, session: Session) -> None:
    truth.sessions.append(session)
    shopper.session, shopper.free_at, shopper.here = session, session.end + 3.0, floor.ROOMS
    shopper.longest_wait, shopper.waited_for_room = session.start - session.arrived, True


def _call(truth: Truth, shopper: Shopper, session: Session, habits: Habits, rng: Random) -> None:
    if rng.random() >= habits.calls:
        return
    pressed = session.start + (session.end - session.start) * rng.uniform(0.15, 0.6)
    noticed = rng.random() < habits.answers
    delay = rng.uniform(8, 20) + rng.expovariate(1 / habits.answer_seconds)
    if rng.random() < 0.06:
        call = HelpCall(session.room, pressed, min(pressed + rng.uniform(2, 4.5), session.end), CallOutcome.WITHDRAWN)
    elif noticed and pressed + delay < session.end:
        call = HelpCall(session.room, pressed, pressed + delay, CallOutcome.ANSWERED)
    else:
        call = HelpCall(session.room, pressed, session.end, CallOutcome.UNANSWERED)
        shopper.help_missed = True
    truth.calls.append(call)
