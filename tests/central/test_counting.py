"""What counts as a vote, a call answered in time, a quarter heard of."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateTable

from central.collector import Collector
from central.receiver import Receiver
from central.reports import feedback_report, rooms_report
from central.store import tables
from central.store.families import HEARD, TAPS
from central.store.plans import save_plan
from events.codec import encode
from events.facts import Call, CallEnded, CallOutcome, Health, TapFlag
from tests.brokers import iotcore_broker
from tests.central.contents import ledger, rows_of
from tests.central.sample import AFTER, DAY, Device, at_local, batches, plan, tap
from tests.central.test_receiver import shop, some_taps, until

NOON = at_local(12)


def tell(store, device: Device, *facts, at=NOON) -> None:
    for payload in batches(device.events((at, fact) for fact in facts)):
        Collector(store).take(device.topic, payload, AFTER)


def exit_kiosk(store):
    save_plan(store, plan())
    return feedback_report(store, "s1", DAY, DAY, AFTER).kiosks[0]


def test_a_tap_of_the_staff_is_kept_and_never_counted(store):
    tell(store, Device("kiosk-exit"), *[tap(1)] * 5, tap(4, TapFlag.TEST))
    assert len(ledger(store)) == 6
    kiosk = exit_kiosk(store)
    assert kiosk.levels == (5, 0, 0, 0)
    assert kiosk.measures["flag_rate"].value == 0


def test_a_press_beside_the_faces_is_a_tap_and_no_vote(store):
    tell(store, Device("kiosk-exit"), *[tap(1)] * 5, tap(None))
    assert sum(row[-3] for row in rows_of(store, tables.rollups[TAPS])) == 6
    assert exit_kiosk(store).measures["votes"].value == 5


def test_a_flagged_vote_is_raw_and_not_clean(store):
    tell(store, Device("kiosk-exit"), *[tap(1)] * 5, *[tap(4, TapFlag.REPEAT, TapFlag.BURST)] * 5)
    measures = exit_kiosk(store).measures
    assert (measures["index_raw"].value, measures["index_clean"].value) == (50, 100)
    assert measures["flag_rate"].value == 50


def test_an_hour_with_four_votes_is_too_few_to_show(store):
    tell(store, Device("kiosk-exit"), *[tap(1)] * 4)
    hour = next(row for row in exit_kiosk(store).hours if row.label == "12-13").measures["happy_index"]
    assert hour.value is None
    assert hour.n == 4


def test_calls_answered_in_time_late_never_taken_back_and_still_open(store):
    ends = [(CallOutcome.ANSWERED, 120.0), (CallOutcome.ANSWERED, 120.5), (CallOutcome.ANSWERED, 2.0)]
    ends += [(CallOutcome.UNANSWERED, 90.0)] * 3 + [(CallOutcome.WITHDRAWN, 5.0)]
    calls = [Call("fit", "1")] * (len(ends) + 1)
    device = Device("rooms")
    tell(store, device, *calls, *(CallEnded("fit", "1", f"{device.epoch}-1", *end) for end in ends))
    save_plan(store, plan())
    [group] = rooms_report(store, "s1", DAY, DAY, AFTER).groups
    assert group.measures["sla_120"].value == 100 * 2 / 6
    assert group.measures["sla_120"].n == 6, "what was withdrawn is no failure"
    assert group.calls_open == 1


def test_health_speaks_of_the_quarter_that_has_just_ended(store):
    health = Health("0.1", 1.0, 1, 1, 0, 2)
    tell(store, Device("kiosk-exit"), health, at=NOON + timedelta(seconds=5))
    with store.reading() as connection:
        row = connection.execute(select(tables.rollups[HEARD])).one()
    assert (row.start, row.unrecorded_taps) == (int(NOON.timestamp()) - 900, 2)


class Full(Collector):
    """A store on a full disk, twice; then there is room."""

    def __init__(self, store) -> None:
        super().__init__(store)
        self.refusals = 2

    def take_many(self, messages, now):
        if self.refusals:
            self.refusals -= 1
            raise OperationalError("INSERT", {}, Exception("database or disk is full"))
        return super().take_many(messages, now)


def test_a_full_disk_is_waited_out_and_nothing_is_acknowledged_meanwhile(store, tmp_path, caplog):
    with iotcore_broker(tmp_path) as port, shop(port) as device:
        central = Receiver(Full(store), "127.0.0.1", port)
        central.start()
        until(lambda: central.is_connected)
        device.say(some_taps(device.device, 3))
        until(lambda: device.acks == [3])
        central.stop()
    assert "disk is full" in caplog.text
    assert len(ledger(store)) == 3


def test_the_tables_are_postgresqls_as_well():
    for table in tables.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))


def test_a_batch_of_one_device_tells_nothing_of_another(store):
    tell(store, Device("kiosk-till"), *[tap(4)] * 9)
    other = Device("kiosk-exit")
    Collector(store).take(other.topic, encode([other.event(tap(1), NOON)]), AFTER)
    assert exit_kiosk(store).levels == (1, 0, 0, 0)
