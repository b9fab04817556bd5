"""Looks at footage before a demo is built around it."""

import os
from pathlib import Path

import cv2

from simulator.staging import StageError

FIRST_FRAMES = 5
NEAR_THE_END = 0.95
"""Of the frames that the file announces; the camera's own reader forgives as much."""


def refuse_broken_clip(path: Path) -> None:
    """StageError when the first frames, or those near the end, cannot be decoded; the rest is not looked at."""
    if not path.is_file():
        raise StageError(f"{path}: no such file")
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    clip = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)  # the other readers talk to the terminal
    try:
        if not clip.isOpened() or not all(clip.read()[0] for _ in range(_first(clip))):
            raise StageError(f"{path} is damaged or no clip that can be decoded here")
        clip.set(cv2.CAP_PROP_POS_FRAMES, int(NEAR_THE_END * clip.get(cv2.CAP_PROP_FRAME_COUNT)) - 1)
        if not clip.read()[0]:
            raise StageError(f"{path} is damaged: it breaks off before its end")
    finally:
        clip.release()


def _first(clip: cv2.VideoCapture) -> int:
    return max(1, min(FIRST_FRAMES, int(clip.get(cv2.CAP_PROP_FRAME_COUNT))))
