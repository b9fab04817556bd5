"""Surveys in the store: drafts that remember their changes, and published versions that never change."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from central.drafts import Draft
from central.store import Store, outward
from central.store.clocks import micros
from central.store.ledger import moment
from central.store.wishes import TURN, want_in
from events.settings import ConfigError, load
from events.survey import BUILT_IN, survey_from
from events.topics import Address, is_segment

KEPT_CHANGES = 50


class Conflict(ValueError):
    """Somebody else was faster; the message is one sentence that names them."""


@dataclass(frozen=True)
class Edition:
    """A draft as it stands after one change."""

    survey: str
    token: str
    """Another one after every change; a form carries it, so that nobody overwrites what they have not seen."""
    body: Draft
    changed: datetime
    changed_by: str
    can_undo: bool


@dataclass(frozen=True)
class Version:
    """What was published once."""

    survey: str
    number: int
    body: Draft
    made: datetime
    made_by: str
    note: str


def survey_names(store: Store) -> list[str]:
    drafts = outward.survey_drafts
    with store.reading() as connection:
        return list(connection.scalars(select(drafts.c.survey).distinct().order_by(drafts.c.survey)))


def begin(store: Store, survey: str, body: Draft, by: str, now: datetime) -> None:
    """A new survey; ConfigError, one sentence, when its id will not do or is taken."""
    if not is_segment(survey):
        raise ConfigError(f"{survey!r} is no id: use small letters, digits, - and _, at most 40")
    with store.writing(TURN) as connection:
        if _newest(connection, survey) is not None:
            raise ConfigError(f"There is a survey {survey!r} already")
        _add(connection, survey, 1, body, by, now)


def draft(store: Store, survey: str) -> Edition | None:
    with store.reading() as connection:
        row = _newest(connection, survey)
        return _edition(connection, row) if row else None


def change(store: Store, survey: str, edition: str, work: Callable[[Draft], Draft], by: str, now: datetime) -> None:
    """The draft after `work`. Conflict when somebody else has changed it since that edition."""
    with store.writing(TURN) as connection:
        row = _unchanged(connection, survey, edition)
        body = work(json.loads(row.body))
        if body != json.loads(row.body):
            _add(connection, survey, row.edition + 1, body, by, now)


def undo(store: Store, survey: str, edition: str) -> bool:
    """Take the newest change back; False when there is none to take back."""
    drafts = outward.survey_drafts
    with store.writing(TURN) as connection:
        row = _unchanged(connection, survey, edition)
        if not _edition(connection, row).can_undo:
            return False
        mine = (drafts.c.survey == survey) & (drafts.c.edition == row.edition)
        connection.execute(delete(drafts).where(mine))
    return True


def history(store: Store, survey: str) -> list[Version]:
    """Newest first."""
    table = outward.surveys
    with store.reading() as connection:
        rows = connection.execute(select(table).where(table.c.survey == survey).order_by(table.c.version.desc()))
        return [_version(row) for row in rows]


def publish(
    store: Store, survey: str, edition: str, bodies: Callable[[Draft, int], Mapping[Address, Mapping[str, Any]]],
    part: str, note: str, by: str, now: datetime,
) -> int:  # fmt: skip
    """Make the draft the next version and want it of kiosks, all or nothing; returns the version.

    `bodies` gives what each device is sent. Conflict when the draft has changed since that edition.
    """
    with store.writing(TURN) as connection:
        row = _unchanged(connection, survey, edition)
        return _publish(connection, survey, json.loads(row.body), bodies, part, note, by, now)


def roll_back(
    store: Store, survey: str, version: int, bodies: Callable[[Draft, int], Mapping[Address, Mapping[str, Any]]],
    part: str, by: str, now: datetime,
) -> int:  # fmt: skip
    """Publish the content of an older version anew, and make it the draft; undo brings the draft of before back."""
    table = outward.surveys
    with store.writing(TURN) as connection:
        old = connection.execute(select(table).where(table.c.survey == survey, table.c.version == version)).first()
        newest = _newest(connection, survey)
        if old is None or newest is None:
            raise ConfigError(f"There is no version {version} of {survey!r}")
        scope = {name: json.loads(_published(connection, survey).body)[name] for name in ("stores", "places")}
        body = json.loads(old.body) | scope  # whoever shows the newest version is to be rid of it
        if body != json.loads(newest.body):
            _add(connection, survey, newest.edition + 1, body, by, now)
        return _publish(connection, survey, body, bodies, part, f"back to version {version}", by, now)


def _publish(
    connection: Connection, survey: str, body: Draft,
    bodies: Callable[[Draft, int], Mapping[Address, Mapping[str, Any]]], part: str, note: str, by: str, now: datetime,
) -> int:  # fmt: skip
    version = _last_version(connection, survey) + 1
    want_in(connection, bodies(body, version), part, by, now)
    row = {"survey": survey, "version": version, "body": json.dumps(body, ensure_ascii=False), "made": micros(now)}
    connection.execute(insert(outward.surveys).values(**row, made_by=by, note=note))
    return version


def last_version(store: Store, survey: str) -> int:
    """0 for a survey that nobody has published; the built-in one is version 1 of its name all the same."""
    with store.reading() as connection:
        return _last_version(connection, survey)


def _published(connection: Connection, survey: str) -> Row[Any]:
    table = outward.surveys
    mine = select(table).where(table.c.survey == survey).order_by(table.c.version.desc()).limit(1)
    return connection.execute(mine).one()


def _last_version(connection: Connection, survey: str) -> int:
    table = outward.surveys
    newest = connection.scalar(select(func.max(table.c.version)).where(table.c.survey == survey))
    return newest or _built_in_versions().get(survey, 0)


def _built_in_versions() -> dict[str, int]:
    built_in = survey_from(load(BUILT_IN))
    return {built_in.id: built_in.version}


def _unchanged(connection: Connection, survey: str, edition: str) -> Row[Any]:
    row = _newest(connection, survey)
    if row is None:
        raise ConfigError(f"There is no survey {survey!r}")
    if _token(row) != edition:
        raise Conflict(f"{row.changed_by} has changed this survey meanwhile")
    return row


def _token(row: Row[Any]) -> str:
    """A number alone would come again after an undo."""
    return f"{row.edition}-{row.changed}"


def _newest(connection: Connection, survey: str) -> Row[Any] | None:
    drafts = outward.survey_drafts
    mine = select(drafts).where(drafts.c.survey == survey).order_by(drafts.c.edition.desc()).limit(1)
    return connection.execute(mine).first()


def _add(connection: Connection, survey: str, edition: int, body: Draft, by: str, now: datetime) -> None:
    drafts = outward.survey_drafts
    text = json.dumps(body, ensure_ascii=False)
    row = {"survey": survey, "edition": edition, "body": text, "changed": micros(now), "changed_by": by}
    connection.execute(insert(drafts).values(**row))
    old = (drafts.c.survey == survey) & (drafts.c.edition <= edition - KEPT_CHANGES)
    connection.execute(delete(drafts).where(old))


def _edition(connection: Connection, row: Row[Any]) -> Edition:
    drafts = outward.survey_drafts
    changes = connection.scalar(select(func.count()).select_from(drafts).where(drafts.c.survey == row.survey)) or 0
    body = json.loads(row.body)
    return Edition(row.survey, _token(row), body, moment(row.changed), row.changed_by, changes > 1)


def _version(row: Row[Any]) -> Version:
    return Version(row.survey, row.version, json.loads(row.body), moment(row.made), row.made_by, row.note)
