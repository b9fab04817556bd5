"""What devices say came of commands: held in memory for who asked, a few minutes, and never written down."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Condition

from events.desired import Progress, Result, read_result
from events.settings import ConfigError
from events.topics import Address

KEPT_SECONDS = 420.0
MOST = 200


class Results:
    """By the command's id; only what somebody waits for is kept. For any thread."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._waited: OrderedDict[str, tuple[float, Result | None]] = OrderedDict()
        self._news = Condition()

    def expect(self, command: str) -> None:
        with self._news:
            self._forget()
            self._waited[command] = (self._now(), None)

    def hear(self, topic: str, payload: bytes) -> None:
        """Anything from the leaf `res`; what is no result, or nobody's, is left out."""
        try:
            result = read_result(payload)
            Address.of(topic)
        except (ConfigError, ValueError):
            return
        with self._news:
            self._forget()
            if result.result in self._waited and not _is_over(self._waited[result.result][1]):
                self._waited[result.result] = (self._waited[result.result][0], result)
                self._news.notify_all()

    def find(self, command: str) -> Result | None:
        """The newest; None when nothing was said, or nobody waits any more."""
        with self._news:
            self._forget()
            return self._waited.get(command, (0.0, None))[1]

    def take(self, command: str) -> Result | None:
        """As `find`, once."""
        with self._news:
            return self._waited.pop(command, (0.0, None))[1]

    def wait(self, command: str, seconds: float) -> Result | None:
        """The last word on a command, or None when it does not come in time."""
        with self._news:
            self._news.wait_for(lambda: _is_over(self._waited.get(command, (0.0, None))[1]), seconds)
        found = self.find(command)
        return found if _is_over(found) else None

    def _forget(self) -> None:
        while self._waited and (
            len(self._waited) > MOST or self._now() - next(iter(self._waited.values()))[0] > KEPT_SECONDS
        ):
            self._waited.popitem(last=False)


def _is_over(result: Result | None) -> bool:
    return result is not None and result.state is not Progress.WAITING
