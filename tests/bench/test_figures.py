import json
from dataclasses import asdict

import numpy as np
import pytest

from bench.__main__ import PARTS, main
from bench.coverage import coverage
from bench.figures import Figure, at_least, at_most
from central.scores import dwell


def test_a_figure_says_whether_it_holds_and_what_numpy_measured_becomes_plain():
    figure = at_most("line error", np.float32(4.0), 5, "%")
    assert figure.holds is True
    assert at_least("frames", np.int64(3), 5).holds is False
    assert json.loads(json.dumps(asdict(figure)))["goal"] == "<= 5"


def test_stated_intervals_hold_the_truth_and_one_that_is_too_narrow_does_not(monkeypatch):
    assert all(figure.holds for figure in coverage(cells=150))
    monkeypatch.setattr(dwell, "Z95", 1.0)
    narrow = {figure.name: figure.holds for figure in coverage(cells=150)}
    assert narrow["95 % interval of the median stay holds the truth"] is False


def test_what_was_not_run_is_no_verdict():
    figure = at_most("peer", None, 5)
    assert (figure.value, figure.holds, figure.note) == (None, None, "not run")


def test_a_missed_goal_ends_with_a_failure_and_every_part_can_be_asked_for(monkeypatch, capsys):
    import bench.simulator

    monkeypatch.setattr(bench.simulator, "figures", lambda full: [Figure("error", 9, "%", "<= 5", False)])
    assert main(["simulator", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["figures"][0]["holds"] is False
    with pytest.raises(SystemExit):
        main(["weather"])
    assert {"vision", "simulator", "sync", "central", "kiosk"} == set(PARTS)
