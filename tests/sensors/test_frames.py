import json
import os
import shutil
from threading import Thread

import numpy as np
import pytest

from sensors.frames import CameraLost, Clip, Pipe, Playback, capture, live_frames, open_source
from tests import materials

SIZE = (48, 64, 3)


def test_a_clip_is_sampled_by_the_seconds_of_its_footage():
    clip = Clip(materials.vtest(), fps=2)
    at = [frame.at for frame in clip.frames()]
    clip.close()
    assert len(at) == clip.sampled == 159
    assert at[:4] == pytest.approx([0, 0.5, 1, 1.5])


def test_a_rate_that_does_not_divide_the_clips_keeps_its_average():
    clip = Clip(materials.vtest(), fps=3.33)
    at = [frame.at for frame in clip.frames()]
    clip.close()
    assert len(at) == pytest.approx(79.5 * 3.33, abs=2)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda path: None, "there is no clip"),
        (lambda path: path.mkdir(), "there is no clip"),
        (lambda path: path.write_bytes(b""), "damaged or no clip"),
        (lambda path: path.write_bytes(os.urandom(100_000)), "damaged or no clip"),
        (lambda path: path.write_text("a shopping list"), "damaged or no clip"),
    ],
    ids=["missing", "a folder", "empty", "noise", "a text"],
)
def test_what_is_no_clip_is_refused_in_one_sentence(tmp_path, damage, sentence):
    damage(tmp_path / "clip.avi")
    with pytest.raises(CameraLost, match=sentence):
        Clip(tmp_path / "clip.avi", fps=5)


def test_a_clip_that_breaks_off_is_noticed(tmp_path):
    broken = tmp_path / "clip.avi"
    shutil.copy(materials.vtest(), broken)
    os.truncate(broken, 2_000_000)
    clip = Clip(broken, fps=5)
    with pytest.raises(CameraLost, match=r"ends after \d+ of 795 frames"):
        for _ in clip.frames():
            pass
    clip.close()


def test_a_file_that_loops_begins_again_in_real_time():
    waits = []
    source = Playback(materials.vtest(), fps=1, loop=True, wait=waits.append)
    frames = source.frames()
    at = [next(frames).at for _ in range(85)]
    frames.close()
    source.close()
    assert len(at) == 85
    assert sum(wait > 0 for wait in waits) >= 80


@pytest.fixture
def fifo(tmp_path):
    path = tmp_path / "camera"
    os.mkfifo(path)
    return path


def pour(path, header, *frames):
    """What a simulator does at the other end."""

    def write():
        with path.open("wb") as pipe:
            pipe.write(header)
            for frame in frames:
                pipe.write(frame)

    writer = Thread(target=write)
    writer.start()
    return writer


def header(width=64, height=48, fps=25):
    return json.dumps({"width": width, "height": height, "fps": fps}).encode() + b"\n"


def read(path, fps=1000.0):
    source = Pipe(path, fps)
    images = []
    try:
        for frame in source.frames():
            if frame:
                images.append(frame.image.copy())
    except CameraLost as lost:
        return images, str(lost)
    finally:
        source.close()
    return images, ""


def test_frames_come_through_a_pipe_pixel_for_pixel(fifo):
    sent = np.random.default_rng(1).integers(0, 255, (5, *SIZE), dtype=np.uint8)
    writer = pour(fifo, header(), *(frame.tobytes() for frame in sent))
    images, why = read(fifo)
    writer.join()
    assert len(images) >= 1
    assert all(any((image == frame).all() for frame in sent) for image in images)
    assert "nobody writes to the pipe" in why


@pytest.mark.parametrize(
    ("first", "sentence"),
    [
        (b"hello\n", "begins with no header"),
        (b'{"width": 3}\n', "begins with no header"),
        (header(width=10**6), "promises frames of 1000000 x 48"),
        (b"x" * 2000, "does not begin with a header line"),
    ],
    ids=["a word", "half a header", "a huge picture", "pixels"],
)
def test_a_pipe_that_is_not_what_it_claims_is_refused(fifo, first, sentence):
    writer = pour(fifo, first + b"0" * 100)
    images, why = read(fifo)
    writer.join()
    assert images == []
    assert sentence in why


def test_a_camera_that_is_not_there_is_lost():
    with pytest.raises(CameraLost, match="no camera /dev/video97"):
        open_source("97", 5, False, lambda _: None)
    with pytest.raises(CameraLost, match="cannot be opened"):
        open_source("pipe:/nowhere/at/all", 5, False, lambda _: None)


@pytest.mark.parametrize(("fps", "given"), [(1e6, 795), (1e-3, 1)])
def test_a_live_source_reads_every_frame_and_gives_as_many_as_it_was_asked_for(fps, given):
    source = capture(str(materials.vtest()))
    try:
        assert sum(frame.image.shape == (576, 768, 3) for frame in live_frames(source, fps)) == given
        assert not source.grab()
    finally:
        source.release()
