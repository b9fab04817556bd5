"""A voice that is absent, quick, or interrupted."""

import subprocess
import wave

import pytest

from hardware.speech import Speaker
from tests.materials import program


@pytest.fixture
def voice(tmp_path, monkeypatch):
    """A program that writes down what it is to say, and then takes its time."""
    program = tmp_path / "espeak-ng"
    program.write_text(f'#!/bin/sh\necho "$2" > {tmp_path}/language\ncat > {tmp_path}/said\nexec sleep 60\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def test_where_no_voice_is_installed_nothing_is_said_and_the_log_says_so(monkeypatch, tmp_path, caplog):
    monkeypatch.setenv("PATH", str(tmp_path))
    speaker = Speaker()
    speaker.say("Hello", "en")
    assert not speaker.is_there
    assert not speaker.is_speaking
    assert "espeak-ng is not installed" in caplog.text


def test_it_speaks_a_language_and_is_hushed_by_the_next_touch(voice):
    speaker = Speaker()
    speaker.say("Wie war Ihr Besuch?", "de")
    assert speaker.is_speaking
    while not (voice / "said").exists() or not (voice / "said").read_text():
        assert speaker.is_speaking
    assert (voice / "said").read_text() == "Wie war Ihr Besuch?"
    assert (voice / "language").read_text().strip() == "de"
    speaker.hush()
    speaker.hush()
    assert not speaker.is_speaking


def test_nothing_to_say_starts_no_voice(voice):
    speaker = Speaker()
    speaker.say("", "en")
    assert not speaker.is_speaking


def test_a_voice_that_cannot_be_started_is_no_reason_to_stop(voice, caplog):
    speaker = Speaker()
    (voice / "espeak-ng").unlink()
    speaker.say("Hello", "en")
    assert not speaker.is_speaking
    assert "nothing could be read aloud" in caplog.text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "How was your visit today?"),
        ("de", "Wie war Ihr Besuch heute?"),
        ("fr", "Comment était votre visite ?"),
        ("es", "¿Qué tal su visita de hoy?"),
        ("ar", "كيف كانت زيارتك اليوم؟"),
        ("hi", "आज आपका अनुभव कैसा रहा?"),
    ],
)
def test_the_real_voice_reads_every_language_of_the_kiosk(language, words, tmp_path):
    """Through the option and the pipe that `Speaker` uses, into a file instead of a loudspeaker."""
    sound = tmp_path / "said.wav"
    command = [program("espeak-ng"), "-v", language, "--stdin", "-w", str(sound)]
    said = subprocess.run(command, input=words.encode(), capture_output=True, check=False)
    assert (said.returncode, said.stderr) == (0, b"")
    with wave.open(str(sound)) as read:
        seconds, samples = read.getnframes() / read.getframerate(), read.readframes(read.getnframes())
    assert 0.8 < seconds < 6
    assert max(samples) > 0
