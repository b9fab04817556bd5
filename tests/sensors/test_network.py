"""A camera in the network: lost and found again by the service, its password in no message."""

import socket

import pytest

from events.settings import ConfigError
from sensors.frames import CameraLost, open_source
from sensors.network import with_password, without_credentials
from sensors.settings import read_camera

SECRET = "s3cr:t@/?"


@pytest.fixture
def nobody():
    """An address where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield f"rtsp://eyes@127.0.0.1:{listener.getsockname()[1]}/stream?token=abc"


def test_a_camera_that_does_not_answer_is_lost_and_its_password_is_not_told(tmp_path, nobody, capfd):
    (tmp_path / "password").write_text(SECRET + "\n")
    with pytest.raises(CameraLost, match="cannot be reached") as lost:
        open_source(nobody, 5, False, lambda _: None, tmp_path / "password")
    told = str(lost.value) + "".join(capfd.readouterr())
    assert not any(word in told for word in (SECRET, with_password("rtsp://u@h", SECRET)[9:-2], "eyes", "abc"))


def test_without_its_password_file_a_camera_is_lost(tmp_path, nobody):
    with pytest.raises(CameraLost, match="the password file of rtsp://127"):
        open_source(nobody, 5, False, lambda _: None, tmp_path / "missing")


@pytest.mark.parametrize(
    ("address", "password", "opened"),
    [
        ("rtsp://eyes@10.0.0.7/a", SECRET, "rtsp://eyes:s3cr%3At%40%2F%3F@10.0.0.7/a"),
        ("rtsp://eyes@10.0.0.7:554/a?b=1", "x", "rtsp://eyes:x@10.0.0.7:554/a?b=1"),
        ("rtsp://10.0.0.7/a", "x", "rtsp://10.0.0.7/a"),
        ("rtsp://eyes@10.0.0.7/a", "", "rtsp://eyes@10.0.0.7/a"),
    ],
)
def test_the_password_is_put_where_the_protocol_wants_it(address, password, opened):
    assert with_password(address, password) == opened
    assert without_credentials(opened).startswith("rtsp://10.0.0.7")


def test_a_password_in_the_settings_is_refused_and_not_repeated():
    with pytest.raises(ConfigError, match="password_file") as refused:
        read_camera({"source": "rtsp://eyes:hunter2@10.0.0.7/stream"})
    assert "hunter2" not in str(refused.value)
