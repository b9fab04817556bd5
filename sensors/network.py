"""A camera in the network, by RTSP. Its password comes from a file, and no message ever names it."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from sensors.frames import SILENCE_SECONDS, CameraLost, Frame, capture, live_frames


class NetworkCamera:
    """An address such as `rtsp://user@10.0.0.7/stream`; the service opens it again when it is lost."""

    def __init__(self, address: str, fps: float, password: Path | None = None) -> None:
        self._name, self._fps = without_credentials(address), fps
        try:
            secret = password.read_text(encoding="utf-8").strip() if password else ""
        except (OSError, UnicodeDecodeError) as error:
            raise CameraLost(f"the password file of {self._name} cannot be read") from error
        self._capture = capture(with_password(address, secret), SILENCE_SECONDS)
        if not self._capture.isOpened():
            self.close()
            raise CameraLost(f"the camera {self._name} cannot be reached, or refuses us")

    def frames(self) -> Iterator[Frame]:
        yield from live_frames(self._capture, self._fps)
        raise CameraLost(f"the camera {self._name} gives no more frames")

    def close(self) -> None:
        self._capture.release()


def with_password(address: str, password: str) -> str:
    """The address with this password for the user that it names; unchanged without either."""
    parts = urlsplit(address)
    if not password or not parts.username:
        return address
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{quote(password, safe='')}@{host}"))


def without_credentials(address: str) -> str:
    """Fit for a log: neither user nor password, nor a query, where some cameras want them."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
