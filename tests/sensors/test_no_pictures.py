"""A frame is a local variable for one step: no code of the eyes can write or encode one."""

import ast
import re
from pathlib import Path

import pytest

import edge_models
import sensors

WRITES = {"imwrite", "imwritemulti", "imencode", "imencodemulti", "imshow", "VideoWriter", "fromarray", "pickle"}
WRITES |= {"tofile", "tobytes", "memmap", "dump", "save", "savez", "savez_compressed", "savetxt", "write_bytes"}


def calls_in(source: str) -> list[str]:
    """Every call and import by its name, as often as it stands there."""
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    imports = [
        alias.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for alias in node.names
    ]
    return [f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in calls] + imports


FILES = [path for room in (sensors, edge_models) for path in sorted(Path(room.__file__).parent.glob("*.py"))]


ALLOWED = {"backdrop.py": ["imencode"], "cache.py": ["write_bytes"]}
"""The floor without its people, for who draws on it; and a detector that was fetched."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_writes_or_encodes_a_picture_but_the_backdrop_once(path):
    found = [name for name in calls_in(path.read_text()) if name in WRITES]
    assert found == ALLOWED.get(path.name, [])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_renders_pictures_to_learn_from_is_out_of_reach(path):
    """`edge_models/training` writes pictures, of nobody: whatever runs in a shop cannot get there."""
    assert not re.search(r"^\s*(from|import) edge_models\.training", path.read_text(), re.MULTILINE)


def test_the_search_finds_what_it_looks_for():
    assert set(calls_in("import cv2\ncv2.imwrite('x.png', frame)\nframe.tofile(f)")) & WRITES == {"imwrite", "tofile"}


PURE = [
    *("tracking", "motion", "assignment", "lines", "doors", "zones", "queues", "flows", "staff", "deeds"),
    *("view", "quarter", "summaries", "gate", "release", "settings"),
]
RIM = {"cv2", "onnxruntime", "sqlite3", "sqlite_utils", "gpiozero", "paho", "rich", "socket", "subprocess"}


@pytest.mark.parametrize("name", PURE)
def test_the_core_knows_no_camera_no_network_and_no_file(name):
    tree = ast.parse((Path(sensors.__file__).parent / f"{name}.py").read_text())
    imported = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported & RIM == set()
