"""Three days without a network, on a simulated clock."""

import pytest

pytest.importorskip("apsw", reason="not run: needs apsw, of the extra dev")

from bench.outage import outage


def test_three_days_of_taps_leave_in_order_once_the_network_is_back():
    drained = outage(6000)
    assert drained.committed == drained.recorded == 6000
    assert drained.in_order
    assert drained.simulated_seconds < 60
