"""Serves the desk from the real store: reports are kept until the store has heard something new."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import func, select

from central import reports
from central.eyes import Eyes
from central.reports.calls import ACKNOWLEDGED, call_board
from central.reports.trust import camera_grades
from central.results import Results
from central.store import Store, tables, users
from central.store.families import CROSSINGS, HEARD, TAPS
from central.store.ledger import moment
from central.store.plans import load_plan, save_plan
from central.store.reading import counts
from central.store.wishes import order
from central.web.desk import Desk, Floor, People
from central.web.publisher import Publisher
from events.facts import DeviceId, StoreId
from events.site import Plan
from events.topics import Address

KEPT_REPORTS = 64
KEPT_PLANS = 20

Clock = Callable[[], datetime]
T = TypeVar("T")


def over_store(store: Store, clock: Clock, results: Results | None = None) -> Desk:
    """The desk that production uses; without `results` nobody hears what devices say of commands."""
    kept, plans = Kept(), Plans(store)

    def ask(report: Callable[..., T], known: str, *asked: Any) -> T:
        """Looked at anew each minute, with each change of the plan, and when `known` differs."""
        now = clock()
        name = (report.__name__, asked, known, now.replace(second=0, microsecond=0), plans.edition)
        return kept.get(name, lambda: report(store, *asked, now))

    def of_store(report: Callable[..., T], store_id: str, *days: date) -> T:
        """A running day is looked at anew whenever a fact has come; days that are over need not."""
        over = days[-1] < _business_day(plans.load(), store_id, clock())
        return ask(report, "" if over else version(store, store_id), store_id, *days)

    return Desk(
        plan=plans.load,
        save_plan=plans.save,
        undo_plan=plans.undo,
        version=lambda store_id: version(store, store_id),
        last_tap=lambda store_id: last_tap(store, store_id),
        last_day=lambda store_id: last_day(store, plans.load(), store_id),
        store_day=partial(of_store, reports.store_day),
        dwell=partial(of_store, reports.dwell_report),
        feedback=partial(of_store, reports.feedback_report),
        rooms=partial(of_store, reports.rooms_report),
        chain=partial(ask, reports.chain_report, ""),
        grades=partial(of_store, camera_grades),
        people=people_of(store, clock),
        floor=floor_of(store, clock, plans.load),
        surveys=Publisher(store, plans.load, clock),
        eyes=Eyes(store, results or Results(), clock, plans.load, plans.save),
        session_key=users.session_key(store),
        counters=lambda: counters(store, clock()),
    )


def people_of(store: Store, clock: Clock) -> People:
    return People(
        check=lambda name, password: users.check_password(store, name, password),
        find=lambda name: users.find_user(store, name),
        mark=lambda name: users.session_mark(store, name),
        everyone=lambda: users.list_users(store),
        invite=lambda name, role, stores: users.invite(store, name, role, clock(), stores),
        set_rights=partial(users.set_rights, store),
        remove=lambda name: users.remove_user(store, name),
        set_password=partial(users.set_password, store),
        accept=lambda token, password: users.redeem(store, token, password, clock()),
    )


def floor_of(store: Store, clock: Clock, plan: Callable[[], Plan | None]) -> Floor:
    def go(store_id: str, device: str, call: str, by: str) -> None:
        known, waiting = plan(), call_board(store, store_id, clock()).find(device, call)
        if known and waiting:
            address = Address(known.tenant, StoreId(store_id), DeviceId(device))
            body = {"group": waiting.group, "room": waiting.name, "call": call}
            order(store, address, ACKNOWLEDGED, body, by, clock())

    return Floor(calls=lambda store_id: call_board(store, store_id, clock()), go=go)


class Kept:
    """Reports by what was asked and by what was known then, each made once; the oldest go first."""

    def __init__(self) -> None:
        self._reports: OrderedDict[Hashable, _Report] = OrderedDict()
        self._lock = Lock()

    def get(self, name: Hashable, make: Callable[[], T]) -> T:
        """What `make` returns, or returned before; whoever asks meanwhile waits instead of making it twice."""
        with self._lock:
            report = self._reports.setdefault(name, _Report())
            while len(self._reports) > KEPT_REPORTS:
                self._reports.popitem(last=False)
        with report.lock:
            if not report.made:
                report.made.append(make())
            found: T = report.made[0]
            return found


@dataclass
class _Report:
    lock: Lock = field(default_factory=Lock)
    made: list[Any] = field(default_factory=list)
    """Empty until it is made, then the one report."""


class Plans:
    """The plan and, until the next restart, the ones before it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._before: list[Plan] = []
        self.edition = 0

    def load(self) -> Plan | None:
        return load_plan(self._store)

    def save(self, plan: Plan) -> None:
        before = self.load()
        save_plan(self._store, plan)
        self.edition += 1
        if before is not None:
            self._before = [*self._before, before][-KEPT_PLANS:]

    def undo(self) -> bool:
        """False when there is nothing to take back."""
        if not self._before:
            return False
        save_plan(self._store, self._before[-1])
        self._before = self._before[:-1]
        self.edition += 1
        return True


def version(store: Store, store_id: str = "") -> str:
    """How far the streams of a store, or of all, have been committed; it changes with every new fact."""
    streams, sites = tables.streams, tables.sites
    asked = select(func.sum(streams.c.watermark)).join(sites, sites.c.site == streams.c.site)
    if store_id:
        asked = asked.where(sites.c.store == store_id)
    with store.reading() as connection:
        return str(connection.scalar(asked) or 0)


def _business_day(plan: Plan | None, store_id: str, now: datetime) -> date:
    shop = next((shop for shop in plan.stores if shop.id == store_id), None) if plan else None
    return shop.hours.opening.business_day(now) if shop else now.date()


def last_day(store: Store, plan: Plan | None, store_id: str) -> date | None:
    """The last business day of which anything is known; None before there is any."""
    shop = next((shop for shop in plan.stores if shop.id == store_id), None) if plan else None
    newest = _newest_start(store, store_id)
    if shop is None or newest is None:
        return None
    return shop.hours.opening.business_day(datetime.fromtimestamp(newest, UTC))


def last_tap(store: Store, store_id: str) -> datetime | None:
    seen, sites = tables.device_seen, tables.sites
    asked = select(func.max(seen.c.last_tap)).join(sites, sites.c.site == seen.c.site)
    with store.reading() as connection:
        newest = connection.scalar(asked.where(sites.c.store == store_id))
    return moment(newest) if newest else None


def _newest_start(store: Store, store_id: str) -> int | None:
    with store.reading() as connection:
        site = connection.scalar(select(tables.sites.c.site).where(tables.sites.c.store == store_id))
        found = [
            connection.scalar(select(func.max(table.c.start)).where(table.c.site == site))
            for table in (tables.rollups[family] for family in (HEARD, TAPS, CROSSINGS))
        ]
    return max((int(start) for start in found if start is not None), default=None)


def counters(store: Store, now: datetime) -> dict[str, float]:
    """For Prometheus: what was taken in, what was refused, and how old the newest news is."""
    with store.reading() as connection:
        heard = connection.scalar(select(func.max(tables.device_seen.c.last_seen)))
    told = {f"{name}_total": float(value) for name, value in counts(store).items()}
    lag = {} if heard is None else {"newest_fact_age_seconds": max(0.0, (now - moment(heard)).total_seconds())}
    return {"facts_total": float(version(store)), **told, **lag}
