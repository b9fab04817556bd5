"""What the staff's door and page leave behind for the next start: no plug that is pulled gives a free try."""

import json
from collections.abc import Container
from datetime import datetime

from events.hours import FIRST_YEAR
from kiosk.staffdoor import BACK_OFF_SECONDS, Tries

DOOR, LANGUAGE = "kiosk.door", "kiosk.language"
"""Keys of the state."""


def kept_tries(tries: Tries, at: datetime) -> str:
    return json.dumps({"wrong": tries.wrong, "shut_seconds": tries.shut_seconds, "at": at.isoformat()})


def read_tries(text: str | None, at: datetime) -> Tries:
    """What is left of it; a clock that was set back, or never set, shortens no lock-out."""
    try:
        table = json.loads(text or "{}")
        wrong, shut, since = int(table["wrong"]), float(table["shut_seconds"]), datetime.fromisoformat(table["at"])
        passed = (at - since).total_seconds() if since.year >= FIRST_YEAR else 0.0
    except (ValueError, TypeError, KeyError):
        return Tries()
    return Tries(max(0, wrong), max(0.0, min(shut, BACK_OFF_SECONDS) - max(0.0, passed)))


def kept_language(language: str, configured: str) -> str:
    return json.dumps({"language": language, "instead_of": configured})


def read_language(text: str | None, configured: str, offered: Container[str]) -> str:
    """The one that staff chose, unless it cannot be shown or the configuration has changed since."""
    try:
        table = json.loads(text or "{}")
        chosen, before = str(table["language"]), table["instead_of"]
    except (ValueError, TypeError, KeyError):
        return configured
    return chosen if before == configured and chosen in offered else configured
