"""What came of a command goes from a device's process to the centre, or nowhere."""

import socket
import threading
from pathlib import Path

import pytest

from events.desired import LONGEST_RESULT, Progress, Result, read_result, told
from sync.results import Results

DONE = told(Result("c1", Progress.DONE, sealed="A" * 100_000))


@pytest.fixture
def place(tmp_path):
    return tmp_path / "device.results"


def send(place: Path, *pieces: bytes):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect(str(place))
        for piece in pieces:
            line.sendall(piece)


def test_a_result_is_told_on_as_it_is(place):
    heard = []
    results = Results(place, heard.append)
    place_of_others = oct(place.stat().st_mode)[-3:]
    sender = threading.Thread(target=send, args=(place, DONE[:50_000], DONE[50_000:]))
    sender.start()
    while not heard:
        results.step()
    sender.join()
    results.close()
    assert heard == [DONE]
    assert read_result(heard[0]).sealed == "A" * 100_000
    assert place_of_others == "660"
    assert not place.exists()


@pytest.mark.parametrize("junk", [b"", b"{", b"[1]", b'{"result": "x"}', b'{"result": "x", "state": "done", "a": 1}'])
def test_what_makes_no_sense_is_told_to_nobody(place, junk):
    heard = []
    results = Results(place, heard.append)
    send(place, junk)
    results.step()
    results.close()
    assert heard == []


def test_a_result_without_end_is_cut_off(place):
    heard = []
    results = Results(place, heard.append)

    def pour():
        with pytest.raises(OSError, match=r"."):
            send(place, *[b"x" * 60_000] * (LONGEST_RESULT // 60_000 + 50))

    sender = threading.Thread(target=pour)
    sender.start()
    while sender.is_alive():
        results.step()
    sender.join()
    results.close()
    assert heard == []


def test_a_socket_that_a_dead_process_left_is_no_obstacle(place):
    left = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    left.bind(str(place))
    left.close()
    heard = []
    results = Results(place, heard.append)
    send(place, told(Result("c2", Progress.WAITING, "soon")))
    results.step()
    results.close()
    assert len(heard) == 1


def test_a_place_where_no_socket_can_be_costs_results_and_nothing_else(tmp_path):
    results = Results(tmp_path / "nowhere" / "device.results", lambda payload: None)
    results.step()
    results.close()
