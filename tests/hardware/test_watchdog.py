"""systemd hears that the service is well; without systemd nobody minds."""

import socket

import pytest

from hardware.watchdog import Watchdog


@pytest.fixture
def systemd(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(5)
        yield ear


def test_systemd_is_told_ready_alive_and_stopping(systemd):
    watchdog = Watchdog({"NOTIFY_SOCKET": systemd.getsockname(), "WATCHDOG_USEC": "9000000"})
    watchdog.ready()
    watchdog.alive()
    watchdog.stopping()
    assert [systemd.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]
    assert watchdog.interval_seconds == 3.0


def test_an_abstract_socket_is_spoken_to_as_well(tmp_path):
    name = f"floorpulse-test-{tmp_path}"[-90:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("\0" + name)
        ear.settimeout(5)
        Watchdog({"NOTIFY_SOCKET": "@" + name}).ready()
        assert ear.recv(100) == b"READY=1"


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": "/nonexistent/socket"}])
def test_without_systemd_nothing_happens(environment):
    watchdog = Watchdog(environment)
    watchdog.ready()
    watchdog.alive()
    assert watchdog.interval_seconds is None
