"""When the backlog will be gone: the staff's page of the kiosk tells it, and the centre asks for it first."""

import json
from collections import deque

from sync.outbox import Backlog

BACKLOG = "backlog"
"""Key of the state: JSON `{"urgent", "bulk", "seconds"}`; `seconds` is null while nobody can tell."""
LOOKS_BACK = 7
"""Samples from which the pace is taken."""


class Forecast:
    """Looks at the backlog now and then; the pace is what it shrank by, new facts included."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque(maxlen=LOOKS_BACK)

    def told(self, backlog: Backlog, is_sending: bool, now: float) -> str:
        """For the state table."""
        self._seen.append((now, backlog.total))
        if not is_sending:
            self._seen.clear()  # the pace of before the pause says nothing
        return json.dumps(backlog._asdict() | {"seconds": self._seconds(backlog.total)})

    def _seconds(self, total: int) -> int | None:
        if total == 0:
            return 0
        if len(self._seen) < 2:
            return None
        (began, before), (now, _) = self._seen[0], self._seen[-1]
        pace = (before - total) / (now - began) if now > began else 0.0
        return max(1, round(total / pace)) if pace > 0 else None
