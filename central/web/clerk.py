"""Serves the desk from the real store: reports are kept until the store has heard something new."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import func, select

from central import reports
from central.store import Store, tables, users
from central.store.families import CROSSINGS, HEARD, TAPS
from central.store.plans import load_plan, save_plan
from central.store.reading import counts
from central.store.rebuilding import moment
from central.web.desk import Desk, People
from events.site import Plan

KEPT_REPORTS = 64
KEPT_PLANS = 20

Clock = Callable[[], datetime]
T = TypeVar("T")


def over_store(store: Store, clock: Clock) -> Desk:
    """The desk that production uses."""
    kept, plans = Kept(), Plans(store)

    def fresh(report: Callable[..., T], store_id: str, last: date) -> Callable[..., T]:
        """Days that are over are looked at once a minute, the running day whenever a fact has come."""
        now = clock()
        over = last < _business_day(plans.load(), store_id, now)
        known = "" if over else version(store, store_id)
        return kept.making(report, (known, now.replace(second=0, microsecond=0), plans.edition))

    return Desk(
        plan=plans.load,
        save_plan=plans.save,
        undo_plan=plans.undo,
        version=lambda store_id: version(store, store_id),
        last_day=lambda store_id: last_day(store, plans.load(), store_id),
        store_day=lambda store_id, day: fresh(reports.store_day, store_id, day)(store, store_id, day, clock()),
        dwell=lambda *asked: fresh(reports.dwell_report, asked[0], asked[-1])(store, *asked, clock()),
        feedback=lambda *asked: fresh(reports.feedback_report, asked[0], asked[-1])(store, *asked, clock()),
        rooms=lambda *asked: fresh(reports.rooms_report, asked[0], asked[-1])(store, *asked, clock()),
        chain=lambda *asked: fresh(reports.chain_report, "", asked[-1])(store, *asked, clock()),
        people=people_of(store, clock),
        counters=lambda: counters(store, clock()),
    )


def people_of(store: Store, clock: Clock) -> People:
    return People(
        check=lambda name, password: users.check_password(store, name, password),
        find=lambda name: users.find_user(store, name),
        everyone=lambda: users.list_users(store),
        invite=lambda name, role: users.invite(store, name, role, clock()),
        accept=lambda token, password: users.redeem(store, token, password, clock()),
    )


class Kept:
    """Reports by what was asked and by what the store knew then; the oldest go first."""

    def __init__(self) -> None:
        self._reports: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def making(self, report: Callable[..., T], known: Hashable) -> Callable[..., T]:
        """The report's function, which looks here first. `known` changes whenever the answer may."""

        def made(store: Store, *asked: Any) -> T:
            name = (report.__name__, asked[:-1], known)  # the last is the time, and `known` holds its minute
            with self._lock:
                if name in self._reports:
                    found: T = self._reports[name]
                    return found
            answer = report(store, *asked)
            self._put(name, answer)
            return answer

        return made

    def _put(self, name: Hashable, answer: Any) -> None:
        with self._lock:
            self._reports[name] = answer
            while len(self._reports) > KEPT_REPORTS:
                self._reports.popitem(last=False)


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
    """Of the store, or of the westernmost in doubt: the earliest that is still running anywhere."""
    shops = [shop for shop in (plan.stores if plan else ()) if store_id in ("", shop.id)]
    return min((shop.hours.opening.business_day(now) for shop in shops), default=now.date())


def last_day(store: Store, plan: Plan | None, store_id: str) -> date | None:
    """The last business day of which anything is known; None before there is any."""
    shop = next((shop for shop in plan.stores if shop.id == store_id), None) if plan else None
    newest = _newest_start(store, store_id)
    if shop is None or newest is None:
        return None
    return shop.hours.opening.business_day(datetime.fromtimestamp(newest, UTC))


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
