"""A voice: espeak-ng, where it is installed."""

import logging
import shutil
import subprocess
from contextlib import suppress

log = logging.getLogger(__name__)


class Speaker:
    """Says one thing at a time; a new one ends the last. `is_there` is false where the program is absent."""

    def __init__(self, program: str = "espeak-ng") -> None:
        self._program = shutil.which(program)
        self._voice: subprocess.Popen[bytes] | None = None
        if self._program is None:
            log.warning("%s is not installed: nothing is read aloud", program)

    @property
    def is_there(self) -> bool:
        return self._program is not None

    @property
    def is_speaking(self) -> bool:
        return self._voice is not None and self._voice.poll() is None

    def say(self, text: str, language: str) -> None:
        """Returns at once."""
        self.hush()
        if self._program is None or not text:
            return
        command = [self._program, "-v", language, "--stdin"]
        quiet = subprocess.DEVNULL
        try:
            self._voice = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
            assert self._voice.stdin is not None
            with self._voice.stdin as told:
                told.write(text.encode())
        except OSError as error:  # no sound is no reason to stop
            log.warning("nothing could be read aloud: %s", error)

    def hush(self) -> None:
        """Be quiet; being quiet already is fine."""
        voice, self._voice = self._voice, None
        if voice is not None and voice.poll() is None:
            voice.kill()
        if voice is not None:
            with suppress(subprocess.TimeoutExpired):
                voice.wait(1)

    def close(self) -> None:
        self.hush()
