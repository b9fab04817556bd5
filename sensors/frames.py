"""Where frames come from: a clip, a pipe, a camera. A frame is a local variable for one step; nothing keeps it."""

import json
import os
import select
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""BGR, (height, width, 3)."""
Wait = Callable[[float], object]

SILENCE_SECONDS = 10.0
"""A source that gives no frame for so long is lost."""
LARGEST_SIDE = 8192


class CameraLost(Exception):
    """The source gives no more frames, in one sentence; a service tries again, a tool says so and ends."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture and its moment."""

    image: Image
    at: float
    """Seconds: of the footage in a clip, of the monotonic clock in a live source."""


class Source(Protocol):
    """`frames` ends with the footage, raises CameraLost, and answers None about once a second while nothing comes."""

    def frames(self) -> Iterator[Frame | None]: ...
    def close(self) -> None: ...


def open_source(source: str, fps: float, loop: bool, wait: Wait, password: Path | None = None) -> Source:
    """For a service: a camera's number, `rtsp://`, `pipe:/path`, or a file that plays in real time."""
    if source.startswith("rtsp"):
        from sensors.network import NetworkCamera  # which needs this module

        return NetworkCamera(source, fps, password)
    if source.isdecimal():
        return Device(int(source), fps)
    if source.startswith("pipe:"):
        return Pipe(Path(source.removeprefix("pipe:")), fps)
    return Playback(Path(source), fps, loop, wait)


class Clip:
    """A file at full speed, `fps` frames of each second of footage; frames between are never decoded into pictures."""

    def __init__(self, path: Path, fps: float) -> None:
        if not path.is_file():
            raise CameraLost(f"there is no clip {path}")
        self._path, self._capture = path, capture(str(path))
        self.frame_rate = float(self._capture.get(_cv2().CAP_PROP_FPS))
        self.count = int(self._capture.get(_cv2().CAP_PROP_FRAME_COUNT))
        if not self._capture.isOpened() or not 0 < self.frame_rate < 1000 or not self._capture.grab():
            self.close()
            raise CameraLost(f"{path} is damaged or no clip that can be decoded here")
        self.fps = min(fps, self.frame_rate)

    @property
    def sampled(self) -> int:
        """About how many frames `frames` gives; 0 when the file does not say."""
        return max(0, round(self.count * self.fps / self.frame_rate))

    def frames(self) -> Iterator[Frame]:
        """Each frame that is due; CameraLost when the clip breaks off before the end that it announced."""
        index, due = 0, 0.0
        while True:
            at = index / self.frame_rate
            if at + 0.5 / self.frame_rate >= due:
                decoded, image = self._capture.retrieve()
                if not decoded or not is_picture(image):
                    raise CameraLost(f"{self._path} is damaged: frame {index + 1} cannot be decoded")
                due = max(due + 1 / self.fps, at)
                yield Frame(image, at)
            index += 1
            if not self._capture.grab():
                break
        if index < 0.95 * self.count:
            raise CameraLost(f"{self._path} is damaged: it ends after {index} of {self.count} frames")

    def close(self) -> None:
        self._capture.release()


class Playback:
    """A file in real time, once or for ever; when the machine is too slow, frames are left out, not time."""

    def __init__(self, path: Path, fps: float, loop: bool, wait: Wait) -> None:
        self._path, self._fps, self._loop, self._wait = path, fps, loop, wait
        self._clip = Clip(path, fps)

    def frames(self) -> Iterator[Frame | None]:
        while True:
            start = monotonic()
            for frame in self._clip.frames():
                ahead = start + frame.at - monotonic()
                if ahead > 0:
                    self._wait(ahead)
                elif ahead < -1 / self._fps:
                    continue
                yield Frame(frame.image, start + frame.at)
            if not self._loop:
                return
            self._clip.close()
            self._clip = Clip(self._path, self._fps)

    def close(self) -> None:
        self._clip.close()


class Device:
    """A V4L2 camera by its number."""

    def __init__(self, number: int, fps: float) -> None:
        if not Path(f"/dev/video{number}").exists():
            raise CameraLost(f"there is no camera /dev/video{number}")
        self._number, self._fps, self._capture = number, fps, capture(number)
        if not self._capture.isOpened():
            self.close()
            raise CameraLost(f"the camera /dev/video{number} cannot be opened")

    def frames(self) -> Iterator[Frame | None]:
        yield from live_frames(self._capture, self._fps)
        raise CameraLost(f"the camera /dev/video{self._number} gives no more frames")

    def close(self) -> None:
        self._capture.release()


def live_frames(capture: Any, fps: float) -> Iterator[Frame]:
    """`fps` frames a second until there are no more; every one is read, so that none is old, and few are decoded."""
    due = monotonic()
    while capture.grab():
        now = monotonic()
        if now < due:
            continue
        decoded, image = capture.retrieve()
        if decoded and is_picture(image):
            due = max(due + 1 / fps, now)
            yield Frame(image, now)


class Pipe:
    """A header line of JSON `{"width", "height", "fps"}` and then raw BGR frames, as they come."""

    def __init__(self, path: Path, fps: float) -> None:
        self._path, self._fps = path, fps
        try:
            # Without O_NONBLOCK, opening would hang until somebody writes, deaf to every signal.
            self._file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            raise CameraLost(f"the pipe {path} cannot be opened: {error.strerror}") from error

    def frames(self) -> Iterator[Frame | None]:
        width, height = yield from self._header()
        due = monotonic()
        while True:
            raw = yield from self._exactly(width * height * 3)
            now = monotonic()
            if now >= due:
                due = max(due + 1 / self._fps, now)
                yield Frame(np.frombuffer(raw, np.uint8).reshape(height, width, 3), now)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = -1

    def _header(self) -> Generator[None, None, tuple[int, int]]:
        line = b""
        while not line.endswith(b"\n"):
            line += yield from self._exactly(1)
            if len(line) > 500:
                raise CameraLost(f"the pipe {self._path} does not begin with a header line")
        try:
            header = json.loads(line)
            width, height = int(header["width"]), int(header["height"])
        except (ValueError, KeyError, TypeError):
            raise CameraLost(f"the pipe {self._path} begins with no header: {line[:60]!r}") from None
        if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE):
            raise CameraLost(f"the pipe {self._path} promises frames of {width} x {height} pixels")
        return width, height

    def _exactly(self, size: int) -> Generator[None, None, bytearray]:
        """So many bytes; None for every second without any."""
        buffer, filled, silent = bytearray(size), 0, 0.0
        while filled < size:
            ready, _, _ = select.select([self._file], [], [], 1.0)
            if not ready:
                silent += 1.0
                if silent >= SILENCE_SECONDS:
                    raise CameraLost(f"the pipe {self._path} gave no frame for {SILENCE_SECONDS:g} s")
                yield None
                continue
            got = os.readv(self._file, [memoryview(buffer)[filled:]])
            if not got:
                raise CameraLost(f"nobody writes to the pipe {self._path} any more")
            filled, silent = filled + got, 0.0
        return buffer


def is_picture(image: Any) -> bool:
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim != 3:
        return False
    height, width, channels = image.shape
    return bool(channels == 3 and min(height, width) > 0 and max(height, width) <= LARGEST_SIDE)


def capture(source: str | int, patience_seconds: float = 0.0) -> Any:
    """OpenCV's reader, one thread, silent: what is wrong is said by us, in one sentence.

    A network source is waited for no longer than `patience_seconds`.
    """
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    cv2 = _cv2()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    cv2.setNumThreads(1)
    if not patience_seconds:
        return cv2.VideoCapture(source, cv2.CAP_V4L2 if isinstance(source, int) else cv2.CAP_ANY)
    limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, cv2.CAP_PROP_READ_TIMEOUT_MSEC]
    patience = [value for limit in limits for value in (limit, int(1000 * patience_seconds))]
    return cv2.VideoCapture(source, cv2.CAP_FFMPEG, patience)


def _cv2() -> Any:
    """OpenCV, loaded when the first source is opened: `--help` need not wait for it."""
    import cv2

    return cv2
