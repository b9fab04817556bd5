"""What came of a command, from another process of the device: taken on a Unix socket, told on, kept nowhere."""

import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from events.desired import LONGEST_RESULT, read_result
from events.settings import ConfigError

READ_SECONDS = 0.5
WAITING = 8

_log = logging.getLogger("floorpulse.sync")


class Results:
    """Listens beside the shared file; close it when done. A socket that cannot be made costs results, nothing else."""

    def __init__(self, path: Path, tell: Callable[[bytes], object]) -> None:
        self._path, self._tell = path, tell
        self._socket = self._listening()

    def step(self) -> None:
        """Take what is there now, without waiting for more."""
        while self._socket is not None:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            with caller:
                self._take(caller)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._path.unlink(missing_ok=True)
        self._socket = None

    def _listening(self) -> socket.socket | None:
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listening.setblocking(False)
        try:
            self._path.unlink(missing_ok=True)
            listening.bind(str(self._path))
            self._path.chmod(0o660)
            listening.listen(WAITING)
            return listening
        except OSError as error:
            listening.close()
            _log.warning("results of commands cannot be taken on %s: %s", self._path, error)
            return None

    def _take(self, caller: socket.socket) -> None:
        caller.settimeout(READ_SECONDS)
        message = b""
        with suppress(OSError):
            while len(message) <= LONGEST_RESULT and (piece := caller.recv(65536)):
                message += piece
        try:
            read_result(message)
        except ConfigError as error:
            _log.warning("what was told of a command makes no sense: %s", error)
            return
        self._tell(message)
