"""Surveys that the centre pushes: checked, shown once nobody is there, kept for the next start, and reported."""

import logging
from collections.abc import Callable

from events.facts import ConfigApplied
from events.survey import Survey
from kiosk.pushes import Letterbox, Push, applied, refused

SURVEY, SEEN = "kiosk.survey", "kiosk.seen"
"""Keys of the state: the last good push, and the version that was looked at last."""
log = logging.getLogger(__name__)

Offer = Callable[[Survey, Callable[[str | None], None]], None]


class Centre:
    """`hear` takes every configuration that comes; all else follows. Callables may be called from any thread."""

    def __init__(
        self,
        letters: Letterbox,
        offer: Offer,
        report: Callable[[ConfigApplied], None],
        remember: Callable[[str, str], None],
    ) -> None:
        self._letters, self._offer, self._report, self._remember = letters, offer, report, remember

    def hear(self, text: str) -> None:
        """A configuration of this device, as `sync` let it in."""
        opened = self._letters.open(text)
        if isinstance(opened, ConfigApplied):
            self._refuse(opened)
        elif opened is not None:
            push, survey = opened
            self._offer(survey, lambda why: self._settled(push, why))

    def _settled(self, push: Push, why: str | None) -> None:
        if why is not None:
            self._refuse(refused(push, why))
            return
        self._remember(SURVEY, push.kept())
        self._remember(SEEN, str(push.version))
        self._report(applied(push))

    def _refuse(self, refusal: ConfigApplied) -> None:
        log.warning("version %s of the survey is refused: %s", refusal.version, refusal.why)
        self._remember(SEEN, str(refusal.version))
        self._report(refusal)
