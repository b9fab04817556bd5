import threading
from queue import SimpleQueue

import pytest

from events.envelope import NotRecorded
from events.facts import EventId, Reason
from kiosk.recorder import STALLED_SECONDS, Recorder
from tests.kiosk.parts import eventually

FACT = Reason(EventId("1f0c9d2ab8e4-1"), "visit", "queue")


@pytest.fixture
def heard():
    return SimpleQueue()


def refuse(fact):
    raise NotRecorded("the disk is full")


def break_down(fact):
    raise RuntimeError("nobody thought of this")


def test_a_fact_is_committed_on_another_thread_and_reported_with_its_identity(heard):
    threads = []

    def record(fact):
        threads.append(threading.current_thread())
        return EventId("1f0c9d2ab8e4-2")

    recorder = Recorder(record, heard.put)
    recorder.store(FACT, 7)
    outcome = heard.get(timeout=5)
    recorder.close()
    assert (outcome.ticket, outcome.event) == (7, "1f0c9d2ab8e4-2")
    assert outcome.at.utcoffset().total_seconds() == 0
    assert threads != [threading.current_thread()]


@pytest.mark.parametrize("record", [refuse, break_down])
def test_whatever_goes_wrong_is_reported_as_not_recorded_and_the_next_fact_is_tried(record, heard):
    recorder = Recorder(record, heard.put)
    recorder.store(FACT, 1)
    recorder.store(FACT, 2)
    outcomes = [heard.get(timeout=5) for _ in range(2)]
    recorder.close()
    assert [(outcome.ticket, outcome.event) for outcome in outcomes] == [(1, None), (2, None)]


def test_what_waited_too_long_is_not_written_because_the_shopper_was_told_so(heard):
    now, written, late = [100.0], [], []
    recorder = Recorder(
        lambda fact: written.append(fact) or EventId("x"), heard.put, lambda: late.append(1), lambda: now[0]
    )
    recorder.store(FACT, 1, deadline=99.0)
    assert heard.get(timeout=5).event is None
    recorder.store(FACT, 2, deadline=101.0)
    assert heard.get(timeout=5).event == "x"
    recorder.close()
    assert (len(written), len(late)) == (1, 1)


def test_a_commit_that_hangs_is_unhealthy_and_so_is_a_writer_that_is_gone(heard):
    now, go_on, began = [100.0], threading.Event(), threading.Event()

    def hang(fact):
        began.set()
        go_on.wait(10)
        return EventId("x")

    recorder = Recorder(hang, heard.put, clock=lambda: now[0])
    assert recorder.is_healthy()
    recorder.store(FACT, 1)
    assert began.wait(5)
    assert recorder.is_healthy()
    now[0] += STALLED_SECONDS
    assert not recorder.is_healthy()
    go_on.set()
    assert heard.get(timeout=5).event == "x"
    recorder.close()
    assert not recorder.is_healthy()


def test_a_disk_that_hangs_holds_up_no_finger(heard):
    go_on = threading.Event()
    recorder = Recorder(lambda fact: go_on.wait(30) and EventId("x"), heard.put)
    for ticket in range(20):
        recorder.store(FACT, ticket)
    assert heard.empty()
    go_on.set()
    recorder.close(5)


def test_closing_writes_what_was_handed_over(heard):
    written = []
    recorder = Recorder(lambda fact: written.append(fact) or EventId("x"), heard.put)
    for ticket in range(50):
        recorder.store(FACT, ticket)
    recorder.close(5)
    recorder.close(5)
    assert len(written) == 50


def test_what_nobody_waits_for_is_recorded_in_the_end_and_in_order(heard):
    now, full, written = [100.0], [True], []

    def record(fact):
        if full[0]:
            raise NotRecorded("the disk is full")
        written.append(fact.reason)
        return EventId("x")

    recorder = Recorder(record, heard.put, clock=lambda: now[0])
    for reason in ("first", "second"):
        recorder.keep(Reason(EventId("1f0c9d2ab8e4-1"), "visit", reason))
    recorder.store(FACT, 1)
    assert heard.get(timeout=5).event is None
    full[0] = False
    now[0] += 5.0
    assert eventually(lambda: len(written) == 2)
    assert written == ["first", "second"]
    recorder.keep(Reason(EventId("1f0c9d2ab8e4-1"), "visit", "last"))
    recorder.close(5)
    assert written[-1] == "last"
