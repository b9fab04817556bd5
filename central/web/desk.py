"""What the pages ask of the centre: plain callables, so that pages know neither tables nor queries."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from central.eyes import Eyes
from central.reports.calls import CallBoard
from central.reports.shapes import ChainReport, DwellReport, FeedbackReport, RoomsReport, StoreDay
from central.reports.trust import CameraGrade
from central.store.users import Role, User
from central.web.publisher import Publisher
from events.site import Plan


@dataclass(frozen=True)
class People:
    """Who may come in."""

    check: Callable[[str, str], User | None]
    """Name and password; None when they do not fit."""
    find: Callable[[str], User | None]
    """By name, at every request, so that whoever is removed is out at once."""
    mark: Callable[[str], str | None]
    """By name; differs once password, role or stores do, and a session with another mark is over."""
    everyone: Callable[[], list[User]]
    invite: Callable[[str, Role, Iterable[str]], str]
    """Returns a token for a link that works once; ValueError says why not."""
    set_rights: Callable[[str, Role, Iterable[str]], None]
    """Role and stores of a user; ValueError says why not."""
    remove: Callable[[str], None]
    """ValueError says why not."""
    set_password: Callable[[str, str], None]
    """ValueError when it will not do."""
    accept: Callable[[str, str], User | None]
    """Token and chosen password; None when the token is spent or old, ValueError when the password will not do."""


@dataclass(frozen=True)
class Floor:
    """What happens on the floor of a store now."""

    calls: Callable[[str], CallBoard]
    """Of a store: who waits for help, and how today's calls ended."""
    go: Callable[[str, str, str, str], None]
    """Tell the device of a store that made a call that somebody is coming: store, device, call, who."""


@dataclass(frozen=True)
class Desk:
    plan: Callable[[], Plan | None]
    save_plan: Callable[[Plan], None]
    undo_plan: Callable[[], bool]
    """Back to the plan before the last change; False when there is none."""
    version: Callable[[str], str]
    """Changes whenever a store's reports may have changed."""
    last_tap: Callable[[str], datetime | None]
    """When any kiosk of the store was last tapped."""
    last_day: Callable[[str], date | None]
    """The last business day with data; None for a store that has not begun."""
    store_day: Callable[[str, date], StoreDay]
    dwell: Callable[[str, date, date], DwellReport]
    feedback: Callable[[str, date, date], FeedbackReport]
    rooms: Callable[[str, date, date], RoomsReport]
    chain: Callable[[date, date], ChainReport]
    grades: Callable[[str, date], tuple[CameraGrade, ...]]
    """How far each camera of a store can be trusted on a day."""
    people: People
    floor: Floor
    surveys: Publisher
    eyes: Eyes
    """The cameras: what is drawn for them, and audits of their lines."""
    session_key: str
    """What session cookies are signed with."""
    counters: Callable[[], Mapping[str, float]]
    """Prometheus names without the prefix -> value."""
