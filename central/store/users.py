"""Who may read and change what: names, roles, stores, argon2 hashes; one-time invitations only as hashes."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, Row, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from central.store import Store, tables
from central.store.clocks import micros

SHORTEST_PASSWORD = 8
INVITATION_HOURS = 72

_hasher = PasswordHasher()


class Role(StrEnum):
    """What a user may do; each may do what those before may."""

    VIEWER = "viewer"
    MANAGER = "manager"
    LEAD = "lead"
    ADMIN = "admin"

    def may(self, wanted: "Role") -> bool:
        """Whether this role includes the wanted one."""
        roles = list(Role)
        return roles.index(self) >= roles.index(wanted)


@dataclass(frozen=True)
class User:
    name: str
    role: Role
    stores: frozenset[str] = frozenset()
    """The stores this user sees; empty is all. Leads and admins see all."""

    def sees(self, store: str) -> bool:
        return not self.stores or store in self.stores


def create_user(store: Store, name: str, role: Role, password: str, now: datetime, stores: Iterable[str] = ()) -> User:
    """A new user; ValueError, one sentence, for a name in use, a password too short, or a lead bound to stores."""
    user = _bound(name, role, stores)
    row = {"name": user.name, "role": role.value, "password_hash": _hashed(password), "created": micros(now)}
    try:
        with store.writing() as connection:
            connection.execute(insert(tables.users).values(**row))
            _bind(connection, tables.user_stores, "name", user.name, user.stores)
    except IntegrityError:
        raise ValueError(f"there is a user {user.name!r} already") from None
    return user


def check_password(store: Store, name: str, password: str) -> User | None:
    """The user, when name and password fit; a wrong name costs as much time as a wrong password."""
    with store.reading() as connection:
        row, user = _row(connection, name), _user(connection, name)
    try:
        fits = _hasher.verify(row.password_hash if row else _DECOY, password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    return user if fits else None


def find_user(store: Store, name: str) -> User | None:
    with store.reading() as connection:
        return _user(connection, name)


def session_mark(store: Store, name: str) -> str | None:
    """Differs as soon as the user's password, role or stores differ, which ends the sessions; None without the user."""
    with store.reading() as connection:
        row, user = _row(connection, name), _user(connection, name)
    if row is None or user is None:
        return None
    return _digest("\n".join((row.password_hash, str(row.created), user.role, *sorted(user.stores))))[:32]


def list_users(store: Store) -> list[User]:
    """By name."""
    with store.reading() as connection:
        names = connection.scalars(select(tables.users.c.name).order_by(tables.users.c.name)).all()
        return [user for name in names if (user := _user(connection, name))]


def set_password(store: Store, name: str, password: str) -> None:
    """ValueError when there is no such user, or the password is too short."""
    hashed = _hashed(password)
    with store.writing() as connection:
        change = update(tables.users).where(tables.users.c.name == name).values(password_hash=hashed)
        if connection.execute(change).rowcount != 1:
            raise ValueError(f"there is no user {name!r}")


def set_rights(store: Store, name: str, role: Role, stores: Iterable[str]) -> None:
    """ValueError when there is no such user, when a lead would be bound to stores, or when no admin would be left."""
    user = _bound(name, role, stores)
    with store.writing("users") as connection:
        _keep_an_admin(connection, name, role)
        change = update(tables.users).where(tables.users.c.name == name).values(role=role.value)
        if connection.execute(change).rowcount != 1:
            raise ValueError(f"there is no user {name!r}")
        _bind(connection, tables.user_stores, "name", name, user.stores)


def remove_user(store: Store, name: str) -> None:
    """ValueError when it is the last admin."""
    with store.writing("users") as connection:
        _keep_an_admin(connection, name, None)
        _bind(connection, tables.user_stores, "name", name, ())
        connection.execute(delete(tables.users).where(tables.users.c.name == name))


def _keep_an_admin(connection: Connection, name: str, role: Role | None) -> None:
    users = tables.users.c
    if role is not Role.ADMIN:
        admins = set(connection.scalars(select(users.name).where(users.role == Role.ADMIN.value)))
        if admins == {name}:
            raise ValueError(f"{name!r} is the only admin; make another one first")


def invite(store: Store, name: str, role: Role, now: datetime, stores: Iterable[str] = ()) -> str:
    """A one-time token for a new user, or for a new password of one; it is shown once and stored as a hash."""
    user, token = _bound(name, role, stores), secrets.token_urlsafe(24)
    expires = micros(now + timedelta(hours=INVITATION_HOURS))
    with store.writing() as connection:
        connection.execute(
            insert(tables.invitations).values(
                token_hash=_digest(token), name=user.name, role=role.value, expires=expires
            )
        )
        _bind(connection, tables.invitation_stores, "token_hash", _digest(token), user.stores)
    return token


def invited(store: Store, token: str, now: datetime) -> User | None:
    """Whom an invitation is for, while it is good; it is not used up by looking."""
    key = _digest(token)
    with store.reading() as connection:
        row = connection.execute(select(tables.invitations).where(tables.invitations.c.token_hash == key)).first()
        stores = _stores(connection, tables.invitation_stores, "token_hash", key)
    return User(row.name, Role(row.role), stores) if row and row.expires > micros(now) else None


def redeem(store: Store, token: str, password: str, now: datetime) -> User | None:
    """Set the password of the invited user and use the invitation up; None when it is not good (any more)."""
    user = invited(store, token, now)
    if user is None:
        return None
    hashed = _hashed(password)
    with store.writing("users") as connection:
        spent = delete(tables.invitations).where(tables.invitations.c.token_hash == _digest(token))
        if connection.execute(spent).rowcount != 1:
            return None  # somebody was faster
        _bind(connection, tables.invitation_stores, "token_hash", _digest(token), ())
        users = tables.users
        values = {"role": user.role.value, "password_hash": hashed}
        if connection.execute(update(users).where(users.c.name == user.name).values(**values)).rowcount == 0:
            connection.execute(insert(users).values(name=user.name, created=micros(now), **values))
        _bind(connection, tables.user_stores, "name", user.name, user.stores)
    return user


def session_key(store: Store) -> str:
    """The secret that session cookies are signed with; made once, the same after a restart."""
    keys = tables.web_keys
    with store.writing("web keys") as connection:
        known = connection.scalar(select(keys.c.secret).where(keys.c.name == "session"))
        if known is None:
            known = secrets.token_urlsafe(32)
            connection.execute(insert(keys).values(name="session", secret=known))
    return str(known)


def _row(connection: Connection, name: str) -> Row[tuple[str, str, str, int]] | None:
    return connection.execute(select(tables.users).where(tables.users.c.name == name)).first()


def _user(connection: Connection, name: str) -> User | None:
    row = _row(connection, name)
    return User(row.name, Role(row.role), _stores(connection, tables.user_stores, "name", name)) if row else None


def _stores(connection: Connection, table: Table, column: str, key: str) -> frozenset[str]:
    return frozenset(connection.scalars(select(table.c.store).where(table.c[column] == key)))


def _bind(connection: Connection, table: Table, column: str, key: str, stores: Iterable[str]) -> None:
    connection.execute(delete(table).where(table.c[column] == key))
    for store in sorted(stores):
        connection.execute(insert(table).values({column: key, "store": store}))


def _bound(name: str, role: Role, stores: Iterable[str]) -> User:
    """The user as they would be; ValueError for a bad name, or for stores where the role is for all of them."""
    user = User(_checked(name), role, frozenset(stores))
    if user.stores and role.may(Role.LEAD):
        raise ValueError(f"a {role} sees every store; bind viewers and managers to stores")
    return user


def _checked(name: str) -> str:
    if not name.isprintable() or not 1 <= len(name.strip()) <= 64:
        raise ValueError("a user name is 1 to 64 printable characters")
    return name.strip()


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"a password has at least {SHORTEST_PASSWORD} characters")
    return _hasher.hash(password)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


_DECOY = "$argon2id$v=19$m=65536,t=3,p=4$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg"
"""A hash of nobody's password, to spend the same time on."""
