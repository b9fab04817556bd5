"""The plug is pulled while a device records: what was not synced yet is dropped or torn, by a disk made of memory."""

import pytest

pytest.importorskip("apsw", reason="not run: needs apsw, of the extra dev")

from bench.powercuts import power_cut

CUTS = 60


def test_no_power_cut_takes_an_acknowledged_fact_or_breaks_the_file():
    cuts = [power_cut(seed) for seed in range(CUTS)]
    assert sum(cut.acknowledged for cut in cuts) > 20 * CUTS
    assert [cut for cut in cuts if cut.lost or cut.damage or cut.reused] == []


def test_the_same_cuts_are_seen_to_lose_facts_where_a_commit_is_not_a_full_one():
    assert any(power_cut(seed, "NORMAL").lost for seed in range(CUTS // 4))


def test_a_cut_can_be_repeated():
    assert power_cut(7) == power_cut(7)
