"""Tells systemd that the service is up and still alive (sd_notify); without systemd it says nothing."""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class Watchdog:
    """`ready` once the service works, `alive` more often than every `interval_seconds`, `stopping` at the end."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.interval_seconds = int(environment.get("WATCHDOG_USEC", "0")) / 1e6 / 3 or None
        """A third of what systemd allows; None when nobody watches."""

    def ready(self) -> None:
        self._notify("READY=1")

    def alive(self) -> None:
        self._notify("WATCHDOG=1")

    def stopping(self) -> None:
        self._notify("STOPPING=1")

    def _notify(self, state: str) -> None:
        if not self._address:
            return
        # A deaf systemd restarts us; crashing over it would do the same, only sooner.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sender:
            sender.sendto(state.encode(), self._address)
