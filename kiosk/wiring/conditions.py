"""What the staff's page tells of the device."""

from datetime import datetime
from time import monotonic

from hardware.health import board_health
from kiosk.command import Plan
from kiosk.viewing import Staff
from kiosk.wiring.shelf import Shelf
from sync.health import software

FACTS_SECONDS = 5.0
HOT_C = 75.0


class Conditions:
    """Gathered on the errands' thread, as a disk may hang."""

    def __init__(self, plan: Plan, shelf: Shelf) -> None:
        self._plan, self._shelf = plan, shelf
        self.survey = self._backlog = self._health = self._contact = ""
        self.reached = False
        self._looked = float("-inf")

    def look(self) -> None:
        """Every round; gathers every 5 s."""
        if self.reached:
            self._contact = f"{datetime.now():%H:%M}"
        if monotonic() - self._looked >= FACTS_SECONDS:
            self._looked = monotonic()
            self._backlog, self._health = self._shelf.backlog(), _complaints()

    def rows(self) -> Staff:
        return {
            "device": str(self._plan.device.device), "version": software(), "survey": self.survey,
            "backlog": self._backlog or "?", "sync": self._contact, "health": self._health,
        }  # fmt: skip


def _complaints() -> str:
    health = board_health()
    warm = [f"{health.temperature_c:.0f} C"] if (health.temperature_c or 0) >= HOT_C else []
    return ", ".join([*warm, *["under-voltage"] * bool(health.under_voltage), *["throttled"] * bool(health.throttled)])
