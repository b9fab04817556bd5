"""What is kept from demo to demo, and what is refused before anything starts."""

import json
import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from simulator.clip import Film, shoot
from simulator.footage import refuse_broken_clip
from simulator.plan import demo_plan, live_store, write_plan
from simulator.staging import KEEP_HISTORY, Stage, StageError, floorpulse, free_port

NOW = datetime(2026, 3, 4, 12, 7, tzinfo=UTC)
PLAN = demo_plan()


@pytest.fixture
def stage(tmp_path):
    write_plan(PLAN, tmp_path / "plan.json")
    kept = {"until": (NOW - timedelta(days=2)).isoformat(), "weeks": 10, "seed": 7}
    (tmp_path / "history.json").write_text(json.dumps(kept))
    return Stage(tmp_path)


def test_a_shop_of_the_last_days_is_kept(stage):
    assert stage.fits(PLAN, 10, 7, NOW)
    assert stage.fits(PLAN, 4, 7, NOW)


def test_another_seed_more_weeks_another_chain_or_an_old_history_is_made_anew(stage, tmp_path):
    assert not stage.fits(PLAN, 10, 8, NOW)
    assert not stage.fits(PLAN, 11, 7, NOW)
    assert not stage.fits(replace(PLAN, chain="Another"), 10, 7, NOW)
    assert not stage.fits(PLAN, 10, 7, NOW + KEEP_HISTORY)
    assert not stage.fits(PLAN, 10, 7, NOW - timedelta(days=3))
    assert not Stage(tmp_path / "nothing").fits(PLAN, 10, 7, NOW)


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.avi"
    shoot(live_store(PLAN), 1, Film("door", 2.0, 400, 5.0, 160, 120), path, lambda done, total: None)
    return path


def test_a_whole_clip_is_welcome(clip):
    refuse_broken_clip(clip)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5])
def test_a_damaged_clip_is_refused_in_one_sentence_before_anything_starts(clip, share, tmp_path):
    whole = clip.read_bytes()
    clip.write_bytes(whole[: int(share * len(whole))])
    refused = subprocess.run(
        floorpulse("demo", "--video", str(clip), "--port", str(free_port())),
        env={**os.environ, "FLOORPULSE_CACHE": str(tmp_path / "cache"), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"floorpulse demo: {clip} is damaged")
    assert refused.stderr.count("\n") == 1
    assert not (tmp_path / "cache").exists()


def test_text_is_no_clip(tmp_path):
    (tmp_path / "notes.mp4").write_text("no film")
    with pytest.raises(StageError, match="no clip"):
        refuse_broken_clip(tmp_path / "notes.mp4")
