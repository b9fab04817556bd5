"""Who may do what: every decision about access is taken here, and nowhere else."""

import base64
import binascii
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from hmac import compare_digest
from typing import Annotated, cast
from urllib.parse import quote, urlsplit

from fastapi import Depends, HTTPException, Request

from central.store.users import Role, User
from central.web.desk import Desk
from events.site import Plan, Store

SESSION_SECONDS = 12 * 3600
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_SAFE = ("GET", "HEAD", "OPTIONS")


class SignInFirst(Exception):
    """Nobody is signed in; pages lead to the login, which leads back to `wanted`."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


def desk_of(request: Request) -> Desk:
    return cast(Desk, request.app.state.desk)


def signed_in(request: Request) -> User:
    """The person behind the session cookie; SignInFirst without one."""
    name, mark = request.session.get("name"), request.session.get("mark")
    people = desk_of(request).people
    person = people.find(name) if isinstance(name, str) and isinstance(mark, str) else None
    if person is None or not compare_digest(people.mark(person.name) or "", str(mark)):
        raise SignInFirst(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
    return person


def sign_in(request: Request, person: User) -> None:
    """Begin a session; it ends with the cookie, or when the password, role or stores of the person change."""
    request.session.clear()
    request.session.update(name=person.name, mark=desk_of(request).people.mark(person.name))


def api_person(request: Request) -> User:
    """The person behind the session cookie or HTTP Basic; 401 without either."""
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return _basic(request, coded)
    try:
        return signed_in(request)
    except SignInFirst:
        raise _unknown() from None


def _basic(request: Request, coded: str) -> User:
    try:
        name, _, password = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise _unknown() from None
    person = guarded_check(request, name, password)
    if person is None:
        raise _unknown()
    return person


def _unknown() -> HTTPException:
    return HTTPException(401, "Sign in, or send name and password.", {"WWW-Authenticate": 'Basic realm="floorpulse"'})


SignedIn = Annotated[User, Depends(signed_in)]
ApiPerson = Annotated[User, Depends(api_person)]


def at_least(role: Role) -> Callable[[User], User]:
    """A dependency that lets in this role and those above it."""

    def checked(person: SignedIn) -> User:
        if not person.role.may(role):
            raise HTTPException(403, f"This page is for the role {role} and above.")
        return person

    return checked


Manager = Annotated[User, Depends(at_least(Role.MANAGER))]
Lead = Annotated[User, Depends(at_least(Role.LEAD))]
Admin = Annotated[User, Depends(at_least(Role.ADMIN))]


def visible_stores(desk: Desk, person: User) -> list[Store]:
    """Those of the chain that the person may see, in the order of the plan."""
    plan: Plan | None = desk.plan()
    return [store for store in plan.stores if person.sees(store.id)] if plan else []


def _one_of(desk: Desk, person: User, store: str) -> Store:
    """404 for a store that is not there, and the same for one that is not theirs."""
    found = next((one for one in visible_stores(desk, person) if one.id == store), None)
    if found is None:
        raise HTTPException(404, "There is no such store, or it is not one of yours.")
    return found


def page_store(store: str, request: Request, person: SignedIn) -> Store:
    return _one_of(desk_of(request), person, store)


def api_store(store: str, request: Request, person: ApiPerson) -> Store:
    return _one_of(desk_of(request), person, store)


PageStore = Annotated[Store, Depends(page_store)]
ApiStore = Annotated[Store, Depends(api_store)]


def is_own(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request that changes something comes from a page of ours, as browsers tell."""
    if method in _SAFE:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc == headers.get("host")


def login_path(wanted: str) -> str:
    return "/login" if wanted == "/" else f"/login?next={quote(wanted, safe='/')}"


def local_path(wanted: str) -> str:
    """Where to go after the login: a path of ours, never another site."""
    parts = urlsplit(wanted)
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.netloc
    return wanted if ours and "\\" not in wanted and wanted.isprintable() else "/"


class LoginGuard:
    """Slows down guessing: too many failures within the window, and the answer is 'wait'.

    `tries` for one name from one place; many more for the place, since a whole office may share its address.
    """

    def __init__(self, now: Callable[[], float], tries: int = 8, window_seconds: float = 300.0) -> None:
        self._now, self._window = now, window_seconds
        self._limits = {True: tries, False: 12 * tries}
        self._failures: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def closed(self, place: str, name: str) -> bool:
        since = self._now() - self._window
        return any(
            sum(moment > since for moment in self._failures.get(key, ())) >= self._limits[bool(key[1])]
            for key in ((place, name), (place, ""))
        )

    def failed(self, place: str, name: str) -> None:
        for key in {(place, name), (place, "")}:
            self._failures.setdefault(key, deque(maxlen=self._limits[bool(key[1])])).append(self._now())
            self._failures.move_to_end(key)
        while len(self._failures) > 10_000:
            self._failures.popitem(last=False)


def guarded_check(request: Request, name: str, password: str) -> User | None:
    """The person, or None; 429 after too many guesses. The password is not looked at then."""
    guard, place = cast(LoginGuard, request.app.state.guard), request.client.host if request.client else ""
    if guard.closed(place, name):
        raise HTTPException(429, "Too many wrong passwords from here. Wait five minutes, then try again.")
    person = desk_of(request).people.check(name, password)
    if person is None:
        guard.failed(place, name)
    return person
