import json

from sync.forecast import Forecast
from sync.outbox import Backlog


def told(forecast: Forecast, bulk: int, now: float, is_sending: bool = True) -> int | None:
    return json.loads(forecast.told(Backlog(0, bulk), is_sending, now))["seconds"]


def test_a_backlog_that_shrinks_by_a_hundred_a_second_is_gone_in_as_many_seconds_as_hundreds_are_left():
    forecast = Forecast()
    assert [told(forecast, 3000 - 1000 * n, 10.0 * n) for n in range(4)] == [None, 20, 10, 0]


def test_nobody_can_tell_while_nothing_is_sent_or_more_comes_in_than_leaves():
    forecast = Forecast()
    assert told(forecast, 100, 0.0, is_sending=False) is None
    assert told(forecast, 120, 10.0, is_sending=False) is None
    assert told(forecast, 90, 20.0) is None
    assert told(forecast, 95, 30.0) is None


def test_the_pace_is_that_of_the_last_minute_not_of_the_whole_day():
    forecast = Forecast()
    for n in range(100):
        told(forecast, 10_000 - n, 10.0 * n)
    assert told(forecast, 5000, 1000.0) < 100


def test_both_streams_are_told():
    assert json.loads(Forecast().told(Backlog(2, 5), True, 0.0)) == {"urgent": 2, "bulk": 5, "seconds": None}
