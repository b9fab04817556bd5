"""Pipes that nobody may be reading: writing never waits, and a reader that goes away harms nobody else."""

import errno
import os
import select
import stat
import sys
import threading
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Self

RETRY_SECONDS = 0.2


class Outlet:
    """A pipe (made when missing), a file, or `-` for standard output; on a thread of its own.

    A new reader gets the header first and then whole items only. The newest `keep` items wait for a reader, the
    others are dropped.
    """

    def __init__(self, path: str, header: bytes = b"", keep: int = 64) -> None:
        self._path, self._header = path, header
        self._waiting: deque[bytes] = deque(maxlen=keep)
        self._news, self._ending = threading.Condition(), False
        self.written = self.readers = 0
        self.connected = False
        """Whether somebody reads; noticed within RETRY_SECONDS."""
        if path != "-" and not Path(path).exists():
            os.mkfifo(path)
        self._thread = threading.Thread(target=self._serve, name=f"outlet {path}", daemon=True)
        self._thread.start()

    def put(self, item: bytes) -> None:
        """Never waits."""
        with self._news:
            self._waiting.append(item)
            self._news.notify()

    def close(self) -> None:
        """What is waiting is given up."""
        with self._news:
            self._ending = True
            self._news.notify()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _serve(self) -> None:
        while not self._ending:
            pipe = self._open()
            if pipe is None:
                with self._news:
                    self._news.wait_for(lambda: self._ending, timeout=RETRY_SECONDS)
                continue
            try:
                self._pour(pipe)
            except OSError:
                self._waiting.clear()  # the reader went away: what it missed is stale for the next
            finally:
                os.close(pipe)
                self.connected = False

    def _open(self) -> int | None:
        """None while nobody reads."""
        if self._path == "-":
            return os.dup(sys.stdout.fileno())
        try:
            pipe = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno in (errno.ENXIO, errno.ENOENT):
                return None
            raise
        if stat.S_ISREG(os.fstat(pipe).st_mode):
            os.lseek(pipe, 0, os.SEEK_END)
        return pipe

    def _pour(self, pipe: int) -> None:
        self.readers += 1
        self.connected = True
        self._write(pipe, self._header)
        watch = select.poll()
        watch.register(pipe, 0)
        while not self._ending:
            with self._news:
                self._news.wait_for(lambda: self._ending or bool(self._waiting), timeout=RETRY_SECONDS)
                item = self._waiting.popleft() if self._waiting and not self._ending else b""
            if item:
                self._write(pipe, item)
                self.written += 1
            elif watch.poll(0):
                raise BrokenPipeError  # gone while there was nothing to write

    def _write(self, pipe: int, item: bytes) -> None:
        """The whole item, however slow the reader is; BrokenPipeError when it is gone."""
        rest = memoryview(item)
        while len(rest) and not self._ending:
            _, ready, _ = select.select([], [pipe], [], RETRY_SECONDS)
            if ready:
                try:
                    rest = rest[os.write(pipe, rest[:65536]) :]
                except BlockingIOError:
                    continue
