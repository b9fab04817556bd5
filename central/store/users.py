"""Who may read and change what: names, roles and argon2 hashes; one-time invitations are stored only as hashes."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from central.store import Store, tables
from central.store.intake import micros

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


def create_user(store: Store, name: str, role: Role, password: str, now: datetime) -> User:
    """A new user; ValueError, one sentence, for a name in use or a password too short."""
    name = _checked(name)
    row = {"name": name, "role": role.value, "password_hash": _hashed(password), "created": micros(now)}
    try:
        with store.writing() as connection:
            connection.execute(insert(tables.users).values(**row))
    except IntegrityError:
        raise ValueError(f"there is a user {name!r} already") from None
    return User(name, role)


def check_password(store: Store, name: str, password: str) -> User | None:
    """The user, when name and password fit; a wrong name costs as much time as a wrong password."""
    with store.reading() as connection:
        row = connection.execute(select(tables.users).where(tables.users.c.name == name)).first()
    try:
        fits = _hasher.verify(row.password_hash if row else _DECOY, password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    return User(row.name, Role(row.role)) if row and fits else None


def find_user(store: Store, name: str) -> User | None:
    with store.reading() as connection:
        row = connection.execute(select(tables.users).where(tables.users.c.name == name)).first()
    return User(row.name, Role(row.role)) if row else None


def list_users(store: Store) -> list[User]:
    """By name."""
    with store.reading() as connection:
        rows = connection.execute(select(tables.users).order_by(tables.users.c.name)).all()
    return [User(row.name, Role(row.role)) for row in rows]


def set_password(store: Store, name: str, password: str) -> None:
    """ValueError when there is no such user, or the password is too short."""
    hashed = _hashed(password)
    with store.writing() as connection:
        change = update(tables.users).where(tables.users.c.name == name).values(password_hash=hashed)
        if connection.execute(change).rowcount != 1:
            raise ValueError(f"there is no user {name!r}")


def remove_user(store: Store, name: str) -> None:
    with store.writing() as connection:
        connection.execute(delete(tables.users).where(tables.users.c.name == name))


def invite(store: Store, name: str, role: Role, now: datetime) -> str:
    """A one-time token for a new user, or for a new password of one; it is shown once and stored as a hash."""
    token = secrets.token_urlsafe(24)
    expires = micros(now + timedelta(hours=INVITATION_HOURS))
    with store.writing() as connection:
        connection.execute(
            insert(tables.invitations).values(
                token_hash=_digest(token), name=_checked(name), role=role.value, expires=expires
            )
        )
    return token


def invited(store: Store, token: str, now: datetime) -> User | None:
    """Whom an invitation is for, while it is good; it is not used up by looking."""
    with store.reading() as connection:
        found = select(tables.invitations).where(tables.invitations.c.token_hash == _digest(token))
        row = connection.execute(found).first()
    return User(row.name, Role(row.role)) if row and row.expires > micros(now) else None


def redeem(store: Store, token: str, password: str, now: datetime) -> User | None:
    """Set the password of the invited user and use the invitation up; None when it is not good (any more)."""
    user = invited(store, token, now)
    if user is None:
        return None
    hashed = _hashed(password)
    with store.writing() as connection:
        spent = delete(tables.invitations).where(tables.invitations.c.token_hash == _digest(token))
        if connection.execute(spent).rowcount != 1:
            return None  # somebody was faster
        users = tables.users
        values = {"role": user.role.value, "password_hash": hashed}
        if connection.execute(update(users).where(users.c.name == user.name).values(**values)).rowcount == 0:
            connection.execute(insert(users).values(name=user.name, created=micros(now), **values))
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
