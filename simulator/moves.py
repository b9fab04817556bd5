"""What shoppers touch: pins of the fitting rooms and faces of the kiosks, each with its moment."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from events.facts import CallOutcome, DeviceId, TapFlag
from simulator.devices import GroupPins
from simulator.truth import HelpCall, Session, Truth

PRESS_SECONDS = 0.4


class Move(NamedTuple):
    """A line of JSON for a program's standard input, and when it is due in seconds after opening."""

    at: float
    line: dict[str, Any]


def room_moves(truth: Truth, pins: GroupPins) -> list[Move]:
    """Doors, presence, lobby and buttons of a group of rooms; all doors stand open at the start."""
    moves = [_pin(0.0, room.contact, True) for room in pins.rooms]
    for arrived in truth.lobby:
        moves += [_pin(arrived, pins.lobby, True), _pin(arrived + 1.0, pins.lobby, False)]
    for session in truth.sessions:
        moves += _session(session, pins)
    for call in truth.calls:
        moves += _call(call, pins)
    return sorted(moves, key=lambda move: move.at)


def _session(session: Session, pins: GroupPins) -> Iterator[Move]:
    """In, door shut; door open, out."""
    room = pins.rooms[session.room]
    yield _pin(session.start - 1.0, room.presence, True)
    yield _pin(session.start, room.contact, False)
    yield _pin(session.end - 0.5, room.contact, True)
    yield _pin(session.end, room.presence, False)


def _call(call: HelpCall, pins: GroupPins) -> Iterator[Move]:
    """A second press takes a call back; a call that nobody answers ends with the session."""
    room = pins.rooms[call.room]
    yield from _button(call.pressed, room.call)
    if call.outcome == CallOutcome.ANSWERED:
        yield from _button(call.ended, room.acknowledge)
    elif call.outcome == CallOutcome.WITHDRAWN:
        yield from _button(call.ended, room.call)


def _button(at: float, pin: int) -> Iterator[Move]:
    yield _pin(at, pin, False)
    yield _pin(at + PRESS_SECONDS, pin, True)


def _pin(at: float, pin: int, high: bool) -> Move:
    return Move(at, {"pin": pin, "high": high})


def presses(truth: Truth, kiosk: DeviceId) -> list[Move]:
    """Touches of one kiosk; a hammering child does not wait for the question."""
    moves = []
    for press in truth.presses:
        if press.device == kiosk and TapFlag.TEST not in press.flags:
            now = {"now": True} if press.flags else {}
            moves.append(Move(press.at, {"press": press.answer, **now}))
            if press.reason:
                moves.append(Move(press.reason_at, {"reason": press.reason}))
    return sorted(moves, key=lambda move: move.at)
