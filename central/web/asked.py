"""What the kiosks ask, in words: questions and reasons by the ids that their facts carry.

A fact carries the id of a question and not its text, so these are the words of the kiosk's own survey; an id that a
shop made up itself is shown as it is, spelled out.
"""

from dataclasses import dataclass

QUESTIONS = {
    "visit": "How was your visit today?",
    "rooms": "How was your time in the fitting room?",
    "checkout": "How was paying today?",
}


@dataclass(frozen=True)
class Spoken:
    """A reason as a reader says it, and its sign as a path in a square of 24."""

    label: str
    path: str


_BUBBLE = "M4 5h16v11h-9l-4 4v-4H4z"
REASONS = {
    "service": Spoken("Service", "M4 17a8 8 0 0 1 16 0zM3 20h18M12 9V6M10 6h4"),
    "queue": Spoken("Waiting time", "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM12 7v5l4 2"),
    "fitting_room": Spoken("Fitting rooms", "M12 10V9a2 2 0 1 0-2-2M12 10l9 6c1 1 0 2-1 2H4c-1 0-2-1-1-2z"),
    "price": Spoken("Prices", "M4 4h8l9 9-8 8-9-9zM8 8h.01"),
    "choice": Spoken("Choice", "M4 4h7v7H4zM13 13h7v7h-7zM13 7a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0M4 20l3-7 4 7z"),
    "payment": Spoken("Ways to pay", "M3 6h18v12H3zM3 10h18M6 15h4"),
    "cleanliness": Spoken("Cleanliness", "M10 4l2 5 5 2-5 2-2 5-2-5-5-2 5-2zM18 15v5M16 17h5"),
}


_MEANT = {
    ("rooms", "service"): "Help",
    ("rooms", "fitting_room"): "Space and light",
    ("rooms", "choice"): "Sizes",
}
"""What a reason says under one question, where that differs."""


def question(name: str) -> str:
    """`How was your visit today?` for `visit`."""
    return QUESTIONS.get(name) or _spelled(name)


def reason(name: str, question: str = "") -> Spoken:
    """`Waiting time` for `queue`; an unknown one has a bubble for its sign."""
    spoken = REASONS.get(name) or Spoken(_spelled(name), _BUBBLE)
    return Spoken(_MEANT.get((question, name), spoken.label), spoken.path)


def _spelled(name: str) -> str:
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]
