"""Audits of lines: what a person counted beside what the camera did, and the error that follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from central.scores.audit import FEWEST_AUDITED, audit_error, still_needed
from central.scores.estimate import Estimate
from central.store.drawings import Audit, audits_of, drawn_since
from central.store.families import CROSSINGS
from central.store.ledger import moment
from central.store.reading import Sheet, find_site, read
from events.desired import owner
from events.topics import Address

SEEN_ENOUGH = 0.9
"""Share of the window that the camera must have seen; else it is the window's fault, not the count's."""


@dataclass(frozen=True)
class Compared:
    """One audit beside the camera's count of the same window."""

    audit: Audit
    began: datetime
    minutes: float
    ins: int | None
    """By the camera; None while its count has not come in."""
    outs: int | None
    why_not: str = ""
    """Why this window says nothing of the count; empty when it does."""

    @property
    def windows(self) -> tuple[tuple[int, int], ...]:
        if self.why_not or self.ins is None or self.outs is None:
            return ()
        return ((self.audit.ins, self.ins), (self.audit.outs, self.outs))


@dataclass(frozen=True)
class Audited:
    """A line and all its audits since it was drawn as it is."""

    audits: tuple[Compared, ...]
    error: Estimate
    """Per cent; over all windows that count."""
    still_needed: int

    @property
    def holds(self) -> bool:
        """Whether an interval may rest on it."""
        return self.error.n >= FEWEST_AUDITED and self.error.interval is not None


NOT_AUDITED = Audited((), Estimate(None, 0), FEWEST_AUDITED)


def audited_line(connection: Connection, address: Address, line: str) -> Audited:
    """Only audits of the line as it is drawn now: after a change it is another line."""
    audits = audits_of(connection, owner(address), line)
    if audits and (since := drawn_since(connection, owner(address), line)):
        audits = [audit for audit in audits if audit.started >= int(since.timestamp())]
    site = find_site(connection, address.tenant, address.store) if audits else None
    if site is None:
        return NOT_AUDITED
    counts = read(connection, CROSSINGS, site, [(audit.started, audit.stopped) for audit in audits])
    mine = [Sheet(CROSSINGS, rows).of(device=address.device, line=line) for rows in counts]
    return summed_up([compared(audit, sheet) for audit, sheet in zip(audits, mine, strict=True)])


def summed_up(audits: Sequence[Compared]) -> Audited:
    """One error over all windows; a person's mistake in one of them weighs as much as its people."""
    error = audit_error([window for each in audits for window in each.windows])
    return Audited(tuple(audits), error, still_needed(error.n))


def compared(audit: Audit, counts: Sheet) -> Compared:
    """The camera's cells that lie within the audit's window, which it cut for that."""
    rows = [row for row in counts.rows if row[0] >= audit.started and row[0] + row[1] <= audit.stopped]
    within, long = Sheet(counts.family, rows), audit.stopped - audit.started
    began, minutes = moment(audit.started * 1_000_000), long / 60
    if sum(row[1] for row in rows) < long:
        return Compared(audit, began, minutes, None, None, "the camera's count has not come in yet")
    seen = within.sum("valid_seconds") / long
    why_not = "" if seen >= SEEN_ENOUGH else f"the camera saw only {100 * seen:.0f} % of the time"
    return Compared(audit, began, minutes, within.sum("ins"), within.sum("outs"), why_not)
