"""What the manual says is so: commands, metrics, links; and what must not stand in the repository does not."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import floorpulse
from central.traced import markdown
from tests.materials import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_metrics_page_ends_with_the_table_that_the_code_holds():
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert page.rstrip().endswith(markdown().rstrip()), "run: python -m central traced"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_of_the_manual_is_there(page: Path):
    targets = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_the_manual_names_exists(page: Path):
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"^floorpulse (\w+)|`floorpulse (\w+)", text, re.MULTILINE))
    assert {one or other for one, other in named} <= floorpulse.COMMANDS.keys()
    goals = set(re.findall(r"`make (\w+)|^make (\w+)", text, re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{one or other}:", makefile, re.MULTILINE) for one, other in goals)


@pytest.mark.parametrize("name", floorpulse.COMMANDS)
def test_every_command_explains_itself(name: str):
    said = subprocess.run(
        [sys.executable, "-m", "floorpulse", name, "--help"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert said.returncode == 0, said.stderr
    assert "usage" in said.stdout.lower()


def test_an_unknown_command_is_refused_in_one_sentence():
    said = subprocess.run(
        [sys.executable, "-m", "floorpulse", "fly"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert said.returncode != 0
    assert said.stderr.count("\n") == 1


def test_the_locks_have_hashes_and_no_address():
    for lock in (ROOT / "lock").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        pins = re.findall(r"^[a-z0-9].*==", text, re.MULTILINE)
        assert pins
        assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z0-9])", text) if "==" in block)
