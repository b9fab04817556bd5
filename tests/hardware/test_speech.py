"""A voice that is absent, quick, or interrupted."""

import pytest

from hardware.speech import Speaker


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
