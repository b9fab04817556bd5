"""The cameras of the shops as the pages see them: what is drawn, the floor on request, and audits of lines."""

import json
from base64 import b64decode, b64encode
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select

from central.reports.audits import Audited, audited_line
from central.results import Results
from central.sealing import opened
from central.store import Store, outward
from central.store.drawings import Audit, load_layout, save_audit, save_layout
from central.store.plans import as_table as plan_table
from central.store.reading import find_site
from central.store.wishes import find_order, order, want
from events.desired import AUDIT_START, AUDIT_STOP, BACKDROP, CAMERA, Progress, owner
from events.facts import DeviceId, StoreId
from events.layout import Layout, as_table
from events.site import Plan, read_plan
from events.site import Store as Shop
from events.topics import Address

FLOOR_SECONDS = 60.0
"""A request for the floor that the camera did not hear by then is over."""
AUDIT_SECONDS = 20.0
PATIENCE_SECONDS = 12.0
"""How long a page waits for the camera to begin or end a count; a quarter that is being told takes five."""
MOST_FLOORS = 20
AWAY = "The camera cannot be reached now: it is off, or its network is. Nothing was changed."


@dataclass(frozen=True)
class FloorState:
    """How far a request for the floor is."""

    state: str
    """`waiting`, `here` or `failed`."""
    words: str = ""
    layout: Mapping[str, Any] | None = None
    """What the camera counts by now."""


@dataclass
class _Floor:
    who: str
    key: X25519PrivateKey
    device: str
    content: dict[str, Any] | None = None


class Unreachable(Exception):
    """The camera did not answer in time; the message says so."""


class Eyes:
    """Everything about cameras that needs more than reading a report. For any thread."""

    def __init__(
        self, store: Store, results: Results, clock: Callable[[], datetime],
        plan: Callable[[], Plan | None], save_plan: Callable[[Plan], None],
    ) -> None:  # fmt: skip
        self._store, self._results, self._clock, self._plan, self._save_plan = store, results, clock, plan, save_plan
        self._floors: OrderedDict[str, _Floor] = OrderedDict()
        self._lock = Lock()

    # ---- drawing --------------------------------------------------------------------------------------------------

    def layout(self, store_id: str, device: str) -> Layout | None:
        """None before anything was drawn here for the camera."""
        return load_layout(self._store, self._address(store_id, device))

    def save(self, store_id: str, device: str, drawn: Layout, by: str) -> None:
        """Into the plan and to the camera, or neither; ConfigError says why not."""
        plan = self._plan()
        assert plan is not None
        address = self._address(store_id, device)
        changed = with_drawing(plan, store_id, device, drawn)
        want(self._store, {address: {"layout": as_table(drawn)}}, CAMERA, by, self._clock())
        save_layout(self._store, address, drawn, by, self._clock())
        self._save_plan(changed)

    def standing(self, store_id: str, device: str) -> str:
        """In words, whether the camera counts by what was drawn; empty before anything was."""
        address = self._address(store_id, device)
        wish, said = outward.desired_parts, outward.applied
        with self._store.reading() as connection:
            mine = (wish.c.device == owner(address)) & (wish.c.part == CAMERA)
            version = connection.scalar(select(wish.c.version).where(mine))
            site = find_site(connection, address.tenant, store_id)
            own = (said.c.site == site) & (said.c.device == device) & (said.c.part == CAMERA)
            row = connection.execute(select(said).where(own)).first()
        return _standing(version, row)

    # ---- the floor ------------------------------------------------------------------------------------------------

    def ask_floor(self, store_id: str, device: str, who: str) -> str:
        """Ask the camera for the floor without people; returns the ticket for `floor` and `picture`."""
        key = X25519PrivateKey.generate()
        half = b64encode(key.public_key().public_bytes_raw()).decode()
        address = self._address(store_id, device)
        now, expect = self._clock(), self._results.expect
        ticket = order(self._store, address, BACKDROP, {"key": half}, who, now, FLOOR_SECONDS, expect)
        with self._lock:
            self._floors[ticket] = _Floor(who, key, owner(address))
            while len(self._floors) > MOST_FLOORS:
                self._floors.popitem(last=False)
        return ticket

    def floor(self, ticket: str, who: str) -> FloorState:
        """How far it is; only for who asked."""
        floor = self._mine(ticket, who)
        if floor is None:
            return FloorState("failed", "This request is over; ask again.")
        result, asked = self._results.find(ticket), find_order(self._store, ticket)
        if result is None and asked and asked.state == "rejected":
            return FloorState("failed", f"The camera's device refused: {asked.why}.")
        if result is None and asked and not asked.state and asked.command.is_over(self._clock()):
            return FloorState("failed", AWAY)
        if result is None:
            return FloorState("waiting", "Asking the camera …")
        if result.state is Progress.WAITING:
            return FloorState("waiting", f"{_capital(result.words)} …")
        if result.state is Progress.FAILED:
            return FloorState("failed", f"{_capital(result.words)}.")
        return self._opened(floor, ticket)

    def picture(self, ticket: str, who: str) -> bytes | None:
        """The picture, once; afterwards nothing of it is left here."""
        floor = self._mine(ticket, who)
        if floor is None or floor.content is None:
            return None
        with self._lock:
            self._floors.pop(ticket, None)
        return b64decode(floor.content["picture"])

    def _opened(self, floor: _Floor, ticket: str) -> FloorState:
        result = self._results.take(ticket)
        try:
            if result is not None:
                floor.content = json.loads(opened(result.sealed, floor.key, ticket))
            assert floor.content is not None
            return FloorState("here", layout=floor.content["layout"])
        except (ValueError, KeyError, AssertionError):
            return FloorState("failed", "What came was not meant for this request; ask again.")

    def _mine(self, ticket: str, who: str) -> _Floor | None:
        with self._lock:
            floor = self._floors.get(ticket)
        return floor if floor and floor.who == who else None

    # ---- audits ---------------------------------------------------------------------------------------------------

    def begin_audit(self, store_id: str, device: str, line: str, who: str) -> datetime:
        """The moment at which the camera began a new count; Unreachable says why there is none."""
        return self._cut(AUDIT_START, store_id, device, line, who)

    def end_audit(self, store_id: str, device: str, line: str, who: str, counted: tuple[int, int, datetime]) -> None:
        """End the camera's count and keep what the person counted, IN and OUT, since that moment."""
        ins, outs, began = counted
        ended = self._cut(AUDIT_STOP, store_id, device, line, who)
        start, stop = int(began.timestamp()), int(ended.timestamp())
        if not start < stop:
            raise Unreachable("The camera's clock was set meanwhile; this audit cannot be used.")
        audit = Audit(f"{device}-{line}-{start}", line, start, stop, ins, outs, who)
        save_audit(self._store, self._address(store_id, device), audit)

    def audited(self, store_id: str, device: str, line: str) -> Audited:
        """What the audits of a line say."""
        with self._store.reading() as connection:
            return audited_line(connection, self._address(store_id, device), line)

    def _cut(self, op: str, store_id: str, device: str, line: str, who: str) -> datetime:
        address = self._address(store_id, device)
        now, expect = self._clock(), self._results.expect
        command = order(self._store, address, op, {"line": line}, who, now, AUDIT_SECONDS, expect)
        result = self._results.wait(command, PATIENCE_SECONDS)
        if result is None:
            raise Unreachable(AWAY)
        if result.state is Progress.FAILED:
            raise Unreachable(f"{_capital(result.words)}.")
        try:
            return datetime.fromisoformat(result.at).astimezone(UTC)
        except ValueError:
            raise Unreachable("The camera's answer makes no sense.") from None

    def _address(self, store_id: str, device: str) -> Address:
        plan = self._plan()
        assert plan is not None
        return Address(plan.tenant, StoreId(store_id), DeviceId(device))


def _standing(version: int | None, applied: Any) -> str:
    if version is None:
        return ""
    if applied is None or applied.version < version:
        return "Sent to the camera, which has not answered yet."
    if applied.applied:
        return "The camera counts by what is drawn here."
    return f"The camera refused it and counts as before: {applied.why}."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def cameras_of(shop: Shop) -> dict[str, list[str]]:
    """Device -> its lines and zones in words, of every device that counts by lines or zones."""
    found: dict[str, list[str]] = {}
    items: Sequence[Any] = (*shop.lines, *shop.zones)
    for item in items:
        found.setdefault(item.device, []).append(item.label or item.name)
    return found


def with_drawing(plan: Plan, store_id: str, device: str, drawn: Layout) -> Plan:
    """The plan with the lines and zones of one camera replaced; labels, limits and goals of those that stay are kept.

    ConfigError when the store has the name elsewhere, or something is paired with what is gone.
    """
    table = plan_table(plan)
    for shop in table["stores"]:
        if shop["id"] == store_id:
            shop["lines"] = _merged(shop.get("lines", []), device, [_line(line) for line in drawn.line])
            shop["zones"] = _merged(shop.get("zones", []), device, [_zone(zone) for zone in drawn.zone])
    return read_plan(table)


def _line(line: Any) -> dict[str, Any]:
    return {"name": line.name, "role": line.role.value, "behind": line.behind}


def _zone(zone: Any) -> dict[str, Any]:
    return {"name": zone.name, "kind": zone.kind.value, "service": zone.service}


def _merged(rows: list[dict[str, Any]], device: str, drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In the order of before; what is new comes last."""
    fresh = {row["name"]: row for row in drawn}
    kept = [row | fresh.pop(row["name"]) if row["name"] in fresh and row["device"] == device else row
            for row in rows if row["device"] != device or row["name"] in fresh]  # fmt: skip
    added = [{**row, "device": device} for row in fresh.values()]
    return [{key: value for key, value in row.items() if value is not None} for row in (*kept, *added)]
