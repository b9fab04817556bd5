"""Average precision, against cases small enough to count on the fingers."""

import numpy as np
import pytest

from edge_models.errors import ModelError
from edge_models.evaluate import accuracy, read_truth, standing_below

HERE, THERE = (0, 0, 10, 20), (100, 0, 110, 20)


def seen(*rows):
    return np.array(rows, np.float32).reshape(-1, 5)


def drawn(*rows):
    return np.array(rows, np.float32).reshape(-1, 4)


STORIES = {
    "everyone, and nobody else": (seen((*HERE, 0.9), (*THERE, 0.8)), drawn(HERE, THERE), 1.0),
    "one of two": (seen((*HERE, 0.9)), drawn(HERE, THERE), 0.5),
    "everyone, after a sure mistake": (seen((50, 0, 60, 20, 0.95), (*HERE, 0.9)), drawn(HERE), 0.5),
    "everyone, before a mistake": (seen((*HERE, 0.9), (50, 0, 60, 20, 0.3)), drawn(HERE), 1.0),
    # The second box on the same person comes before the other person: 1/2 at 1/1, 1/2 at 2/3.
    "one person twice": (seen((*HERE, 0.9), (*HERE, 0.8), (*THERE, 0.7)), drawn(HERE, THERE), 0.5 + 0.5 * 2 / 3),
    # Recall .5 comes at precision 1/2, but 2/3 is reached with more recall, and counts from the start.
    "a sure mistake, then everyone": (
        seen((50, 0, 60, 20, 0.95), (*HERE, 0.9), (*THERE, 0.8)),
        drawn(HERE, THERE),
        2 / 3,
    ),
    "nobody": (seen(), drawn(HERE), 0.0),
    "a ghost in an empty room": (seen((*HERE, 0.9)), drawn(), 0.0),
}


@pytest.mark.parametrize(("found", "truth", "ap"), STORIES.values(), ids=STORIES.keys())
def test_average_precision(found, truth, ap):
    assert accuracy({1: found}, {1: truth}).ap == pytest.approx(ap)


def test_a_box_must_overlap_enough():
    half = seen((0, 10, 10, 30, 0.9))  # a third of the union
    assert accuracy({1: half}, {1: drawn(HERE)}, 0.5).ap == 0
    assert accuracy({1: half}, {1: drawn(HERE)}, 0.3).ap == 1


def test_frames_that_were_not_looked_at_do_not_count_as_missed():
    assert accuracy({1: seen((*HERE, 0.9))}, {1: drawn(HERE), 2: drawn(THERE)}).persons == 1


def test_the_best_f1_names_the_score_from_which_to_believe():
    result = accuracy({1: seen((*HERE, 0.9), (*THERE, 0.6), (50, 0, 60, 20, 0.2))}, {1: drawn(HERE, THERE)})
    assert (result.best_f1, result.precision, result.recall) == (1, 1, 1)
    assert result.at_score == pytest.approx(0.6)


def test_the_truth_is_read_as_corners(tmp_path):
    (tmp_path / "truth.txt").write_text("1,7,10,20,30,40,-1,-1,-1\n3,7,1,2,3,4,-1,-1,-1\n3,8,0,0,1,1,-1,-1,-1\n")
    truth = read_truth(tmp_path / "truth.txt")
    assert truth[1].tolist() == [[10, 20, 40, 60]]
    assert truth[3].shape == (2, 4)
    assert 2 not in truth


@pytest.mark.parametrize("content", ["", "people everywhere", "1,2,3\n"])
def test_a_file_without_boxes_is_refused(tmp_path, content):
    (tmp_path / "truth.txt").write_text(content)
    with pytest.raises(ModelError, match="holds no boxes"):
        read_truth(tmp_path / "truth.txt")


def test_persons_are_where_their_feet_are():
    assert standing_below(drawn(HERE, (0, 0, 10, 19)), 20).tolist() == [list(HERE)]
