from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from central.collector import Collector
from central.loading import take_groups
from central.opening import Message, opened
from events.codec import encode
from tests.central.contents import ledger
from tests.central.sample import AFTER, Device, tap


def batches(numbers: range) -> list[Message]:
    """Of one tap each."""
    kiosk = Device("kiosk-exit")
    events = [kiosk.event(tap(2), datetime(2026, 9, 29, 9, 0, n, tzinfo=UTC)) for n in numbers]
    return [(kiosk.topic, encode([event])) for event in events]


def test_whatever_comes_is_opened_or_refused_in_words():
    [batch] = batches(range(1))
    assert [event.sequence for event in opened(*batch).members] == [1]
    for topic, payload in [("v1", b""), (batch[0], b"junk"), (batch[0].replace("/up", "/cmd"), batch[1])]:
        assert opened(topic, payload).why


def test_what_came_before_an_error_is_taken_all_the_same(store):
    def groups() -> Iterator[list[Message]]:
        one, two, three = batches(range(3))
        yield [one]
        yield [two, three]
        raise OSError("the file ends here")

    with pytest.raises(OSError, match="ends here"):
        take_groups(Collector(store), groups(), lambda: AFTER)
    assert [sequence for sequence, _ in ledger(store)] == [1, 2, 3]
