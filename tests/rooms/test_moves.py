"""Simulated doors: good lines move pins, bad ones are complained of and passed."""

from sensors.rooms_moves import follow


def followed(*lines):
    moves, complaints = [], []
    follow(lines, lambda pin, high: moves.append((pin, high)), complaints.append)
    return moves, complaints


def test_each_line_is_a_move():
    moves, complaints = followed(b'{"pin": 17, "high": true}\n', b"\n", b'{"high": false, "pin": 4}')
    assert moves == [(17, True), (4, False)]
    assert complaints == []


def test_a_line_that_makes_no_sense_is_named_and_the_next_one_counts():
    nonsense = [b"rubbish", b"[1]", b'{"pin": "17", "high": true}', b'{"pin": true, "high": true}', b'{"pin": 17}']
    nonsense += [b'{"pin": 17, "high": 1}', b'{"pin": 17, "high": true, "room": 1}', b"\xff\xfe", b"[" * 100_000]
    moves, complaints = followed(*nonsense, b'{"pin": 17, "high": true}')
    assert moves == [(17, True)]
    assert len(complaints) == len(nonsense)
    assert complaints[0] == """move 1 was not made: a move is written {"pin": 17, "high": true}, not b'rubbish'"""
    assert max(map(len, complaints)) < 400


def test_what_the_board_refuses_is_said_as_the_board_says_it():
    def board(pin, high):
        raise ValueError(f"nothing listens on pin {pin}")

    complaints = []
    follow([b'{"pin": 5, "high": true}'], board, complaints.append)
    assert complaints == ["move 1 was not made: nothing listens on pin 5"]
